"""Where the last message to a recipient stands, and what was answered to it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from stardust_gitops.ledger.state import Answer, Sent, StreamState


class Step(StrEnum):
    """How far the last message has come."""

    NEVER = "never"
    SENDING = "sending"
    """Intended, and not delivered in full: an apply is at work, or has to carry it on."""
    UNKNOWN = "unknown"
    """Nobody knows whether the recipient was told to begin (`ledger resolve`)."""
    ADOPTED = "adopted"
    """The recipient has it from before this ledger: no message of ours can be answered."""
    DELIVERED = "delivered"
    SILENT = "silent"
    """Delivered, and not answered in the time in which the target is expected to."""
    ACKNOWLEDGED = "acknowledged"
    PROCESSING = "processing"
    ACCEPTED = "accepted"
    LIVE = "live"
    REJECTED = "rejected"


ANSWERED = frozenset({Step.ACKNOWLEDGED, Step.PROCESSING, Step.ACCEPTED, Step.LIVE, Step.REJECTED})
"""The recipient has said something."""

_SAID = {
    "processing": Step.PROCESSING,
    "accepted": Step.ACCEPTED,
    "live": Step.LIVE,
    "rejected": Step.REJECTED,
}
"""What answers say (`ledger.state.Answer.status`). All else only shows that it was received."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The step, of which message, and since when (an instant text). `text` is the recipient's
    own, or why a delivery is not complete; `action` what it proposes, in DDEX's words."""

    step: Step
    sent: Sent | None = None
    since: str | None = None
    text: str | None = None
    action: str | None = None


def standing_of(state: StreamState, now: datetime, patience: timedelta | None) -> Standing:
    """Where the last message of a stream stands at `now`. `patience` is the time within which the
    recipient is expected to answer, ``None`` where it is not known to answer at all."""
    if state.open is not None:
        step = Step.UNKNOWN if state.unknown else Step.SENDING
        return Standing(step=step, sent=state.open, since=state.open.time, text=state.failure)
    if state.rejected is not None:
        return _rejected(state)
    sent, said = state.baseline, state.answer
    if sent is None:
        return Standing(step=Step.NEVER)
    if said is not None:
        step = _SAID.get(said.status, Step.ACKNOWLEDGED)
        return Standing(step=step, sent=sent, since=said.time, text=said.text)
    step = Step.DELIVERED
    if sent.message_id is None:
        step = Step.ADOPTED
    elif patience is not None and now - datetime.fromisoformat(sent.time) >= patience:
        step = Step.SILENT
    return Standing(step=step, sent=sent, since=sent.time)


def _rejected(state: StreamState) -> Standing:
    rejected = state.rejected
    assert rejected is not None
    said: Answer | None = state.answer
    return Standing(
        step=Step.REJECTED,
        sent=rejected.sent,
        since=None if said is None else said.time,
        text=rejected.text,
        action=rejected.action,
    )
