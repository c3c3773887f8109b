"""Hypothesis strategies for the recordings of a release and how they are grouped on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from stardust_gitops.catalog.vocabulary import allowed, mead_values
from stardust_gitops.content.model import (
    ContainsAI,
    Descriptors,
    Disc,
    Immersive,
    RelatedRecording,
    Track,
    Work,
)
from tests.strategy_values import (
    VAGUE,
    artists,
    contributors,
    deals,
    genres,
    languages,
    local_names,
    optional,
    previews,
    rights_lines,
    sampled,
    sets,
    texts,
    titles,
    tuples,
    warnings,
)

_THEMES: tuple[frozenset[str], ...] = tuple(
    frozenset(theme.split())
    for theme in (
        "",
        "",
        "video mixed typed screen_capture preview_file",
        "video typed screen_capture lyrics related",
        "work booklet discs related local",
        "immersive ai lyrics preview_file",
        "clip ai related descriptors typed",
        "many_discs discs booklet",
        "local lyrics work single",
        "single preview_file",
    )
)
_EDITIONS = frozenset({"clip", "immersive"})


@st.composite
def features(draw: DrawFn, version: str) -> frozenset[str]:
    """What may occur in a release; editions and clips are known since ERN 4.3."""
    has = draw(st.sampled_from(_THEMES)) | draw(st.sampled_from(_THEMES))
    return has - _EDITIONS if version.startswith("3.") or version == "4.2" else has


def audio_releases_only(version: str) -> frozenset[str]:
    """Types of release whose profile has no place for videos."""
    tones = {"RingbackToneRelease", "RingtoneRelease"}
    if version.startswith("3."):
        classical = {"ClassicalAlbum", "ClassicalMultimediaAlbum"}
        return frozenset({"AudioBookRelease"} | classical | tones)
    return frozenset({"DjMix"} | tones)


def contains_ai(tracks: Iterable[Track]) -> ContainsAI | None:
    """What a release says where each of its tracks says something."""
    flags = {track.contains_ai for track in tracks}
    if None in flags:
        return None
    return flags.pop() if len(flags) == 1 else "Partly"


@st.composite
def descriptors(draw: DrawFn) -> Descriptors:
    """What MEAD has a place for and ERN has not."""
    moods = st.sampled_from(sorted(mead_values("Mood")))
    return Descriptors(moods=draw(sets(moods, 0, 2)), key="C minor", bpm="120.5")


@st.composite
def discs(draw: DrawFn, tracks: tuple[Track, ...]) -> tuple[Disc, ...]:
    """What is said of some of the discs."""
    numbers = sorted({track.disc for track in tracks if track.type != "Clip"})
    icpns = optional(st.sampled_from(("4006381333955", "036000291452")))
    return tuple(
        Disc(number=number, title=draw(texts), icpn=draw(icpns))
        for number in numbers
        if draw(st.booleans())
    )


@st.composite
def _related(draw: DrawFn) -> RelatedRecording:
    """Another recording, of this release or not, and where in this one it stands."""
    start = draw(optional(st.integers(0, 300)))
    return RelatedRecording(
        type=draw(st.sampled_from(sorted(allowed("ResourceRelationshipType") - VAGUE))),
        isrc=draw(st.sampled_from(("GBXYZ2600001", "USXYZ9900042"))),
        start=start,
        duration=None if start is None else draw(optional(st.integers(1, 90))),
    )


@st.composite
def _kinds(draw: DrawFn, version: str, has: frozenset[str], first: bool) -> dict[str, object]:
    """Whether it is a video, and of what type; the first track is never a clip."""
    if "video" in has and ("mixed" not in has or draw(st.booleans())):
        typed = "typed" in has
        return {
            "video": True,
            "type": draw(optional(_types("VideoType", version))) if typed else None,
        }
    if "clip" in has and not first and draw(st.booleans()):
        return {"type": "Clip"}
    if "typed" in has:
        return {"type": draw(optional(_types("SoundRecordingType", version)))}
    return {}


@cache
def _types(name: str, version: str) -> SearchStrategy[str]:
    return sampled(name, version, VAGUE | {"Clip"})


@st.composite
def _tracks(draw: DrawFn, number: int, disc: int, version: str, has: frozenset[str]) -> Track:
    """A track with an ISRC made from `number`."""
    instrumental = draw(st.booleans())
    local, ai = "local" in has, "ai" in has
    made = Track(
        isrc=f"GBXYZ26{number:05d}",
        disc=disc,
        title=draw(texts),
        display_artist=draw(texts),
        artists=draw(artists(local)),
        parental_warning=draw(warnings),  # type: ignore[arg-type]
        genre=draw(genres),
        version=draw(optional(texts)),
        contributors=draw(tuples(contributors(version, local, ai), 0, 3)),
        p_line=draw(optional(rights_lines)),
        iswc=draw(optional(st.just("T0345246801"))),
        language=None if instrumental else draw(optional(languages)),
        instrumental=instrumental,
        deals=draw(optional(tuples(deals(version), 0, 3))),
        titles=draw(titles),
        bonus=draw(st.booleans()),
        hidden=draw(st.booleans()),
        preview=draw(optional(previews)),
        related=draw(tuples(_related(), 0, 2)) if "related" in has else (),
        contains_ai=draw(st.sampled_from((None, "All", "Partly", "None"))) if ai else None,
        display_artists=draw(local_names) if local else (),
        descriptors=draw(descriptors()) if "descriptors" in has else None,
    )
    made = replace(made, **draw(_kinds(version, has, number == 1)))  # type: ignore[arg-type]
    if "immersive" in has and not made.video and made.type != "Clip" and draw(st.booleans()):
        edition = Immersive(isrc=f"GBXYZ27{number:05d}", p_line=draw(optional(rights_lines)))
        made = replace(made, immersive=edition)
    return made


@st.composite
def _with_works(draw: DrawFn, tracks: list[Track]) -> list[Track]:
    """Each track is a movement of the work before, of a new one, or of none, as clips are."""
    placed: list[Track] = []
    for track in tracks:
        before = placed[-1] if placed and placed[-1].disc == track.disc else None
        step = draw(st.sampled_from(("go on", "go on", "begin", "none")))
        if step == "go on" and before is not None and track.type != "Clip":
            placed.append(replace(track, work=before.work))
        elif step == "none" or track.type == "Clip":
            placed.append(track)
        else:
            placed.append(replace(track, work=Work(title=draw(texts), titles=draw(titles))))
    return placed


def _numbers(has: frozenset[str]) -> SearchStrategy[int]:
    """How many discs there are."""
    if "single" in has:
        return st.just(1)
    return st.integers(8, 12) if "many_discs" in has else st.integers(1, 3)


@st.composite
def track_lists(draw: DrawFn, version: str, has: frozenset[str]) -> tuple[Track, ...]:
    """One to three discs, or a dozen; sometimes a recording stands on the last one again."""
    made: list[Track] = []
    for disc in range(1, draw(_numbers(has)) + 1):
        longest = 1 if has & {"many_discs", "single"} else 3
        for _ in range(draw(st.integers(1, longest))):
            made.append(draw(_tracks(len(made) + 1, disc, version, has)))
    if "work" in has:
        made = draw(_with_works(made))
    if "single" not in has and draw(st.booleans()):
        made.append(replace(made[0], disc=made[-1].disc, bonus=draw(st.booleans())))
    return tuple(made)
