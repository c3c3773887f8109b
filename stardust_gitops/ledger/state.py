"""What the events of one stream amount to. Pure: `ledger.fold` folds one event into a state."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from stardust_gitops.ledger.events import GENESIS


class Phase(StrEnum):
    """What the recipient has, as far as we know: the result of the last completed delivery."""

    NEVER = "never"
    LIVE = "live"
    TAKEN_DOWN = "taken_down"
    PURGED = "purged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One delivery: what was intended, and what is or will be the baseline once completed.

    Fingerprints are those of the content (`message`) and of the files (`assets`); `content` and
    `message` are digests in the content store, `body` is that of the message without ids and
    times. `status` is the catalogue's status at that time, `protected` its `prevent_takedown`.
    `recordings` is a digest of the ordered ISRCs: it tells a renamed release. `created` is an
    instant text, so that the latest is the greatest. `recipient` is the DPID: it tells a renamed
    target. `mead` and `mead_body` are to the MEAD message beside the message what `message` and
    `body` are to this; unset where none travelled.
    """

    operation: str
    status: str
    message_fingerprint: str
    assets_fingerprint: str
    scheme: int
    recordings: str
    content: str
    version: int
    time: str
    message_id: str | None = None
    thread_id: str | None = None
    created: str | None = None
    message: str | None = None
    body: str | None = None
    batch: str | None = None
    recipient: str | None = None
    protected: bool = False
    mead: str | None = None
    mead_body: str | None = None

    def named(self, what: str) -> str:
        """What was kept of it, for who is told that it is missing: ``the message``, say."""
        number = f", {self.message_id}" if self.message_id else ""
        return f"{what} of the {self.operation} of {self.time[:10]}{number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """A recipient's no to the last delivery; `action` is what it proposed, in DDEX's words.

    `sent` is what it rejected: that counts after all where the recipient takes its no back.
    """

    fingerprint: str
    assets_fingerprint: str
    operation: str
    action: str | None = None
    text: str | None = None
    sent: Sent | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The recipient's last word about the last message that it was sent.

    `status` is one of ``received``, ``processing``, ``accepted``, ``live``, ``rejected`` and
    ``unknown`` (said in words that nobody translated: they are in `text`). `time` is an instant
    text: the recipient's own where it told one, else when the answer was recorded.
    """

    message_id: str
    status: str
    time: str
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamState:
    """The state of one release at one target.

    `baseline` is the last delivery that completed and was not rejected. `open` is an intention
    without an end; `marker_begun` and `unknown` tell how far it got. `last_created` is the
    latest MessageCreatedDateTime ever used here. `protected` remembers `prevent_takedown`.
    """

    version: int = 0
    head: str = GENESIS
    phase: Phase = Phase.NEVER
    baseline: Sent | None = None
    open: Sent | None = None
    marker_begun: bool = False
    unknown: bool = False
    failure: str | None = None
    rejected: Rejection | None = None
    protected: bool = False
    last_created: str | None = None
    last_body: str | None = None
    thread_id: str | None = None
    previous: Sent | None = None
    """The baseline before the present one: what counts again if the present one is rejected."""
    previous_phase: Phase = Phase.NEVER
    answer: Answer | None = None
    """What the recipient last said about the last message: that of the baseline, or the one that
    it rejected. ``None`` where it has said nothing, and while a newer one has been completed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchState:
    """The state of one shipment: members (GTIN-14), where it goes, and its marker."""

    version: int = 0
    head: str = GENESIS
    folder: str = ""
    layout: str = ""
    members: tuple[str, ...] = ()
    created: str = ""
    marker_path: str | None = None
    marker: str | None = None
    completing: bool = False
    ended: bool = False
    unknown: bool = False
