"""A reader of the chunks of WAV and AIFF files: sample format and extent, from the headers only.

libsndfile opens a truncated file without a word and rounds the valid bits of a sample up to whole
bytes, so the chunks are read here: RIFF/WAVE (Microsoft, "Multiple Channel Audio Data and WAVE
Files"), RF64/BW64 (EBU Tech 3306, ITU-R BS.2088), AIFF and AIFF-C (Apple).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO, Literal

from stardust_gitops.assets.errors import AssetError, AssetProblem

_MAX_CHUNKS = 10_000
_UNKNOWN = 0xFFFFFFFF
_PCM, _FLOAT, _EXTENSIBLE = 0x0001, 0x0003, 0xFFFE
_WAVE_CODECS = {0x02: "ADPCM", 0x06: "A-law", 0x07: "µ-law", 0x11: "ADPCM", 0x55: "MP3"}
_GUID_TAIL = bytes.fromhex("000000001000800000aa00389b71")
"""A sub-format GUID of WAVE_FORMAT_EXTENSIBLE is a format tag followed by these bytes."""
_AIFC_BYTES = {b"fl32": 4, b"fl64": 8, b"in24": 3, b"in32": 4}
_ADM = {b"axml", b"chna"}
_AIFC_PCM = (b"none", b"twos", b"sowt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pcm:
    """Linear samples: rate in hertz, channels, valid bits per sample, number of frames."""

    sample_rate: int
    channels: int
    bit_depth: int
    frames: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chunk:
    name: bytes
    start: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Format:
    sample_rate: int
    channels: int
    bit_depth: int
    frame_bytes: int


def read_wave(file: BinaryIO, size: int) -> Pcm:
    """The samples of a WAV file (RIFF, RF64 or BW64) of `size` bytes.

    Raises `AssetError`: truncated, damaged, or coded otherwise than as linear samples.
    """
    form: _Format | None = None
    for chunk in _chunks(file, size, "<"):
        if chunk.name == b"fmt ":
            form = _wave_format(_payload(file, chunk, min(chunk.size, 40)))
        elif chunk.name == b"data":
            if form is None:
                raise _damaged("its data chunk comes before the format")
            return _extent(form, chunk.size, size - chunk.start)
    raise _cut("the file ends before the audio begins")


def holds_adm(file: BinaryIO, size: int) -> bool:
    """Whether a WAV file tells by the Audio Definition Model what its channels are: it has the
    chunks ``axml``, with the model, and ``chna``, with the channels' part in it (ITU-R BS.2088).

    They may stand before or behind the audio. Raises `AssetError` where one of them is cut off.
    """
    found = set()
    for chunk in _chunks(file, size, "<"):
        if not all(0x20 <= byte < 0x7F for byte in chunk.name):
            break  # What stands behind the audio may be anything.
        if chunk.name in _ADM and chunk.size:
            if chunk.size > size - chunk.start:
                raise _cut(f"the chunk {chunk.name.decode()} is incomplete")
            found.add(chunk.name)
    return found == _ADM


def read_aiff(file: BinaryIO, size: int) -> Pcm:
    """The samples of an AIFF or AIFF-C file, as `read_wave`."""
    compressed = file.read(12)[8:] == b"AIFC"
    form: _Format | None = None
    frames = 0
    sound: Pcm | None = None
    for chunk in _chunks(file, size, ">"):
        if chunk.name == b"COMM":
            form, frames = _aiff_format(_payload(file, chunk, min(chunk.size, 22)), compressed)
        elif chunk.name == b"SSND":
            if form is None:
                raise _damaged("its sound chunk comes before the format")
            offset = _unpack(">I", _payload(file, chunk, 8))[0]
            available = size - chunk.start - 8 - offset
            sound = _extent(form, chunk.size - 8 - offset, available)
            break
    if sound is None:
        raise _cut("the file ends before the audio begins")
    if sound.frames != frames:
        raise _damaged(f"its header counts {frames} frames, its sound chunk holds {sound.frames}")
    return sound


def _chunks(file: BinaryIO, size: int, order: Literal["<", ">"]) -> Iterator[_Chunk]:
    """The chunks of a file. The audio of a long one (RF64, BW64) has its size in ``ds64``."""
    file.seek(0)
    is_long = file.read(4) in (b"RF64", b"BW64")
    long_data: int | None = None
    position = 12
    for _ in range(_MAX_CHUNKS):
        if position + 8 > size:
            return
        file.seek(position)
        name, length = struct.unpack(f"{order}4sI", file.read(8))
        chunk = _Chunk(name=name, start=position + 8, size=length)
        if name == b"ds64" and is_long:
            long_data = _unpack("<8xQ", _payload(file, chunk, 16))[0]
        elif name == b"data" and length == _UNKNOWN and long_data is not None:
            chunk = replace(chunk, size=long_data)
        yield chunk
        position = chunk.start + chunk.size + chunk.size % 2
    raise _damaged(f"it has more than {_MAX_CHUNKS} chunks")


def _payload(file: BinaryIO, chunk: _Chunk, length: int) -> bytes:
    file.seek(chunk.start)
    return file.read(min(length, chunk.size))


def _unpack(form: str, data: bytes) -> tuple[int, ...]:
    if len(data) < struct.calcsize(form):
        raise _cut("a header chunk is incomplete")
    return struct.unpack_from(form, data)


def _wave_format(data: bytes) -> _Format:
    tag, channels, rate, frame_bytes, bits = _unpack("<HHI4xHH", data)
    stored = bits
    if tag == _EXTENSIBLE:
        valid, sub = _unpack("<18xH4xH", data)
        if data[26:40] != _GUID_TAIL:
            raise _not_linear("a codec of its own")
        tag, bits = sub, valid or bits
    if tag not in (_PCM, _FLOAT):
        raise _not_linear(_WAVE_CODECS.get(tag, f"codec 0x{tag:04x}"))
    if bits > stored:
        raise _damaged(f"its header says {bits} valid bits in samples of {stored}")
    return _checked(rate, channels, bits, (stored + 7) // 8, frame_bytes)


def _aiff_format(data: bytes, compressed: bool) -> tuple[_Format, int]:
    channels, frames, bits, exponent, mantissa = _unpack(">HIHHQ", data)
    width = (bits + 7) // 8
    if compressed:
        code = data[18:22].lower()
        if code in _AIFC_BYTES:
            width = _AIFC_BYTES[code]
            bits = width * 8
        elif code not in _AIFC_PCM:
            raise _not_linear(code.decode("latin-1").strip() or "an unnamed codec")
    # An 80-bit float: whole rates only, so shifting the mantissa is exact.
    shift = 16383 + 63 - exponent
    if not 0 <= shift < 64 or (mantissa >> shift) << shift != mantissa:
        raise _damaged("its sample rate is not a whole number of hertz")
    return _checked(mantissa >> shift, channels, bits, width, channels * width), frames


def _checked(rate: int, channels: int, bits: int, width: int, frame_bytes: int) -> _Format:
    if not (rate and channels and bits) or frame_bytes != channels * width:
        raise _damaged(
            f"its header contradicts itself ({rate} Hz, {channels} channels, {bits} bits, "
            f"{frame_bytes} bytes per frame)"
        )
    return _Format(sample_rate=rate, channels=channels, bit_depth=bits, frame_bytes=frame_bytes)


def _extent(form: _Format, claimed: int, available: int) -> Pcm:
    if claimed > max(available, 0):
        raise _cut(
            f"its header promises {claimed} bytes of audio, the file has {max(available, 0)}"
        )
    frames, rest = divmod(max(claimed, 0), form.frame_bytes)
    if rest > 1:  # One byte over is padding that the writer (libsndfile too) counted in.
        raise _damaged("its audio ends in the middle of a frame")
    return Pcm(
        sample_rate=form.sample_rate,
        channels=form.channels,
        bit_depth=form.bit_depth,
        frames=frames,
    )


def _cut(problem: str) -> AssetError:
    return AssetError(
        f"the file is cut off: {problem}",
        code=AssetProblem.TRUNCATED,
        hint="copy or export the file again",
    )


def _damaged(problem: str) -> AssetError:
    return AssetError(
        f"the file is damaged: {problem}",
        code=AssetProblem.DAMAGED,
        hint="export the file again",
    )


def _not_linear(codec: str) -> AssetError:
    return AssetError(
        f"the audio is coded as {codec}, not as linear PCM",
        code=AssetProblem.UNSUPPORTED,
        hint="export it as FLAC, or as WAV or AIFF with PCM samples",
    )
