"""How the two kinds of recordings, sound and video, name the same things."""

from __future__ import annotations

from dataclasses import dataclass

from stardust_gitops.content.model import Track


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """The names of the elements of one kind.

    `element` is also its ResourceType; `type` is also the set of its values, of which `usual` is
    that of a recording without a type. `track_release` is the type of release of one track.
    """

    element: str
    type: str
    usual: str
    id: str
    work_id: str
    details: str
    technical: str
    track_release: str


_SOUND = Kind(
    element="SoundRecording",
    type="SoundRecordingType",
    usual="MusicalWorkSoundRecording",
    id="SoundRecordingId",
    work_id="IndirectSoundRecordingId",
    details="SoundRecordingDetailsByTerritory",
    technical="TechnicalSoundRecordingDetails",
    track_release="TrackRelease",
)
_VIDEO = Kind(
    element="Video",
    type="VideoType",
    usual="ShortFormMusicalWorkVideo",
    id="VideoId",
    work_id="IndirectVideoId",
    details="VideoDetailsByTerritory",
    technical="TechnicalVideoDetails",
    track_release="VideoTrackRelease",
)


def kind_of(track: Track) -> Kind:
    """The kind of a track's recording."""
    return _VIDEO if track.video else _SOUND
