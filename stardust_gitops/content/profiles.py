"""Release profiles of ERN: which one a release has, and what that one demands of it.

DDEX: Release Profiles 2.2 for ERN 4.2, 2.3 for 4.3 and later, 1.4 for ERN 3. Rules and writers ask
here, so that what `validate` lets pass a message can say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from stardust_gitops.content.model import Content

CLIP = "Clip"
"""The type of a recording that is a stand-alone clip of another: not a track of the release."""

LONG_FORM = frozenset(
    {"ConcertVideo", "LiveEventVideo", "LongFormMusicalWorkVideo", "LongFormNonMusicalWorkVideo"}
)
"""Types of video that are no single song."""

SPOKEN = frozenset(
    {
        "NonMusicalWorkReadalongSoundRecording",
        "NonMusicalWorkSoundRecording",
        "SpokenWordSoundRecording",
    }
)
"""Types of recording that are no music."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Makeup:
    """What a release is made of, as far as profiles ask: its type and how many tracks of each kind
    it has. A bonus video makes no release a bundle, and a clip is no track. `works` tells that
    tracks are parts of works, `boxed` that discs are releases by themselves (have an ICPN)."""

    type: str
    recordings: int = 0
    videos: int = 0
    bonus_videos: int = 0
    long_videos: int = 0
    spoken: int = 0
    works: bool = False
    boxed: bool = False

    @property
    def tracks(self) -> int:
        """All but bonus videos."""
        return self.recordings + self.videos


class Kind(NamedTuple):
    """What a profile asks of one track, as in `content.model.Track`."""

    video: bool
    type: str | None
    bonus: bool
    work: bool = False


def makeup(release_type: str, tracks: Iterable[Kind], *, boxed: bool = False) -> Makeup:
    """The makeup of a release of that type with these tracks; `boxed` as in `Makeup`."""
    kinds = list(tracks)
    videos = [kind for kind in kinds if kind.video]
    bonus = sum(kind.bonus for kind in videos) if len(videos) < len(kinds) else 0
    recordings = [kind for kind in kinds if not kind.video and kind.type != CLIP]
    return Makeup(
        type=release_type,
        recordings=len(recordings),
        videos=len(videos) - bonus,
        bonus_videos=bonus,
        long_videos=sum(kind.type in LONG_FORM for kind in videos),
        spoken=sum(kind.type in SPOKEN for kind in recordings),
        works=any(kind.work for kind in recordings),
        boxed=boxed,
    )


def makeup_of(content: Content) -> Makeup:
    """The makeup of a release's content."""
    kinds = (
        Kind(track.video, track.type, track.bonus, track.work is not None)
        for track in content.tracks
    )
    return makeup(content.type, kinds, boxed=any(disc.icpn for disc in content.discs))


_BY_TYPE_4: Mapping[str, str] = MappingProxyType(
    {"DjMix": "DjMix", "RingbackToneRelease": "Ringtone", "RingtoneRelease": "Ringtone"}
)


def profile_in_ern_4(made: Makeup) -> str:
    """The profile that a release has by itself; the simple ones only where a target asks."""
    found = _BY_TYPE_4.get(made.type)
    if found is not None:
        return found
    if made.recordings and made.videos:
        return "MixedMedia"
    if made.videos:
        return "LongFormMusicalWorkVideo" if made.long_videos == made.videos else "Video"
    return "Audio"


_CLASSICAL, _BOXED = "DigitalClassicalAudioAlbum", "DigitalBoxedSet"
_BY_TYPE_3: Mapping[str, str] = MappingProxyType(
    {
        "AudioBookRelease": "AudioBook",
        "ClassicalAlbum": _CLASSICAL,
        "ClassicalDigitalBoxedSet": _BOXED,
        "ClassicalMultimediaAlbum": _CLASSICAL,
        "DigitalBoxSetRelease": _BOXED,
        "MultimediaDigitalBoxedSet": _BOXED,
        "RingbackToneRelease": "Ringtone",
        "RingtoneRelease": "Ringtone",
    }
)
BY_VARIANT: Mapping[str, str] = MappingProxyType(
    {"BoxedSet": _BOXED, "BoxedSet Classical": _BOXED, "Classical": _CLASSICAL}
)
"""What ERN 4 has as the variant of a profile is a profile in ERN 3."""


def profile_in_ern_3(made: Makeup, variant: str | None = None) -> str:
    """The profile that a release has by itself. `variant` is what a target asks for, ``none`` for
    a release that is to pass for a common one. Discs with an ICPN make a boxed set, works a
    classical album, as they make the variants of ERN 4."""
    if variant is not None and variant in BY_VARIANT:
        return BY_VARIANT[variant]
    found = _BY_TYPE_3.get(made.type)
    if found is not None and not (variant == "none" and found in BY_VARIANT.values()):
        return found
    if made.boxed and variant != "none":
        return _BOXED
    if made.recordings and made.videos:
        return "MixedMediaBundle"
    if made.videos:
        if made.long_videos == made.videos:
            return "LongformMusicVideo"
        return "VideoSingle" if made.videos == 1 else "VideoAlbum"
    if made.type == "Single":
        return "AudioSingle"
    if made.works and variant != "none":
        return _CLASSICAL
    return "AudioAlbum" if made.spoken else "AudioAlbumMusicOnly"


_ONE = ("SimpleAudioSingle", "SingleResourceRelease", "SingleResourceReleaseWithCoverArt")
_ONE_VIDEO = ("SimpleVideoSingle", "VideoSingle")
_VIDEO = ("LongFormMusicalWorkVideo", "LongformMusicVideo", "Video", "VideoAlbum", *_ONE_VIDEO)
_BOTH = ("MixedMedia", "MixedMediaBundle")
_ANY = (_BOXED, *_BOTH)
SIMPLE = frozenset({*_ONE, "SimpleVideoSingle"})
"""The profiles of a single recording, which has no release beside its own: no track releases."""
WITHOUT_COVER = frozenset({"SimpleAudioSingle", "SimpleVideoSingle", "SingleResourceRelease"})
"""The profiles that a release without a front cover may have."""


def misfit(profile: str, made: Makeup) -> str | None:
    """Why a release cannot have a profile, as half a sentence about the profile; ``None`` where it
    can. Covers are asked for apart (`WITHOUT_COVER`)."""
    if profile in _ONE and (made.tracks, made.videos) != (1, 0):
        return f"has one track, not {_counted(made)}"
    if profile in _ONE_VIDEO and (made.tracks, made.videos) != (1, 1):
        return f"has one video, not {_counted(made)}"
    if profile in _BOTH and not (made.recordings and made.videos + made.bonus_videos):
        return f"has recordings and videos, not {_counted(made)}"
    if profile in _VIDEO and (made.recordings or not made.videos):
        return f"has videos alone, not {_counted(made)}"
    if profile not in _VIDEO + _ANY and (made.videos or not made.recordings):
        return f"has audio recordings alone, not {_counted(made)}"
    return None


def _counted(made: Makeup) -> str:
    counts = ((made.recordings, "track"), (made.videos + made.bonus_videos, "video"))
    told = [f"{count} {noun}{'s' if count != 1 else ''}" for count, noun in counts if count]
    return " and ".join(told) or "no track"
