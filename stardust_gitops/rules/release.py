"""Rules about a release by itself, whoever receives it."""

from __future__ import annotations

from collections.abc import Iterator

from stardust_gitops.catalog.models.deals import Terms
from stardust_gitops.catalog.models.release import ReleaseFile
from stardust_gitops.catalog.suggest import did_you_mean
from stardust_gitops.content.deals import resolve_when
from stardust_gitops.diagnostics import Pointer, Severity
from stardust_gitops.rules.index import shared
from stardust_gitops.rules.registry import Hit, rule
from stardust_gitops.rules.subjects import CatalogueSubject, ReleaseSubject


def all_terms(model: ReleaseFile) -> Iterator[tuple[Pointer, Terms]]:
    """The deals of the release and the narrowings of its tracks, each with its place."""
    for index, deal in enumerate(model.deals):
        yield ("deals", index), deal
    for place, track in enumerate(model.tracks):
        for index, terms in enumerate(track.deals):
            yield ("tracks", place, "deals", index), terms


def _named_targets(model: ReleaseFile) -> Iterator[tuple[Pointer, str]]:
    for index, name in enumerate(model.targets or ()):
        yield ("targets", index), name
    for index, name in enumerate(model.exclude_targets):
        yield ("exclude_targets", index), name
    for name in model.overrides:
        yield ("overrides", name), name
    for name in model.status:
        if name != "default":
            yield ("status", name), name
    for index, deal in enumerate(model.deals):
        for key in ("targets", "except_targets"):
            for place, name in enumerate(getattr(deal, key) or ()):
                yield ("deals", index, key, place), name


@rule(
    "SG1201",
    severity=Severity.ERROR,
    fixed=True,
    title="something that does not exist is referred to",
    why="A misspelt target, offer, map, recording or party would silently leave out what is meant.",
    example="targets: [spotfy]",
    remedy="correct the name, or describe what it names",
    source="the catalogue's own references",
)
def unknown_reference(subject: ReleaseSubject) -> Iterator[Hit]:
    """Targets and offers; the loader looks for genre maps and named offers, the resolver for
    recordings, parties, labels and deal sets."""
    targets = subject.frame.targets
    # A deal with models and uses of its own needs no target that knows its offer.
    offers = subject.frame.offers | {deal.offer for deal in subject.model.deals if deal.models}
    for pointer, name in _named_targets(subject.model):
        if name not in targets:
            hint = did_you_mean(name, targets)
            yield Hit(
                pointer,
                f"there is no target {name!r}",
                f"did you mean {hint}?" if hint else f"add targets/{name}.yaml or remove it here",
            )
    for pointer, terms in all_terms(subject.model):
        if terms.offer not in offers:
            hint = did_you_mean(terms.offer, offers)
            yield Hit(
                (*pointer, "offer"),
                f"no target takes the offer {terms.offer!r}",
                f"did you mean {hint}?" if hint else "add it to offers: of a target",
            )


@rule(
    "SG2004",
    severity=Severity.ERROR,
    fixed=True,
    title="territories that contradict each other",
    why="A deal counts where it is listed or where it is not excluded; it cannot say both.",
    example="deals: [{offer: streaming, territories: [GB], excluded_territories: [JP]}]",
    remedy="keep one: territories: [GB, US], or excluded_territories: [JP]",
    source="BR14 (DDEX: TerritoryCode xor ExcludedTerritoryCode)",
)
def territories_contradict(subject: ReleaseSubject) -> Iterator[Hit]:
    """Both lists, an empty list, Worldwide among others."""
    for pointer, terms in all_terms(subject.model):
        if terms.territories is not None and terms.excluded_territories is not None:
            yield Hit(
                (*pointer, "excluded_territories"), "the deal both lists and excludes territories"
            )
        for key in ("territories", "excluded_territories"):
            codes = getattr(terms, key)
            if codes is not None and not codes:
                yield Hit((*pointer, key), f"{key} is empty", "list territories or remove it")
            elif codes and "Worldwide" in codes and (len(codes) > 1 or key[0] == "e"):
                yield Hit(
                    (*pointer, key),
                    "Worldwide stands alone, and is never excluded",
                    "write  territories: [Worldwide]  or list single territories",
                )


@rule(
    "SG2003",
    severity=Severity.ERROR,
    fixed=True,
    title="a deal ends before it starts",
    why="Recipients refuse a period that ends before it starts, or never show the release.",
    example="deals: [{offer: streaming, start: 2026-12-04, end: 2026-11-30}]",
    remedy="an end is the last day on sale; correct one of the two",
    source="BR12 (DDEX Schematron: EndDate ≥ StartDate)",
)
def deal_ends_before_it_starts(subject: ReleaseSubject) -> Iterator[Hit]:
    """The end is the last day: it may equal the start."""
    date = subject.model.release_date
    for pointer, terms in all_terms(subject.model):
        start = resolve_when(terms.start, date)
        end = resolve_when(terms.end, date) if terms.end else None
        if start and end and end < start[: len(end)]:
            yield Hit((*pointer, "end"), f"the deal ends {end}, before it starts {start}")


@rule(
    "SG2010",
    severity=Severity.ERROR,
    fixed=True,
    title="a pre-order that does not begin before the deal",
    why="A pre-order is the time before the street date; behind it there is nothing to order.",
    example="deals: [{offer: download, start: 2026-12-04, preorder_from: 2026-12-04}]",
    remedy="give an earlier preorder_from, or remove it",
    source="BR12 (DDEX Schematron: a pre-order ends before the street date)",
)
def preorder_not_before_deal(subject: ReleaseSubject) -> Iterator[Hit]:
    """The pre-order's first day against the deal's."""
    for pointer, terms in all_terms(subject.model):
        preorder = resolve_when(getattr(terms, "preorder_from", None), None)
        start = resolve_when(terms.start, subject.model.release_date) if preorder else None
        if preorder and start and preorder >= start:
            yield Hit(
                (*pointer, "preorder_from"),
                f"the pre-order begins {preorder}, not before the deal's start {start}",
            )


@rule(
    "SG2015",
    severity=Severity.ERROR,
    fixed=True,
    title="a price code and a price",
    why="Two statements about one price; DDEX's rules refuse the message.",
    example="deals: [{offer: download, price_code: Mid,"
    " wholesale_price: {amount: 4.20, currency: GBP}}]",
    remedy="DDEX takes a price code or a wholesale price, never both; keep one",
    source="BR15 (DDEX Schematron: WholesalePricePerUnit not with PriceCode)",
)
def price_code_and_price(subject: ReleaseSubject) -> Iterator[Hit]:
    """Of the release and of its tracks sold alone."""
    for pointer, terms in all_terms(subject.model):
        for code, price in (
            ("price_code", "wholesale_price"),
            ("track_price_code", "track_wholesale_price"),
        ):
            if getattr(terms, code, None) and getattr(terms, price, None):
                yield Hit((*pointer, code), f"the deal has {code} and {price}")


@rule(
    "SG2009",
    severity=Severity.ERROR,
    fixed=True,
    title="the original release date is after the release date",
    why="Recipients refuse it, as the first release cannot come after this one.",
    example="release_date: 2026-12-04\noriginal_release_date: 2027-01-01",
    remedy="the original date is the first release anywhere; correct one of the two",
    source="BR13 (OriginalReleaseDateLaterThanReleaseDate)",
)
def original_date_after_release(subject: ReleaseSubject) -> Iterator[Hit]:
    """Both dates are of the release."""
    first, date = subject.model.original_release_date, subject.model.release_date
    if first and date and first > date:
        yield Hit(
            ("original_release_date",),
            f"the original release date {first} is after the release date {date}",
        )


@rule(
    "SG2016",
    severity=Severity.ERROR,
    fixed=True,
    title="a track with both isrc and track",
    why="One of them describes the recording; with both nobody knows which.",
    example="tracks: [{isrc: GBXYZ2600001, track: GBXYZ2600002}]",
    remedy="keep track: for a recording of tracks/, isrc: for one described here",
    source="the catalogue's own form",
)
def isrc_and_track(subject: ReleaseSubject) -> Iterator[Hit]:
    """Whether they are equal or not."""
    for place, track in enumerate(subject.model.tracks):
        if track.isrc and track.track:
            yield Hit(("tracks", place, "isrc"), "the track has isrc: and track:")


@rule(
    "SG2007",
    severity=Severity.ERROR,
    fixed=True,
    title="an ISRC stands twice on one release",
    why="An ISRC names one recording; two tracks with it are merged or refused.",
    example="tracks: [{isrc: GBXYZ2600001, title: A}, {isrc: GBXYZ2600001, title: B}]",
    remedy="a recording stands on a release once; another recording has another ISRC",
    source="BR03 (DDEX Schematron: no duplicate ISRC in a message)",
)
def isrc_twice(subject: ReleaseSubject) -> Iterator[Hit]:
    """The later of the two is told."""
    seen: dict[str, int] = {}
    for place, track in enumerate(subject.model.tracks):
        isrc = track.isrc or track.track
        if isrc and seen.setdefault(isrc, place) != place:
            yield Hit(
                ("tracks", place, "isrc" if track.isrc else "track"),
                f"{isrc} is also track {seen[isrc] + 1}",
            )


@rule(
    "SG1204",
    severity=Severity.ERROR,
    fixed=True,
    title="the same release, target, recording, party or label in two files",
    why="Nobody could say which of the two files counts.",
    example="icpn: 4006381333931   # in releases/a.yaml and in releases/b.yaml",
    remedy="describe it once",
    source="the catalogue's own form",
)
def same_release_twice(subject: CatalogueSubject) -> Iterator[Hit]:
    """Releases; the loader looks for all others."""
    for icpn, rows in shared(subject.index.by_release):
        for row in rows:
            others = ", ".join(other.file for other in rows if other is not row)
            yield Hit(
                ("icpn",),
                f"the same release is also in {others}",
                "an ICPN stands in one file; a UPC and its EAN form are the same ICPN",
                row.file,
                icpn,
            )
