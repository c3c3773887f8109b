"""A private bare repository beside the user's: it exchanges a few refs with one of the user's
remotes, and nothing that it does shows in the user's work tree, index, HEAD, refs or objects.

It begins shallow and, where the server can, without file contents: what is asked for is fetched.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from stardust_gitops.git.carried import as_environment, carried_environment, quiet_ssh
from stardust_gitops.git.command import GitError, environment, execute, failure, run
from stardust_gitops.git.remote import RefUpdate, Trouble, push_error, remote_error

_DRAFT = "refs/stardust/draft"
_AT_ONCE = 32
_NEARBY = 16
_FETCH = (
    *("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-gc"),
    *("--recurse-submodules=no",),
)
_NOBODY = ("stardust-gitops", "stardust-gitops@localhost")


class Change(NamedTuple):
    """A path that differs between two commits: ``A`` added, ``M`` modified, ``D`` deleted, with
    its blob (after, or of a deleted one before)."""

    kind: str
    path: str
    blob: str


class Mirror:
    """The repository at `folder` (a git directory), which reaches `remote` of the repository that
    the folder `user` lies in. One process at a time may change it: its users see to that."""

    def __init__(self, folder: Path, user: Path, remote: str) -> None:
        self.folder = folder
        self.remote = remote
        self._user = user
        self._refspecs: Sequence[str] = ()
        self._reach = _NEARBY

    def exists(self) -> bool:
        """Whether it was made already."""
        return (self.folder / "HEAD").is_file()

    def make(self) -> None:
        """Make it, empty."""
        _, output = run(self._user, "rev-parse", "--show-object-format")
        kind = f"--object-format={output.decode('ascii').strip()}"
        aside = self.folder.with_name(f"{self.folder.name}.new")
        aside.mkdir(parents=True, exist_ok=True)
        run(aside, "init", "--quiet", "--bare", "--template=", kind, ".")
        aside.rename(self.folder)  # it is there whole, or not at all

    def remote_refs(self, *names: str) -> dict[str, str]:
        """What some refs at the remote are, without fetching them; those that are not there are
        left out. It needs no repository of ours."""
        env = environment()
        env |= quiet_ssh(self._user, env)
        done = execute(self._user, "ls-remote", "--quiet", self.remote, *names, env=env)
        if done.returncode:
            raise remote_error(self.remote, done.stderr)
        rows = (line.split("\t", 1) for line in done.stdout.decode("utf-8", "replace").splitlines())
        # A pattern matches the ends of names: refs/x/refs/heads/main too.
        return {name: commit for commit, name in rows if name in names}

    def fetch(self, refspecs: Sequence[str], *, first: bool) -> None:
        """Fetch refs; those of a pattern that have gone at the remote go here too. The `first`
        time only what stands there now comes, without the past. `RemoteError`."""
        self._fetch(refspecs, ("--depth=1", "--filter=blob:none") if first else ("--no-filter",))

    def fetch_past(self, refspecs: Sequence[str]) -> None:
        """Fetch refs with all their commits, so that `follows` knows; file contents stay there."""
        shallow = (self.folder / "shallow").is_file()
        how = ("--unshallow", "--filter=blob:none") if shallow else ("--no-filter",)
        self._fetch(refspecs, how)

    def _fetch(self, refspecs: Sequence[str], how: Sequence[str]) -> None:
        self._refspecs = refspecs
        arguments = (*_FETCH, "--prune", *how, self.remote, *refspecs)
        done = self._with_promises(*arguments)
        if done.returncode and b".lock" in done.stderr:
            # Nobody else is at work here: what is locked was left by a process that was killed.
            self._remove_locks()
            done = self._with_promises(*arguments)
        if done.returncode:
            raise remote_error(self.remote, done.stderr)

    def _fetch_whole(self) -> None:
        """Fetch what the refs hold with all contents, as if nothing were here."""
        done = self._with_promises(
            *_FETCH, "--refetch", "--no-filter", self.remote, *self._refspecs
        )
        if done.returncode:
            raise remote_error(self.remote, done.stderr)

    def refs(self, pattern: str) -> dict[str, tuple[str, str]]:
        """The refs below a prefix: name → (id, first line of the commit's message)."""
        output = self._git(
            "for-each-ref", "--format=%(refname)%00%(objectname)%00%(contents:subject)", pattern
        )
        rows = (line.split("\0") for line in output.decode("utf-8", "replace").splitlines())
        return {name: (commit, subject) for name, commit, subject in rows}

    def ref(self, name: str) -> str | None:
        """The id that a ref has here."""
        done = execute(self._user, "rev-parse", "--verify", "--quiet", name, env=self._env())
        return done.stdout.decode("ascii").strip() or None

    def set_refs(self, values: Mapping[str, str]) -> None:
        """Set refs here."""
        lines = "".join(f"update {name} {value}\n" for name, value in values.items())
        self._git("update-ref", "--stdin", stdin=lines.encode())

    def push(self, updates: Sequence[RefUpdate]) -> None:
        """Move refs at the remote, all or none, each only where it is still what it was.

        `OutrunError` where one is not; `RemoteError`.
        """
        done = execute(
            self._user,
            *("push", "--porcelain", "--atomic", "--no-follow-tags", "--no-signed"),
            "--recurse-submodules=no",
            *(f"--force-with-lease={ref}:{old or ''}" for ref, _, old in updates),
            self.remote,
            *(f"{new}:{ref}" for ref, new, _ in updates),
            env=self._env(),
            shielded=True,
        )
        if done.returncode:
            raise push_error(self.remote, done.stdout, done.stderr)

    def follows(self, commit: str, earlier: str) -> bool:
        """Whether `earlier` is the commit or in its past."""
        done = execute(self._user, "merge-base", "--is-ancestor", earlier, commit, env=self._env())
        return done.returncode == 0

    def files(self, commit: str, folder: str) -> dict[str, str]:
        """All files below a folder (or this file) at a commit: path → blob."""
        output = self._git("ls-tree", "-r", "-z", commit, "--", folder or ".")
        rows = (record.split("\t", 1) for record in os.fsdecode(output).split("\0")[:-1])
        return {path: facts.split(" ")[2] for facts, path in rows}

    def changes(self, before: str, after: str, folder: str) -> list[Change]:
        """What differs below a folder."""
        output = self._git(
            "diff-tree", "-r", "-z", "--raw", "--no-renames", before, after, "--", folder
        )
        fields = os.fsdecode(output).split("\0")[:-1]
        found = []
        for facts, path in zip(fields[::2], fields[1::2], strict=True):
            _, _, old, new, kind = facts.split(" ")
            found.append(Change(kind[0], path, old if kind[0] == "D" else new))
        return found

    def read(self, blobs: Sequence[str], nearby: Sequence[str] = ()) -> Iterator[bytes]:
        """The contents of blobs, in this order; those that are not here are fetched together.

        Who reads one by one names what may be wanted next (`nearby`): each time that something has
        to be fetched, twice as many of those come along.
        """
        if missing := self._missing(blobs):
            more = [blob for blob in self._missing(nearby[: self._reach]) if blob not in missing]
            self._reach *= 2 if nearby else 1
            self._fetch_missing([*missing, *more])
        for begin in range(0, len(blobs), _AT_ONCE):
            some = blobs[begin : begin + _AT_ONCE]
            output = self._git(
                "cat-file", "--batch", stdin="".join(f"{b}\n" for b in some).encode()
            )
            place = 0
            for blob in some:
                end = output.index(b"\n", place)
                header = output[place:end].split()
                if len(header) != 3:
                    raise GitError(
                        f"the content of {blob} is damaged or missing here, and"
                        f" {self.remote} does not give it",
                        stderr=output[place:end].decode("ascii", "replace"),
                        hint="check the branch at the remote (git fsck)",
                    )
                place = end + 1 + int(header[2]) + 1
                yield output[end + 1 : place - 1]

    def commit(self, base: str | None, files: Mapping[str, bytes | None], message: str) -> str:
        """A commit on top of `base` that writes these files (``None`` deletes one); signed where
        the user has it so. No ref of the user's moves; it is nowhere but here until it is pushed.
        """
        name, email = self._identity
        text = message.encode()
        stream = [
            f"commit {_DRAFT}\nmark :1\ncommitter {name} <{email}> now\n".encode(),
            f"data {len(text)}\n".encode(),
            text,
            f"from {base}\n".encode() if base is not None else b"",
        ]
        for path, data in files.items():
            if data is None:
                stream.append(f"D {path}\n".encode())
            else:
                stream += [f"M 100644 inline {path}\ndata {len(data)}\n".encode(), data, b"\n"]
        stream.append(b"\nget-mark :1\ndone\n")
        output = self._git(
            *("fast-import", "--quiet", "--force", "--done", "--date-format=now"),
            stdin=b"".join(stream),
        )
        return self._signed(base, message) if self._signs else output.decode("ascii").strip()

    def _signed(self, base: str | None, message: str) -> str:
        """The commit once more, signed: what has just written it cannot sign."""
        name, email = self._identity
        named = {
            f"GIT_{who}_{what}": value
            for who in ("AUTHOR", "COMMITTER")
            for what, value in (("NAME", name), ("EMAIL", email))
        }
        output = self._git(
            *("commit-tree", "-S", *(["-p", base] if base else []), f"{_DRAFT}^{{tree}}"),
            stdin=message.encode(),
            env=self._env() | named,
        )
        return output.decode("ascii").strip()

    def note(self, text: str) -> str:
        """A commit without a past and without files, whose message is one line of text."""
        name, email = _NOBODY
        who = f"{name} <{email}> 0 +0000"
        body = f"tree {self._no_files}\nauthor {who}\ncommitter {who}\n\n{text}\n"
        output = self._git("hash-object", "-t", "commit", "-w", "--stdin", stdin=body.encode())
        return output.decode("ascii").strip()

    def tidy(self) -> None:
        """Pack what lies about, where it has become much."""
        self._with_promises("gc", "--auto", "--quiet")

    @cached_property
    def _no_files(self) -> str:
        return self._git("hash-object", "-t", "tree", "-w", "--stdin").decode("ascii").strip()

    @cached_property
    def _signs(self) -> bool:
        return self._git_says("config", "--type=bool", "--get", "commit.gpgsign") == "true"

    @cached_property
    def _identity(self) -> tuple[str, str]:
        """The user's name and address as git knows them; ours where it knows none."""
        said = self._git_says("var", "GIT_COMMITTER_IDENT")
        name, _, rest = said.partition(" <")
        email, closed, _ = rest.partition(">")
        return (name, email) if closed and name else _NOBODY

    def _missing(self, blobs: Sequence[str]) -> list[str]:
        """Those that are not here."""
        asked = "".join(f"{blob}\n" for blob in blobs).encode()
        output = self._git("cat-file", "--batch-check=%(objectname)", stdin=asked).decode("ascii")
        return [line.split()[0] for line in output.splitlines() if line.endswith(" missing")]

    def _fetch_missing(self, missing: Sequence[str]) -> None:
        done = self._with_promises(
            *("-c", "fetch.negotiationAlgorithm=noop", *_FETCH, "--filter=blob:none"),
            *(self.remote, "--stdin"),
            stdin="".join(f"{blob}\n" for blob in missing).encode(),
        )
        if done.returncode:
            error = remote_error(self.remote, done.stderr)
            if error.trouble is not Trouble.OTHER:
                raise error
            # Without protocol 2 (an sshd that does not accept GIT_PROTOCOL) a server gives whole
            # branches only.
            self._fetch_whole()

    def _with_promises(
        self, *arguments: str, stdin: bytes = b""
    ) -> subprocess.CompletedProcess[bytes]:
        """Run git so that it takes contents that are not here for promised by the remote. Without
        this it takes them for missing, and does not fetch them one by one."""
        env = self._env()
        promises = [
            (f"remote.{self.remote}.promisor", "true"),
            (f"remote.{self.remote}.partialCloneFilter", "blob:none"),
        ]
        env |= as_environment(promises, begin=int(env["GIT_CONFIG_COUNT"]))
        return execute(self._user, *arguments, env=env, stdin=stdin, shielded=True)

    def _git(
        self, *arguments: str, stdin: bytes = b"", env: Mapping[str, str] | None = None
    ) -> bytes:
        done = execute(self._user, *arguments, env=env or self._env(), stdin=stdin, shielded=True)
        if done.returncode:
            raise failure(arguments[0], done.stderr, self.folder)
        return done.stdout

    def _git_says(self, *arguments: str) -> str:
        done = execute(self._user, *arguments, env=self._env())
        return "" if done.returncode else done.stdout.decode("utf-8", "replace").strip()

    def _env(self) -> dict[str, str]:
        return dict(self._carried)

    @cached_property
    def _carried(self) -> dict[str, str]:
        return carried_environment(self._user, self.folder, self.remote)

    def _remove_locks(self) -> None:
        for path in _lock_files(self.folder):
            with suppress(OSError):
                path.unlink()


def _lock_files(folder: Path) -> Iterable[Path]:
    yield from folder.glob("*.lock")
    yield from (folder / "refs").rglob("*.lock")
