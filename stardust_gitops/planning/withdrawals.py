"""What an update takes away: territories that nothing is offered for any more, and tracks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from stardust_gitops.planning.model import Reason

Deals = Sequence[Mapping[str, Any]]
_WORLD = "Worldwide"


class Area(NamedTuple):
    """A set of territories: those in `codes`, or with `but` all others. So the world needs no
    list of its territories."""

    codes: frozenset[str]
    but: bool = False

    def __or__(self, other: Area) -> Area:
        if self.but and other.but:
            return Area(self.codes & other.codes, but=True)
        if self.but:
            return Area(self.codes - other.codes, but=True)
        return other | self if other.but else Area(self.codes | other.codes)

    def without(self, other: Area) -> Area:
        """What of this is not in the other."""
        if self.but and other.but:
            return Area(other.codes - self.codes)
        if self.but:
            return Area(self.codes | other.codes, but=True)
        return Area(self.codes & other.codes if other.but else self.codes - other.codes)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it."""
        return not self.but and not self.codes

    def __str__(self) -> str:
        listed = ", ".join(sorted(self.codes))
        if not self.but:
            return listed
        return f"everywhere but {listed}" if listed else "everywhere"


NOWHERE = Area(frozenset())


def withdrawals(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Reason, ...]:
    """What the content `after` takes away from that of `before`, as reasons of an update.

    A territory counts as withdrawn where something that is still offered elsewhere is no longer
    offered there, or nothing at all. A track counts that stays on the release and is no longer
    offered by itself.
    """
    lost = _lost(before.get("deals") or (), after.get("deals") or ())
    tracks: list[str] = []
    for isrc, old, new in _offered_tracks(before, after):
        if old and not new:
            tracks.append(isrc)
        else:
            lost |= _lost(old, new)
    reasons = []
    if not lost.is_empty:
        reasons.append(Reason(code="territories_withdrawn", text=f"withdrawn from {lost}"))
    if tracks:
        text = f"tracks no longer offered by themselves: {', '.join(tracks)}"
        reasons.append(Reason(code="track_withdrawn", text=text))
    return tuple(reasons)


def _offered_tracks(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[tuple[str, Deals, Deals]]:
    """ISRC, and the deals before and after, of each track that stays."""
    old = {track.get("isrc"): track for track in before.get("tracks") or ()}
    for track in after.get("tracks") or ():
        was = old.get(track.get("isrc"))
        if was is not None:
            yield str(track["isrc"]), _deals_of(was, before), _deals_of(track, after)


def _deals_of(track: Mapping[str, Any], content: Mapping[str, Any]) -> Deals:
    own: Deals | None = track.get("deals")
    if own is not None:
        return own
    standing: Deals = content.get("track_deals", content.get("deals")) or ()
    return standing


def _lost(before: Deals, after: Deals) -> Area:
    if before == after:
        return NOWHERE
    old, new = _by_use(before), _by_use(after)
    lost = _whole(old.values()).without(_whole(new.values()))
    for use in old.keys() & new.keys():
        lost |= old[use].without(new[use])
    return lost


def _by_use(deals: Deals) -> dict[tuple[str, str], Area]:
    """Where each pair of commercial model and use is offered."""
    areas: dict[tuple[str, str], Area] = {}
    for deal in deals:
        for model in deal.get("models") or ():
            for use in deal.get("uses") or ():
                areas[model, use] = areas.get((model, use), NOWHERE) | _area(deal)
    return areas


def _area(deal: Mapping[str, Any]) -> Area:
    territories = frozenset(deal.get("territories") or ())
    if not territories:
        return Area(frozenset(deal.get("excluded_territories") or ()), but=True)
    return Area(frozenset(), but=True) if _WORLD in territories else Area(territories)


def _whole(areas: Iterable[Area]) -> Area:
    whole = NOWHERE
    for area in areas:
        whole |= area
    return whole
