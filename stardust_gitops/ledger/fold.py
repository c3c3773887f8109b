"""What an event does to the state of its stream. Pure.

A fold never asks whether an event should have been written: what does not fit the state (a
``completed`` without an intention, say) only counts on. Who appends decides that beforehand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any

from stardust_gitops.ledger.codec import release_state
from stardust_gitops.ledger.events import Event, Kind
from stardust_gitops.ledger.state import Answer, BatchState, Phase, Rejection, Sent, StreamState
from stardust_gitops.ledger.store import LedgerError

UNKNOWN = "unknown"
DELIVERED = "delivered"
REJECTED = "rejected"
ACCEPTANCES = frozenset({"accepted", "live"})
"""What a recipient says (`Answer.status`) that takes what it was sent."""

_PHASE_AFTER = {
    "insert": Phase.LIVE,
    "update": Phase.LIVE,
    "resend": Phase.LIVE,
    "takedown": Phase.TAKEN_DOWN,
    "purge": Phase.PURGED,
}


Changes = Mapping[str, Any]
"""What an event changes: fields of the state and their new values."""


def apply_release(state: StreamState, event: Event, *, digest: str | None = None) -> StreamState:
    """The state of a release at a target after one more event.

    `digest` is the one that the event is stored under, where that is known; it differs from
    `Event.digest` for an event that was read through an upcaster. `LedgerError` for an event
    whose data lacks what its kind must have.
    """
    effect = _RELEASE.get(event.kind)
    try:
        changes = effect(state, event) if effect else _NONE
    except (KeyError, TypeError, ValueError) as error:
        raise _malformed(event, error) from error
    return replace(state, **changes, version=event.version, head=digest or event.digest())


def apply_batch(state: BatchState, event: Event, *, digest: str | None = None) -> BatchState:
    """The state of a batch after one more event; `digest` and errors as in `apply_release`."""
    effect = _BATCH.get(event.kind)
    try:
        changes = effect(state, event) if effect else _NONE
    except (KeyError, TypeError, ValueError) as error:
        raise _malformed(event, error) from error
    return replace(state, **changes, version=event.version, head=digest or event.digest())


def _malformed(event: Event, error: Exception) -> LedgerError:
    where = "/".join(event.stream)
    return LedgerError(
        f"event {event.version} of {where} ({event.kind}) is malformed: {error}",
        hint="run `stardust-gitops ledger verify`; restore the ledger from a backup if it fails",
        code="SG5006",
    )


def _text(data: Mapping[str, Any], key: str) -> str:
    value = data[key]
    if not isinstance(value, str):
        raise TypeError(f"{key} is not text")
    return value


def _optional(data: Mapping[str, Any], key: str) -> str | None:
    return None if data.get(key) is None else _text(data, key)


def _sent(event: Event) -> Sent:
    data = event.data
    operation = _text(data, "operation")
    if operation not in _PHASE_AFTER:
        raise ValueError(f"unknown operation {operation!r}")
    return Sent(
        operation=operation,
        status=_text(data, "status"),
        message_fingerprint=_text(data, "message_fingerprint"),
        assets_fingerprint=_text(data, "assets_fingerprint"),
        scheme=int(data["scheme"]),
        recordings=_text(data, "recordings"),
        content=_text(data, "content"),
        version=event.version,
        time=event.time,
        message_id=_optional(data, "message_id"),
        thread_id=_optional(data, "thread_id"),
        created=_optional(data, "created"),
        message=_optional(data, "message"),
        body=_optional(data, "body"),
        batch=_optional(data, "batch"),
        recipient=_optional(data, "recipient"),
        protected=bool(data.get("protected", False)),
        mead=_optional(data, "mead"),
        mead_body=_optional(data, "mead_body"),
    )


def _latest(state: StreamState, created: str | None) -> str | None:
    return max(filter(None, (state.last_created, created)), default=None)


_NONE: Changes = {}
_CLOSED: Changes = {"open": None, "marker_begun": False, "unknown": False, "failure": None}
"""No open intention any more, whatever became of it."""


def _intended(state: StreamState, event: Event) -> Changes:
    sent = _sent(event)
    return {
        **_CLOSED,
        "open": sent,
        "last_created": _latest(state, sent.created),
        "thread_id": sent.thread_id or state.thread_id,
    }


def _completing(state: StreamState, event: Event) -> Changes:
    if state.open is None:
        return _NONE
    return {"marker_begun": True, "unknown": False, "failure": None}


def _completed(state: StreamState, event: Event) -> Changes:
    sent = state.open
    if sent is None:
        return _NONE
    return {
        **_CLOSED,
        "baseline": sent,
        "phase": _PHASE_AFTER[sent.operation],
        "previous": state.baseline,
        "previous_phase": state.phase,
        "protected": sent.protected,
        "last_body": sent.body,
        "rejected": None,
        "answer": None,
    }


def _failed(state: StreamState, event: Event) -> Changes:
    text = _text(event.data, "text")
    if state.open is None:
        return _NONE
    if event.data.get("outcome") == UNKNOWN:
        return {"failure": text, "marker_begun": True, "unknown": True}
    return {"failure": text}


def _superseded(state: StreamState, event: Event) -> Changes:
    return _CLOSED


def _answers_open(state: StreamState, message_id: str) -> bool:
    """Whether an answer about a message proves that the open intention reached the recipient."""
    return state.open is not None and state.marker_begun and state.open.message_id == message_id


def _last_sent(state: StreamState) -> Sent | None:
    """The last delivery that an answer can be about: the one that was rejected, or the baseline."""
    rejected = state.rejected.sent if state.rejected else None
    return rejected or state.baseline


def _answered(state: StreamState, event: Event) -> Sent | None:
    """What an answer is about, where it says something new of the last delivery.

    Answers to earlier messages are records. Of those to one message the last one counts by the
    recipient's own time; one without a time is as late as it was recorded.
    """
    message_id, sent, said = _text(event.data, "message_id"), _last_sent(state), state.answer
    if sent is None or sent.message_id != message_id:
        return None
    time = _optional(event.data, "time")
    if said is None or said.message_id != message_id or time is None:
        return sent
    return sent if time >= said.time else None


def _answer(event: Event, status: str) -> Answer:
    return Answer(
        message_id=_text(event.data, "message_id"),
        status=status,
        time=_optional(event.data, "time") or event.time,
        text=_optional(event.data, "text"),
    )


def _acknowledged(state: StreamState, event: Event) -> Changes:
    status = str(event.data.get("status", UNKNOWN))
    said = {"answer": _answer(event, status)}
    if _answers_open(state, _text(event.data, "message_id")):
        return {**_completed(state, event), **said}
    sent = _answered(state, event)
    if sent is None:
        return _NONE
    if state.rejected is None:
        return said
    return {**_taken_back(state, sent), **said} if status in ACCEPTANCES else _NONE


def _taken_back(state: StreamState, sent: Sent) -> Changes:
    """The recipient rejected a delivery and takes it after all: it counts again."""
    return {
        "baseline": sent,
        "phase": _PHASE_AFTER[sent.operation],
        "previous": state.baseline,
        "previous_phase": state.phase,
        "last_body": sent.body,
        "rejected": None,
    }


def _rejected(state: StreamState, event: Event) -> Changes:
    answer = _answer(event, REJECTED)
    if state.open is not None and _answers_open(state, answer.message_id):
        completed = _completed(state, event)
        changes = {**completed, **_without(state.open, replace(state, **completed), event)}
        return {**changes, "answer": answer}
    sent = _answered(state, event)
    if sent is None:
        return _NONE
    if state.rejected is not None and state.rejected.sent is sent:
        action, text = _optional(event.data, "action"), answer.text
        return {"rejected": replace(state.rejected, action=action, text=text), "answer": answer}
    return {**_without(sent, state, event), "answer": answer}


def _without(sent: Sent, state: StreamState, event: Event) -> Changes:
    """The baseline, `sent`, was rejected: what counted before it counts again.

    `protected` stays: it is the user's wish, not the recipient's.
    """
    baseline, phase = state.previous, state.previous_phase
    if baseline is None and sent.operation != "insert":
        # What was there before is no longer known (two rejections in a row), but something was:
        # the release must not look as if it had never been delivered, or no takedown reaches it.
        baseline, phase = sent, Phase.LIVE
    return {
        "baseline": baseline,
        "phase": phase,
        "previous": None,
        "previous_phase": Phase.NEVER,
        "last_body": baseline.body if baseline else None,
        "rejected": Rejection(
            fingerprint=sent.message_fingerprint,
            assets_fingerprint=sent.assets_fingerprint,
            operation=sent.operation,
            action=_optional(event.data, "action"),
            text=_optional(event.data, "text"),
            sent=sent,
        ),
    }


def _imported(state: StreamState, event: Event) -> Changes:
    """Content that the recipient has without a message of its own.

    Where its message would equal the last one sent, that one stays the baseline's message, and
    what was before it stays `previous`: the recipient may still reject it.
    """
    sent, old = _sent(event), state.baseline
    changes: dict[str, Any] = {
        **_CLOSED,
        "phase": Phase(event.data.get("phase", Phase.LIVE)),
        "protected": sent.protected,
        "last_body": sent.body,
        "last_created": _latest(state, sent.created),
        "thread_id": sent.thread_id or state.thread_id,
        "rejected": None,
    }
    own = sent.message_id is not None or sent.body is None
    if own or old is None or not sent.body == state.last_body == old.body:
        before = {"previous": old, "previous_phase": state.phase}
        return {**changes, **before, "baseline": sent, "answer": None}
    if state.rejected is not None:
        changes["answer"] = None  # it was about the message that was rejected
    carried = (
        *("operation", "message_id", "thread_id", "created", "message", "batch"),
        *("mead", "mead_body"),
    )
    return {**changes, "baseline": replace(sent, **{name: getattr(old, name) for name in carried})}


def _forgotten(state: StreamState, event: Event) -> Changes:
    """Times and the thread stay: a later message must still be newer than those sent."""
    return _as_in(StreamState(last_created=state.last_created, thread_id=state.thread_id))


def _moved(state: StreamState, event: Event) -> Changes:
    if "from" not in event.data:
        return _forgotten(state, event)
    values = {"phase": Phase.LIVE, **event.data["state"]}
    nested = {name: dict(values[name]) for name in _NESTED if name in values}
    there = release_state({**values, **nested})
    return {
        **_as_in(there),
        **_CLOSED,
        "last_created": _latest(state, there.last_created),
        "thread_id": there.thread_id or state.thread_id,
    }


_NESTED = ("baseline", "open", "previous", "rejected", "answer")
_CARRIED = tuple(f.name for f in fields(StreamState) if f.name not in ("version", "head"))


def _as_in(state: StreamState) -> Changes:
    return {name: getattr(state, name) for name in _CARRIED}


def _resolved(state: StreamState, event: Event) -> Changes:
    if _text(event.data, "outcome") == DELIVERED:
        return _completed(state, event)
    # What arrived last is not known, so no next message may count as equal to it.
    return {**_CLOSED, "last_body": None}


def _erased(state: StreamState | BatchState, event: Event) -> Changes:
    """What is kept no more changes nothing of what is known."""
    if not all(isinstance(digest, str) for digest in event.data["digests"]):
        raise TypeError("digests are not texts")
    return _NONE


_RELEASE: Mapping[Kind, Callable[[StreamState, Event], Changes]] = {
    Kind.INTENDED: _intended,
    Kind.COMPLETING: _completing,
    Kind.COMPLETED: _completed,
    Kind.FAILED: _failed,
    Kind.SUPERSEDED: _superseded,
    Kind.ACKNOWLEDGED: _acknowledged,
    Kind.REJECTED: _rejected,
    Kind.IMPORTED: _imported,
    Kind.FORGOTTEN: _forgotten,
    Kind.MOVED: _moved,
    Kind.RESOLVED: _resolved,
    Kind.ERASED: _erased,
}
"""`file_uploaded` is advisory; `lease_taken_over` and those of a circuit are records, the last of
which tells all: none changes a state."""


def _batch_intended(state: BatchState, event: Event) -> Changes:
    data = event.data
    return {
        "folder": _text(data, "folder"),
        "layout": _text(data, "layout"),
        "members": tuple(data["members"]),
        "created": _text(data, "created"),
        "marker_path": _optional(data, "marker_path"),
        "marker": None,
        "completing": False,
        "ended": False,
        "unknown": False,
    }


def _batch_completing(state: BatchState, event: Event) -> Changes:
    return {
        "members": tuple(event.data.get("members", state.members)),
        "marker": _optional(event.data, "marker") or state.marker,
        "completing": True,
        "unknown": False,
    }


def _batch_ended(state: BatchState, event: Event) -> Changes:
    return {"ended": True, "unknown": False}


def _batch_failed(state: BatchState, event: Event) -> Changes:
    unknown = event.data.get("outcome") == UNKNOWN and not state.ended
    return {"unknown": True, "completing": True} if unknown else _NONE


_BATCH: Mapping[Kind, Callable[[BatchState, Event], Changes]] = {
    Kind.INTENDED: _batch_intended,
    Kind.COMPLETING: _batch_completing,
    Kind.COMPLETED: _batch_ended,
    Kind.FAILED: _batch_failed,
    Kind.SUPERSEDED: _batch_ended,
    Kind.RESOLVED: _batch_ended,
    Kind.ERASED: _erased,
}
