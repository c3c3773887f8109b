"""Rules that compare all releases of the catalogue, by what identifies recordings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from stardust_gitops.content.titles import full_title
from stardust_gitops.diagnostics import Pointer, Severity
from stardust_gitops.rules.index import TrackOf, TrackRow, shared
from stardust_gitops.rules.registry import Hit, rule
from stardust_gitops.rules.subjects import CatalogueSubject


def _pointer(entry: TrackOf, key: str) -> Pointer:
    if key == "audio" and entry.track.video:
        key = "video"
    return ("tracks", entry.track.place, key)


def _against_first(
    subject: CatalogueSubject,
    key: str,
    says: Callable[[TrackRow], str | None],
    differs: Callable[[str, str], bool],
    *,
    alike: bool = True,
) -> Iterator[Hit]:
    """Tracks of one ISRC that say otherwise than the first that says anything; an ISRC that stands
    twice on one release is found there (SG2007). With `alike` a video is not held against a sound
    recording, which is wrong in itself (SG2049)."""
    for isrc, entries in shared(subject.index.by_isrc):
        first: tuple[str, TrackOf] | None = None
        for entry in entries:
            value = says(entry.track)
            if value is None:
                continue
            if first is None:
                first = value, entry
            elif alike and entry.track.video != first[1].track.video:
                continue
            elif entry.release is not first[1].release and differs(first[0], value):
                yield Hit(
                    _pointer(entry, key),
                    f"{isrc} is {value!r} here and {first[0]!r} in {first[1].release.file}",
                    None,
                    entry.release.file,
                    entry.release.release,
                )


def _name(row: TrackRow) -> str | None:
    return row.title and full_title(row.title, row.version)


def _seconds_apart(one: str | None, other: str | None) -> Decimal:
    return abs(Decimal(one or 0) - Decimal(other or 0))


def _other_words(one: str, other: str) -> bool:
    return one.casefold() != other.casefold()


@rule(
    "SG2041",
    severity=Severity.WARNING,
    title="an ISRC with two titles",
    why="An ISRC is one recording; with another title or version recipients merge the two.",
    example="isrc: GBXYZ2600001   # Breakwater here, Breakwater (Live) on another release",
    remedy="give the other recording its own ISRC, or one title to both; tracks/ describes it once",
    source="BR03 (ISO 3901)",
)
def isrc_titles(subject: CatalogueSubject) -> Iterator[Hit]:
    """Title and version; capitals do not count."""
    return _against_first(subject, "title", _name, _other_words)


@rule(
    "SG2042",
    severity=Severity.WARNING,
    title="an ISRC with two artists",
    why="An ISRC is one recording, by the same artists wherever it appears.",
    example="isrc: GBXYZ2600001   # by Kestrel & Sons here, by Ada Quill on another release",
    remedy="correct the artist or the ISRC; tracks/ describes a recording once",
    source="BR03 (ISO 3901)",
)
def isrc_artists(subject: CatalogueSubject) -> Iterator[Hit]:
    """The artist as it is shown; capitals do not count."""
    return _against_first(subject, "artists", lambda row: row.artist, _other_words)


@rule(
    "SG2043",
    severity=Severity.ERROR,
    title="an ISRC with two durations",
    why="Recordings that differ by more than a second are two; recipients refuse or merge them.",
    example="isrc: GBXYZ2600001   # of 3:02 here, of 4:10 on another release",
    remedy="an edit has an ISRC of its own; correct the ISRC or the file",
    source="BR03, BR17 (ISO 3901)",
)
def isrc_durations(subject: CatalogueSubject) -> Iterator[Hit]:
    """As measured, with a second of tolerance."""

    return _against_first(
        subject,
        "audio",
        lambda row: f"{row.duration} s" if row.duration else None,
        lambda one, other: _seconds_apart(one[:-2], other[:-2]) > 1,
    )


@rule(
    "SG2044",
    severity=Severity.WARNING,
    title="an ISRC with two audio files",
    why="The same recording is delivered in two forms: one may be an old master, or another song.",
    example="isrc: GBXYZ2600001   # audio: assets/a.flac here, assets/b.flac on another release",
    remedy="use one file for both; tracks/ describes a recording once",
    source="BR03 (ISO 3901)",
)
def isrc_files(subject: CatalogueSubject) -> Iterator[Hit]:
    """By the SHA-256 of the files; of equal duration, or another rule tells it (SG2043)."""
    for isrc, entries in shared(subject.index.by_isrc):
        known = [entry for entry in entries if entry.track.sha256 is not None]
        for entry in known[1:]:
            first, track = known[0], entry.track
            if (
                entry.release is not first.release
                and track.video == first.track.video
                and track.sha256 != first.track.sha256
                and _seconds_apart(track.duration, first.track.duration) <= 1
            ):
                yield Hit(
                    _pointer(entry, "audio"),
                    f"{isrc} has another file in {first.release.file}",
                    None,
                    entry.release.file,
                    entry.release.release,
                )


@rule(
    "SG2049",
    severity=Severity.ERROR,
    title="one ISRC for a sound recording and a video",
    why="A video is a recording of its own; services show one of the two in place of the other.",
    example="isrc: GBXYZ2600001   # audio: a.flac here, video: a.mp4 on another release",
    remedy="assign an ISRC of its own to the video",
    source="BR03 (ISO 3901: a music video has another ISRC than its sound recording)",
)
def isrc_kinds(subject: CatalogueSubject) -> Iterator[Hit]:
    """By what is given,  audio:  or  video:."""

    def kind(row: TrackRow) -> str:
        return "video" if row.video else "sound recording"

    return _against_first(subject, "audio", kind, str.__ne__, alike=False)


@rule(
    "SG2045",
    severity=Severity.WARNING,
    title="one recording under two ISRCs",
    why="Plays are counted apart, and recipients take one of the two away.",
    example="tracks: [{isrc: GBXYZ2600001, audio: a.flac}, {isrc: GBXYZ2600002, audio: a.flac}]",
    remedy="keep the ISRC that was given first, or correct the file",
    source="BR03 (ISO 3901)",
)
def recording_twice(subject: CatalogueSubject) -> Iterator[Hit]:
    """By the SHA-256 of the files; the first of the catalogue's files is taken as right."""
    for _, entries in shared(subject.index.by_audio):
        first = entries[0]
        for entry in entries[1:]:
            if entry.track.isrc != first.track.isrc:
                key = "video" if entry.track.video else "audio"
                yield Hit(
                    _pointer(entry, "audio"),
                    f"the {key} of {entry.track.isrc} is that of"
                    f" {first.track.isrc} in {first.release.file}",
                    None,
                    entry.release.file,
                    entry.release.release,
                )
