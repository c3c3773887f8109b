"""A small label with its recipients, for the tests of delivery: real planner, ledger, transport."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from stardust_gitops.clock import Clock
from stardust_gitops.content.canonical import load_delivery
from stardust_gitops.content.fingerprint import delivery_fingerprints, recordings_digest
from stardust_gitops.content.model import (
    Artist,
    Asset,
    AudioFacts,
    Content,
    Deal,
    Delivery,
    Genre,
    ImageFacts,
    Party,
    RightsLine,
    Track,
)
from stardust_gitops.delivery.recipient import Choreography, Recipient
from stardust_gitops.delivery.results import ApplyResult, ItemResult
from stardust_gitops.delivery.runner import apply_plan
from stardust_gitops.delivery.session import Job
from stardust_gitops.delivery.transports.base import Transport
from stardust_gitops.delivery.transports.directory import DirectoryTransport
from stardust_gitops.ledger.events import Kind, Provenance, StreamId
from stardust_gitops.ledger.open import create_ledger, open_ledger
from stardust_gitops.ledger.store import LedgerStore
from stardust_gitops.messages.header import MessagingParty
from stardust_gitops.planning.build import build_plan
from stardust_gitops.planning.model import Desired, Item, Plan
from stardust_gitops.planning.selection import Selection
from stardust_gitops.planning.settings import Permissions, Safety, TargetSettings
from tests.ledger_samples import CATALOGUE, HandClock

LEDGER = "sqlite:ledger.db"
SENDER = MessagingParty(dpid="PADPIDA2026112201U", name="Alpha Tide")
ENVIRONMENT = "production"


def gtin13(number: int) -> str:
    """A GTIN-13 with its check digit."""
    digits = f"400638{number:06}"
    total = sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(digits))
    return f"{digits}{-total % 10}"


class Log:
    """A reporter that remembers."""

    def __init__(self) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []

    def event(self, name: str, **fields: Any) -> None:
        """Keep it."""
        self.events.append((name, fields))

    def named(self, name: str) -> list[dict[str, Any]]:
        """Fields of all events of a name."""
        return [fields for each, fields in self.events if each == name]


OPENED: list[LedgerStore] = []
"""Ledgers of the running test, which closes them when it ends (`tests.conftest`)."""


class Studio:
    """A catalogue in `folder` with its ledger, and an inbox for each recipient. The file
    ``ledger.url`` names a ledger that is elsewhere."""

    def __init__(
        self, folder: Path, *, clock: Clock | None = None, run: str = "run", new: bool = True
    ) -> None:
        self.folder = folder
        self.root = folder / "catalogue"
        (self.root / "assets").mkdir(parents=True, exist_ok=True)
        self.clock: Clock = clock or HandClock()
        self.provenance = Provenance(actor="ada", run=run, program="0.1.0")
        opened = create_ledger if new else open_ledger
        elsewhere = folder / "ledger.url"
        url = elsewhere.read_text() if elsewhere.exists() else LEDGER
        self.ledger: LedgerStore = opened(url, folder, CATALOGUE, self.clock)
        OPENED.append(self.ledger)
        self.recipients: dict[str, Recipient] = {}
        self.releases: dict[str, tuple[Delivery, str]] = {}
        self.purged: set[str] = set()
        self.street_dates: dict[str, str] = {}
        self.log = Log()
        self.stop = threading.Event()

    # What there is

    def inbox(self, target: str) -> Path:
        """The folder that is the recipient."""
        return self.folder / "inboxes" / target

    def add_recipient(
        self,
        target: str = "batchy",
        *,
        connect: Callable[[], Transport] | None = None,
        attempts: int = 3,
        connections: int = 1,
        verify: Any = "size",
        **choreography: Any,
    ) -> None:
        """A recipient that is a folder, unless `connect` says otherwise."""
        inbox = self.inbox(target)
        self.recipients[target] = Recipient(
            id=target,
            sender=SENDER,
            party=MessagingParty(dpid="PADPIDA2011072101T", name=target.title()),
            connect=connect or (lambda: DirectoryTransport(inbox)),
            choreography=Choreography(**choreography),
            attempts=attempts,
            connections=connections,
            verify=verify,
        )

    def put_release(
        self,
        number: int = 1,
        *,
        title: str = "Breakwater",
        status: str = "active",
        tracks: int = 1,
        audio: bytes = b"audio " * 500,
    ) -> str:
        """Write a release into the catalogue; its GTIN-14."""
        icpn = gtin13(number)
        assets = [self._asset(f"assets/{icpn}.jpg", b"cover" + icpn.encode(), None)]
        for track in range(1, tracks + 1):
            data = audio + f"{icpn} {track}".encode()
            assets.append(self._asset(f"assets/{icpn}_{track}.wav", data, track))
        content = _content(icpn, number, title, tracks)
        self.releases[f"0{icpn}"] = (
            Delivery(icpn=icpn, content=content, assets=tuple(assets)),
            status,
        )
        return f"0{icpn}"

    def set_status(self, release: str, status: str) -> None:
        """Change the status of a release."""
        self.releases[release] = (self.releases[release][0], status)
        self.purged.discard(release)

    def purge(self, release: str) -> None:
        """Ask that a release be removed for good."""
        self.set_status(release, "takedown")
        self.purged.add(release)

    def _asset(self, reference: str, data: bytes, track: int | None) -> Asset:
        (self.root / reference).write_bytes(data)
        return Asset(
            role="cover" if track is None else "audio",
            track=track,
            path=reference,
            sha256=hashlib.sha256(data).hexdigest(),
            md5=hashlib.md5(data, usedforsecurity=False).hexdigest(),
            size=len(data),
            facts=_COVER if track is None else _AUDIO,
        )

    # What is done with it

    def plan(self, releases: Iterable[str] | None = None, **more: Any) -> Plan:
        """The plan of the moment, by the real planner; narrowed to `releases` if they are given."""
        snapshot = self.ledger.snapshot(ENVIRONMENT, since="")
        arguments: dict[str, Any] = {
            "safety": Safety(),
            "permissions": Permissions(),
            "now": self.clock.now(),
            "selection": Selection(),
            "unreadable": False,
            "releases": {release: f"releases/{release}.yaml" for release in self.releases},
            "targets": {t: TargetSettings(id=t, takedown="purge") for t in self.recipients},
            **more,
        }
        plan = build_plan(
            [self._desired(r, t) for r in self.releases for t in self.recipients],
            snapshot,
            environment=ENVIRONMENT,
            catalogue=CATALOGUE,
            commit=None,
            **arguments,
        )
        if releases is None:
            return plan
        chosen = set(releases)
        return replace(plan, items=tuple(i for i in plan.items if i.release in chosen))

    def _desired(self, release: str, target: str) -> Desired:
        delivery, status = self.releases[release]
        message, assets = delivery_fingerprints(delivery)
        return Desired(
            release=release,
            icpn=delivery.icpn,
            target=target,
            title=delivery.content.title,
            artist=delivery.content.display_artist,
            file=f"releases/{release}.yaml",
            status=status,
            message_fingerprint=message,
            assets_fingerprint=assets,
            recordings=recordings_digest(track.isrc for track in delivery.content.tracks),
            tracks=len(delivery.content.tracks),
            files=len(delivery.assets),
            upload_bytes=sum(asset.size for asset in delivery.assets),
            street_date=self.street_dates.get(release),
            purge="sent by mistake" if release in self.purged else None,
        )

    def load(self, item: Item) -> Job:
        """What an item sends."""
        delivery, status = self.releases[item.release]
        if any(reason.code == "from_last_content" for reason in item.reasons):
            state = self.ledger.state(StreamId(ENVIRONMENT, item.target, item.release))
            assert state.baseline is not None
            delivery = load_delivery(self.ledger.fetch(state.baseline.content))
        return Job(delivery=delivery, status=status)

    def apply(self, plan: Plan | None = None, **more: Any) -> ApplyResult:
        """Apply a plan, or that of the moment."""
        arguments: dict[str, Any] = {
            "ledger": self.ledger,
            "recipients": self.recipients,
            "load": self.load,
            "clock": self.clock,
            "root": self.root,
            "reporter": self.log,
            "provenance": self.provenance,
            "stop": self.stop,
            **more,
        }
        return apply_plan(plan or self.plan(), **arguments)

    # What came of it

    def kinds(self, release: str, target: str = "batchy") -> list[Kind]:
        """Kinds of the events of a release's stream, advisory ones left out."""
        stream = StreamId(ENVIRONMENT, target, release)
        kinds = [event.kind for _, event in self.ledger.events(stream=stream)]
        return [kind for kind in kinds if kind is not Kind.FILE_UPLOADED]

    def files(self, target: str = "batchy") -> list[str]:
        """All files in an inbox."""
        inbox = self.inbox(target)
        return sorted(str(f.relative_to(inbox)) for f in inbox.rglob("*") if f.is_file())

    def nothing_to_send(self) -> bool:
        """Whether a plan sends nothing and no shipment is open."""
        sends = any(item.action.sends for item in self.plan().items)
        return not sends and not self.ledger.snapshot(ENVIRONMENT, since="").batches


def outcomes(result: ApplyResult) -> dict[tuple[str, str], str]:
    """Outcomes by target and release."""
    return {(item.target, item.release): str(item.outcome) for item in result.items}


def result_of(result: ApplyResult, release: str, target: str = "batchy") -> ItemResult:
    """The result of one item."""
    (found,) = (i for i in result.items if (i.target, i.release) == (target, release))
    return found


_AUDIO = AudioFacts(
    container="WAV", codec="PCM", sample_rate=44100, channels=2, duration="201.5", bit_depth=16
)
_COVER = ImageFacts(codec="JPEG", width=3000, height=3000, mode="RGB")


def _content(icpn: str, number: int, title: str, tracks: int) -> Content:
    artists = (Artist(party=Party(name="Ada Quill")),)
    genre = Genre(name="House")
    return Content(
        icpn=f"0{icpn}",
        type="Single" if tracks < 3 else "EP",
        title=title,
        display_artist="Ada Quill",
        artists=artists,
        label="Alpha Tide",
        genre=genre,
        parental_warning="NotExplicit",
        language="en",
        release_date="2026-12-04",
        p_line=RightsLine(text="2026 Alpha Tide", year=2026),
        c_line=RightsLine(text="2026 Alpha Tide", year=2026),
        deals=(
            Deal(
                models=("SubscriptionModel",),
                uses=("OnDemandStream",),
                start="2026-12-04",
                territories=("Worldwide",),
            ),
        ),
        tracks=tuple(
            Track(
                isrc=f"GBXYZ26{number:03}{track:02}",
                disc=1,
                title=f"{title} {track}",
                display_artist="Ada Quill",
                artists=artists,
                parental_warning="NotExplicit",
                genre=genre,
                p_line=RightsLine(text="2026 Alpha Tide", year=2026),
            )
            for track in range(1, tracks + 1)
        ),
    )
