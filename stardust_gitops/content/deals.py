"""The deals of a release for one target: offers as the target says them, dates, territories."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from stardust_gitops.catalog.models.deals import DealEntry, PriceEntry, Terms
from stardust_gitops.catalog.models.recordings import TrackEntry
from stardust_gitops.catalog.models.release import ReleaseFile
from stardust_gitops.catalog.models.target import STANDARD_OFFERS
from stardust_gitops.content.canonical import Document
from stardust_gitops.content.problems import Problems
from stardust_gitops.content.tracks import PlacedTrack

Pairs = Mapping[str, tuple[str, ...]]

Usage = tuple[tuple[str, ...], tuple[str, ...]]

_NARROWED = {"start", "end", "territories", "excluded_territories", "policy", "share"}
"""What a track may say of a deal for itself; prices are looked at apart."""


def usages(pairs: Sequence[str]) -> list[Usage]:
    """Pairs of model and use as few sets of (models, uses), every model with every use.

    Models with equal uses share one set, which DDEX prefers over one deal for each model.
    """
    uses_of: dict[str, set[str]] = {}
    for pair in pairs:
        model, _, use = pair.partition("/")
        uses_of.setdefault(model, set()).add(use)
    models_of: dict[tuple[str, ...], list[str]] = {}
    for model, uses in uses_of.items():
        models_of.setdefault(tuple(sorted(uses)), []).append(model)
    return sorted((tuple(sorted(models)), uses) for uses, models in models_of.items())


def resolve_when(text: str | None, release_date: str | None) -> str | None:
    """A moment of the catalogue as a date text; nothing, and ``+14d``, count from the release
    date. ``None`` where that is needed and missing."""
    if text is None:
        return release_date
    if text[0] in "+-":
        if release_date is None:
            return None
        return (date.fromisoformat(release_date) + timedelta(days=int(text[:-1]))).isoformat()
    return text


def day_before(moment: str) -> str:
    """The last moment before `moment`, in the same form: the day, or the second, before."""
    if "T" not in moment:
        return (date.fromisoformat(moment) - timedelta(days=1)).isoformat()
    before = datetime.fromisoformat(moment) - timedelta(seconds=1)
    return before.isoformat(timespec="seconds").replace("+00:00", "Z")


class DealResolver:
    """Resolves deals for one target. `groups` are the catalogue's territory groups."""

    def __init__(
        self,
        target: str,
        offers: Pairs | None,
        prices: Mapping[str, str] | None,
        groups: Mapping[str, tuple[str, ...]],
    ) -> None:
        self._target = target
        self._offers = STANDARD_OFFERS if offers is None else offers
        self._usages = {name: usages(pairs) for name, pairs in self._offers.items()}
        self._prices = prices or {}
        self._groups = groups
        self._expanded: dict[tuple[str, ...], list[str]] = {}

    def applies(self, deal: DealEntry) -> bool:
        """Whether the deal is meant for this target, and the target takes its offer."""
        if deal.targets is not None and self._target not in deal.targets:
            return False
        if deal.except_targets is not None and self._target in deal.except_targets:
            return False
        return deal.models is not None or deal.offer in self._offers

    def _usages_of(self, deal: DealEntry) -> list[Usage]:
        """What the deal says itself, else what the target says of its offer."""
        if deal.models is not None:
            return [(tuple(sorted(set(deal.models))), tuple(sorted(set(deal.uses or ()))))]
        return self._usages[deal.offer]

    def release_deals(
        self, deals: Sequence[DealEntry], release_date: str | None, problems: Problems
    ) -> list[Document]:
        """The terms of the release itself."""
        return [
            _gratified(document, deal)
            for index, deal in enumerate(deals)
            if self.applies(deal)
            for document in self._documents(
                deal,
                deal.price_code,
                deal.wholesale_price,
                ("deals", index),
                release_date,
                problems,
                deal.preorder_from,
            )
        ]

    def sources(self, deals: Sequence[DealEntry], release_date: str | None) -> list[int]:
        """For each of the terms that `release_deals` and `track_deals` make, the index of the deal
        that it is made from."""
        return [
            index
            for index, deal in enumerate(deals)
            if self.applies(deal) and resolve_when(deal.start, release_date) is not None
            for _ in range(len(self._usages_of(deal)) * (1 if deal.preorder_from is None else 2))
        ]

    def track_deals(
        self,
        deals: Sequence[DealEntry],
        track: TrackEntry | None,
        release_date: str | None,
        problems: Problems,
        place: int = 0,
    ) -> list[Document]:
        """The terms of each track sold alone, or of one track with its own narrowing."""
        result: list[Document] = []
        for index, deal in enumerate(deals):
            if not self.applies(deal) or (track is not None and _kept_from(track, deal)):
                continue
            terms = deal
            code, price = deal.track_price_code, deal.track_wholesale_price
            pointer: tuple[str | int, ...] = ("deals", index)
            for number, narrowed in enumerate(track.deals if track else ()):
                if narrowed.offer == deal.offer:
                    terms = _narrow(deal, narrowed)
                    pointer = ("tracks", place, "deals", number)
                    if narrowed.price_code or narrowed.wholesale_price:
                        code, price = narrowed.price_code, narrowed.wholesale_price
            result.extend(
                self._documents(
                    terms, code, price, pointer, release_date, problems, deal.preorder_from
                )
            )
        return result

    def own_track_deals(
        self, model: ReleaseFile, placed: PlacedTrack, usual: list[Document], problems: Problems
    ) -> list[Document] | None:
        """The terms of one track where they are not the `usual` ones of each track.

        A claim on what users upload is no sale: a track that is not sold alone is claimed.
        """
        entry, terms = placed.entry, usual
        if entry.available == "none":
            return []
        album_only = entry.available == "album_only"
        if (entry.deals or entry.offers is not None) and not (album_only and not _claims(usual)):
            terms = self.track_deals(model.deals, entry, model.release_date, problems, placed.place)
        if album_only:
            terms = _claims(terms)
        if placed.fields.ugc_claim is False:
            terms = [deal for deal in terms if "policy" not in deal]
        return terms if album_only or entry.deals or terms != usual else None

    def _documents(
        self,
        terms: DealEntry,
        code: str | None,
        price: PriceEntry | None,
        pointer: tuple[str | int, ...],
        release_date: str | None,
        problems: Problems,
        preorder_from: str | None,
    ) -> Iterator[Document]:
        start = resolve_when(terms.start, release_date)
        if start is None:
            problems.error(
                "SG2001",
                (*pointer, "start"),
                "the deal has no start and the release no date",
                "add release_date: … to the release or start: … to the deal",
            )
            return
        base: Document = {"start": start, **self._territories(terms, pointer, problems)}
        end = resolve_when(terms.end, release_date) if terms.end else None
        if end is not None:
            base["end"] = end
        if code is not None:
            word = self._prices.get(code)
            if word is None:
                problems.error(
                    "SG2102",
                    (*pointer, "price_code"),
                    f"{self._target} has no word for the price code {code!r}",
                    f'add  {code}: "…"  to prices in the target\'s file',
                )
            else:
                base["price_code"] = word
        if price is not None:
            base["price"] = {"amount": price.amount, "currency": price.currency}
        if terms.policy is not None:
            base["policy"] = terms.policy
        if terms.share is not None:
            base["share"] = terms.share
        for models, uses in self._usages_of(terms):
            usage = {"models": list(models), "uses": list(uses)}
            yield base | usage
            if preorder_from is not None:
                begin = resolve_when(preorder_from, release_date) or start
                window = {"start": begin, "end": day_before(start), "preorder": True}
                yield base | usage | window

    def _territories(
        self, terms: Terms, pointer: tuple[str | int, ...], problems: Problems
    ) -> Document:
        for key, codes in (
            ("territories", terms.territories),
            ("excluded_territories", terms.excluded_territories),
        ):
            if codes:
                # Releases repeat the same few lists: each is expanded once. What is wrong is told
                # each time, with its place.
                known = self._expanded.get(codes)
                if known is None:
                    known = self._expand(codes, (*pointer, key), problems)
                return {key: known}
        return {"territories": ["Worldwide"]}

    def _expand(
        self, codes: tuple[str, ...], pointer: tuple[str | int, ...], problems: Problems
    ) -> list[str]:
        result: set[str] = set()
        sound = True
        for index, code in enumerate(codes):
            if code in self._groups:
                result.update(self._groups[code])
            elif re.fullmatch(r"[A-Z]{2}(-[A-Z]{2})?|Worldwide", code):
                result.add(code)
            else:
                problems.error(
                    "SG1203",
                    (*pointer, index),
                    f"there is no territory or group {code!r}",
                    "name the group under territories: in stardust.yaml",
                )
                sound = False
        expanded = sorted(result)
        if sound:
            self._expanded[codes] = expanded
        return expanded


def has_own_terms(placed: PlacedTrack) -> bool:
    """Whether the terms of a track can differ from those of each track, at whatever target."""
    entry = placed.entry
    narrowed = bool(entry.deals) or entry.offers is not None or entry.available != "all"
    return narrowed or placed.fields.ugc_claim is False


def _claims(deals: list[Document]) -> list[Document]:
    return [deal for deal in deals if "policy" in deal]


def _kept_from(track: TrackEntry, deal: DealEntry) -> bool:
    """Whether the deal is none of the offers that a track is sold alone on; a claim is no sale."""
    return track.offers is not None and deal.policy is None and deal.offer not in track.offers


def _gratified(document: Document, deal: DealEntry) -> Document:
    """A pre-order of the release, with the recordings that it gives at once."""
    if not deal.instant_gratification or not document.get("preorder"):
        return document
    return document | {"instant_gratification": sorted(set(deal.instant_gratification))}


def _narrow(deal: DealEntry, narrowed: Terms) -> DealEntry:
    """A deal with what a track says otherwise; a track's territories replace the deal's."""
    own = {key: value for key, value in narrowed if value is not None and key in _NARROWED}
    if "territories" in own or "excluded_territories" in own:
        own = {"territories": None, "excluded_territories": None} | own
    return deal.model_copy(update=own)
