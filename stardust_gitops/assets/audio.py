"""Facts of an audio file, read from its header; a FLAC stream is decoded once to the end."""

from __future__ import annotations

import os
from pathlib import Path

from stardust_gitops.assets.errors import AssetError, AssetProblem
from stardust_gitops.assets.facts import AudioFacts
from stardust_gitops.assets.riff import Pcm, holds_adm, read_aiff, read_wave
from stardust_gitops.assets.sniff import check_suffix, foreign_name, read_head, unreadable

_FLAC_BITS = {"PCM_S8": 8, "PCM_16": 16, "PCM_24": 24}
_BLOCK_FRAMES = 1 << 16
_MAX_FRAMES = 1 << 40


def measure_audio(path: Path) -> AudioFacts:
    """Container, codec, sample rate, channels, bit depth and duration of FLAC, WAV or AIFF.

    Integer and floating-point samples are both DDEX codec ``PCM``; a WAV that describes its
    channels by the Audio Definition Model is a ``DolbyAtmosMasterADM``. Raises `AssetError` for a
    file that is missing, empty, cut off, damaged, in another format, or misnamed. WAV and AIFF cost
    a few header reads. Only decoding tells whether a FLAC stream is whole: that costs a 500th to
    a 1000th of its playing time (CD quality, one core), in blocks of half a MB for stereo.
    """
    head = read_head(path)
    if head[:4] == b"fLaC":
        check_suffix(path, "FLAC", (".flac",))
        return _facts(_decode_flac(path), codec="FLAC", container=None)
    if head[:4] in (b"RIFF", b"RF64", b"BW64") and head[8:12] == b"WAVE":
        check_suffix(path, "WAV", (".wav", ".wave"))
        pcm, codec = _read_wave(path)
        return _facts(pcm, codec=codec, container="WAV")
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        check_suffix(path, "AIFF", (".aiff", ".aif", ".aifc"))
        return _facts(_read_aiff(path), codec="PCM", container="AIFF")
    raise AssetError(
        f"the file is not FLAC, WAV or AIFF audio but {foreign_name(head)}",
        code=AssetProblem.UNSUPPORTED,
        hint="export the lossless master as FLAC, WAV or AIFF",
    )


def duration_text(frames: int, sample_rate: int) -> str:
    """Seconds as a decimal text, rounded half up to microseconds: ``180.5``."""
    micros = (2 * frames * 1_000_000 + sample_rate) // (2 * sample_rate)
    seconds, fraction = divmod(micros, 1_000_000)
    return f"{seconds}.{fraction:06d}".rstrip("0").rstrip(".")


def _facts(pcm: Pcm, *, codec: str, container: str | None) -> AudioFacts:
    if pcm.frames == 0:
        raise AssetError(
            "the file holds no audio (0 frames)",
            code=AssetProblem.EMPTY,
            hint="export the file again",
        )
    return AudioFacts(
        codec=codec,
        container=container,
        sample_rate=pcm.sample_rate,
        channels=pcm.channels,
        bit_depth=pcm.bit_depth,
        duration=duration_text(pcm.frames, pcm.sample_rate),
    )


def _read_wave(path: Path) -> tuple[Pcm, str]:
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            pcm = read_wave(file, size)
            return pcm, "DolbyAtmosMasterADM" if holds_adm(file, size) else "PCM"
    except OSError as error:
        raise unreadable(error) from error


def _read_aiff(path: Path) -> Pcm:
    try:
        with path.open("rb") as file:
            return read_aiff(file, os.fstat(file.fileno()).st_size)
    except OSError as error:
        raise unreadable(error) from error


def _decode_flac(path: Path) -> Pcm:
    import soundfile

    done, header = 0, "its header cannot be read"
    try:
        with soundfile.SoundFile(os.fspath(path)) as stream:
            rate, frames = int(stream.samplerate), int(stream.frames)
            if frames > _MAX_FRAMES:
                raise _flac_error("its header does not say how long it is")
            header = ""
            buffer = bytearray(_BLOCK_FRAMES * stream.channels * 4)
            while got := stream.buffer_read_into(buffer, "int32"):
                done += got
            if done != frames:
                raise _flac_error(_reach(done, frames, rate))
            bits = _FLAC_BITS[stream.subtype]
            return Pcm(sample_rate=rate, channels=stream.channels, bit_depth=bits, frames=done)
    except soundfile.SoundFileError as error:
        raise _flac_error(header or _reach(done, frames, rate)) from error


def _reach(done: int, frames: int, rate: int) -> str:
    return f"of {duration_text(frames, rate)} seconds about {done / rate:.1f} can be decoded"


def _flac_error(problem: str) -> AssetError:
    return AssetError(
        f"the FLAC file is cut off or damaged: {problem}",
        code=AssetProblem.TRUNCATED,
        hint="copy or encode the file again; `flac --test` tells more",
    )
