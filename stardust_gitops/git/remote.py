"""What a remote says to a push or fetch, in plain words."""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

from stardust_gitops.git.command import GitError, cleaned

UNREACHABLE = "SG9012"
REFUSED = "SG9013"


class Trouble(Enum):
    """Why a remote did not do what was asked."""

    UNREACHABLE = "cannot be reached"
    UNKNOWN_USER = "does not accept our credentials"
    FORBIDDEN = "does not let us write there"
    NOT_FOUND = "is not there, or is hidden from us"
    NO_REF = "does not have what was asked for"
    OTHER = "refuses"


class RemoteError(GitError):
    """The remote did not do what was asked. Where it was only `Trouble.UNREACHABLE` nobody knows
    whether it did it."""

    default_code = REFUSED

    def __init__(self, remote: str, trouble: Trouble, said: str) -> None:
        code = UNREACHABLE if trouble is Trouble.UNREACHABLE else REFUSED
        text = f"the remote {remote} {trouble.value}: {said or 'it does not say why'}"
        super().__init__(text, stderr=said, hint=_HINTS[trouble], code=code)
        self.trouble = trouble


class OutrunError(Exception):
    """The refs have moved since they were read: read them again. `said` is the remote's reason."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


class RefUpdate(NamedTuple):
    """A ref at the remote that is to become `new`, if it is still `old` (``None``: not there)."""

    ref: str
    new: str
    old: str | None


_HINTS = {
    Trouble.UNREACHABLE: "check the network and the address (git remote -v), then run it again",
    Trouble.UNKNOWN_USER: "give git a valid token or key for this remote; `git fetch` must work"
    " without asking",
    Trouble.FORBIDDEN: "the token or key must be allowed to write (in GitHub Actions: permissions:"
    " contents: write), and no rule of the server may protect the branch, or what is below"
    " refs/stardust/, against it",
    Trouble.NOT_FOUND: "check the address (git remote -v) and what the token or key may see",
    Trouble.NO_REF: "check the name of the branch",
    Trouble.OTHER: "ask who runs the server; `git push` by hand may show more",
}
_SIGNS = (
    (Trouble.NO_REF, ("couldn't find remote ref",)),
    (
        Trouble.UNKNOWN_USER,
        (
            *("could not read username", "could not read password", "authentication failed"),
            *("permission denied (", "host key verification failed", "terminal prompts disabled"),
            *("invalid credentials", "error: 401"),
        ),
    ),
    (
        Trouble.FORBIDDEN,
        (
            *("error: 403", "permission to", "not allowed", "protected branch", "hook declined"),
            *("access denied", "write access", "insufficient permission", "forbidden"),
            *("service not enabled", "prohibited", "unable to create temporary object directory"),
        ),
    ),
    (
        Trouble.NOT_FOUND,
        ("not found", "does not appear to be a git repository", "does not exist", "no such"),
    ),
    (
        Trouble.UNREACHABLE,
        (
            *("could not resolve", "connection", "timed out", "unreachable", "failed to connect"),
            *("hung up", "early eof", "disconnect", "could not read from remote", "rpc failed"),
            *("error: 500", "error: 502", "error: 503", "error: 504", "error: 429"),
            *("broken pipe", "unable to access"),
        ),
    ),
)
_RACES = (
    *("stale info", "fetch first", "non-fast-forward", "atomic push fail", "atomic transaction"),
    *("failed to update ref", "cannot lock ref", "failed to lock", "already exists", "old value"),
)
_secret = re.compile(r"://[^/@\s]+@")
_rejected = re.compile(r"^!\t[^\t:]*:([^\t]*)\t\[[^\]]*\] ?\(?(.*?)\)?$", re.MULTILINE)


def remote_error(remote: str, stderr: bytes) -> RemoteError:
    """The error for what git said about a remote."""
    said = without_secrets(cleaned(stderr))
    lower = said.lower()
    for trouble, signs in _SIGNS:
        if any(sign in lower for sign in signs):
            return RemoteError(remote, trouble, said)
    return RemoteError(remote, Trouble.OTHER, said)


def push_error(remote: str, porcelain: bytes, stderr: bytes) -> Exception:
    """The error for a push that failed: `OutrunError` where only somebody else was faster."""
    rejected = _rejected.findall(porcelain.decode("utf-8", "replace"))
    others = [
        f"{ref}: {reason}" for ref, reason in rejected if not any(race in reason for race in _RACES)
    ]
    if rejected and not others:
        return OutrunError(without_secrets("; ".join(dict.fromkeys(why for _, why in rejected))))
    if others:
        return remote_error(remote, stderr + "\n".join(others).encode())
    return remote_error(remote, stderr)


def without_secrets(text: str) -> str:
    """A text without the names and passwords in addresses."""
    return _secret.sub("://", text)
