"""What can be measured of a file: from its bytes, never guessed from its name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

AssetKind: TypeAlias = Literal["audio", "image", "video", "text"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioFacts:
    """What was measured of an audio file.

    `container` is a DDEX ContainerFormat, ``None`` for a native FLAC stream: the standard's list
    (AVS of ERN 4.3) has no word for it, and the element is optional. `codec` is a DDEX
    AudioCodecType. `sample_rate` is in hertz. `duration` is exact seconds as a decimal text, at
    most six decimals and no trailing zeros. `bit_depth` counts the valid bits of a sample.
    """

    codec: str
    sample_rate: int
    channels: int
    duration: str
    container: str | None = None
    bit_depth: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFacts:
    """What was measured of an image: a DDEX ImageCodecType, pixels, and the mode as in Pillow."""

    codec: str
    width: int
    height: int
    mode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoFacts:
    """What was measured of a video file and of the first sound track in it, if there is one.

    `container` is a DDEX ContainerFormat, `codec` a DDEX VideoCodecType (of ERN 4.3),
    `audio_codec` a DDEX AudioCodecType. `width` and `height` are in pixels as they are shown.
    `frame_rate` is frames a second, `duration` exact seconds, both as decimal texts without
    trailing zeros; `audio_sample_rate` is in hertz.
    """

    container: str
    codec: str
    width: int
    height: int
    frame_rate: str
    duration: str
    audio_codec: str | None = None
    audio_channels: int | None = None
    audio_sample_rate: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFacts:
    """What was recognised of a text file (booklet, lyrics): a DDEX TextCodecType of ERN 4.3, as
    ``PDF``, ``TTML``, ``SimpleLRC``, ``EnhancedLRC``, ``SRT``, ``VTT`` or ``UTF8Text``."""

    codec: str


Facts: TypeAlias = AudioFacts | ImageFacts | VideoFacts | TextFacts


class FileFacts(NamedTuple):
    """Digests of the whole file as lower-case hex, and its size in bytes.

    `git_blob` is the id that git gives these bytes when it stores them as they are (SHA-1).
    """

    sha256: str
    md5: str
    git_blob: str
    size: int
