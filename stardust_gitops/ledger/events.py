"""The events of the ledger, as values. Pure: no database, no clock.

A stream is (environment, target, subject). The subject is the GTIN-14 of a release,
``batch:<id>`` for what is shipped together, ``lease`` for takeovers of the target's lease,
``receipts`` for the files in which the recipient answers, or ``circuit`` for whether the target can
be reached (`ledger.circuit`). Events of a stream are numbered 1, 2, 3…; each carries the hash of
the one before, so that nothing can be changed or dropped in the middle unnoticed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

import orjson

FIRST_FORMAT, EVENT_FORMAT = 1, 3
"""Of events, the oldest and the newest. Format 2 adds the kind ``erased``, 3 ``receipt_read``."""

GENESIS = "0" * 64
BATCH_PREFIX = "batch:"
LEASE_SUBJECT = "lease"
RECEIPTS_SUBJECT = "receipts"
CIRCUIT_SUBJECT = "circuit"
_RECORDS = frozenset({LEASE_SUBJECT, RECEIPTS_SUBJECT, CIRCUIT_SUBJECT})
REFERENCES = ("content", "message", "mead", "marker", "raw")
"""Keys of `Event.data` that hold digests of bytes in the content store."""


class StreamId(NamedTuple):
    """The key of a stream."""

    environment: str
    target: str
    subject: str

    @property
    def is_batch(self) -> bool:
        """Whether this is the stream of a batch rather than of a release."""
        return self.subject.startswith(BATCH_PREFIX)

    @property
    def is_release(self) -> bool:
        """Whether this is the stream of a release."""
        return not self.is_batch and self.subject not in _RECORDS


class Kind(StrEnum):
    """What happened."""

    INTENDED = "intended"
    FILE_UPLOADED = "file_uploaded"
    COMPLETING = "completing"
    COMPLETED = "completed"
    FAILED = "failed"
    SUPERSEDED = "superseded"
    ACKNOWLEDGED = "acknowledged"
    REJECTED = "rejected"
    IMPORTED = "imported"
    FORGOTTEN = "forgotten"
    MOVED = "moved"
    RESOLVED = "resolved"
    LEASE_TAKEN_OVER = "lease_taken_over"
    ERASED = "erased"
    RECEIPT_READ = "receipt_read"
    CIRCUIT_OPENED = "circuit_opened"
    CIRCUIT_CLOSED = "circuit_closed"


_FORMATS = {
    Kind.ERASED: 2,
    Kind.RECEIPT_READ: 3,
    Kind.CIRCUIT_OPENED: 3,
    Kind.CIRCUIT_CLOSED: 3,
}


def format_of(kind: Kind) -> int:
    """The oldest format that has this kind. Events are written in it, so that a program which knows
    no newer one still reads all that it can read rightly, and refuses the rest."""
    return _FORMATS.get(kind, FIRST_FORMAT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Who did it, from where: stands in every event of a run."""

    actor: str
    run: str
    program: str
    commit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event. `data` holds JSON values; its keys by kind:

    - intended: operation, status, message_fingerprint, assets_fingerprint, scheme, recordings,
      content (digest), message_id, thread_id, created (instant text), message (digest), body
      (digest of the message without ids and times), batch, recipient (DPID), protected; where a
      MEAD message travels also mead (digest), mead_id, mead_size and mead_body, which are to it
      what message, message_id, message_size and body are to the message. Of a batch: folder,
      layout, members, created, marker_path
    - completing: of a batch also members, marker (digest; of a zip, that of what is in it)
    - failed: text, code, outcome (``unknown`` where the marker was begun and nobody knows)
    - acknowledged, rejected: message_id, status (`state.Answer.status`), text, code (the
      recipient's own word), action (what it proposes, rejected only), time (instant text: the
      recipient's own); of a receipt that was read also batch, file (its path) and raw (digest of
      its bytes). The message may be an earlier one, or a MEAD message
    - receipt_read: of one file, as it was read: path, size, modified (instant text), sha256, raw
      (digest), receipts (how many), keys (digests of those that are on record), unmatched (those
      that are about no message of ours); where it could not be read, problem instead
    - imported: as intended, and phase (default ``live``)
    - moved: ``to`` in the stream that ends; ``from`` and state (`codec.moved_state`) in the new
    - resolved: outcome (``delivered``, ``resend``; ``refused`` where the recipient did not begin,
      and said so, then also code and text)
    - erased: digests (of bytes to which earlier events of this stream refer, and which are kept no
      more), reason (``keep_for``), keep_for, text
    - lease_taken_over: reason (``dead``, ``expired``, ``by hand``), fence, holder, lost (whose)
    - circuit_opened: failures (in a row), until (instant text), cool_down (seconds), code, text,
      item (GTIN-14); circuit_closed: failures (in a row so far), and of the others what there is
    """

    stream: StreamId
    version: int
    kind: Kind
    time: str
    provenance: Provenance
    data: Mapping[str, Any] = field(default_factory=dict)
    format: int = FIRST_FORMAT
    previous: str = GENESIS
    stored: bytes | None = field(default=None, init=False, compare=False, repr=False)
    """The bytes that it was read from. Not carried into what `dataclasses.replace` makes of it."""

    @classmethod
    def of(cls, stored: bytes, **fields: Any) -> Event:
        """An event that was read from `stored`, perhaps through an upcaster."""
        event = cls(**fields)
        object.__setattr__(event, "stored", stored)
        return event

    def body(self) -> bytes:
        """The bytes that are stored and hashed: those that it was read from, else canonical."""
        if self.stored is not None:
            return self.stored
        return orjson.dumps(
            {
                "format": self.format,
                "stream": list(self.stream),
                "version": self.version,
                "kind": self.kind,
                "time": self.time,
                "actor": self.provenance.actor,
                "commit": self.provenance.commit,
                "run": self.provenance.run,
                "program": self.provenance.program,
                "data": dict(self.data),
                "previous": self.previous,
            },
            option=orjson.OPT_SORT_KEYS,
        )

    def digest(self) -> str:
        """SHA-256 of the body: the link that the next event of the stream carries."""
        return hashlib.sha256(self.body()).hexdigest()


def references(event: Event) -> Iterator[tuple[str, str]]:
    """What stored bytes an event refers to: the key (one of `REFERENCES`) and the digest."""
    for key in REFERENCES:
        digest = event.data.get(key)
        if isinstance(digest, str):
            yield key, digest


def erased(event: Event) -> tuple[str, ...]:
    """The digests of the bytes that an event says are kept no more."""
    return tuple(event.data["digests"]) if event.kind is Kind.ERASED else ()
