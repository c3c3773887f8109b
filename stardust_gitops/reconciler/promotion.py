"""Promotion: what another environment has to accept before it is sent here.

Content is known by its fingerprints, so what was accepted is exactly what is sent. Removals do
not wait, and neither does a delivery whose last step was begun.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from stardust_gitops.catalog.loading import Catalogue
from stardust_gitops.catalog.models.environment import ACCEPTED_IN
from stardust_gitops.ledger.events import Event, Kind, StreamId
from stardust_gitops.ledger.fold import ACCEPTANCES
from stardust_gitops.planning.model import Action, Item, Reason
from stardust_gitops.planning.reasons import SETTLE

NOT_ACCEPTED = "not_accepted"
"""Code of the reason that holds an item."""
_REMOVALS = frozenset({Action.TAKEDOWN, Action.PURGE})

Fingerprints = tuple[str, str]
"""Of the message, and of the assets."""
EventsOf = Callable[[Collection[StreamId]], Iterable[Event]]
"""All events of some streams, those of each in their order."""


@dataclass(slots=True)
class Answers:
    """What a recipient was sent of a release, and what of that it accepted or rejected."""

    sent: dict[str, Fingerprints] = field(default_factory=dict)
    accepted: set[Fingerprints] = field(default_factory=set)
    rejected: set[Fingerprints] = field(default_factory=set)

    def answer(self, message_id: str, *, accepted: bool) -> None:
        """Take in what the recipient says of a message."""
        content = self.sent[message_id]
        (self.accepted if accepted else self.rejected).add(content)
        (self.rejected if accepted else self.accepted).discard(content)

    def about(self, wanted: Fingerprints) -> str:
        """Why some content does not count as accepted, in words that end a sentence."""
        if wanted in self.rejected:
            return "it was rejected there"
        if wanted in self.sent.values():
            return "it was sent there and is not answered"
        if self.accepted:
            return "what was accepted there was other content"
        return "it was not sent there"


def answers(events: Iterable[Event]) -> Answers:
    """What the events of a stream say; of one message the last answer counts, by the recipient's
    own time. That something was received, or is being looked at, accepts nothing and takes nothing
    back."""
    found = Answers()
    last: dict[str, str] = {}
    for event in events:
        message_id = event.data.get("message_id")
        if not isinstance(message_id, str):
            continue
        if event.kind is Kind.INTENDED and event.data["operation"] not in _REMOVALS:
            found.sent[message_id] = (
                event.data["message_fingerprint"],
                event.data["assets_fingerprint"],
            )
        elif _decides(event) and message_id in found.sent:
            time = event.data.get("time") or ""
            if time and time < last.get(message_id, ""):
                continue  # said before what is known already
            last[message_id] = time or event.time
            found.answer(message_id, accepted=event.kind is Kind.ACKNOWLEDGED)
    return found


def _decides(event: Event) -> bool:
    if event.kind is Kind.ACKNOWLEDGED:
        return event.data.get("status") in ACCEPTANCES
    return event.kind is Kind.REJECTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """What an environment requires: for each target, the (environment, target) pairs that come
    before."""

    before: dict[str, tuple[tuple[str, str], ...]]
    events: EventsOf

    def __call__(self, items: Sequence[Item]) -> list[Item]:
        """The items, those held that have not been accepted before."""
        waiting = {stream: None for item in items if _waits(item) for stream in self._streams(item)}
        if not waiting:
            return list(items)
        history = self._histories(waiting)
        return [self._judged(item, history) if _waits(item) else item for item in items]

    def _streams(self, item: Item) -> list[StreamId]:
        return [StreamId(*place, item.release) for place in self.before.get(item.target, ())]

    def _judged(self, item: Item, history: Mapping[StreamId, Sequence[Event]]) -> Item:
        wanted = (item.message_fingerprint or "", item.assets_fingerprint or "")
        for stream in self._streams(item):
            found = answers(_through_moves(stream, history))
            if wanted in found.accepted:
                continue
            text = (
                f"waits until {stream.target} has accepted it in {stream.environment}:"
                f" {found.about(wanted)}"
            )
            return item._replace(
                action=Action.HELD,
                operation=item.action,
                reasons=(Reason(code=NOT_ACCEPTED, text=text), *item.reasons),
                resumes=False,
            )
        return item

    def _histories(self, streams: Collection[StreamId]) -> dict[StreamId, list[Event]]:
        """The events of streams, and of those that were moved there: they are asked for together,
        as a ledger may be far away."""
        found: dict[StreamId, list[Event]] = {}
        while streams:
            found |= {stream: [] for stream in streams}
            for event in self.events(streams):
                found[event.stream].append(event)
            before = (_moved_from(event) for stream in streams for event in found[stream])
            streams = {stream for stream in before if stream is not None and stream not in found}
        return found


def _waits(item: Item) -> bool:
    """Whether an item may have to be accepted elsewhere."""
    return item.action.sends and item.action not in _REMOVALS and SETTLE not in item.reasons


def _moved_from(event: Event) -> StreamId | None:
    if event.kind is Kind.MOVED and "from" in event.data:
        return StreamId(*event.data["from"])
    return None


def _through_moves(
    stream: StreamId,
    history: Mapping[StreamId, Sequence[Event]],
    seen: frozenset[StreamId] = frozenset(),
) -> Iterator[Event]:
    """What happened in a stream, and before in the one that was moved there. One that was moved
    back is read once."""
    seen |= {stream}
    for event in history[stream]:
        before = _moved_from(event)
        if before is not None and before not in seen:
            yield from _through_moves(before, history, seen)
        yield event


def promotion(catalogue: Catalogue, events: EventsOf) -> Promotion | None:
    """What the environment of a catalogue requires; ``None`` where that is nothing."""
    entry = catalogue.config.environments.get(catalogue.environment)
    if entry is None or not entry.requires:
        return None
    before: dict[str, tuple[tuple[str, str], ...]] = {}
    for acceptance, pairs in entry.requires.items():
        environment = acceptance.removeprefix(ACCEPTED_IN)
        for here, there in pairs.items():
            before[here] = (*before.get(here, ()), (environment, there))
    return Promotion(before=before, events=events)
