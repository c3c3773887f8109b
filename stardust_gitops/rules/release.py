"""Rules about a release by itself, whoever receives it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from stardust_gitops.catalog.models.deals import Terms
from stardust_gitops.catalog.models.release import ReleaseFile
from stardust_gitops.catalog.suggest import did_you_mean
from stardust_gitops.content.deals import resolve_when
from stardust_gitops.content.problems import Problems
from stardust_gitops.diagnostics import Pointer

Check = Callable[[ReleaseFile, Problems], None]


def check_release(
    model: ReleaseFile, problems: Problems, *, targets: Collection[str], offers: Collection[str]
) -> None:
    """All rules of this module. `targets` are the ids that exist, `offers` those that some target
    takes; findings go to `problems`."""
    _targets_exist(model, problems, targets)
    _offers_exist(model, problems, offers)
    for check in (_territories, _periods, _prices, _original_date, _isrcs):
        check(model, problems)


def _terms(model: ReleaseFile) -> Iterator[tuple[Pointer, Terms]]:
    for index, deal in enumerate(model.deals):
        yield ("deals", index), deal
    for place, track in enumerate(model.tracks):
        for index, terms in enumerate(track.deals):
            yield ("tracks", place, "deals", index), terms


def _targets_exist(model: ReleaseFile, problems: Problems, targets: Collection[str]) -> None:
    named: list[tuple[Pointer, str]] = [
        (("targets", i), name) for i, name in enumerate(model.targets or ())
    ]
    named += [(("status", name), name) for name in model.status if name != "default"]
    for index, deal in enumerate(model.deals):
        for key in ("targets", "except_targets"):
            names = getattr(deal, key) or ()
            named += [(("deals", index, key, i), name) for i, name in enumerate(names)]
    for pointer, name in named:
        if name not in targets:
            hint = did_you_mean(name, targets)
            problems.error(
                "SG1201",
                pointer,
                f"there is no target {name!r}",
                f"did you mean {hint}?" if hint else f"add targets/{name}.yaml or remove it here",
            )


def _offers_exist(model: ReleaseFile, problems: Problems, offers: Collection[str]) -> None:
    for pointer, terms in _terms(model):
        if terms.offer not in offers:
            hint = did_you_mean(terms.offer, offers)
            problems.error(
                "SG1201",
                (*pointer, "offer"),
                f"no target takes the offer {terms.offer!r}",
                f"did you mean {hint}?" if hint else "add it to offers: of a target",
            )


def _territories(model: ReleaseFile, problems: Problems) -> None:
    for pointer, terms in _terms(model):
        if terms.territories is not None and terms.excluded_territories is not None:
            problems.error(
                "SG2004",
                (*pointer, "excluded_territories"),
                "the deal both lists and excludes territories",
                "keep one: territories: [GB, US], or excluded_territories: [JP]",
            )
        for key in ("territories", "excluded_territories"):
            codes = getattr(terms, key)
            if codes is not None and not codes:
                problems.error(
                    "SG2004", (*pointer, key), f"{key} is empty", "list territories or remove it"
                )
            elif codes and "Worldwide" in codes and (len(codes) > 1 or key[0] == "e"):
                problems.error(
                    "SG2004",
                    (*pointer, key),
                    "Worldwide stands alone, and is never excluded",
                    "write  territories: [Worldwide]  or list single territories",
                )


def _periods(model: ReleaseFile, problems: Problems) -> None:
    for pointer, terms in _terms(model):
        start = resolve_when(terms.start, model.release_date)
        end = resolve_when(terms.end, model.release_date) if terms.end else None
        if start and end and end < start[: len(end)]:
            problems.error(
                "SG2003",
                (*pointer, "end"),
                f"the deal ends {end}, before it starts {start}",
                "an end is the last day on sale; correct one of the two",
            )
        preorder = resolve_when(getattr(terms, "preorder_from", None), None)
        if preorder and start and preorder >= start:
            problems.error(
                "SG2010",
                (*pointer, "preorder_from"),
                f"the pre-order begins {preorder}, not before the deal's start {start}",
                "give an earlier preorder_from, or remove it",
            )


def _prices(model: ReleaseFile, problems: Problems) -> None:
    for pointer, terms in _terms(model):
        for code, price in (
            ("price_code", "wholesale_price"),
            ("track_price_code", "track_wholesale_price"),
        ):
            if getattr(terms, code, None) and getattr(terms, price, None):
                problems.error(
                    "SG2015",
                    (*pointer, code),
                    f"the deal has {code} and {price}",
                    "DDEX takes a price code or a wholesale price, never both; keep one",
                )


def _original_date(model: ReleaseFile, problems: Problems) -> None:
    first, date = model.original_release_date, model.release_date
    if first and date and first > date:
        problems.error(
            "SG2009",
            ("original_release_date",),
            f"the original release date {first} is after the release date {date}",
            "the original date is the first release anywhere; correct one of the two",
        )


def _isrcs(model: ReleaseFile, problems: Problems) -> None:
    seen: dict[str, int] = {}
    for place, track in enumerate(model.tracks):
        isrc = track.isrc or track.track
        if track.isrc and track.track:
            problems.error(
                "SG2016",
                ("tracks", place, "isrc"),
                "the track has isrc: and track:",
                "keep track: for a recording of tracks/, isrc: for one described here",
            )
        if isrc and seen.setdefault(isrc, place) != place:
            problems.error(
                "SG2007",
                ("tracks", place, "isrc" if track.isrc else "track"),
                f"{isrc} is also track {seen[isrc] + 1}",
                "a recording stands on a release once; another recording has another ISRC",
            )
