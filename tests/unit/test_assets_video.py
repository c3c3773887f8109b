"""Facts of video files: from the bytes alone, and never from a broken file."""

from __future__ import annotations

import struct
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stardust_gitops.assets import video
from stardust_gitops.assets.containers import Container
from stardust_gitops.assets.errors import AssetError, AssetProblem
from stardust_gitops.assets.facts import VideoFacts
from stardust_gitops.assets.probe import ProbeFailed, probe
from stardust_gitops.assets.video import measure_video
from stardust_gitops.catalog.vocabulary import allowed
from tests.asset_files import LFS_POINTER, TTML, wave_bytes, write_audio, write_image, write_video
from tests.scale import examples

UPRIGHT = struct.pack(">9i", 0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30)
"""The matrix of a track that is turned by 90 degrees (ISO/IEC 14496-12, 8.3.2)."""


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """An MP4 of a second."""
    return write_video(tmp_path_factory.mktemp("film") / "a.mp4").read_bytes()


def failure(path: Path) -> AssetError:
    with pytest.raises(AssetError) as caught:
        measure_video(path)
    assert caught.value.hint
    return caught.value


def put(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def test_mp4(tmp_path: Path) -> None:
    assert measure_video(write_video(tmp_path / "a.mp4")) == VideoFacts(
        container="MP4",
        codec="AVC",
        width=64,
        height=48,
        frame_rate="25",
        duration="1",
        audio_codec="AAC",
        audio_channels=2,
        audio_sample_rate=48000,
    )


@pytest.mark.parametrize(
    ("name", "codec", "pixels", "options", "sound", "container", "expected"),
    [
        ("a.m4v", "libx264", "yuv420p", {}, "aac", "MP4", ("AVC", "AAC")),
        ("a.mp4", "libx265", "yuv420p", {}, "aac", "MP4", ("HEVC", "AAC")),
        ("a.mp4", "mpeg4", "yuv420p", {}, "libmp3lame", "MP4", ("MPEG-4", "MP3")),
        ("a.mp4", "libx264", "yuv420p", {}, "flac", "MP4", ("AVC", "FLAC")),
        ("a.mp4", "libx264", "yuv420p", {}, "eac3", "MP4", ("AVC", "DolbyDigitalPlus")),
        ("a.MOV", "libx264", "yuv420p", {}, "aac", "QuickTime", ("AVC", "AAC")),
        ("a.mov", "mpeg2video", "yuv420p", {}, "pcm_s16le", "QuickTime", ("MPEG-2", "PCM")),
        ("a.mov", "prores_ks", "yuv422p10le", {"profile": "0"}, None, "QuickTime", "422_Proxy"),
        ("a.mov", "prores_ks", "yuv422p10le", {"profile": "1"}, None, "QuickTime", "422_LT"),
        ("a.mov", "prores_ks", "yuv422p10le", {"profile": "2"}, None, "QuickTime", "422"),
        ("a.mov", "prores_ks", "yuv422p10le", {"profile": "3"}, None, "QuickTime", "422_HQ"),
        ("a.mov", "prores_ks", "yuv444p10le", {"profile": "4"}, None, "QuickTime", "4444"),
        ("a.mov", "prores_ks", "yuv444p10le", {"profile": "5"}, None, "QuickTime", "4444_XQ"),
        ("a.avi", "mpeg4", "yuv420p", {}, "pcm_s16le", "AVI", ("MPEG-4", "PCM")),
    ],
)
def test_containers_and_codecs(
    tmp_path: Path,
    name: str,
    codec: str,
    pixels: str,
    options: dict[str, str],
    sound: str | None,
    container: str,
    expected: tuple[str, str] | str,
) -> None:
    path = write_video(tmp_path / name, codec=codec, pixels=pixels, options=options, sound=sound)
    facts = measure_video(path)
    wanted = (f"ProRes-{expected}", None) if isinstance(expected, str) else expected
    assert facts.container == container
    assert (facts.codec, facts.audio_codec) == wanted
    assert (facts.width, facts.height) == (64, 48)
    assert (facts.audio_channels is None) == (sound is None) == (facts.audio_sample_rate is None)


def test_words_are_those_of_ddex() -> None:
    assert set(video._PICTURE.values()) <= allowed("VideoCodecType")
    assert set(video._SOUND.values()) <= allowed("AudioCodecType")
    assert set(get_args(Container)) <= allowed("ContainerFormat")


@pytest.mark.parametrize(
    ("frames", "rate", "shown", "duration"),
    [
        (60, Fraction(30000, 1001), "29.97", "2.002"),
        (24, Fraction(24000, 1001), "23.976", "1.001"),
        (7, Fraction(30), "30", "0.233333"),
        (50, Fraction(50), "50", "1"),
    ],
)
def test_frame_rate_and_exact_duration(
    tmp_path: Path, frames: int, rate: Fraction, shown: str, duration: str
) -> None:
    facts = measure_video(write_video(tmp_path / "a.mp4", frames=frames, rate=rate))
    assert (facts.frame_rate, facts.duration) == (shown, duration)
    assert abs(Fraction(Decimal(facts.duration)) - frames / rate) <= Fraction(1, 2_000_000)


def test_a_turned_film_stands_upright(tmp_path: Path, film: bytes) -> None:
    at = film.index(b"tkhd") + 4 + 40
    turned = film[:at] + UPRIGHT + film[at + len(UPRIGHT) :]
    facts = measure_video(put(tmp_path / "a.mp4", turned))
    assert (facts.width, facts.height) == (48, 64)


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.avi"])
@pytest.mark.parametrize("keep", [0.999, 0.9, 0.5, 0.05])
def test_cut_off(tmp_path: Path, name: str, keep: float) -> None:
    path = write_video(
        tmp_path / name, codec="mpeg4", sound="pcm_s16le" if "mp4" not in name else "aac"
    )
    data = path.read_bytes()
    error = failure(put(path, data[: int(len(data) * keep)]))
    assert error.code == AssetProblem.TRUNCATED
    assert "cut off" in error.message


def test_cut_between_boxes(tmp_path: Path, film: bytes) -> None:
    error = failure(put(tmp_path / "a.mp4", film[: film.index(b"moov") - 4]))
    assert error.code == AssetProblem.TRUNCATED
    assert "moov" in error.message


def test_a_long_box_has_a_long_size(tmp_path: Path, film: bytes) -> None:
    at = film.index(b"free") - 4
    size = len(film) + 17 - at
    rest = struct.pack(">I4sQ", 1, b"free", 16) + struct.pack(">I4sQ", 1, b"skip", size)
    error = failure(put(tmp_path / "a.mp4", film[:at] + rest + film[at:]))
    assert "skip promises" in error.message
    whole = film + struct.pack(">I4sQ", 1, b"free", 16) + struct.pack(">I4s", 0, b"free")
    assert measure_video(put(tmp_path / "a.mp4", whole)).duration == "1"


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (b"", AssetProblem.EMPTY, "0 bytes"),
        (LFS_POINTER, AssetProblem.LFS_POINTER, "Git LFS pointer"),
        (b"Not a film at all.\n", AssetProblem.UNSUPPORTED, "no format that we know"),
        (TTML, AssetProblem.UNSUPPORTED, "XML"),
        (wave_bytes(), AssetProblem.UNSUPPORTED, "but WAV"),
        (b"\x1aE\xdf\xa3" + bytes(60), AssetProblem.UNSUPPORTED, "Matroska"),
        (b"#EXTM3U\nhttp://example.com/a.ts\n", AssetProblem.UNSUPPORTED, "no format"),
        (b"\0\0\0\x08ftyp", AssetProblem.TRUNCATED, "moov"),
        (b"\0\0\0\x08ftyp\0\0\0\x04moov", AssetProblem.DAMAGED, "shorter than its own header"),
        (b"\0\0\0\x08ftyp\0\0\0\x01moov", AssetProblem.TRUNCATED, "incomplete"),
        (b"\0\0\0\x08ftyp\0\0\0\x08moov", AssetProblem.TRUNCATED, "mdat"),
        (
            b"\0\0\0\x08ftyp\0\0\0\x08moov\0\0\0\x08mdat",
            AssetProblem.EMPTY,
            "no picture and no sound",
        ),
        (b"\0\0\0\x08ftyp" * 100_001, AssetProblem.DAMAGED, "100000 boxes"),
        (b"RIFF\x04\0\0\0AVI ", AssetProblem.EMPTY, "no picture and no sound"),
    ],
)
def test_what_is_no_video(tmp_path: Path, data: bytes, code: AssetProblem, words: str) -> None:
    error = failure(put(tmp_path / "a.mp4", data))
    assert error.code == code
    assert words in error.message


def test_other_files_under_the_name_of_a_video(tmp_path: Path) -> None:
    write_image(tmp_path / "a.jpg").rename(tmp_path / "a.mp4")
    assert "but JPEG" in failure(tmp_path / "a.mp4").message
    write_audio(tmp_path / "a.flac").rename(tmp_path / "b.mp4")
    assert failure(tmp_path / "b.mp4").code == AssetProblem.UNSUPPORTED
    assert failure(tmp_path).code == AssetProblem.NOT_A_FILE
    assert failure(tmp_path / "none.mp4").code == AssetProblem.MISSING


def test_sound_alone(tmp_path: Path) -> None:
    error = failure(write_video(tmp_path / "a.mp4", frames=0))
    assert error.code == AssetProblem.UNSUPPORTED
    assert error.message == "the file has sound and no picture"


def test_no_frames(tmp_path: Path, film: bytes) -> None:
    """The table of sizes says that there is none, and so does the time of the track."""
    data = bytearray(film)
    for table, length in ((b"stts", 4), (b"stsz", 8), (b"stsc", 4), (b"stco", 4)):
        at = data.index(table) + 8
        data[at : at + length] = bytes(length)
    at = data.index(b"mdhd") + 4 + 16
    data[at : at + 4] = bytes(4)
    error = failure(put(tmp_path / "a.mp4", bytes(data)))
    assert error.code == AssetProblem.EMPTY
    assert "0 frames" in error.message


def test_two_pictures(tmp_path: Path) -> None:
    import av

    path = tmp_path / "a.mov"
    with av.open(path, "w") as container:
        for _ in range(2):
            stream = container.add_stream("mpeg4", rate=25)
            stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for stream in container.streams.video:
            container.mux(stream.encode(av.VideoFrame(64, 48, "yuv420p")))
            container.mux(stream.encode(None))
    assert "2 picture streams" in failure(path).message


@pytest.mark.parametrize(
    ("codec", "sound", "words"),
    [
        ("libx264", "ac3", "the sound is coded as AC-3"),
        ("libx264", "alac", "the sound is coded as ALAC"),
        ("mjpeg", None, "the picture is coded as JPEG"),
        ("libvpx-vp9", None, "the picture is coded as VP9"),
    ],
)
def test_codecs_without_a_word(tmp_path: Path, codec: str, sound: str | None, words: str) -> None:
    pixels = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    error = failure(write_video(tmp_path / "a.mp4", codec=codec, sound=sound, pixels=pixels))
    assert error.code == AssetProblem.UNSUPPORTED
    assert words in error.message


def test_name_against_content(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mov").rename(tmp_path / "a.mp4")
    error = failure(path)
    assert error.code == AssetProblem.WRONG_SUFFIX
    assert error.message == "the content is QuickTime, the name ends in .mp4"


def test_a_name_is_never_an_address_or_a_pattern(tmp_path: Path, film: bytes) -> None:
    for name in ("-x.mp4", "a;b $(c).mp4", "Ünïcode é.mp4", "film01.mp4", "film02.mp4"):
        assert measure_video(put(tmp_path / name, film)).duration == "1"


def test_a_folder_of_a_stranger_is_not_searched_for_modules(
    tmp_path: Path, film: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pymediainfo.py").write_text("raise SystemExit('hostile')")
    (tmp_path / "json.py").write_text("raise SystemExit('hostile')")
    monkeypatch.chdir(tmp_path)
    assert measure_video(put(tmp_path / "a.mp4", film)).codec == "AVC"


def interpreter(path: Path, line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another program in the place of Python's, that ends as its process might."""
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)
    monkeypatch.setattr("sys.executable", str(path))


def test_a_file_that_crashes_mediainfo(
    tmp_path: Path, film: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    interpreter(tmp_path / "python", "kill -SEGV $$", monkeypatch)
    error = failure(put(tmp_path / "a.mp4", film))
    assert error.code == AssetProblem.DAMAGED
    assert "crashed" in error.message


def test_an_answer_that_is_none(
    tmp_path: Path, film: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    interpreter(tmp_path / "python", "echo '{'", monkeypatch)
    assert failure(put(tmp_path / "a.mp4", film)).code == AssetProblem.DAMAGED
    interpreter(tmp_path / "python", "echo '[]'", monkeypatch)
    assert failure(put(tmp_path / "a.mp4", film)).code == AssetProblem.EMPTY


def test_without_mediainfo(tmp_path: Path, film: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    interpreter(tmp_path / "python", "echo 'no libmediainfo' >&2; exit 1", monkeypatch)
    error = failure(put(tmp_path / "a.mp4", film))
    assert error.code == AssetProblem.UNREADABLE
    assert error.message == "videos cannot be measured here: no libmediainfo"


def test_a_file_that_takes_for_ever(tmp_path: Path, film: bytes) -> None:
    with pytest.raises(ProbeFailed, match=r"within 0\.001 seconds") as caught:
        probe(put(tmp_path / "a.mp4", film), seconds=0.001)
    assert caught.value.by_file


@examples(150)
@given(st.lists(st.tuples(st.integers(0, 1 << 16), st.integers(0, 255)), min_size=1, max_size=12))
def test_any_bytes_get_facts_or_a_diagnosis(
    film: bytes, tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[int, int]]
) -> None:
    data = bytearray(film)
    at = data.index(b"moov")
    for place, value in changes:
        data[at + place % (len(data) - at)] = value
    path = put(tmp_path_factory.getbasetemp() / "any.mp4", bytes(data))
    try:
        facts = measure_video(path)
    except AssetError as error:
        assert error.hint
    else:
        assert facts.width > 0
        assert Decimal(facts.duration) > 0
