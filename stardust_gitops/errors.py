"""The one root of our exceptions, each with its remedy and its exit code.

Problems in a catalogue are data (`diagnostics.Finding`), not exceptions; an exception means that
the command as a whole, or one delivery, cannot go on.
"""

from __future__ import annotations

from typing import ClassVar


class GitOpsError(Exception):
    """Something the user can understand and act on. Never shown as a traceback.

    `code` is stable and documented, `hint` says what to do about it.
    """

    exit_code: ClassVar[int] = 1
    default_code: ClassVar[str] = "SG9000"

    def __init__(self, message: str, *, hint: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code or self.default_code


class CatalogueError(GitOpsError):
    """The catalogue, or a policy over it, is not valid (exit 3)."""

    exit_code = 3
    default_code = "SG1000"


class SafetyError(GitOpsError):
    """A safety guard, a stale plan or a wrong ledger stopped the command (exit 4)."""

    exit_code = 4
    default_code = "SG7000"


class LockedError(GitOpsError):
    """Another process holds the lease (exit 5)."""

    exit_code = 5
    default_code = "SG5005"


class UsageError(GitOpsError):
    """The command line asks for something that does not exist (exit 64)."""

    exit_code = 64
    default_code = "SG9064"
