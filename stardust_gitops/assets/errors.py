"""What can be wrong with an asset or a lock file, each problem with its stable code."""

from __future__ import annotations

from enum import StrEnum

from stardust_gitops.diagnostics import Finding, Pointer, Severity
from stardust_gitops.errors import CatalogueError


class AssetProblem(StrEnum):
    """The stable codes of assets and locks.

    The last four are the words of those who compare a catalogue with its locks: no lock file, an
    asset that the lock does not hold, one that has changed since it was measured, and a lock file
    without the file that it is for.
    """

    MISSING = "SG3001"
    NOT_A_FILE = "SG3002"
    UNREADABLE = "SG3003"
    EMPTY = "SG3004"
    LFS_POINTER = "SG3005"
    TRUNCATED = "SG3006"
    DAMAGED = "SG3007"
    UNSUPPORTED = "SG3008"
    WRONG_SUFFIX = "SG3009"
    BAD_REFERENCE = "SG3010"
    OUTSIDE = "SG3011"
    REMOTE = "SG3012"
    TOO_LARGE = "SG3013"
    CHANGED_MEANWHILE = "SG3014"
    LOCK_NOT_WRITTEN = "SG3019"
    LOCK_INVALID = "SG3020"
    LOCK_MISSING = "SG3021"
    NOT_LOCKED = "SG3022"
    DISAGREES = "SG3023"
    STRAY = "SG3024"


class AssetError(CatalogueError):
    """An asset that cannot be used, and why. `asset` names it, once it is known; `reference` is
    how the catalogue refers to it, which may hold what no message should repeat."""

    default_code = "SG3000"

    def __init__(self, problem: str, *, code: AssetProblem, hint: str, asset: str = "") -> None:
        super().__init__(f"{asset}: {problem}" if asset else problem, hint=hint, code=code.value)
        self.problem = problem
        self.asset = asset
        self.reference = asset

    def of(self, asset: str) -> AssetError:
        """The same error, naming the asset."""
        code = AssetProblem(self.code)
        return AssetError(self.problem, code=code, hint=self.hint or "", asset=asset)

    def as_finding(self, *, file: str, pointer: Pointer = ()) -> Finding:
        """The error as a finding about the place in the catalogue that refers to the asset."""
        return Finding(
            code=self.code,
            severity=Severity.ERROR,
            message=self.message,
            remedy=self.hint or "",
            file=file,
            pointer=pointer,
        )
