"""Audio and image files made by code, good and bad, for the tests."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import soundfile
from PIL import Image

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
) -> bytes:
    """A WAV file byte by byte: `extensible` is (valid bits, sub-format GUID)."""
    width = (stored + 7) // 8
    block = channels * width if frame_bytes is None else frame_bytes
    real_tag = 0xFFFE if extensible else tag
    form = struct.pack("<HHIIHH", real_tag, channels, rate, rate * block, block, stored)
    if extensible:
        form += struct.pack("<HHI", 22, extensible[0], 3) + extensible[1]
    data = bytes(frames * channels * width)
    size = len(data) if claimed is None else claimed
    body = before + chunk(b"fmt ", form) + b"data" + struct.pack("<I", size) + data
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
