"""A git work tree, read only."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO

from stardust_gitops.errors import GitOpsError, UsageError
from stardust_gitops.git.blame import blamed_commits
from stardust_gitops.git.command import FAILED, GitError, command, environment, failure, run

# Ids written ahead of the answers: they must fit into a pipe (16 KiB where it is smallest), or
# git and we would wait for each other.
_AHEAD = 200
# Not "not a git repository: PATH": that is a `.git` which leads nowhere, and no reason to take a
# catalogue for one without history.
_OUTSIDE = ("not a git repository (or any", "this operation must be run in a work tree")
_REGULAR_FILES = ("100644", "100755")
_is_id = re.compile("[0-9a-f]{40}|[0-9a-f]{64}").fullmatch


_regular_entries = re.compile(
    rf"(?<![^\0])(?:{'|'.join(_REGULAR_FILES)}) ([0-9a-f]+) 0\t([^\0]+)\0"
).findall
"""Blob ids and paths of regular files without a conflict, as ``ls-files -s -z`` lists them."""


@dataclass(frozen=True, slots=True)
class Repository:
    """The work tree with its top at `root` (absolute, links resolved).

    Paths are relative to the folder asked about, with slashes; bytes in names that are no UTF-8
    are kept as surrogates, as in ``os.listdir``. Failures are `GitError`.
    """

    root: Path

    @classmethod
    def find(cls, folder: Path) -> Repository | None:
        """The work tree that the folder lies in; None outside of git, or without git.

        Raises `GitOpsError` where there is one that git refuses to read, such as another user's.
        """
        if shutil.which("git") is None or not folder.is_dir():
            return None
        try:
            _, output = run(folder, "rev-parse", "--show-toplevel")
        except GitError as error:
            if any(words in error.stderr for words in _OUTSIDE):
                return None
            raise
        return cls(Path(os.path.realpath(os.fsdecode(output.removesuffix(b"\n")))))

    def head(self) -> str | None:
        """The full id of the commit that is checked out; None before the first."""
        _, output = run(
            self.root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}", accept=(0, 1)
        )
        return output.decode("ascii").strip() or None

    def index_ids(self, folder: Path) -> dict[str, str]:
        """The blob id of each regular file below the folder that git's index knows.

        The id says what was staged: for a path in `modified` the file may differ from it. Links,
        submodules and paths in a merge conflict are left out, as no id speaks for their content.
        """
        _, output = run(folder, "ls-files", "-s", "-z")
        # All at once: a catalogue has a dozen files for each release.
        return {path: blob for blob, path in _regular_entries(os.fsdecode(output))}

    def modified(self, folder: Path) -> set[str]:
        """Paths below the folder whose file or index entry differs from HEAD, and untracked ones.

        Deleted files are among them, of a renamed file both names, ignored files are not. An
        untracked repository within the folder counts as one path.
        """
        prefix = self._prefix(folder)
        _, output = run(
            folder,
            "status",
            "--porcelain=v1",
            "-z",
            "--untracked-files=all",
            "--no-renames",
            "--ignore-submodules=dirty",
            "--",
            ".",
        )
        # With -z paths are relative to the top, whatever the folder and the configuration.
        paths = (os.fsdecode(record[3:]) for record in output.split(b"\0")[:-1])
        return {path.removeprefix(prefix).rstrip("/") for path in paths}

    def changed_since(self, ref: str, folder: Path) -> set[str]:
        """Paths below the folder whose file differs from its state at a commit, and untracked
        ones; deleted files are among them, ignored files are not.

        `ref` is whatever git takes for a commit. `UsageError` for anything else.
        """
        commit = self.commit_of(ref)
        _, changed = run(
            folder,
            "diff",
            "--name-only",
            "-z",
            "--relative",
            "--no-renames",
            "--no-ext-diff",
            "--ignore-submodules=dirty",
            commit,
            "--",
            ".",
        )
        _, untracked = run(folder, "ls-files", "--others", "--exclude-standard", "-z")
        return {os.fsdecode(path) for path in (changed + untracked).split(b"\0") if path}

    def ids_at(self, commit: str, folder: Path) -> dict[str, str]:
        """The blob id of each regular file below the folder at a commit, given by its full id;
        empty where the folder was not there."""
        _, output = run(folder, "ls-tree", "-r", "-z", commit)
        blobs: dict[str, str] = {}
        for record in os.fsdecode(output).split("\0")[:-1]:
            facts, _, path = record.partition("\t")
            mode, _, blob = facts.split(" ")
            if mode in _REGULAR_FILES:
                blobs[path] = blob
        return blobs

    def read_at(self, ref: str, folder: Path, paths: Collection[str]) -> dict[str, bytes]:
        """What stood in these files, named relative to the folder, at a commit; those that were
        not there are left out. `UsageError` where `ref` is no commit."""
        known = self.ids_at(self.commit_of(ref), folder)
        blobs = {path: blob for path, blob in known.items() if path in paths}
        contents = self.read_blobs(blobs.values())
        return {path: data for path, (_, data) in zip(blobs, contents, strict=True)}

    def commit_of(self, ref: str) -> str:
        """The full id of a commit, named as git takes it; what begins with a dash would be an
        option of git's. `UsageError` where there is none."""
        if ref and not ref.startswith("-") and ref.isprintable():
            name = f"{ref}^{{commit}}"
            code, output = run(
                self.root, "rev-parse", "--verify", "--quiet", name, accept=(0, 1, 128)
            )
            if code == 0 and _is_id(commit := output.decode("ascii", "replace").strip()):
                return commit
        raise UsageError(
            f"git knows no commit {ref!r}",
            hint="name a branch, tag or commit; a shallow clone may lack it: git fetch --unshallow",
        )

    def _prefix(self, folder: Path) -> str:
        resolved = Path(os.path.realpath(folder))
        if resolved == self.root:
            return ""
        try:
            return resolved.relative_to(self.root).as_posix() + "/"
        except ValueError:
            raise GitOpsError(
                f"{folder} is not in the work tree {self.root}",
                hint="give a folder of the repository",
                code=FAILED,
            ) from None

    def read_blob(self, blob: str) -> bytes:
        """The content of one blob."""
        return next(data for _, data in self.read_blobs([blob]))

    def read_blobs(self, blobs: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Each id with its content, in the order asked for, through one git process."""
        process = subprocess.Popen(
            command("cat-file", "--batch"),
            cwd=self.root,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        with process:
            assert process.stdin is not None and process.stdout is not None
            waiting = iter(blobs)
            try:
                while ahead := list(islice(waiting, _AHEAD)):
                    process.stdin.write("".join(f"{_checked(blob)}\n" for blob in ahead).encode())
                    process.stdin.flush()
                    for blob in ahead:
                        yield blob, self._read_answer(blob, process.stdout)
            except BrokenPipeError:
                raise failure("cat-file", b"it ended early", self.root) from None
            finally:
                with suppress(BrokenPipeError):
                    process.stdin.close()
                process.kill()  # it may be in the middle of an answer that nobody wants

    def _read_answer(self, blob: str, stream: IO[bytes]) -> bytes:
        header = stream.readline().split()
        if len(header) != 3 or header[1] != b"blob":
            what = header[1].decode("ascii", "replace") if len(header) > 1 else "no answer"
            raise GitError(
                f"git has no file content with the id {blob} ({what})",
                stderr=what,
                hint="fetch the whole repository: git fetch --unshallow, or git fsck to check it",
            )
        size = int(header[2])
        data = stream.read(size + 1)[:-1]
        if len(data) != size:
            raise failure("cat-file", b"it ended early", self.root)
        return data

    def line_commits(self, path: Path) -> list[str | None]:
        """The commit that each line of the file in the work tree comes from, 10 hex digits.

        `path` is absolute or relative to `root`.

        None where git cannot tell: the line is not committed, or came before the first commit of
        a shallow clone.
        """
        return blamed_commits(self.root / path)

    def newest(self, commits: Collection[str], files: Sequence[Path]) -> str | None:
        """Of some commits that changed these files, given by short ids, the one that no other of
        them follows; None where the history of HEAD has none of them."""
        paths = [path.as_posix() for path in files]
        _, output = run(self.root, "rev-list", "--topo-order", "HEAD", "--", *paths)
        for known in output.decode("ascii").split():
            for commit in commits:
                if known.startswith(commit):
                    return commit
        return None


def _checked(blob: str) -> str:
    """Keeps anything but an id out of git's input, where it would be a revision or a new line."""
    if not _is_id(blob):
        raise GitError(
            f"{blob!r} is not a git object id", stderr="", hint="expected 40 or 64 hex digits"
        )
    return blob
