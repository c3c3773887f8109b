"""Rules about release dates of single territories."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stardust_gitops.catalog.models.deals import DealEntry, Terms
from stardust_gitops.catalog.models.release import ReleaseFile
from stardust_gitops.content.release_dates import by_country
from stardust_gitops.diagnostics import Pointer, Severity
from stardust_gitops.rules.areas import Groups, area_of
from stardust_gitops.rules.registry import Hit, rule
from stardust_gitops.rules.subjects import ReleaseSubject

_MOST_SHOWN = 5


def _own_dates(terms: Terms, model: ReleaseFile, groups: Groups) -> dict[str, str]:
    """The dates of territories in which terms count, where they are not that of the release."""
    own = by_country(model.release_dates, {name: tuple(codes) for name, codes in groups.items()})
    return {
        code: own[code[:2]]
        for code in area_of(terms, groups)
        if own.get(code[:2], model.release_date) != model.release_date
    }


def latest_date(terms: Terms, model: ReleaseFile, groups: Groups) -> str | None:
    """The last of the release dates where terms count. What a track says of a deal without its
    territories may be about any of them, and is held against the first."""
    if not model.release_dates or model.release_date is None:
        return model.release_date
    if not isinstance(terms, DealEntry) and not (terms.territories or terms.excluded_territories):
        return min(model.release_date, *model.release_dates.values())
    own = _own_dates(terms, model, groups)
    elsewhere = [model.release_date] if len(own) < len(area_of(terms, groups)) else []
    return max([*elsewhere, *own.values()], default=model.release_date)


@rule(
    "SG2084",
    severity=Severity.ERROR,
    fixed=True,
    title="a deal counts from a release date that is not the same everywhere",
    why="It has one start for all its territories, and some of them have a date of their own.",
    example="release_dates: {JP: 2026-12-11}\ndeals: [{offer: streaming}]",
    remedy="give those territories a deal of their own with its dates, and leave them out here",
    source="DDEX: a deal has one ValidityPeriod, ReleaseDate one for each territory (BR13)",
)
def deal_over_several_dates(subject: ReleaseSubject) -> Iterator[Hit]:
    """Deals, and what tracks say of them: a start that is left out, ``+14d``, and the like."""
    model, groups = subject.model, subject.config.territories
    if not model.release_dates or model.release_date is None:
        return
    for pointer, key, places in _counting(model):
        own = {
            code[:2]: date
            for terms in places
            for code, date in _own_dates(terms, model, groups).items()
        }
        if own:
            codes = sorted(own)
            more = f" and {len(codes) - _MOST_SHOWN} more" if len(codes) > _MOST_SHOWN else ""
            shown = ", ".join(f"{code} on {own[code]}" for code in codes[:_MOST_SHOWN])
            yield Hit(
                (*pointer, key),
                f"{key} counts from the release date {model.release_date}; it is another in"
                f" {shown}{more}",
            )


def _counting(model: ReleaseFile) -> Iterator[tuple[Pointer, str, Sequence[Terms]]]:
    """Terms that count from the release date: where, which key, and the terms that tell where."""
    for index, deal in enumerate(model.deals):
        key = "start" if deal.start is None else _counted(deal)
        if key is not None:
            yield ("deals", index), key, [deal]
    for place, track in enumerate(model.tracks):
        for index, terms in enumerate(track.deals):
            key = _counted(terms)
            if key is not None:
                same = [deal for deal in model.deals if deal.offer == terms.offer]
                narrowed = terms.territories or terms.excluded_territories
                yield ("tracks", place, "deals", index), key, [terms] if narrowed else same


def _counted(terms: Terms) -> str | None:
    for key in ("start", "end", "preorder_from"):
        if (getattr(terms, key, None) or "0")[0] in "+-":
            return key
    return None


@rule(
    "SG2085",
    severity=Severity.ERROR,
    fixed=True,
    title="release dates that contradict each other",
    why="A country has one release date, and the first release ever cannot come after it.",
    example="release_dates: {DACH: 2026-12-11, AT: 2026-12-18}",
    remedy="give each country one date, not before original_release_date",
    source="BR13 (OriginalReleaseDateLaterThanReleaseDate)",
)
def release_dates_contradict(subject: ReleaseSubject) -> Iterator[Hit]:
    """Against the original date; the resolver looks for two dates of one country."""
    first = subject.model.original_release_date
    for name, date in subject.model.release_dates.items():
        if first is not None and date < first:
            yield Hit(
                ("release_dates", name),
                f"the original release date {first} is after that of {name}, {date}",
            )
