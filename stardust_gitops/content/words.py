"""The words of DDEX's sets of allowed values that a release uses."""

from __future__ import annotations

from collections.abc import Iterable

from stardust_gitops.catalog.models.release import ReleaseFile
from stardust_gitops.content.tracks import PlacedTrack


def allowed_words(model: ReleaseFile, tracks: Iterable[PlacedTrack]) -> frozenset[str]:
    """Types, relations, models, uses and currencies of the release; types, relations, roles and
    instruments of its tracks."""
    found = {model.type or ""}
    found.update(related.type for related in model.related)
    for deal in model.deals:
        found.update(deal.models or (), deal.uses or ())
        prices = (deal.wholesale_price, deal.track_wholesale_price)
        found.update(price.currency for price in prices if price is not None)
    for track in tracks:
        fields = track.fields
        for entry in fields.contributors or ():
            found.update(entry.roles, entry.instruments)
        if fields.type is not None:
            found.add(fields.type)
        for relative in fields.related:
            found.add(relative.type)
    return frozenset(found)
