"""From a release file to what each target is told and given.

What is equal for all targets is resolved once (`Resolver.base`), the rest for each target
(`Resolver.content`). Both work on canonical documents (see `content.canonical`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from stardust_gitops.assets.lock import LockedAsset
from stardust_gitops.catalog.loading import Catalogue, Label, Party, Target
from stardust_gitops.catalog.models.parties import PartyEntry
from stardust_gitops.catalog.models.release import ReleaseFile
from stardust_gitops.content.artists import artist_documents, display_artist, rights_line
from stardust_gitops.content.base import Base as Base
from stardust_gitops.content.canonical import Document, content_of
from stardust_gitops.content.deals import DealResolver, day_before, has_own_terms
from stardust_gitops.content.details import details, overridden
from stardust_gitops.content.effective import effective
from stardust_gitops.content.files import asset_of, place_assets
from stardust_gitops.content.labels import Labels, principal, told_name
from stardust_gitops.content.leave_out import kinds_of, release_without, tracks_without
from stardust_gitops.content.model import Delivery
from stardust_gitops.content.of_tracks import (
    OF_TRACKS,
    add_descriptors,
    check_against_tracks,
    has_tracks,
    is_described,
    of_tracks,
)
from stardust_gitops.content.parties import Parties, without_ids
from stardust_gitops.content.problems import Problems
from stardust_gitops.content.release_dates import release_dates
from stardust_gitops.content.tracks import (
    PlacedTrack,
    inherited,
    place_tracks,
    track_document,
    with_parties,
)
from stardust_gitops.content.words import allowed_words
from stardust_gitops.diagnostics import Finding
from stardust_gitops.genres.mapping import map_genre
from stardust_gitops.identifiers.icpn import to_gtin14


class Resolver:
    """Resolves the releases of one catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._parties = Parties(catalogue)
        self._labels = Labels(catalogue)
        self._hidden = {
            target.id: self._parties.hidden_from(target) for target in catalogue.targets.values()
        }
        self._deals = {
            target.id: DealResolver(
                target.id, target.model.offers, target.model.prices, catalogue.config.territories
            )
            for target in catalogue.targets.values()
        }
        targets = catalogue.targets.values()
        self._leaves_out = any(target.model.leave_out for target in targets)
        self._describes = any(target.model.message.mead for target in targets)

    def base(self, file: str, model: ReleaseFile, locked: Mapping[str, LockedAsset]) -> Base:
        """The part for all targets. `locked` holds the measured assets by reference."""
        release = to_gtin14(model.icpn) if model.icpn else None
        problems = Problems(file, release)
        model, taken = effective(model, self._catalogue.config, problems)
        artists = self._parties.resolve(model.artists, "", ("artists",), problems)
        if artists is not model.artists:
            model = model.model_copy(update={"artists": artists})
        placed = place_tracks(
            model, self._catalogue.recordings, bool(self._catalogue.broken_recordings), problems
        )
        tracks = [with_parties(track, self._parties, problems) for track in placed]
        usual = inherited(model, self._parties.told_names)
        documents = [track_document(track, usual, problems) for track in tracks]
        header = self._header(model, problems)
        label = self._labels.find(self._label_text(model))
        document: Document | None = None
        sound = [entry for entry in documents if entry is not None]
        if header is not None and len(sound) == len(model.tracks):
            document = header | of_tracks(model, sound)
            check_against_tracks(model, document, problems)
        assets, complete = place_assets(model, tracks, locked)
        return Base(
            file=file,
            model=model,
            document=document,
            tracks=tuple(tracks),
            assets=assets,
            complete=complete,
            findings=tuple(problems.findings),
            label=label,
            taken=taken,
            words=allowed_words(model, tracks),
            with_own_terms=_with_own_terms(tracks),
            with_own_genre=_with_own_genre(tracks),
            shared=self._parties.files(model.artists, *(track.credits() for track in tracks))
            | ({label.file} if label is not None else set()),
            kinds=kinds_of(model, tracks) if self._leaves_out else frozenset(),
            described=self._describes and is_described(model, tracks),
        )

    def for_target(self, base: Base, target: Target) -> Base:
        """The part for all targets without what this one leaves out; itself, where that is
        nothing."""
        kinds = base.kinds and base.kinds.intersection(target.model.leave_out)
        if not kinds:
            return base
        tracks = tracks_without(base.tracks, kinds)
        gone = {track.isrc for track in base.tracks} - {track.isrc for track in tracks}
        model = release_without(base.model, kinds, gone)
        document = base.document
        if document is not None:
            usual, found = inherited(model, self._parties.told_names), Problems(base.file)
            sound = [track_document(track, usual, found) for track in tracks]
            header = {key: document[key] for key in document if key not in OF_TRACKS}
            document = header | of_tracks(model, [entry for entry in sound if entry is not None])
        locked = {asset.path: asset for _, _, asset in base.assets}
        return replace(
            base,
            model=model,
            document=document,
            tracks=tracks,
            assets=place_assets(model, tracks, locked)[0],
            words=allowed_words(model, tracks),
            with_own_terms=_with_own_terms(tracks),
            with_own_genre=_with_own_genre(tracks),
            kinds=base.kinds - kinds,
        )

    def _label_text(self, model: ReleaseFile) -> str | None:
        return model.label or self._catalogue.config.defaults.label

    def party_of(self, entry: PartyEntry) -> Party | None:
        """The file that describes an artist or contributor, if any does."""
        return self._parties.find(entry)

    def label_name(self, model: ReleaseFile) -> str | None:
        """The name of a release's label."""
        return self._labels.name(self._label_text(model))

    def _header(self, model: ReleaseFile, problems: Problems) -> Document | None:
        defaults = self._catalogue.config.defaults
        values: Document = {
            "icpn": to_gtin14(model.icpn) if model.icpn else None,
            "type": model.type,
            "title": model.title,
            "label": self.label_name(model),
            "language": model.language or defaults.language,
            "genre": model.genre,
            "release_date": model.release_date,
            "p_line": model.p_line,
            "c_line": model.c_line,
            "tracks": model.tracks or None,
            "cover": model.cover,
        }
        self._labels.check(self._label_text(model), ("label",), problems)
        missing = [key for key, value in values.items() if value is None]
        for key in missing:
            problems.error("SG2001", (key,), f"the release has no {key}", f"add {key}: …")
        if not any(entry.role == "MainArtist" for entry in model.artists):
            problems.error(
                "SG2006",
                ("artists",),
                "the release has no main artist",
                "give at least one artist without  role: FeaturedArtist",
            )
            return None
        if missing:
            return None
        document = {
            key: values[key]
            for key in ("icpn", "type", "title", "label", "language", "release_date")
        }
        document["display_artist"] = model.display_artist or display_artist(model.artists)
        document["artists"] = artist_documents(model.artists, self._parties.told_names)
        document["p_line"] = rights_line(values["p_line"])
        document["c_line"] = rights_line(values["c_line"])
        document |= details(model)
        groups = self._catalogue.config.territories
        document |= release_dates(model.release_dates, model.release_date, groups, problems)
        if model.visibility is not None:
            document["visibility"] = model.visibility.model_dump(exclude_none=True)
        return document

    def content(self, base: Base, target: Target) -> tuple[Document | None, tuple[Finding, ...]]:
        """The content document for one target, or ``None`` and why there is none."""
        base = self.for_target(base, target)
        if base.document is None:
            return None, ()
        problems = Problems(base.file, base.document["icpn"], target.id)
        for owner in self._parties.unclear(base.shared):
            problems.error(
                "SG1201",
                ("artists",),
                f"an id of {owner} is told to that recipient alone, and a target's file does not"
                " read: nobody knows whether it is that one",
                "correct the target's file",
            )
        document = dict(without_ids(base.document, self._hidden[target.id]))
        document |= overridden(base.model, target.id)
        label, override = self._label_at(base, target), base.model.overrides.get(target.id)
        if override is not None:
            self._labels.check(override.label, ("overrides", target.id, "label"), problems)
        if label is not None:
            document["label"] = told_name(label, target)
        self._genres(document, base, target, problems)
        if not has_tracks(document):
            problems.error(
                "SG2130",
                ("tracks",),
                f"no track of the release is left for {target.id}",
                f"leave {target.id} out of targets:, or less out of leave_out: in {target.file}",
            )
            return None, tuple(problems.findings)
        if base.described and target.model.message.mead:
            add_descriptors(document, base.model, base.tracks)
        self._add_deals(document, base, target, problems)
        failed = bool(problems.findings)
        return (None if failed else document), tuple(dict.fromkeys(problems.findings))

    def _label_at(self, base: Base, target: Target) -> Label | None:
        """The file of the release's label, or of the one that its words for this target name."""
        override = base.model.overrides.get(target.id)
        if override is None or override.label is None:
            return base.label
        return self._labels.find(override.label)

    def _genres(self, document: Document, base: Base, target: Target, problems: Problems) -> None:
        name = target.model.genre_map
        genre_map = self._catalogue.genre_maps.get(name) if name else None
        if name and genre_map is None:
            problems.error(
                "SG1201",
                ("genre_map",),
                f"the genre map {name!r} does not read",
                f"correct genre_maps/{name}.yaml",
                target.file,
            )
            return
        model = base.model

        def words(
            genre: str, subgenre: str | None, file: str, at: tuple[str | int, ...]
        ) -> Document:
            mapped = map_genre(genre_map, genre, subgenre)
            if mapped is None:
                problems.error(
                    "SG2103",
                    at,
                    f"the genre map {name!r} has no word for {genre!r}",
                    f"add  {genre}: …  to genre_maps/{name}.yaml, or a fallback",
                    file or None,
                )
                return {}
            return {"name": mapped[0]} | ({"sub": mapped[1]} if mapped[1] else {})

        assert model.genre is not None  # base.document would be None
        override = model.overrides.get(target.id)
        if override is not None and override.genre is not None:
            main = words(override.genre, override.subgenre, "", ("overrides", target.id, "genre"))
        else:
            main = words(model.genre, model.subgenre, "", ("genre",))
        document["genre"] = main
        document["tracks"] = tracks = [entry | {"genre": main} for entry in document["tracks"]]
        for index in base.with_own_genre:
            placed = base.tracks[index]
            genre, subgenre = placed.fields.genre, placed.fields.subgenre
            assert genre is not None
            tracks[index]["genre"] = words(genre, subgenre, *placed.pointer("genre"))

    def _add_deals(
        self, document: Document, base: Base, target: Target, problems: Problems
    ) -> None:
        model, resolver = base.model, self._deals[target.id]
        deals = resolver.release_deals(model.deals, model.release_date, problems)
        track_deals = resolver.track_deals(model.deals, None, model.release_date, problems)
        own: dict[int, list[Document]] = {}
        for index in base.with_own_terms:
            terms = resolver.own_track_deals(model, base.tracks[index], track_deals, problems)
            if terms is not None:
                own[index] = terms
        if not deals and not any(own.values()):
            problems.error(
                "SG2101",
                ("deals",),
                f"no deal of the release is for {target.id}",
                f"add a deal with an offer that {target.id} takes, or leave it out of targets:",
            )
        ends = self._announced_end(model, target)
        if deals:
            document["deals"] = [_ended(deal, ends) for deal in deals]
        if track_deals != deals:
            document["track_deals"] = [_ended(deal, ends) for deal in track_deals]
        for index, terms in own.items():
            document["tracks"][index]["deals"] = [_ended(deal, ends) for deal in terms]

    def _announced_end(self, model: ReleaseFile, target: Target) -> str | None:
        """The last day on sale, where the target wants to hear of a takedown ahead of its day."""
        ahead = target.model.future_takedown == "end_date"
        day = model.takedown_day(target.id)
        if ahead and day and model.status_for(target.id) == "takedown":
            return day_before(day)
        return None

    def deal_sources(self, model: ReleaseFile, target: Target) -> list[int]:
        """For each deal of the content for a target, the index of the release's deal behind it."""
        return self._deals[target.id].sources(model.deals, model.release_date)

    def delivery(self, base: Base, target: Target, document: Document) -> Delivery:
        """All that the message to a target and its package are made from. `document` is the
        content for that target."""
        base = self.for_target(base, target)
        assert base.model.icpn is not None
        label = self._label_at(base, target)
        return Delivery(
            icpn=base.model.icpn,
            content=content_of(document),
            on_behalf_of=None if label is None else principal(label),
            assets=tuple(asset_of(placed) for placed in base.assets),
        )


def _ended(deal: Document, end: str | None) -> Document:
    if end is None or deal.get("end", "9999") <= end:
        return deal
    return deal | {"end": end}


def _with_own_terms(tracks: Iterable[PlacedTrack]) -> tuple[int, ...]:
    return tuple(index for index, track in enumerate(tracks) if has_own_terms(track))


def _with_own_genre(tracks: Iterable[PlacedTrack]) -> tuple[int, ...]:
    return tuple(i for i, track in enumerate(tracks) if track.fields.genre is not None)
