"""A label at work: a catalogue in a real git repository, delivered once, and ready to be edited."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.catalogues import (
    CatalogueFolder,
    FixedClock,
    Outcome,
    audio_bytes,
    copy_of,
    make_catalogue,
)

EP, SINGLE = "4006381333931", "4006381333948"
EP_FILE, SINGLE_FILE, SHARED_FILE = "releases/ep.yaml", "releases/single.yaml", "tracks/ebb.yaml"
STORE, SERVICE = "store", "service"
BOTH = (SERVICE, STORE)
VERSIONS = ("3.8.2", "3.8.3", "4.2", "4.3", "4.3.2")

EP_TEXT = """\
icpn: "4006381333931"
type: EP
title: Breakwater
artists: [{name: Kestrel & Sons}]
genre: HOUSE-00
release_date: 2026-12-04
p_line: 2026 Alpha Tide
c_line: 2026 Alpha Tide
cover: assets/4006381333931.jpg
deals:
  - {offer: streaming, excluded_territories: [JP]}
  - {offer: download, price_code: Mid, track_price_code: Mid}
tracks:
  - isrc: GBXYZ2600001
    title: Breakwater
    audio: assets/one.flac
    parental_warning: NotExplicit
    language: en
    contributors: [{name: Ada Quill, roles: [Composer, Lyricist]}]
  - isrc: GBXYZ2600002
    title: Undertow
    audio: assets/two.flac
    parental_warning: NotExplicit
    language: en
    contributors: [{name: Ada Quill, roles: [Composer, Lyricist]}]
  - track: GBXYZ2600003
"""
SINGLE_TEXT = """\
icpn: "4006381333948"
type: Single
title: Ebb
artists: [{name: Kestrel & Sons}]
genre: HOUSE-00
release_date: 2026-12-04
p_line: 2026 Alpha Tide
c_line: 2026 Alpha Tide
cover: assets/4006381333948.jpg
deals: [{offer: streaming}]
tracks:
  - track: GBXYZ2600003
"""
SHARED_TEXT = """\
isrc: GBXYZ2600003
title: Ebb
artists: [{name: Kestrel & Sons}]
audio: assets/three.flac
parental_warning: NotExplicit
language: en
contributors: [{name: Ada Quill, roles: [Composer, Lyricist]}]
"""
SERVICE_TEXT = """\
recipient: {dpid: PADPIDA2026112202S, name: Harbour Streaming}
message: {format: ern, version: "4.3", profile: Audio}
transport: {protocol: directory, path: delivered/service}
choreography: {layout: batch, completion: manifest}
offers: {streaming: [SubscriptionModel/OnDemandStream]}
genre_map: service
"""


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan, read from its JSON."""

    document: dict[str, Any]

    @property
    def items(self) -> dict[tuple[str, str], dict[str, Any]]:
        """Items by ICPN and target."""
        return {(i["icpn"], i["target"]): i for i in self.document["items"]}

    @property
    def actions(self) -> dict[tuple[str, str], str]:
        """What is done with each item that is listed."""
        return {key: item["action"] for key, item in self.items.items()}

    @property
    def stops(self) -> list[str]:
        """Codes of the guards that tripped."""
        return [stop["code"] for stop in self.document["stops"]]

    def reasons(self, icpn: str, target: str = STORE) -> list[str]:
        """Codes of the reasons of an item."""
        return [reason["code"] for reason in self.items[icpn, target]["reasons"]]

    def changes(self, icpn: str, target: str = STORE) -> list[tuple[str, Any, Any]]:
        """Field changes of an item: path, before, after."""
        item = self.items[icpn, target]
        return [(c["path"], c["before"], c["after"]) for c in item["changes"]]

    def origins(self, icpn: str, target: str = STORE) -> list[tuple[str | None, str | None]]:
        """Where the changes of an item come from: ``file:line`` and commit."""
        return [(c["source"], c["commit"]) for c in self.items[icpn, target]["changes"]]


def make_label(folder: Path) -> CatalogueFolder:
    """An EP and a single that share a recording, at a store and at a service; in git, delivered."""
    label = make_catalogue(folder, releases=0)
    label.write(f"targets/{SERVICE}.yaml", SERVICE_TEXT)
    label.write("genre_maps/service.yaml", "genres: {HOUSE-00: {genre: Dance, subgenre: House}}\n")
    for icpn in (EP, SINGLE):
        label.add_release(icpn)
        label.path(f"releases/{icpn}.yaml").unlink()
        label.path(f"releases/{icpn}.lock.yaml").unlink(missing_ok=True)
        label.path(f"assets/{icpn}_01_001.flac").unlink()
    for number, name in enumerate(("one", "two", "three"), 1):
        label.write(f"assets/{name}.flac", audio_bytes(seconds=number / 10))
    label.write(EP_FILE, EP_TEXT)
    label.write(SINGLE_FILE, SINGLE_TEXT)
    label.write(SHARED_FILE, SHARED_TEXT)
    label.lock()
    label.commit("the catalogue")
    label.must("apply", "--auto-approve")
    return label


def copy_label(label: CatalogueFolder, folder: Path) -> CatalogueFolder:
    """A copy with repository, ledger and deliveries, on a clock of its own, a day later."""
    copy = copy_of(label, folder)
    move_clock(copy, days=2)
    return copy


def plan_of(label: CatalogueFolder, *arguments: str) -> Plan:
    """The present plan."""
    outcome = label.must("plan", "--format", "json", *arguments)
    return Plan(outcome.json())


def sends_nothing(label: CatalogueFolder) -> None:
    """Everything is as the catalogue says, and applying it leaves no trace."""
    assert plan_of(label).actions == {}
    before = {target: label.delivered(target) for target in BOTH}
    position = label.position()
    assert applied(label)["items"] == []
    assert {target: label.delivered(target) for target in BOTH} == before
    assert label.position() == position


def applied(label: CatalogueFolder, *arguments: str | Path, code: int = 0) -> Any:
    """Apply what is planned, committed or not; the JSON of the result."""
    outcome: Outcome = label.apply("--format", "json", *arguments)
    assert outcome.code == code, outcome.text
    return outcome.json()


def delivered_message(label: CatalogueFolder, icpn: str, target: str = STORE) -> bytes:
    """The last message of a release that lies with a recipient."""
    names = [n for n in label.messages(target) if n.rpartition("/")[2] == f"{icpn}.xml"]
    messages = [label.path(f"delivered/{target}/{name}").read_bytes() for name in names]
    created = b"<MessageCreatedDateTime>"
    return max(messages, key=lambda data: data.partition(created)[2].partition(b"<")[0])


def move_clock(label: CatalogueFolder, **delta: float) -> None:
    """Let time pass for a catalogue; in hours, days …"""
    assert isinstance(label.clock, FixedClock)
    label.clock.move(**delta)


def set_status(label: CatalogueFolder, file: str, status: str, *more: str) -> None:
    """Write a release's status, in place of the one that it has, and more lines."""
    lines = label.path(file).read_text("utf-8").splitlines()
    kept = [line for line in lines if not line.startswith("status:")]
    label.write(file, "\n".join([*kept, f"status: {status}", *more, ""]))


def add_to_target(label: CatalogueFolder, target: str, text: str) -> None:
    """More settings of a target."""
    name = f"targets/{target}.yaml"
    label.write(name, label.path(name).read_text("utf-8") + text)


def phase_of(label: CatalogueFolder, icpn: str, target: str) -> str:
    """What the ledger says of a release."""
    rows = label.must("status", "--format", "json").json()["items"]
    return str({(row["icpn"], row["target"]): row["phase"] for row in rows}[icpn, target])


def speak(label: CatalogueFolder, version: str, *targets: str) -> None:
    """Let targets take another version of ERN: no content, so nothing is sent."""
    for target in targets or BOTH:
        label.edit(f"targets/{target}.yaml", 'version: "4.3"', f'version: "{version}"')
