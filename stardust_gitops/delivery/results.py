"""What came of a run: one outcome for each item, and the sums."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from stardust_gitops.errors import GitOpsError

UNKNOWN_TEXT = "nobody knows whether the recipient has taken the last delivery"
UNKNOWN_HINT = (
    "ask the recipient, then run `stardust-gitops ledger resolve ICPN@TARGET delivered` or `resend`"
)


class Outcome(StrEnum):
    """What became of an item.

    `RESUMED` was begun by an earlier run and completed by this one; `EQUAL` needed no message,
    because it would have repeated the last one; `SKIPPED` went stale since it was planned, or its
    target is left alone for now;
    `INTERRUPTED` was not finished because the run was told to stop, and is carried on by the next.
    """

    SENT = "sent"
    RESUMED = "resumed"
    EQUAL = "unchanged"
    FAILED = "failed"
    SKIPPED = "skipped"
    UNKNOWN = "unknown"
    LOCKED = "locked"
    INTERRUPTED = "interrupted"


GOOD = frozenset({Outcome.SENT, Outcome.RESUMED, Outcome.EQUAL})
"""Outcomes that leave nothing to be done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemResult:
    """The outcome of one item; `release` is the GTIN-14, `text` says why where it is not good."""

    release: str
    target: str
    operation: str
    outcome: Outcome
    text: str | None = None
    code: str | None = None
    hint: str | None = None
    batch: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyResult:
    """All outcomes, in the order of the plan; bytes that were put at the recipients.

    `problems` are those of whole targets: a lease that is held, a server that refuses us, a ledger
    that cannot be written.
    """

    items: tuple[ItemResult, ...]
    bytes_sent: int = 0
    interrupted: bool = False
    problems: tuple[tuple[str, GitOpsError], ...] = ()

    def count(self, *outcomes: Outcome) -> int:
        """How many items ended so."""
        return sum(1 for item in self.items if item.outcome in outcomes)

    @property
    def succeeded(self) -> bool:
        """Whether nothing is left to be done."""
        return not self.interrupted and all(item.outcome in GOOD for item in self.items)


def outcome_counts(items: Iterable[ItemResult]) -> dict[str, int]:
    """A number for each outcome, zeros included."""
    counts = {str(outcome): 0 for outcome in Outcome}
    for item in items:
        counts[item.outcome] += 1
    return counts
