"""Audio, image, video and text files made by code, good and bad, for the tests."""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import soundfile
from PIL import Image

if TYPE_CHECKING:
    import av

LFS_POINTER = (
    b"version https://git-lfs.github.com/spec/v1\n"
    b"oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\n"
    b"size 12345\n"
)
PCM_GUID = bytes.fromhex("0100000000001000800000aa00389b71")
FLOAT_GUID = bytes.fromhex("0300000000001000800000aa00389b71")


def write_audio(
    path: Path,
    *,
    frames: int = 22050,
    rate: int = 44100,
    channels: int = 2,
    subtype: str = "PCM_16",
    form: str | None = None,
) -> Path:
    """A noisy tone, which compresses badly enough to be cut in the middle."""
    noise = np.random.default_rng(1).normal(0, 0.05, (frames, channels))
    tone = 0.4 * np.sin(np.arange(frames) * 2 * np.pi * 440 / rate)
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, noise + tone[:, None], rate, subtype=subtype, format=form)
    return path


def wave_bytes(
    *,
    rate: int = 44100,
    channels: int = 2,
    stored: int = 16,
    frames: int = 100,
    tag: int = 1,
    extensible: tuple[int, bytes] | None = None,
    claimed: int | None = None,
    before: bytes = b"",
    riff: bytes = b"RIFF",
    frame_bytes: int | None = None,
    behind: bytes = b"",
) -> bytes:
    """A WAV file byte by byte: `extensible` is (valid bits, sub-format GUID), `before` and `behind`
    are what stands around the format and the audio."""
    width = (stored + 7) // 8
    block = channels * width if frame_bytes is None else frame_bytes
    real_tag = 0xFFFE if extensible else tag
    form = struct.pack("<HHIIHH", real_tag, channels, rate, rate * block, block, stored)
    if extensible:
        form += struct.pack("<HHI", 22, extensible[0], 3) + extensible[1]
    data = bytes(frames * channels * width)
    size = len(data) if claimed is None else claimed
    body = before + chunk(b"fmt ", form) + b"data" + struct.pack("<I", size) + data + behind
    return riff + struct.pack("<I", min(len(body) + 4, 0xFFFFFFFF)) + b"WAVE" + body


def chunk(name: bytes, payload: bytes, order: str = "<") -> bytes:
    """One RIFF chunk, padded to an even length."""
    return name + struct.pack(f"{order}I", len(payload)) + payload + bytes(len(payload) % 2)


def write_image(
    path: Path, *, size: tuple[int, int] = (64, 48), mode: str = "RGB", form: str | None = None
) -> Path:
    """Noise, which compresses badly enough to be cut in the middle."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.effect_noise(size, 80).convert(mode).save(path, format=form)
    return path


AXML = (
    b'<ebuCoreMain xmlns="urn:ebu:metadata-schema:ebuCore_2014"><coreMetadata><format>'
    b"<audioFormatExtended/></format></coreMetadata></ebuCoreMain>"
)


def chna_bytes(channels: int = 12) -> bytes:
    """The payload of a ``chna`` chunk (ITU-R BS.2088): a row for each channel."""
    rows = [
        struct.pack("<H12s14s11sx", n, b"ATU_%08X" % n, b"AT_00031001_01", b"AP_00031001")
        for n in range(1, channels + 1)
    ]
    return struct.pack("<HH", channels, channels) + b"".join(rows)


def adm_bytes(*, channels: int = 12, frames: int = 480, long: bool = False) -> bytes:
    """An ADM BWF as mixing programs write it, the model behind the audio; `long` makes a BW64."""
    model = chunk(b"axml", AXML) + chunk(b"chna", chna_bytes(channels))
    sizes = struct.pack("<QQQI", 0, frames * channels * 3, frames, 0)
    return wave_bytes(
        rate=48000,
        channels=channels,
        stored=24,
        frames=frames,
        claimed=0xFFFFFFFF if long else None,
        before=chunk(b"ds64", sizes) if long else b"",
        riff=b"BW64" if long else b"RIFF",
        behind=model,
    )


def write_video(
    path: Path,
    *,
    codec: str = "libx264",
    sound: str | None = "aac",
    frames: int = 25,
    rate: Fraction = Fraction(25),
    size: tuple[int, int] = (64, 48),
    pixels: str = "yuv420p",
    options: dict[str, str] | None = None,
) -> Path:
    """A second of film in a changing colour, with silence. The container goes by the name."""
    import av

    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(path, "w") as container:
        # All streams before the first packet: the header is written with that.
        pictures = container.add_stream(codec, rate=rate, options=options) if frames else None
        sounds = container.add_stream(sound, rate=48000) if sound is not None else None
        if isinstance(sounds, av.AudioStream):
            sounds.layout = "stereo"
        if isinstance(pictures, av.VideoStream):
            pictures.width, pictures.height = size
            pictures.pix_fmt = pixels
            for number in range(frames):
                colour = np.full((size[1], size[0], 3), number * 9 % 255, np.uint8)
                image = av.VideoFrame.from_ndarray(colour, format="rgb24")
                container.mux(pictures.encode(image))
            container.mux(pictures.encode(None))
        if isinstance(sounds, av.AudioStream):
            _write_silence(container, sounds, round((frames or 25) / rate * 48000))
    return path


def _write_silence(
    container: av.container.OutputContainer, stream: av.AudioStream, samples: int
) -> None:
    import av

    for start in range(0, samples, 1024):
        zeros = np.zeros((1, 2 * min(1024, samples - start)), np.int16)
        frame = av.AudioFrame.from_ndarray(zeros, format="s16", layout="stereo")
        frame.sample_rate, frame.pts = 48000, start
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


PDF = (
    b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 144 144]>>endobj\n"
    b"xref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n0000000054 00000 n \n"
    b"0000000105 00000 n \ntrailer<</Size 4/Root 1 0 R>>\nstartxref\n167\n%%EOF\n"
)
"""A booklet of one empty page."""
TTML = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n'
    b'<tt xmlns="http://www.w3.org/ns/ttml" xml:lang="en"><body><div>'
    b'<p begin="00:01.000" end="00:03.500">The harbour holds its breath</p>'
    b"</div></body></tt>\n"
)
LRC = b"[ar:Kestrel & Sons]\n[ti:Breakwater]\n\n[00:01.00]The harbour holds\n[00:03.50]its breath\n"
ENHANCED_LRC = b"[ar:Kestrel & Sons]\n[00:01.00]<00:01.00>The <00:01.40>harbour <00:02.00>holds\n"
SRT = b"1\n00:00:01,000 --> 00:00:03,500\nThe harbour\n\n2\n00:00:04,000 --> 00:00:06,000\nholds\n"
VTT = b"WEBVTT - Breakwater\n\n00:01.000 --> 00:03.500 align:start\nThe harbour holds\n"
