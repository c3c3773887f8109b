"""Rules of one recipient about what it would be told and given."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, time
from zoneinfo import ZoneInfo

from stardust_gitops.assets.facts import ImageFacts
from stardust_gitops.catalog.models.transports.http import HttpTransport
from stardust_gitops.catalog.windows import opening, windows_of
from stardust_gitops.content.canonical import Document
from stardust_gitops.content.deals import Usage
from stardust_gitops.diagnostics import Pointer, Severity
from stardust_gitops.identifiers.dpid import dpid_check_character, dpid_check_ok
from stardust_gitops.rules.registry import Hit, rule
from stardust_gitops.rules.subjects import ConfigSubject, TargetFileSubject, TargetSubject


@rule(
    "SG1309",
    severity=Severity.WARNING,
    title="the check character of a DPID is wrong",
    why="A mistyped DPID reaches nobody; but some that are in use have a wrong check character.",
    example="sender: {dpid: PADPIDA2026112201X, name: Alpha Tide}",
    remedy="compare it with the list of DDEX; a mistyped DPID reaches nobody",
    source="ISO 7064 MOD 37-2, as in DDEX's DPID",
)
def dpid_check_character_wrong(subject: ConfigSubject | TargetFileSubject) -> Iterator[Hit]:
    """The sender's and each recipient's."""
    if isinstance(subject, ConfigSubject):
        key, dpid = "sender", subject.model.sender.dpid
    else:
        key, dpid = "recipient", subject.model.recipient.dpid
    if not dpid_check_ok(dpid):
        yield Hit(
            (key, "dpid"),
            f"the check character of {dpid} is {dpid[-1]}, should be {dpid_check_character(dpid)}",
        )


@rule(
    "SG2135",
    severity=Severity.ERROR,
    fixed=True,
    title="the delivery windows of a target never open",
    why="Everything but takedowns would wait for ever.",
    example='windows: [{allow: "0 9 * * 6", for: 8h}, {deny: "0 0 * * 6", for: 2d}]',
    remedy="let an allowed time lie outside of those that are denied",
    source="delivery windows (docs/delivery.md)",
)
def windows_never_open(subject: TargetFileSubject) -> Iterator[Hit]:
    """Looked at from today on."""
    frame = subject.frame
    zone = frame.catalogue.config.defaults.timezone
    windows = windows_of(subject.model.windows, zone)
    if windows is None or frame.today is None:
        return
    if opening(windows, datetime.combine(frame.today, time(), tzinfo=ZoneInfo(zone))) is None:
        yield Hit(("windows",), "there is no moment at which the windows are open")


@rule(
    "SG2109",
    severity=Severity.ERROR,
    fixed=True,
    title="a takedown method that this version cannot serve",
    why="A takedown would be refused at the very moment when it is needed.",
    example="message: {version: 4.3}\ntakedown: takedown_flag",
    remedy="use no_deals, end_date or purge",
    source="DDEX ERN 4: takedown by deals, not by flag",
)
def takedown_not_available(subject: TargetFileSubject) -> Iterator[Hit]:
    """The flag went with ERN 3."""
    model = subject.model
    if model.takedown == "takedown_flag" and not model.message.is_ern_3:
        yield Hit(
            ("takedown",),
            f"takedown: {model.takedown} is not available for ERN {model.message.version}",
        )


@rule(
    "SG2110",
    severity=Severity.ERROR,
    fixed=True,
    title="settings of a target that do not go together",
    why="The recipient would wait for a marker that never comes, or not be told what was meant.",
    example="choreography: {layout: batch, completion: message}",
    remedy="batch takes manifest or semaphore, release takes message or semaphore, and a zip or a"
    " request that tells the message layout: release and completion: message;"
    " update_indicator is for ERN 3",
    source="DDEX ERN Part 3 (choreographies); ERN 4 (no UpdateIndicator)",
)
def settings_that_disagree(subject: TargetFileSubject) -> Iterator[Hit]:
    """The layout of the upload and what ends it; what only some versions can say."""
    model = subject.model
    if model.update_indicator and not model.message.is_ern_3:
        yield Hit(
            ("update_indicator",), f"ERN {model.message.version} has no UpdateIndicator; ERN 3 has"
        )
    layout, completion = subject.model.choreography.layout, subject.model.choreography.completion
    if (layout, completion) in (("batch", "message"), ("release", "manifest")):
        yield Hit(
            ("choreography", "completion"),
            f"completion: {completion} does not go with layout: {layout}",
        )
    if (layout, completion or "message") == ("release", "message"):
        return
    if model.choreography.package == "zip":
        yield Hit(("choreography", "package"), "a zip is a release, completed by its arrival")
    if isinstance(model.transport, HttpTransport) and model.transport.tells_message:
        yield Hit(
            ("choreography",),
            "the transport's request tells one message, and here one release is not one delivery",
        )


def _covers(subject: TargetSubject) -> Iterator[ImageFacts]:
    for role, _, asset in subject.base.assets[-1:]:  # it is the last one
        if role == "cover" and isinstance(asset.facts, ImageFacts):
            yield asset.facts


@rule(
    "SG2104",
    severity=Severity.ERROR,
    title="the cover is not square, or too small",
    why="Recipients refuse it, often days later and by mail.",
    example="cover: assets/cover-1500x1500.jpg   # the target wants 3000 × 3000",
    remedy="replace the image by a square one of that size or larger",
    source="BR18 (recipients' delivery specifications)",
)
def cover_size(subject: TargetSubject) -> Iterator[Hit]:
    """Against  cover: {pixels: …}  of the target."""
    wanted = subject.target.model.cover.pixels
    for facts in _covers(subject):
        if facts.width != facts.height or facts.width < wanted:
            yield Hit(
                ("cover",),
                f"cover is {facts.width} × {facts.height},"
                f" {subject.target.id} wants {wanted} × {wanted}",
            )


@rule(
    "SG2105",
    severity=Severity.ERROR,
    title="the cover's colours are not RGB",
    why="CMYK and palette images are shown in wrong colours, or refused.",
    example="cover: assets/cover-cmyk.jpg",
    remedy="convert the image to RGB",
    source="BR18 (recipients' delivery specifications)",
)
def cover_colours(subject: TargetSubject) -> Iterator[Hit]:
    """As measured of the file."""
    for facts in _covers(subject):
        if facts.mode != "RGB":
            yield Hit(("cover",), f"cover is {facts.mode}, {subject.target.id} wants RGB")


@rule(
    "SG2107",
    severity=Severity.WARNING,
    title="a track is sold alone without a price",
    why="The release has a price and its tracks none: the recipient takes one of its own.",
    example="deals: [{offer: download, price_code: Mid}]   # no track_price_code",
    remedy="add track_price_code or track_wholesale_price to the deal,"
    " or  available: album_only  to the track",
    source="recipients' delivery specifications",
)
def track_without_price(subject: TargetSubject) -> Iterator[Hit]:
    """A priced release whose tracks are sold alone without a price: nobody may invent one."""
    document = subject.document
    deals: list[Document] = document.get("deals", [])
    priced = {_usage(deal) for deal in deals if _has_price(deal)}
    if not priced:
        return
    standing: list[Document] = document.get("track_deals", deals)
    unpriced = _unpriced(standing, priced)
    tracks = document["tracks"]
    for index in range(len(tracks)) if unpriced else subject.base.with_own_terms:
        track = tracks[index]
        if _unpriced(track["deals"], priced) if "deals" in track else unpriced:
            place: Pointer = ("tracks", subject.tracks[index].place)
            yield Hit(
                place, f"track {track['isrc']} is sold alone at {subject.target.id} without a price"
            )
            return


def _unpriced(deals: Iterable[Document], priced: Collection[Usage]) -> bool:
    return any(not _has_price(deal) and _usage(deal) in priced for deal in deals)


def _has_price(deal: Document) -> bool:
    return "price" in deal or "price_code" in deal


def _usage(deal: Document) -> Usage:
    return tuple(deal["models"]), tuple(deal["uses"])
