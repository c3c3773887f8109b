"""States as JSON, for the derived tables and for moves. Unset fields are absent."""

from __future__ import annotations

from dataclasses import fields as fields_of
from typing import Any

import orjson

from stardust_gitops.ledger.state import Answer, BatchState, Phase, Rejection, Sent, StreamState

_PHASES = {phase.value: phase for phase in Phase}


def dump_state(state: StreamState | BatchState) -> bytes:
    """The JSON of a state."""
    return orjson.dumps(_fields(state))


def load_release(data: bytes) -> StreamState:
    """A state from its JSON. ValueError, TypeError or KeyError where it is none."""
    return release_state(orjson.loads(data))


def load_batch(data: bytes) -> BatchState:
    """A batch's state from its JSON. ValueError, TypeError or KeyError where it is none."""
    fields: dict[str, Any] = orjson.loads(data)
    fields["members"] = tuple(fields.get("members", ()))
    return BatchState(**fields)


def release_state(fields: dict[str, Any]) -> StreamState:
    """A state from its JSON values; `fields` is used up. Errors as in `load_release`."""
    # Spelt out, not looped over: a snapshot reads tens of thousands of states.
    if (sent := fields.get("baseline")) is not None:
        fields["baseline"] = Sent(**sent)
    if (sent := fields.get("open")) is not None:
        fields["open"] = Sent(**sent)
    if (sent := fields.get("previous")) is not None:
        fields["previous"] = Sent(**sent)
    if (rejection := fields.get("rejected")) is not None:
        if (sent := rejection.get("sent")) is not None:
            rejection["sent"] = Sent(**sent)
        fields["rejected"] = Rejection(**rejection)
    if (answer := fields.get("answer")) is not None:
        fields["answer"] = Answer(**answer)
    if (phase := fields.get("phase")) is not None:
        fields["phase"] = _PHASES[phase]
    if (phase := fields.get("previous_phase")) is not None:
        fields["previous_phase"] = _PHASES[phase]
    return StreamState(**fields)


def moved_state(state: StreamState) -> dict[str, Any]:
    """What a ``moved from`` event carries in `data["state"]`: all but the old stream's own place
    and its open intention, which does not move."""
    own = ("version", "head", "open", "marker_begun", "unknown", "failure")
    return {name: value for name, value in _fields(state).items() if name not in own}


def _fields(value: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, default in _DEFAULTS[type(value)]:
        item = getattr(value, name)
        if item is not default and item != default:
            fields[name] = _fields(item) if type(item) in _DEFAULTS else item
    return fields


_DEFAULTS: dict[type, tuple[tuple[str, Any], ...]] = {
    kind: tuple((field.name, field.default) for field in fields_of(kind))
    for kind in (StreamState, BatchState, Sent, Rejection, Answer)
}
"""Each field with its default, which for a required field is a mark that equals no value."""
