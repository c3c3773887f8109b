"""Make the files of ``catalog_example/assets``: invented, and free to use.

Run ``python -m tests.make_example_assets`` at the project's root. It is not a test; the files
that it makes are in the repository, and running it again gives the same bytes as long as
libsndfile, libjpeg, libx264 and the platform's sine are the same. After a change run
``stardust-gitops assets lock --catalog catalog_example``.

Each track is a short arpeggio over four chords, in its own key, tempo and timbre; each cover is a
gradient or a plain colour with a geometric figure. Few partials and wide, smooth areas keep the
files small, and so do the few samples of the immersive master.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
import soundfile
from PIL import Image, ImageDraw

from tests.asset_files import AXML, chna_bytes, chunk, wave_bytes

if TYPE_CHECKING:
    import av

ASSETS = Path(__file__).parent.parent / "catalog_example" / "assets"
RATE = 44100
SIDE = 3000
Samples: TypeAlias = npt.NDArray[np.float64]
Colour: TypeAlias = tuple[int, int, int]
CHORDS = ((0, 4, 7, 12), (-3, 0, 4, 9), (-7, -3, 0, 5), (-5, -1, 2, 7))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tune:
    """One track: file name, MIDI key, notes per second, length in seconds, partials' loudness, and
    how far its notes go from side to side (0: both channels are alike, which is half the bytes)."""

    name: str
    key: int
    pace: float
    seconds: float
    partials: tuple[float, ...] = (1.0, 0.3)
    width: float = 0.35


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
    Tune(name="4006381333993_01_001.flac", key=43, pace=4, seconds=1, partials=(1,), width=0),
    Tune(name="4006381333993_01_002.flac", key=50, pace=4, seconds=1, partials=(1,), width=0),
    Tune(name="4006381333993_01_003.flac", key=47, pace=3, seconds=1, partials=(1,), width=0),
    Tune(name="4006381334006_01_001.flac", key=69, pace=4, seconds=1, partials=(1,), width=0),
    Tune(name="4006381334006_01_002.flac", key=69, pace=4, seconds=0.5, partials=(1,), width=0),
    Tune(name="4006381334013_01_001.flac", key=52, pace=2, seconds=1, width=0),
    Tune(name="4006381334013_02_001.flac", key=57, pace=6, seconds=2, partials=(1,), width=0),
    Tune(name="4006381334013_02_001_preview.flac", key=57, pace=6, seconds=0.5, width=0),
    Tune(name="4006381334037_01_001.flac", key=60, pace=4, seconds=1, partials=(1,), width=0),
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
        right = 0.5 + tune.width * math.sin(number * math.pi / 4)
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


def tidal_suite(draw: ImageDraw.ImageDraw) -> None:
    """Five staves, and notes that rise on them."""
    for number in range(5):
        draw.rectangle((0, 1040 + number * 240, SIDE, 1055 + number * 240), fill=(236, 230, 214))
    for number in range(6):
        left, top = 320 + number * 400, 1920 - number * 192
        draw.rectangle((left, top, left + 207, top + 159), fill=(236, 230, 214))


def harbour_lights(draw: ImageDraw.ImageDraw) -> None:
    """Lit windows over a quay."""
    for number in range(24):
        left, top = 320 + number % 8 * 304, 800 + number // 8 * 400
        lit = (255, 208, 96) if number * 5 % 7 < 4 else (40, 44, 72)
        draw.rectangle((left, top, left + 159, top + 223), fill=lit)
    draw.rectangle((0, 2400, SIDE, SIDE), fill=(12, 14, 28))


def tidemarks(draw: ImageDraw.ImageDraw) -> None:
    """Marks on a gauge."""
    for number in range(10):
        width = 960 if number % 5 == 0 else 480
        draw.rectangle(
            (320, 320 + number * 240, 320 + width, 384 + number * 240), fill=(180, 40, 32)
        )


Figure: TypeAlias = Callable[[ImageDraw.ImageDraw], None]
COVERS: tuple[tuple[str, Colour, Colour, Figure], ...] = (
    ("4006381333931.jpg", (150, 200, 214), (18, 58, 92), breakwater),
    ("4006381333948.jpg", (22, 74, 86), (6, 18, 38), undertow),
    ("4006381333955.jpg", (232, 128, 96), (54, 40, 92), slack_water),
    ("4006381333962.jpg", (250, 190, 120), (214, 96, 110), first_light),
    ("4006381333979.jpg", (214, 232, 226), (120, 180, 190), tides),
    ("4006381333993.png", (34, 48, 44), (34, 48, 44), tidal_suite),
    ("4006381334006.png", (24, 26, 48), (24, 26, 48), harbour_lights),
    ("4006381334013.png", (228, 222, 206), (228, 222, 206), tidemarks),
)


def write_cover(name: str, top: Colour, bottom: Colour, figure: Figure) -> None:
    """3000 × 3000 pixels, RGB: JPEG without EXIF, or PNG, which is small where colours are few."""
    image = gradient(top, bottom)
    figure(ImageDraw.Draw(image))
    if name.endswith(".jpg"):
        image.save(ASSETS / name, quality=78, optimize=True, progressive=True)
    else:
        image.save(ASSETS / name, optimize=True)


FRAMES, FRAME_RATE, FRAME_SIZE = 25, 25, (640, 360)


def frame(number: int) -> Image.Image:
    """One picture of the video: the sea rises before the breakwater."""
    picture = Image.new("RGB", FRAME_SIZE, (150, 200, 214))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((160, 120, 480, 360), fill=(20, 38, 58))
    draw.rectangle((0, 320 - 4 * number, 640, 360), fill=(18, 58, 92))
    return picture


def write_video(name: str) -> None:
    """A second of H.264 with the beginning of the song as AAC, in MP4; one thread, and nothing that
    says when or by what it was made, so that the bytes are the same each time."""
    import av

    with av.open(ASSETS / name, "w", options={"fflags": "+bitexact"}) as container:
        exact = {"flags": "+bitexact"}
        picture = container.add_stream("libx264", rate=FRAME_RATE, options=exact | {"threads": "1"})
        sound = container.add_stream("aac", rate=RATE, options=exact)
        assert isinstance(picture, av.VideoStream)
        assert isinstance(sound, av.AudioStream)
        sound.bit_rate = 48000
        picture.width, picture.height, picture.pix_fmt = *FRAME_SIZE, "yuv420p"
        picture.time_base, sound.layout = Fraction(1, FRAME_RATE), "stereo"
        for number in range(FRAMES):
            pixels = np.asarray(frame(number))
            container.mux(picture.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(picture.encode(None))
        mux_sound(container, sound, arpeggio(TUNES[0])[: RATE * FRAMES // FRAME_RATE])


def mux_sound(
    container: av.container.OutputContainer, stream: av.AudioStream, samples: Samples
) -> None:
    """Encode samples in pieces of the size of AAC's frames."""
    import av

    for start in range(0, len(samples), 1024):
        piece = np.ascontiguousarray(samples[start : start + 1024].T, dtype=np.float32)
        sound = av.AudioFrame.from_ndarray(piece, format="fltp", layout="stereo")
        sound.sample_rate, sound.pts = RATE, start
        container.mux(stream.encode(sound))
    container.mux(stream.encode(None))


def write_master(name: str, channels: int = 6, rate: int = 4000) -> None:
    """A second of a master with the Audio Definition Model in it (ITU-R BS.2088): silence, in far
    fewer samples than a real one has."""
    model = chunk(b"axml", AXML) + chunk(b"chna", chna_bytes(channels))
    data = wave_bytes(rate=rate, channels=channels, stored=16, frames=rate, behind=model)
    (ASSETS / name).write_bytes(data)


def pdf(lines: Sequence[str]) -> bytes:
    """A page of text, in ASCII."""
    shown = "".join(f"({line}) Tj T* " for line in lines)
    stream = f"BT /F1 14 Tf 40 540 Td 22 TL {shown}ET"
    objects = (
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 420 595]/Contents 4 0 R"
        "/Resources<</Font<</F1 5 0 R>>>>>>",
        f"<</Length {len(stream)}>>stream\n{stream}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Times-Roman>>",
    )
    body, places = "%PDF-1.7\n", []
    for number, content in enumerate(objects, start=1):
        places.append(f"{len(body):010d} 00000 n \n")
        body += f"{number} 0 obj{content}endobj\n"
    size = len(objects) + 1
    table = f"xref\n0 {size}\n0000000000 65535 f \n{''.join(places)}"
    end = f"trailer<</Size {size}/Root 1 0 R>>\nstartxref\n{len(body)}\n%%EOF\n"
    return f"{body}{table}{end}".encode("ascii")


BOOKLET = (
    "Tidal Suite",
    "Ada Quill",
    "",
    "I. Neap: the sea holds its breath.",
    "II. Spring: the sea comes back.",
    "",
    "Sandbank, for cello alone.",
)
LYRICS = """\
<?xml version="1.0" encoding="UTF-8"?>
<tt xmlns="http://www.w3.org/ns/ttml" xml:lang="en">
  <body>
    <div>
      <p begin="00:00.000" end="00:00.500">Harbour lights, leave one for me</p>
      <p begin="00:00.500" end="00:01.000">I am halfway home at sea</p>
    </div>
  </body>
</tt>
"""


def write_content_beyond_plain_albums() -> None:
    """A video with its still, an immersive master, a booklet and lyrics."""
    write_video("4006381333986_01_001.mp4")
    frame(FRAMES // 2).save(ASSETS / "4006381333986_01_001_screen.jpg", quality=78, optimize=True)
    write_master("4006381334006_01_001_immersive.wav")
    (ASSETS / "4006381333993_booklet.pdf").write_bytes(pdf(BOOKLET))
    (ASSETS / "4006381334006_01_001_lyrics.ttml").write_bytes(LYRICS.encode())


def main() -> None:
    """Write all files and say how large they are."""
    ASSETS.mkdir(parents=True, exist_ok=True)
    for tune in TUNES:
        write_tune(tune)
    for cover in COVERS:
        write_cover(*cover)
    write_content_beyond_plain_albums()
    files = sorted(path for path in ASSETS.iterdir() if path.is_file())
    for path in files:
        print(f"{path.stat().st_size:>9} {path.name}")
    print(f"{sum(path.stat().st_size for path in files):>9} in all")


if __name__ == "__main__":
    main()
