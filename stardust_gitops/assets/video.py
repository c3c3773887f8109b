"""Facts of a video file, as MediaInfo reads them, in DDEX's words."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path

from stardust_gitops.assets.audio import duration_text
from stardust_gitops.assets.containers import read_container
from stardust_gitops.assets.errors import AssetError, AssetProblem
from stardust_gitops.assets.facts import VideoFacts
from stardust_gitops.assets.probe import ProbeFailed, Stream, probe
from stardust_gitops.assets.sniff import check_suffix, read_head

_SUFFIXES: Mapping[str, tuple[str, ...]] = {
    "MP4": (".mp4", ".m4v"),
    "QuickTime": (".mov", ".qt"),
    "AVI": (".avi",),
}
_PICTURE: Mapping[tuple[str, str], str] = {
    ("AVC", ""): "AVC",
    ("H.261", ""): "H.261",
    ("H.263", ""): "H.263",
    ("HEVC", ""): "HEVC",
    ("MPEG Video", "1"): "MPEG-1",
    ("MPEG Video", "2"): "MPEG-2",
    ("MPEG-4 Visual", ""): "MPEG-4",
    ("ProRes", "422"): "ProRes-422",
    ("ProRes", "422 HQ"): "ProRes-422_HQ",
    ("ProRes", "422 LT"): "ProRes-422_LT",
    ("ProRes", "422 Proxy"): "ProRes-422_Proxy",
    ("ProRes", "4444"): "ProRes-4444",
    ("ProRes", "4444 XQ"): "ProRes-4444_XQ",
}
"""MediaInfo's Format, and of some the version or profile → VideoCodecType (AVS of ERN 4.3)."""
_TOLD_BY: Mapping[str, str] = {"MPEG Video": "Format_Version", "ProRes": "Format_Profile"}

_SOUND: Mapping[tuple[str, str], str] = {
    ("AAC", ""): "AAC",
    ("AC-4", ""): "AC-4",
    ("ADPCM", ""): "ADPCM",
    ("E-AC-3", ""): "DolbyDigitalPlus",
    ("FLAC", ""): "FLAC",
    ("MPEG Audio", "Layer 2"): "MP2",
    ("MPEG Audio", "Layer 3"): "MP3",
    ("PCM", ""): "PCM",
}
"""The same for sound → AudioCodecType."""
_SOUND_TOLD_BY: Mapping[str, str] = {"MPEG Audio": "Format_Profile"}

_SAME = Decimal("0.002")
"""MediaInfo rounds durations to a millisecond."""


def measure_video(path: Path) -> VideoFacts:
    """Container, codecs, shown size, frame rate and duration of an MP4, QuickTime or AVI file.

    Reads headers, in a process of its own. Raises `AssetError` for a file that is missing, empty,
    cut off, damaged, misnamed, in another format, without a picture, with more than one, or coded
    in a way for which DDEX has no word. What MediaInfo does not know is such an error.
    """
    container = read_container(path, read_head(path))
    streams = _probed(path)
    pictures = [stream for stream in streams if stream.get("@type") == "Video"]
    if len(pictures) != 1:
        raise _without_picture(streams) if not pictures else _with_several(len(pictures))
    check_suffix(path, container, _SUFFIXES[container])
    picture = pictures[0]
    sound = next((stream for stream in streams if stream.get("@type") == "Audio"), None)
    duration = _duration(picture)  # first of all: without a frame the rest is not known either
    width, height = _size(picture)
    return VideoFacts(
        container=container,
        codec=_codec(picture, "picture", _PICTURE, _TOLD_BY),
        width=width,
        height=height,
        frame_rate=_frame_rate(picture),
        duration=duration,
        audio_codec=None if sound is None else _codec(sound, "sound", _SOUND, _SOUND_TOLD_BY),
        audio_channels=None if sound is None else _count(sound, "Channels"),
        audio_sample_rate=None if sound is None else _count(sound, "SamplingRate"),
    )


def _probed(path: Path) -> list[Stream]:
    try:
        return probe(path)
    except ProbeFailed as failed:
        if failed.by_file:
            raise _damaged(f"MediaInfo cannot read it ({failed})") from failed
        raise AssetError(
            f"videos cannot be measured here: {failed}",
            code=AssetProblem.UNREADABLE,
            hint="install pymediainfo, which brings libmediainfo with it; where it has none for the"
            " system, the system's own package of libmediainfo",
        ) from failed


def _codec(
    stream: Stream,
    what: str,
    words: Mapping[tuple[str, str], str],
    told_by: Mapping[str, str],
) -> str:
    name = stream.get("Format", "")
    kind = stream.get(told_by[name], "") if name in told_by else ""
    found = words.get((name, kind))
    if found is None:
        shown = f"{name} {kind}".strip() or stream.get("CodecID", "") or "nothing that is known"
        raise AssetError(
            f"the {what} is coded as {_printable(shown)}, which is not taken as a master",
            code=AssetProblem.UNSUPPORTED,
            hint="export the video as ProRes or H.264 (AVC), with PCM or AAC sound",
        )
    return found


def _size(picture: Stream) -> tuple[int, int]:
    """Width and height as they are shown: a telephone's film stands upright by its rotation."""
    width, height = _count(picture, "Width"), _count(picture, "Height")
    turned = _number(picture, "Rotation") if "Rotation" in picture else Decimal(0)
    return (height, width) if turned % 180 == 90 else (width, height)


def _frame_rate(picture: Stream) -> str:
    rate = _number(picture, "FrameRate")
    if rate <= 0:
        raise _damaged("its frame rate is 0")
    return _text(rate)


def _duration(picture: Stream) -> str:
    """From the number of frames, which is exact, where that is the duration too; it is not where
    frames differ in length or the file shows a part of what it holds."""
    if picture.get("FrameCount") == "0" or "Duration" not in picture:
        raise AssetError(
            "the file holds no picture (0 frames)",
            code=AssetProblem.EMPTY,
            hint="export the file again",
        )
    duration = _number(picture, "Duration")
    if {"FrameCount", "FrameRate_Num", "FrameRate_Den"} <= picture.keys():
        frames = _count(picture, "FrameCount") * _count(picture, "FrameRate_Den")
        rate = _count(picture, "FrameRate_Num")
        if abs(Decimal(frames) / rate - duration) <= _SAME:
            return duration_text(frames, rate)
    if duration <= 0:
        raise _damaged("its duration is 0")
    return _text(duration)


def _count(stream: Stream, name: str) -> int:
    """A positive whole number. Of several (``48000 / 24000``: with and without an extension of the
    codec) the first is what a player gives."""
    text = stream.get(name, "").partition(" / ")[0]
    if not (text.isascii() and text.isdigit() and 0 < len(text) < 16 and int(text)):
        raise _unknown(name)
    return int(text)


def _number(stream: Stream, name: str) -> Decimal:
    try:
        value = Decimal(stream.get(name, ""))
    except InvalidOperation:
        raise _unknown(name) from None
    if not value.is_finite() or abs(value) > 10**9:
        raise _unknown(name)
    return value


def _text(value: Decimal) -> str:
    """A decimal text, at most six decimals and no trailing zeros."""
    text = f"{value.quantize(Decimal('0.000001'), rounding=ROUND_HALF_UP):f}"
    return text.rstrip("0").rstrip(".")


def _printable(text: str) -> str:
    return text if text.isprintable() else ascii(text)


def _without_picture(streams: list[Stream]) -> AssetError:
    if not any(stream.get("@type") == "Audio" for stream in streams):
        return AssetError(
            "the file holds no picture and no sound",
            code=AssetProblem.EMPTY,
            hint="export the video again",
        )
    return AssetError(
        "the file has sound and no picture",
        code=AssetProblem.UNSUPPORTED,
        hint="refer to the video itself; a sound recording is  audio:  and FLAC, WAV or AIFF",
    )


def _with_several(count: int) -> AssetError:
    return AssetError(
        f"the file has {count} picture streams",
        code=AssetProblem.UNSUPPORTED,
        hint="export it with the one that is to be shown",
    )


def _unknown(name: str) -> AssetError:
    return _damaged(f"it does not say its {name}")


def _damaged(problem: str) -> AssetError:
    return AssetError(
        f"the video is damaged: {problem}",
        code=AssetProblem.DAMAGED,
        hint="export the file again",
    )
