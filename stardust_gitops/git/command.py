"""Running git: never through a shell, never asking, never changing the user's repository.

What could make the same command do something else is switched off: the variables that a hook
inherits, hooks, the file system monitor, pathspec magic, pagers and translated messages.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from stardust_gitops.errors import GitOpsError

FAILED = "SG9010"
NOT_TRUSTED = "SG9011"

_OPTIONS = (
    "--no-pager",
    "--literal-pathspecs",
    *("-c", "core.fsmonitor=false"),
    *("-c", f"core.hooksPath={os.devnull}"),
    *("-c", "core.quotePath=false"),
)
_FIXED = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_PAGER": "cat",
    "LC_ALL": "C",
    "LANGUAGE": "C",
}
# What `git rev-parse --local-env-vars` names, but for GIT_CONFIG_*, which CI uses to trust a
# folder; and other pathspec modes, which git refuses together with --literal-pathspecs.
_INHERITED = frozenset(
    {
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_COMMON_DIR",
        "GIT_DIR",
        "GIT_GLOB_PATHSPECS",
        "GIT_GRAFT_FILE",
        "GIT_ICASE_PATHSPECS",
        "GIT_IMPLICIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_INTERNAL_SUPER_PREFIX",
        "GIT_NAMESPACE",
        "GIT_NOGLOB_PATHSPECS",
        "GIT_NO_REPLACE_OBJECTS",
        "GIT_OBJECT_DIRECTORY",
        "GIT_PREFIX",
        "GIT_QUARANTINE_PATH",
        "GIT_REPLACE_REF_BASE",
        "GIT_SHALLOW_FILE",
        "GIT_WORK_TREE",
    }
)
_controls = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


class GitError(GitOpsError):
    """git refused; `stderr` is what it said, cleaned."""

    default_code = FAILED

    def __init__(
        self, message: str, *, stderr: str, hint: str | None = None, code: str | None = None
    ) -> None:
        super().__init__(message, hint=hint, code=code)
        self.stderr = stderr


def command(*arguments: str) -> list[str]:
    """The argument list of a git command with everything switched off that could surprise."""
    return ["git", *_OPTIONS, *arguments]


def environment() -> dict[str, str]:
    """The environment for git: ours, without what ties it to another repository."""
    kept = {name: value for name, value in os.environ.items() if name not in _INHERITED}
    return kept | _FIXED


def run(folder: Path, *arguments: str, accept: Sequence[int] = (0,)) -> tuple[int, bytes]:
    """Run git in a folder; its exit code, one of `accept`, and its output.

    Raises `GitError` for other codes, with what git said.
    """
    done = execute(folder, *arguments)
    if done.returncode not in accept:
        raise failure(arguments[0], done.stderr, folder)
    return done.returncode, done.stdout


def execute(
    folder: Path,
    *arguments: str,
    env: Mapping[str, str] | None = None,
    stdin: bytes = b"",
    shielded: bool = False,
) -> subprocess.CompletedProcess[bytes]:
    """Run git in a folder, whatever comes of it, with `env` (default: `environment`). `shielded`,
    it does not hear of a ^C, which then only we do.

    Raises `GitError` only where it cannot be run at all.
    """
    try:
        return subprocess.run(
            command(*arguments),
            cwd=folder,
            env=environment() if env is None else env,
            input=stdin,
            capture_output=True,
            check=False,
            start_new_session=shielded,
        )
    except OSError as error:
        raise GitError(
            f"git cannot be run in {folder}: {error.strerror}",
            stderr="",
            hint="check that git is installed and that the folder is there",
        ) from None


def failure(verb: str, stderr: bytes, folder: Path) -> GitError:
    """The error for what git said about a failed command."""
    said = cleaned(stderr)
    if "dubious ownership" in said or "safe.directory" in said:
        return GitError(
            f"git does not trust {folder}: it belongs to another user",
            stderr=said,
            hint="if you do, run: git config --global --add safe.directory "
            f"{_trusted_folder(stderr) or folder}",
            code=NOT_TRUSTED,
        )
    return GitError(
        f"git {verb} failed in {folder}: {said or 'it does not say why'}",
        stderr=said,
        hint=f"run  git {verb}  there to see more; `git fsck` checks the repository",
    )


def cleaned(stderr: bytes) -> str:
    """What git said, on one line, without control characters and without its prefixes."""
    lines = stderr.decode("utf-8", "replace").splitlines()
    texts = (_controls.sub(" ", line).strip() for line in lines)
    kept = [re.sub(r"^(fatal|error): ", "", text) for text in texts]
    return "; ".join(text for text in kept if text and not text.startswith("hint:"))


def _trusted_folder(stderr: bytes) -> str | None:
    """The folder that git itself proposes to trust: the top, not the one we are in."""
    match = re.search(rb"safe\.directory (\S.*)", stderr)
    return match[1].decode("utf-8", "replace").strip() if match else None
