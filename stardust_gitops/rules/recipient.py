"""Rules of one recipient about what it would be told and given."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from stardust_gitops.assets.facts import ImageFacts
from stardust_gitops.catalog.loading import Target
from stardust_gitops.content.canonical import Document
from stardust_gitops.content.deals import Usage
from stardust_gitops.content.problems import Problems
from stardust_gitops.content.resolve import Base
from stardust_gitops.diagnostics import Pointer
from stardust_gitops.identifiers.dpid import dpid_check_character, dpid_check_ok


def check_target(target: Target, problems: Problems) -> None:
    """Settings of a target that do not go together."""
    model = target.model
    check_dpid(model.recipient.dpid, ("recipient", "dpid"), problems)
    if model.takedown in ("takedown_flag", "purge"):
        problems.error(
            "SG2109",
            ("takedown",),
            f"takedown: {model.takedown} is not available for ERN {model.message.version}",
            "use no_deals or end_date",
        )
    layout, completion = model.choreography.layout, model.choreography.completion
    if (layout, completion) in (("batch", "message"), ("release", "manifest")):
        problems.error(
            "SG2110",
            ("choreography", "completion"),
            f"completion: {completion} does not go with layout: {layout}",
            "batch takes manifest or semaphore, release takes message or semaphore",
        )


def check_dpid(dpid: str, pointer: Pointer, problems: Problems) -> None:
    """A DPID whose check character is wrong: a warning, as some that are in use have one."""
    if not dpid_check_ok(dpid):
        problems.warning(
            "SG1309",
            pointer,
            f"the check character of {dpid} is {dpid[-1]}, should be {dpid_check_character(dpid)}",
            "compare it with the list of DDEX; a mistyped DPID reaches nobody",
        )


def check_content(base: Base, document: Document, target: Target, problems: Problems) -> None:
    """What this recipient would refuse, or sell otherwise than meant."""
    _cover(base, target, problems)
    _profile(document, target, problems)
    _track_prices(base, document, target, problems)


def _cover(base: Base, target: Target, problems: Problems) -> None:
    for role, _, asset in base.assets:
        facts = asset.facts
        if role != "cover" or not isinstance(facts, ImageFacts):
            continue
        size, wanted = f"{facts.width} × {facts.height}", target.model.cover.pixels
        if facts.width != facts.height or facts.width < wanted:
            problems.error(
                "SG2104",
                ("cover",),
                f"cover is {size}, {target.id} wants {wanted} × {wanted}",
                "replace the image by a square one of that size or larger",
            )
        if facts.mode != "RGB":
            problems.error(
                "SG2105",
                ("cover",),
                f"cover is {facts.mode}, {target.id} wants RGB",
                "convert the image to RGB",
            )


def _profile(document: Document, target: Target, problems: Problems) -> None:
    count = len(document["tracks"])
    if target.model.message.profile == "SimpleAudioSingle" and count != 1:
        problems.error(
            "SG2108",
            ("tracks",),
            f"the profile SimpleAudioSingle of {target.id} takes one track, not {count}",
            "set  message: {profile: Audio}  in the target, or leave the release out for it",
        )


def _track_prices(base: Base, document: Document, target: Target, problems: Problems) -> None:
    """A priced release whose tracks are sold alone without a price: nobody may invent one."""
    deals: list[Document] = document.get("deals", [])
    priced = {_usage(deal) for deal in deals if _has_price(deal)}
    if not priced:
        return
    standing: list[Document] = document.get("track_deals", deals)
    unpriced = _unpriced(standing, priced)
    for index, track in enumerate(document["tracks"]):
        if _unpriced(track["deals"], priced) if "deals" in track else unpriced:
            problems.warning(
                "SG2107",
                ("tracks", base.tracks[index].place),
                f"track {track['isrc']} is sold alone at {target.id} without a price",
                "add track_price_code or track_wholesale_price to the deal,"
                " or  available: album_only  to the track",
            )
            return


def _unpriced(deals: Iterable[Document], priced: Collection[Usage]) -> bool:
    return any(not _has_price(deal) and _usage(deal) in priced for deal in deals)


def _has_price(deal: Document) -> bool:
    return "price" in deal or "price_code" in deal


def _usage(deal: Document) -> Usage:
    return tuple(deal["models"]), tuple(deal["uses"])
