"""Which message of ours an answer is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from stardust_gitops.clock import instant_text
from stardust_gitops.identifiers.icpn import to_gtin14
from stardust_gitops.ledger.events import Kind, StreamId
from stardust_gitops.ledger.state import Sent, StreamState
from stardust_gitops.ledger.store import LedgerStore
from stardust_gitops.messages.receipts.receipt import Receipt

ASKED_FOR = timedelta(days=30)
"""So long an interface is asked about a message."""

_LAST_WORDS = frozenset({"live", "rejected"})


class Message(NamedTuple):
    """A message that was sent, or is under way: its id, the release's stream, the shipment."""

    message_id: str
    stream: StreamId
    batch: str | None


class Messages:
    """The messages of one target that answers may be about.

    The last ones of each release are known from the states. Earlier ones, and MEAD messages, are
    looked for in the stream that the answer leads to, so that the past is read only where somebody
    answers to it.
    """

    def __init__(self, ledger: LedgerStore, environment: str, target: str, *, since: str) -> None:
        """As the ledger is now; `since` as in `LedgerStore.snapshot`."""
        self._ledger = ledger
        self._target = (environment, target)
        self._known: dict[str, Message] = {}
        self._batches: dict[str, list[Message]] = {}
        self._threads: dict[str, StreamId] = {}
        self._states: dict[StreamId, StreamState] = {}
        self._earlier: dict[StreamId, dict[str, Message]] = {}
        for stream, state in ledger.snapshot(environment, since=since).releases.items():
            if stream.target == target:
                self._add(stream, state)

    def _add(self, stream: StreamId, state: StreamState) -> None:
        self._states[stream] = state
        if state.thread_id is not None:
            self._threads[state.thread_id] = stream
        for sent in _sent(state):
            if sent.message_id is not None:
                message = Message(sent.message_id, stream, sent.batch)
                self._known[message.message_id] = message
                if sent.batch is not None:
                    self._batches.setdefault(sent.batch, []).append(message)

    def about(self, receipt: Receipt) -> list[Message]:
        """The messages that an answer is about: none where we know of none, or where it does not
        say which one; all of a batch where it is about the batch."""
        release = self._release(receipt.release)
        if receipt.message_id is not None:
            return _some(self._by_id(receipt.message_id, release))
        if receipt.release is not None and (named := self._known.get(receipt.release)):
            return [named]  # some write the message's id where the release's should stand
        if receipt.batch is not None:
            return self._in_batch(receipt.batch, release, alone=receipt.release is None)
        return [] if release is None else _some(self._last(release))

    def waiting(self, now: datetime) -> list[Message]:
        """The last messages of releases, where an interface may have something new to say: none
        about which it has said its last word, and none that is older than `ASKED_FOR`."""
        oldest = instant_text(now - ASKED_FOR)
        found = []
        for _, state in sorted(self._states.items()):
            sent = state.open if state.marker_begun else _delivered(state)
            said = state.answer if sent is not state.open else None
            if sent is None or sent.message_id is None or sent.time < oldest:
                continue
            if said is None or said.status not in _LAST_WORDS:
                found.append(self._known[sent.message_id])
        return found

    def _release(self, told: str | None) -> StreamId | None:
        try:
            stream = StreamId(*self._target, to_gtin14(told or ""))
        except ValueError:
            return None
        return stream if stream in self._states else None

    def _by_id(self, message_id: str, release: StreamId | None) -> Message | None:
        if message_id in self._known:
            return self._known[message_id]
        thread = message_id.removesuffix("-MEAD").rsplit("-", 2)[0]
        for stream in (self._threads.get(thread), release):
            if stream is not None and (found := self._past(stream).get(message_id)):
                return found
        return None

    def _in_batch(self, batch: str, release: StreamId | None, *, alone: bool) -> list[Message]:
        members = self._batches.get(batch, [])
        if release is None:
            return members if alone or len(members) == 1 else []
        found = [message for message in members if message.stream == release]
        past = self._past(release).values() if not found else ()
        return found or [message for message in past if message.batch == batch][-1:]

    def _last(self, stream: StreamId) -> Message | None:
        """The last message about a release; none where two are waiting for an answer."""
        state = self._states[stream]
        delivered = _delivered(state)
        under_way = state.open if state.marker_begun else None
        if under_way is not None and (delivered is None or state.answer is not None):
            return self._known.get(under_way.message_id or "")
        if under_way is not None or delivered is None:
            return None
        return self._known.get(delivered.message_id or "")

    def _past(self, stream: StreamId) -> dict[str, Message]:
        """All messages of a stream, and of the one that was moved there."""
        if stream not in self._earlier:
            self._earlier[stream] = {
                message.message_id: message._replace(stream=stream)
                for message in _intended(self._ledger, [stream])
            }
        return self._earlier[stream]


def _delivered(state: StreamState) -> Sent | None:
    """The last delivery, also where it was rejected."""
    return (state.rejected.sent if state.rejected else None) or state.baseline


def _sent(state: StreamState) -> Iterator[Sent]:
    rejected = state.rejected.sent if state.rejected else None
    yield from filter(None, (state.previous, rejected, state.baseline, state.open))


def _intended(ledger: LedgerStore, streams: Iterable[StreamId]) -> Iterator[Message]:
    waiting, seen = list(streams), set[StreamId]()
    while waiting:
        seen.update(waiting)
        before = []
        for event in ledger.histories(waiting):
            if event.kind is Kind.MOVED and "from" in event.data:
                before.append(StreamId(*event.data["from"]))
            if event.kind is not Kind.INTENDED:
                continue
            data = event.data
            if isinstance(said := data.get("message_id"), str):
                yield Message(said, event.stream, data.get("batch"))
            if isinstance(beside := data.get("mead_id"), str):
                yield Message(beside, event.stream, None)
        waiting = [stream for stream in before if stream not in seen]


def _some(message: Message | None) -> list[Message]:
    return [] if message is None else [message]
