"""Make the audio and the covers of ``catalog_example/assets``: invented, and free to use.

Run ``python -m tests.make_example_assets`` at the project's root. It is not a test; the files
that it makes are in the repository, and running it again gives the same bytes as long as
libsndfile, libjpeg and the platform's sine are the same. After a change run
``stardust-gitops assets lock --catalog catalog_example``.

Each track is a short arpeggio over four chords, in its own key, tempo and timbre; each cover is a
gradient with a geometric figure. Few partials and wide, smooth areas keep the files small.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import soundfile
from PIL import Image, ImageDraw

ASSETS = Path(__file__).parent.parent / "catalog_example" / "assets"
RATE = 44100
SIDE = 3000
Samples: TypeAlias = npt.NDArray[np.float64]
Colour: TypeAlias = tuple[int, int, int]
CHORDS = ((0, 4, 7, 12), (-3, 0, 4, 9), (-7, -3, 0, 5), (-5, -1, 2, 7))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tune:
    """One track: file name, MIDI key, notes per second, length in seconds, partials' loudness."""

    name: str
    key: int
    pace: float
    seconds: float
    partials: tuple[float, ...] = (1.0, 0.3)


TUNES = (
    Tune(name="4006381333931_01_001.flac", key=60, pace=4, seconds=8, partials=(1, 0.35, 0.12)),
    Tune(name="4006381333948_01_001.flac", key=57, pace=2, seconds=8, partials=(1, 0.2)),
    Tune(name="4006381333948_01_002.flac", key=62, pace=3, seconds=7, partials=(1, 0, 0.25)),
    Tune(name="4006381333955_01_001.flac", key=48, pace=2, seconds=6),
    Tune(name="4006381333955_01_002.flac", key=50, pace=3, seconds=5, partials=(1, 0, 0.3)),
    Tune(name="4006381333955_01_003.flac", key=53, pace=1.5, seconds=6, partials=(1, 0.1)),
    Tune(name="4006381333955_01_004.flac", key=55, pace=5, seconds=4),
    Tune(name="4006381333955_01_005.flac", key=58, pace=2.5, seconds=5, partials=(1, 0.5)),
    Tune(name="4006381333955_01_006.flac", key=45, pace=4, seconds=5, partials=(1, 0, 0.2)),
    Tune(name="4006381333955_02_001.flac", key=64, pace=4, seconds=5),
    Tune(name="4006381333955_02_002.flac", key=41, pace=1, seconds=6, partials=(1, 0.6)),
    Tune(name="4006381333955_02_003.flac", key=67, pace=3, seconds=4, partials=(1, 0.1)),
    Tune(name="4006381333955_02_004.flac", key=65, pace=6, seconds=4, partials=(1, 0, 0.1)),
    Tune(name="4006381333955_02_005.flac", key=52, pace=5, seconds=5, partials=(1, 0.4)),
    Tune(name="4006381333955_02_006.flac", key=48, pace=2, seconds=7, partials=(1, 0.15)),
    Tune(name="4006381333962_01_001.flac", key=63, pace=4, seconds=7, partials=(1, 0.25)),
    Tune(name="4006381333962_01_002.wav", key=63, pace=2, seconds=3, partials=(1,)),
    Tune(name="4006381333979_01_001.wav", key=55, pace=3, seconds=3, partials=(1, 0.3, 0.1)),
)


def arpeggio(tune: Tune) -> Samples:
    """Stereo samples between -1 and 1: plucked notes from side to side, faded at the end."""
    total = int(tune.seconds * RATE)
    sound = np.zeros((total, 2))
    step = int(RATE / tune.pace)
    for number, start in enumerate(range(0, total, step)):
        chord = CHORDS[number // 4 % len(CHORDS)]
        pitch = 440 * 2 ** ((tune.key + chord[number % 4] - 69) / 12)
        note = pluck(pitch, min(2 * step, total - start), tune.partials)
        right = 0.5 + 0.35 * math.sin(number * math.pi / 4)
        sound[start : start + len(note)] += note[:, None] * (1 - right, right)
    fade = min(total, RATE // 2)
    sound[-fade:] *= np.linspace(1, 0, fade)[:, None] ** 2
    scaled: Samples = sound * (0.6 / np.abs(sound).max())
    return scaled


def pluck(pitch: float, length: int, partials: tuple[float, ...]) -> Samples:
    """One note of `length` samples that sets in softly, decays, and ends in silence."""
    time = np.arange(length) / RATE
    tone = np.zeros(length)
    for number, loudness in enumerate(partials, start=1):
        tone += loudness * np.sin(2 * np.pi * pitch * number * time)
    attack = np.minimum(time / 0.01, 1)
    release = np.minimum((time[-1] - time) / 0.05, 1)
    shaped: Samples = tone * attack * release * np.exp(-2.5 * time)
    return shaped


def write_tune(tune: Tune) -> None:
    """44.1 kHz, 16 bits, stereo."""
    samples = np.round(arpeggio(tune) * 32767).astype(np.int16)
    soundfile.write(ASSETS / tune.name, samples, RATE, subtype="PCM_16")


def gradient(top: Colour, bottom: Colour) -> Image.Image:
    """A vertical blend of two colours."""
    column = Image.new("RGB", (1, SIDE))
    for row in range(SIDE):
        part = row / (SIDE - 1)
        mixed = [round(a + (b - a) * part) for a, b in zip(top, bottom, strict=True)]
        column.putpixel((0, row), (mixed[0], mixed[1], mixed[2]))
    return column.resize((SIDE, SIDE))


def breakwater(draw: ImageDraw.ImageDraw) -> None:
    """Blocks that step down into the water."""
    for number in range(7):
        left = 300 + number * 350
        draw.rectangle(
            (left, 1100 + number * 190, left + 300, SIDE),
            fill=(20 + number * 9, 38 + number * 12, 58 + number * 11),
        )


def undertow(draw: ImageDraw.ImageDraw) -> None:
    """Rings that are drawn down."""
    for number in range(5):
        radius = 1200 - number * 220
        middle = 1400 + number * 120
        place = (1500 - radius, middle - radius, 1500 + radius, middle + radius)
        draw.ellipse(place, outline=(244, 233 - number * 12, 205), width=60)


def slack_water(draw: ImageDraw.ImageDraw) -> None:
    """A sun and its still image."""
    draw.pieslice((700, 700, 2300, 2300), 180, 360, fill=(250, 214, 140))
    for number in range(8):
        half = 800 - number * 95
        row = 1580 + number * 100
        draw.rectangle((1500 - half, row, 1500 + half, row + 46), fill=(250, 214, 140))


def first_light(draw: ImageDraw.ImageDraw) -> None:
    """Rays over a horizon."""
    for number in range(1, 12):
        angle = math.pi * number / 12
        end = (1500 - 3800 * math.cos(angle), 2200 - 3800 * math.sin(angle))
        draw.line(((1500, 2200), end), fill=(255, 236, 190), width=26)
    draw.rectangle((0, 2200, SIDE, SIDE), fill=(46, 34, 66))


def tides(draw: ImageDraw.ImageDraw) -> None:
    """Waves, each darker than the one behind it."""
    for number in range(6):
        row = 900 + number * 330
        crest = [(x, row + 130 * math.sin(x / 380 + number * 1.3)) for x in range(0, SIDE + 1, 20)]
        fill = (20, 120 - number * 16, 140 - number * 14)
        draw.polygon([*crest, (SIDE, SIDE), (0, SIDE)], fill=fill)


Figure: TypeAlias = Callable[[ImageDraw.ImageDraw], None]
COVERS: tuple[tuple[str, Colour, Colour, Figure], ...] = (
    ("4006381333931.jpg", (150, 200, 214), (18, 58, 92), breakwater),
    ("4006381333948.jpg", (22, 74, 86), (6, 18, 38), undertow),
    ("4006381333955.jpg", (232, 128, 96), (54, 40, 92), slack_water),
    ("4006381333962.jpg", (250, 190, 120), (214, 96, 110), first_light),
    ("4006381333979.jpg", (214, 232, 226), (120, 180, 190), tides),
)


def write_cover(name: str, top: Colour, bottom: Colour, figure: Figure) -> None:
    """3000 × 3000 pixels, RGB, JPEG without EXIF."""
    image = gradient(top, bottom)
    figure(ImageDraw.Draw(image))
    image.save(ASSETS / name, quality=78, optimize=True, progressive=True)


def main() -> None:
    """Write all files and say how large they are."""
    ASSETS.mkdir(parents=True, exist_ok=True)
    for tune in TUNES:
        write_tune(tune)
    for cover in COVERS:
        write_cover(*cover)
    files = sorted(path for path in ASSETS.iterdir() if path.suffix in (".flac", ".wav", ".jpg"))
    for path in files:
        print(f"{path.stat().st_size:>9} {path.name}")
    print(f"{sum(path.stat().st_size for path in files):>9} in all")


if __name__ == "__main__":
    main()
