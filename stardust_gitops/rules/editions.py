"""Rules about immersive editions: the same recording in another sound."""

from __future__ import annotations

from collections.abc import Iterator

from stardust_gitops.assets.facts import AudioFacts
from stardust_gitops.diagnostics import Severity
from stardust_gitops.rules.hits import track_hit
from stardust_gitops.rules.index import CatalogueIndex, TrackOf
from stardust_gitops.rules.registry import Hit, rule
from stardust_gitops.rules.subjects import CatalogueSubject, ReleaseSubject, seconds_of

_MASTER = "DolbyAtmosMasterADM"


@rule(
    "SG2046",
    severity=Severity.ERROR,
    title="an immersive edition with the ISRC of another recording",
    why="An ISRC is one recording: under a shared one the two are merged, or the later refused.",
    example="tracks: [{isrc: GBXYZ2600001, immersive: {isrc: GBXYZ2600001, audio: atmos.wav}}]",
    remedy="assign an ISRC of its own to the immersive edition",
    source="ISO 3901; DDEX ERN 4.3: each SoundRecordingEdition has its own ISRC",
)
def edition_of_another_isrc(subject: ReleaseSubject | CatalogueSubject) -> Iterator[Hit]:
    """Against the tracks and editions of the release, and of the catalogue."""
    if isinstance(subject, CatalogueSubject):
        yield from _across(subject.index)
        return
    if not any(track.fields.immersive for _, track in subject.special):
        return
    seen = {track.isrc: f"track {number}" for number, track in enumerate(subject.tracks, start=1)}
    for number, track in subject.special:
        edition = track.fields.immersive
        if edition is None:
            continue
        if edition.isrc in seen:
            message = f"the immersive edition of {track.isrc} has the ISRC of {seen[edition.isrc]}"
            yield track_hit(track, "immersive", message, "isrc")
        seen.setdefault(edition.isrc, f"the edition of track {number}")


def _across(index: CatalogueIndex) -> Iterator[Hit]:
    for isrc, entries in index.by_edition.items():
        first = entries[0]
        for entry in entries:
            tracks = (other for other in index.by_isrc.get(isrc, ()) if _elsewhere(other, entry))
            found = next(tracks, None)
            if found is not None:
                yield _taken(entry, isrc, f"of a track in {found.release.file}")
            elif _elsewhere(first, entry) and entry.track.isrc != first.track.isrc:
                yield _taken(
                    entry, isrc, f"of the edition of {first.track.isrc} in {first.release.file}"
                )


def _elsewhere(one: TrackOf, other: TrackOf) -> bool:
    return one.release is not other.release


def _taken(entry: TrackOf, isrc: str, whose: str) -> Hit:
    return Hit(
        ("tracks", entry.track.place, "immersive", "isrc"),
        f"the immersive edition of {entry.track.isrc} has the ISRC {isrc}, that {whose}",
        None,
        entry.release.file,
        entry.release.release,
    )


@rule(
    "SG2047",
    severity=Severity.WARNING,
    title="an immersive edition that is no immersive master",
    why="Services take a Dolby Atmos master (ADM BWF) and refuse stereo that is called immersive.",
    example="immersive: {isrc: GBXYZ2600101, audio: assets/stereo.wav}",
    remedy="deliver the ADM file that the studio exported",
    source="recipients' delivery specifications (Dolby Atmos Master ADM)",
)
def no_immersive_master(subject: ReleaseSubject) -> Iterator[Hit]:
    """As measured: the codec and more than two channels."""
    for number, track in subject.special:
        asset = subject.measured("immersive", number) if track.fields.immersive else None
        if asset is None or not isinstance(asset.facts, AudioFacts):
            continue
        facts = asset.facts
        if facts.codec != _MASTER or facts.channels <= 2:
            found = f"{facts.codec} of {facts.channels} channels"
            message = f"the immersive edition of {track.isrc} is {found}, not an ADM master"
            yield track_hit(track, "immersive", message, "audio")


@rule(
    "SG2048",
    severity=Severity.WARNING,
    title="an immersive edition that is longer or shorter than the recording",
    why="Listeners switch between the two while they play; services refuse what is not in step.",
    example="audio: a.flac   # of 3:02\nimmersive: {isrc: GBXYZ2600101, audio: a.wav}   # of 3:10",
    remedy="cut both to the same length, or correct the file",
    source="recipients' delivery specifications (stereo and immersive in step)",
)
def edition_of_other_duration(subject: ReleaseSubject) -> Iterator[Hit]:
    """As measured, with a second of tolerance."""
    for number, track in subject.special:
        asset = subject.measured("immersive", number) if track.fields.immersive else None
        own = seconds_of(asset) if asset is not None else None
        other = subject.duration(number)
        if own is not None and other is not None and abs(own - other) > 1:
            message = f"the immersive edition of {track.isrc} has {own} s, the recording {other} s"
            yield track_hit(track, "immersive", message, "audio")
