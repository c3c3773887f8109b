"""Rules about what a release may say beyond the necessary: titles in other languages, declared
durations, claims, what a pre-order gives at once, words and statuses for one target."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stardust_gitops.catalog.models.deals import DealEntry
from stardust_gitops.catalog.models.party import LocalName
from stardust_gitops.catalog.models.titles import TitleEntry
from stardust_gitops.content.tracks import PlacedTrack
from stardust_gitops.diagnostics import Pointer, Severity
from stardust_gitops.rules.hits import track_hit
from stardust_gitops.rules.registry import Hit, rule
from stardust_gitops.rules.subjects import ReleaseSubject, seconds_of

_CLAIM = "RightsClaimModel"


def _repeated(
    entries: Sequence[TitleEntry | LocalName], main: str | None
) -> Iterator[tuple[int, str]]:
    seen = {main.lower()} if main else set()
    for index, entry in enumerate(entries):
        if entry.language.lower() in seen:
            yield index, entry.language
        seen.add(entry.language.lower())


@rule(
    "SG2061",
    severity=Severity.ERROR,
    fixed=True,
    title="two titles, or lines of artists, in one language",
    why="A recipient shows one of them to readers of a language; nobody could say which.",
    example="language: en\ntitle: Tide\ntitles: [{title: The Tide, language: en}]",
    remedy="keep one title for each language; title: is the one in the language of the metadata",
    source="BR09 (DDEX: one default, and one title for each language)",
)
def two_titles_in_one_language(subject: ReleaseSubject) -> Iterator[Hit]:
    """Of the release, its tracks and their works, and its words for single targets."""
    model = subject.model
    main = model.language or subject.config.defaults.language
    for index, language in _repeated(model.titles, main):
        yield Hit(("titles", index, "language"), f"a second title in {language}")
    for target, override in model.overrides.items():
        for index, language in _repeated(override.titles or (), main):
            at: Pointer = ("overrides", target, "titles", index, "language")
            yield Hit(at, f"a second title in {language}")
    for track in subject.tracks:
        for index, language in _repeated(track.fields.titles or (), main):
            file, pointer = track.pointer("titles")
            message = f"a second title of {track.isrc} in {language}"
            yield Hit((*pointer, index, "language"), message, file=file or None)
    for index, language in _repeated(model.display_artists, main):
        at = ("display_artists", index, "language")
        yield Hit(at, f"a second line of artists in {language}")
    for _, track in subject.special:
        yield from _of_parts(track, main)


def _of_parts(track: PlacedTrack, main: str | None) -> Iterator[Hit]:
    work = track.fields.work
    for index, language in _repeated(work.titles if work else (), main):
        message = f"a second title of the work of {track.isrc} in {language}"
        yield track_hit(track, "work", message, "titles", index, "language")
    for index, language in _repeated(track.fields.display_artists, main):
        message = f"a second line of artists of {track.isrc} in {language}"
        yield track_hit(track, "display_artists", message, index, "language")


def _seconds(text: str) -> int:
    seconds = 0
    for part in text.split(":"):
        seconds = seconds * 60 + int(part)
    return seconds


@rule(
    "SG2062",
    severity=Severity.ERROR,
    title="the declared duration is not that of the audio",
    why="Often it is the wrong file; recipients compare them too.",
    example='duration: "3:45"   # and a file of four minutes',
    remedy="give the right audio file, or correct the duration or remove it",
    source="BR17 (durations agree within about a second)",
)
def duration_differs(subject: ReleaseSubject) -> Iterator[Hit]:
    """The declared one against the measured one, within a second."""
    for role, number, asset in subject.assets:
        if number is None or role not in ("audio", "video"):
            continue
        track = subject.tracks[number - 1]
        said = track.fields.duration
        length = seconds_of(asset) if said else None
        if said and length is not None and abs(length - _seconds(said)) > 1:
            minutes, seconds = divmod(round(length), 60)
            file, pointer = track.pointer("duration")
            message = f"{track.isrc} is declared {said} long and measured {minutes}:{seconds:02d}"
            yield Hit(pointer, message, file=file or None)


@rule(
    "SG2063",
    severity=Severity.ERROR,
    fixed=True,
    title="an instant gratification that cannot be given",
    why="It is a recording of the release that whoever orders in advance gets at once.",
    example="deals: [{offer: download, instant_gratification: [GBXYZ2600001]}]   # no pre-order",
    remedy="give preorder_from: of the deal, and ISRCs of this release",
    source="DDEX: InstantGratificationResourceList belongs to a pre-order deal",
)
def instant_gratification_impossible(subject: ReleaseSubject) -> Iterator[Hit]:
    """Without a pre-order, or of a recording that is not on the release."""
    isrcs = {track.isrc or track.track for track in subject.model.tracks}
    for index, deal in enumerate(subject.model.deals):
        if deal.instant_gratification is None:
            continue
        pointer: Pointer = ("deals", index, "instant_gratification")
        if deal.preorder_from is None:
            yield Hit(pointer, "instant gratification without a pre-order")
        for place, isrc in enumerate(deal.instant_gratification):
            if isrc not in isrcs:
                yield Hit((*pointer, place), f"{isrc} is not on the release")


def _is_claim(deal: DealEntry) -> bool:
    return deal.offer == "ugc_claim" if deal.models is None else _CLAIM in deal.models


@rule(
    "SG2064",
    severity=Severity.ERROR,
    fixed=True,
    title="a claim without a policy, or a policy without a claim",
    why="A recipient that is to claim users' uploads must be told what to do with them.",
    example="deals: [{offer: ugc_claim}]",
    remedy="give  policy: Monetize, BlockAccess or ReportUsage  with the claim, else remove it",
    source="DDEX: RightsClaimModel with RightsClaimPolicy",
)
def claim_and_policy(subject: ReleaseSubject) -> Iterator[Hit]:
    """Deals with the offer ``ugc_claim``, and those that name RightsClaimModel themselves."""
    for index, deal in enumerate(subject.model.deals):
        if _is_claim(deal) and deal.policy is None:
            yield Hit(("deals", index, "policy"), f"the claim {deal.offer} has no policy")
        elif deal.policy is not None and not _is_claim(deal):
            yield Hit(("deals", index, "policy"), f"{deal.offer} is no claim and has a policy")


@rule(
    "SG2065",
    severity=Severity.ERROR,
    fixed=True,
    title="a deal's own models and uses are incomplete",
    why="Each recipient takes its own pairs of model and use; what one takes others refuse.",
    example="deals: [{offer: karaoke, models: [PayAsYouGoModel]}]",
    remedy="give models:, uses: and the targets: that take them, or an offer of a target",
    source="DDEX: a deal has CommercialModelTypes and UseTypes",
)
def own_models_incomplete(subject: ReleaseSubject) -> Iterator[Hit]:
    """Both lists, filled, and the targets that they are meant for."""
    for index, deal in enumerate(subject.model.deals):
        if deal.models is None and deal.uses is None:
            continue
        for key in ("models", "uses", "targets"):
            if not getattr(deal, key):
                yield Hit(("deals", index, key), f"the deal {deal.offer} has no {key} of its own")


def _unheard(subject: ReleaseSubject) -> Iterator[tuple[Pointer, str]]:
    model = subject.model
    for target in model.overrides:
        if target in model.exclude_targets or target not in (model.targets or (target,)):
            yield ("overrides", target), f"words for {target}, which does not get the release"
    own_list = model.targets is not None and ("targets",) not in subject.base.taken
    for index, target in enumerate(model.exclude_targets):
        if own_list:
            message = f"{target} is excluded from the targets that the release lists itself"
            yield ("exclude_targets", index), message


@rule(
    "SG2066",
    severity=Severity.ERROR,
    title="something said to a target that does not get the release",
    why="Whoever wrote it believes that it is told.",
    example="exclude_targets: [deezer]\noverrides: {deezer: {title: Ebb}}",
    remedy="remove one of the two",
    source="the catalogue's own form",
)
def said_to_nobody(subject: ReleaseSubject) -> Iterator[Hit]:
    """Overrides of targets left out, and exclusions beside a list of targets."""
    for pointer, message in _unheard(subject):
        yield Hit(pointer, message)
    for target, override in subject.model.overrides.items():
        if override.subgenre is not None and override.genre is None:
            pointer = ("overrides", target, "subgenre")
            yield Hit(pointer, f"a subgenre for {target} without its genre", "give genre: too")


@rule(
    "SG2067",
    severity=Severity.ERROR,
    fixed=True,
    title="a day or reason of a status that has none",
    why="Only a takedown waits for a day; any other status would hold at once.",
    example="status: {deezer: {status: hold, from: 2026-12-01}}",
    remedy="remove from: and reason:, or write  status: takedown",
    source="the catalogue's own form",
)
def day_without_takedown(subject: ReleaseSubject) -> Iterator[Hit]:
    """What stands beside a status, target by target."""
    for target, entry in subject.model.status.items():
        for key, value in (("from", entry.from_), ("reason", entry.reason)):
            if value is not None and entry.status != "takedown":
                yield Hit(("status", target, key), f"the status {entry.status} has no {key}")
