"""Rules about the offers that a track is sold alone on."""

from __future__ import annotations

from collections.abc import Iterator

from stardust_gitops.catalog.suggest import did_you_mean
from stardust_gitops.diagnostics import Pointer, Severity
from stardust_gitops.rules.registry import Hit, rule
from stardust_gitops.rules.subjects import ReleaseSubject


@rule(
    "SG2083",
    severity=Severity.ERROR,
    fixed=True,
    title="a track's offers are none of its release",
    why="A track is sold alone on some of the release's offers; a misspelt one would withhold it.",
    example="deals: [{offer: streaming}]\ntracks: [{isrc: GBXYZ2600001, title: A,"
    " offers: [streeming]}]",
    remedy="list offers of the release's deals; to withhold the track:  available: album_only",
    source="the catalogue's own form",
)
def track_offers_unknown(subject: ReleaseSubject) -> Iterator[Hit]:
    """Unknown ones, an empty list, offers of a track that is not sold alone, and terms of others;
    a claim is no sale, so that its terms hold all the same."""
    for place, track in enumerate(subject.model.tracks):
        if track.offers is None:
            continue
        known = sorted({deal.offer for deal in subject.model.deals})
        at: Pointer = ("tracks", place, "offers")
        if track.available != "all":
            yield Hit(
                at,
                f"the track is {track.available} and has offers",
                "keep one of offers: and available:",
            )
        elif not track.offers:
            yield Hit(at, "the list of offers is empty", "write  available: album_only")
        for index, offer in enumerate(track.offers):
            if offer not in known:
                hint = did_you_mean(offer, known)
                yield Hit(
                    (*at, index),
                    f"no deal of the release has the offer {offer!r}",
                    f"did you mean {hint}?" if hint else None,
                )
        claims = {deal.offer for deal in subject.model.deals if deal.policy is not None}
        for index, terms in enumerate(track.deals):
            if terms.offer not in claims.union(track.offers):
                yield Hit(
                    ("tracks", place, "deals", index, "offer"),
                    f"the track is not sold alone on {terms.offer}",
                    "add it to offers: of the track, or remove its terms",
                )
