"""The plan as a value: items, operations, reasons, and what goes into it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from stardust_gitops.diagnostics import Finding


class Action(StrEnum):
    """What is to be done with an item, or why nothing is."""

    TAKEDOWN = "takedown"
    PURGE = "purge"
    INSERT = "insert"
    UPDATE = "update"
    RESEND = "resend"
    UNCHANGED = "unchanged"
    HELD = "held"
    BLOCKED = "blocked"
    ORPHANED = "orphaned"

    @property
    def sends(self) -> bool:
        """Whether this is an operation: something will be sent."""
        return self in OPERATIONS


OPERATIONS = (Action.TAKEDOWN, Action.PURGE, Action.INSERT, Action.UPDATE, Action.RESEND)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why: a stable code for machines and a sentence for people."""

    code: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference in content. A whole value added has no `before`, one removed no `after`.

    `source` is ``file:line`` of where the catalogue says so now, `commit` the commit (short hash)
    that wrote that line; both ``None`` where it cannot be said.
    """

    path: str
    before: object | None = None
    after: object | None = None
    source: str | None = None
    commit: str | None = None


def release_name(artist: str, title: str) -> str:
    """``Ada Quill – Nightjar (Deluxe Edition)``: how a release is named to people, everywhere.
    What is not known is left out."""
    return " – ".join(part for part in (artist, title) if part)


class Desired(NamedTuple):
    """What the catalogue wants of one release at one target. A plan holds many: a tuple is made,
    kept and sent between processes at a fraction of what another object costs.

    `release` is the GTIN-14, `icpn` the form written, `title` has its version
    (`content.titles.full_title`). `status` is the one for this target
    (``active``, ``takedown``, ``hold``, ``draft``, ``archived``). Fingerprints are ``None`` where
    the content could not be resolved; `errors` then say why. `files` and `upload_bytes` count all
    files of the release. `not_before` holds an insert or update back (`send_from`), or a takedown
    (`takedown_from`), with the reason in words. `street_date` orders the work. `replaces` is the
    GTIN-14 that this release had before, where the catalogue declares it. `ends` tells that the
    content announces a takedown ahead of its day, by the end of its deals. `purge` is the reason
    for which the catalogue asks that what is taken down be removed for good.
    """

    release: str
    icpn: str
    target: str
    title: str
    artist: str
    file: str
    status: str
    message_fingerprint: str | None
    assets_fingerprint: str | None
    recordings: str | None
    tracks: int
    files: int
    upload_bytes: int
    street_date: str | None = None
    not_before: datetime | None = None
    not_before_text: str | None = None
    prevent_takedown: bool = False
    errors: tuple[Finding, ...] = ()
    warnings: tuple[Finding, ...] = ()
    label: str | None = None
    replaces: str | None = None
    ends: bool = False
    purge: str | None = None

    @property
    def name(self) -> str:
        """Artist and title (`release_name`)."""
        return release_name(self.artist, self.title)


class Item(NamedTuple):
    """One (release, target) of a plan, a tuple as `Desired` is.

    `operation` is what will be sent when `action` sends, else what waits behind a held or blocked
    item (``None`` where nothing does). `with_files` tells whether audio and art travel.
    `resumes` tells that an open intention is carried on with its own message. `back_catalogue`
    tells that the operation brings the target what came out long ago (`timing.is_back_catalogue`).
    """

    release: str
    icpn: str
    target: str
    title: str
    artist: str
    action: Action
    reasons: tuple[Reason, ...]
    stream_version: int
    operation: Action | None = None
    tracks: int = 0
    with_files: bool = False
    upload_bytes: int = 0
    message_fingerprint: str | None = None
    assets_fingerprint: str | None = None
    changes: tuple[Change, ...] = ()
    not_before: datetime | None = None
    street_date: str | None = None
    resumes: bool = False
    findings: tuple[Finding, ...] = ()
    back_catalogue: bool = False

    @property
    def name(self) -> str:
        """Artist and title (`release_name`)."""
        return release_name(self.artist, self.title)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCircuit:
    """A target at which so many deliveries in a row failed that it is left alone until an instant
    (text); `code` and `text` are the last error's. `due` tells that the time has passed: the next
    apply tries one item, and the others if that succeeds."""

    target: str
    failures: int
    until: str
    due: bool
    code: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All items, in the order of delivery within each target; `plan_hash` names what is sent.

    `stops` are tripped guards: `apply` refuses while there are any. `narrowed` tells that only a
    part of the catalogue was asked about. `against` is the commit that it was compared with,
    where no ledger was read: what that commit says is then taken for what recipients have.
    `circuits` are the targets that are left alone for now, though their items are planned.
    """

    environment: str
    catalogue: str
    commit: str | None
    plan_hash: str
    items: tuple[Item, ...]
    stops: tuple[Reason, ...] = ()
    findings: tuple[Finding, ...] = ()
    narrowed: bool = False
    against: str | None = None
    circuits: tuple[OpenCircuit, ...] = ()

    def count(self, action: Action) -> int:
        """Number of items with this action."""
        return sum(1 for item in self.items if item.action is action)
