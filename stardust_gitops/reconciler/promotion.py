"""Promotion: what another environment has to accept before it is sent here.

Content is known by its fingerprints, so what was accepted is exactly what is sent. Removals do
not wait, and neither does a delivery whose last step was begun.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from stardust_gitops.catalog.loading import Catalogue
from stardust_gitops.catalog.models.environment import ACCEPTED_IN
from stardust_gitops.ledger.events import Event, Kind, StreamId
from stardust_gitops.planning.model import Action, Item, Reason
from stardust_gitops.planning.reasons import SETTLE

NOT_ACCEPTED = "not_accepted"
"""Code of the reason that holds an item."""
_REMOVALS = frozenset({Action.TAKEDOWN, Action.PURGE})

Fingerprints = tuple[str, str]
"""Of the message, and of the assets."""
EventsOf = Callable[[StreamId], Iterable[Event]]


@dataclass(slots=True)
class Answers:
    """What a recipient was sent of a release, and what of that it accepted or rejected."""

    sent: dict[str, Fingerprints] = field(default_factory=dict)
    accepted: set[Fingerprints] = field(default_factory=set)
    rejected: set[Fingerprints] = field(default_factory=set)

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
    """What the events of a stream say; of one message the last answer counts."""
    found = Answers()
    for event in events:
        message_id = event.data.get("message_id")
        if not isinstance(message_id, str):
            continue
        if event.kind is Kind.INTENDED and event.data["operation"] not in _REMOVALS:
            found.sent[message_id] = (
                event.data["message_fingerprint"],
                event.data["assets_fingerprint"],
            )
        elif event.kind is Kind.ACKNOWLEDGED and message_id in found.sent:
            found.accepted.add(found.sent[message_id])
            found.rejected.discard(found.sent[message_id])
        elif event.kind is Kind.REJECTED and message_id in found.sent:
            found.accepted.discard(found.sent[message_id])
            found.rejected.add(found.sent[message_id])
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """What an environment requires: for each target, the (environment, target) pairs that come
    before."""

    before: dict[str, tuple[tuple[str, str], ...]]
    events: EventsOf

    def __call__(self, item: Item) -> Item:
        """The item, held where it has not been accepted before."""
        if not item.action.sends or item.action in _REMOVALS or SETTLE in item.reasons:
            return item
        for environment, target in self.before.get(item.target, ()):
            reason = self._missing(item, environment, target)
            if reason is not None:
                return item._replace(
                    action=Action.HELD,
                    operation=item.action,
                    reasons=(reason, *item.reasons),
                    resumes=False,
                )
        return item

    def _missing(self, item: Item, environment: str, target: str) -> Reason | None:
        wanted = (item.message_fingerprint or "", item.assets_fingerprint or "")
        found = answers(self._history(StreamId(environment, target, item.release)))
        if wanted in found.accepted:
            return None
        text = f"waits until {target} has accepted it in {environment}: {found.about(wanted)}"
        return Reason(code=NOT_ACCEPTED, text=text)

    def _history(
        self, stream: StreamId, seen: frozenset[StreamId] = frozenset()
    ) -> Iterator[Event]:
        """What happened in a stream, and before in the one that was moved there. One that was
        moved back is read once."""
        seen |= {stream}
        for event in self.events(stream):
            if event.kind is Kind.MOVED and "from" in event.data:
                before = StreamId(*event.data["from"])
                if before not in seen:
                    yield from self._history(before, seen)
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
