"""Facts of audio files: from the bytes alone, and never from a broken file."""

from __future__ import annotations

import os
import struct
from fractions import Fraction
from pathlib import Path

import pytest
import soundfile
from hypothesis import example, given
from hypothesis import strategies as st

from stardust_gitops.assets.audio import duration_text, measure_audio
from stardust_gitops.assets.errors import AssetError, AssetProblem
from stardust_gitops.assets.facts import AudioFacts
from tests.asset_files import (
    AXML,
    FLOAT_GUID,
    LFS_POINTER,
    PCM_GUID,
    adm_bytes,
    chna_bytes,
    chunk,
    wave_bytes,
    write_audio,
)


def failure(path: Path) -> AssetError:
    with pytest.raises(AssetError) as caught:
        measure_audio(path)
    assert caught.value.hint
    return caught.value


def put(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("subtype", "rate", "bits"),
    [("PCM_16", 44100, 16), ("PCM_24", 96000, 24), ("PCM_S8", 8000, 8)],
)
def test_flac(tmp_path: Path, subtype: str, rate: int, bits: int) -> None:
    path = write_audio(tmp_path / "a.flac", subtype=subtype, rate=rate, frames=rate // 2)
    assert measure_audio(path) == AudioFacts(
        codec="FLAC", container=None, sample_rate=rate, channels=2, duration="0.5", bit_depth=bits
    )


@pytest.mark.parametrize(
    ("form", "subtype", "suffix", "bits"),
    [
        ("WAV", "PCM_U8", "wav", 8),
        ("WAV", "PCM_16", "WAV", 16),
        ("WAV", "PCM_24", "wave", 24),
        ("WAV", "PCM_32", "wav", 32),
        ("WAV", "FLOAT", "wav", 32),
        ("WAV", "DOUBLE", "wav", 64),
        ("WAVEX", "PCM_24", "wav", 24),
        ("WAVEX", "FLOAT", "wav", 32),
        ("RF64", "PCM_16", "wav", 16),
        ("AIFF", "PCM_S8", "aif", 8),
        ("AIFF", "PCM_16", "aiff", 16),
        ("AIFF", "PCM_24", "aiff", 24),
        ("AIFF", "FLOAT", "aifc", 32),
        ("AIFF", "DOUBLE", "aiff", 64),
    ],
)
@pytest.mark.parametrize(("rate", "channels"), [(44100, 2), (192000, 1), (48000, 6)])
def test_linear_samples_as_libsndfile_reads_them(
    tmp_path: Path, form: str, subtype: str, suffix: str, bits: int, rate: int, channels: int
) -> None:
    path = tmp_path / f"a.{suffix}"
    write_audio(path, frames=999, rate=rate, channels=channels, subtype=subtype, form=form)
    info = soundfile.info(path)
    facts = measure_audio(path)
    assert (facts.sample_rate, facts.channels) == (info.samplerate, info.channels)
    assert facts.duration == duration_text(info.frames, info.samplerate)
    assert (facts.codec, facts.bit_depth) == ("PCM", bits)
    assert facts.container == ("AIFF" if form == "AIFF" else "WAV")


def test_little_endian_aiff(tmp_path: Path) -> None:
    path = tmp_path / "a.aiff"
    soundfile.write(path, [[0.0, 0.0]] * 441, 44100, subtype="PCM_16", endian="LITTLE")
    assert b"sowt" in path.read_bytes()
    assert measure_audio(path).duration == "0.01"


def test_extensible_gives_the_valid_bits(tmp_path: Path) -> None:
    path = put(tmp_path / "a.wav", wave_bytes(stored=24, extensible=(20, PCM_GUID)))
    assert measure_audio(path).bit_depth == 20
    path = put(tmp_path / "a.wav", wave_bytes(stored=24, extensible=(0, PCM_GUID)))
    assert measure_audio(path).bit_depth == 24
    path = put(tmp_path / "a.wav", wave_bytes(stored=32, extensible=(32, FLOAT_GUID)))
    assert measure_audio(path).bit_depth == 32


def test_long_wave_takes_the_size_from_ds64(tmp_path: Path) -> None:
    sizes = chunk(b"ds64", struct.pack("<QQQI", 1000, 400, 100, 0))
    long = wave_bytes(before=sizes, claimed=0xFFFFFFFF, riff=b"RF64")
    assert measure_audio(put(tmp_path / "a.wav", long)).duration == duration_text(100, 44100)
    short = put(tmp_path / "b.wav", wave_bytes(claimed=0xFFFFFFFF))
    assert failure(short).code == AssetProblem.TRUNCATED


def test_chunks_of_odd_length_are_padded(tmp_path: Path) -> None:
    path = put(tmp_path / "a.wav", wave_bytes(before=chunk(b"bext", b"odd")))
    assert measure_audio(path).channels == 2


@pytest.mark.parametrize("long", [False, True])
def test_master_of_dolby_atmos(tmp_path: Path, long: bool) -> None:
    facts = measure_audio(put(tmp_path / "a.wav", adm_bytes(long=long)))
    assert facts == AudioFacts(
        codec="DolbyAtmosMasterADM",
        container="WAV",
        sample_rate=48000,
        channels=12,
        duration="0.01",
        bit_depth=24,
    )


@pytest.mark.parametrize(
    ("before", "behind", "codec"),
    [
        (chunk(b"axml", AXML), chunk(b"chna", chna_bytes(2)), "DolbyAtmosMasterADM"),
        (chunk(b"chna", chna_bytes(2)) + chunk(b"axml", AXML), b"", "DolbyAtmosMasterADM"),
        (chunk(b"axml", AXML), b"", "PCM"),
        (b"", chunk(b"chna", chna_bytes(2)), "PCM"),
        (chunk(b"axml", b"") + chunk(b"chna", b""), b"", "PCM"),
        (b"", bytes(200_000), "PCM"),
        (b"", chunk(b"LIST", b"INFO") + b"rest", "PCM"),
    ],
)
def test_only_both_chunks_make_a_master(
    tmp_path: Path, before: bytes, behind: bytes, codec: str
) -> None:
    path = put(tmp_path / "a.wav", wave_bytes(before=before, behind=behind))
    assert measure_audio(path).codec == codec


def test_a_master_that_is_cut_off(tmp_path: Path) -> None:
    error = failure(put(tmp_path / "a.wav", adm_bytes()[:-100]))
    assert error.code == AssetProblem.TRUNCATED
    assert "the chunk chna is incomplete" in error.message
    assert failure(put(tmp_path / "a.wav", adm_bytes()[:2000])).code == AssetProblem.TRUNCATED


@pytest.mark.parametrize("suffix", ["flac", "wav", "aiff"])
@pytest.mark.parametrize("keep", [0.999, 0.5, 0.02])
def test_cut_off(tmp_path: Path, suffix: str, keep: float) -> None:
    path = write_audio(tmp_path / f"a.{suffix}")
    data = path.read_bytes()
    error = failure(put(path, data[: int(len(data) * keep)]))
    assert error.code == AssetProblem.TRUNCATED
    assert "cut off" in error.message


def test_cut_off_says_how_much_is_there(tmp_path: Path) -> None:
    path = put(tmp_path / "a.wav", wave_bytes(frames=100, claimed=800))
    assert "promises 800 bytes of audio, the file has 400" in failure(path).message
    path = write_audio(tmp_path / "a.flac", frames=441000)
    data = path.read_bytes()
    assert "of 10 seconds about" in failure(put(path, data[: len(data) // 2])).message


def test_damaged_flac(tmp_path: Path) -> None:
    path = write_audio(tmp_path / "a.flac")
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x55
    assert failure(put(path, bytes(data))).code == AssetProblem.TRUNCATED


def test_flac_without_length_in_the_header(tmp_path: Path) -> None:
    path = write_audio(tmp_path / "a.flac")
    data = bytearray(path.read_bytes())
    data[21] &= 0xF0
    data[22:26] = bytes(4)
    assert "does not say how long" in failure(put(path, bytes(data))).message


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (b"", AssetProblem.EMPTY, "0 bytes"),
        (LFS_POINTER, AssetProblem.LFS_POINTER, "Git LFS pointer"),
        (b"ID3\x04" + bytes(200), AssetProblem.UNSUPPORTED, "MP3"),
        (b"\xff\xfb\x90\x00" + bytes(200), AssetProblem.UNSUPPORTED, "MP3"),
        (b"\xff\xf1\x50\x80" + bytes(200), AssetProblem.UNSUPPORTED, "AAC"),
        (b"OggS" + bytes(200), AssetProblem.UNSUPPORTED, "Ogg"),
        (b"\x00\x00\x00\x20ftypM4A ", AssetProblem.UNSUPPORTED, "MP4"),
        (b"\x7fELF" + bytes(100), AssetProblem.UNSUPPORTED, "no format that we know"),
        (b"RIFF\x00\x00\x00\x00WAVE", AssetProblem.TRUNCATED, "before the audio begins"),
        (wave_bytes(frames=0), AssetProblem.EMPTY, "0 frames"),
        (wave_bytes(tag=0x55), AssetProblem.UNSUPPORTED, "MP3"),
        (wave_bytes(tag=7, stored=8), AssetProblem.UNSUPPORTED, "µ-law"),
        (wave_bytes(extensible=(16, bytes(16))), AssetProblem.UNSUPPORTED, "codec of its own"),
        (wave_bytes(extensible=(24, PCM_GUID)), AssetProblem.DAMAGED, "24 valid bits"),
        (wave_bytes(channels=0), AssetProblem.DAMAGED, "0 channels"),
        (wave_bytes(rate=0), AssetProblem.DAMAGED, "0 Hz"),
        (wave_bytes(frame_bytes=3), AssetProblem.DAMAGED, "3 bytes per frame"),
        (wave_bytes(claimed=398), AssetProblem.DAMAGED, "middle of a frame"),
        (wave_bytes(before=chunk(b"data", b"abcd")), AssetProblem.DAMAGED, "before the format"),
        (wave_bytes(before=chunk(b"JUNK", b"") * 10_001), AssetProblem.DAMAGED, "10000 chunks"),
    ],
)
def test_what_is_no_audio(tmp_path: Path, data: bytes, code: AssetProblem, words: str) -> None:
    error = failure(put(tmp_path / "a.wav", data))
    assert error.code == code
    assert words in error.message


def test_lfs_pointer_says_what_to_run(tmp_path: Path) -> None:
    assert "git lfs pull" in (failure(put(tmp_path / "a.flac", LFS_POINTER)).hint or "")


def test_name_against_content(tmp_path: Path) -> None:
    flac = write_audio(tmp_path / "a.flac").rename(tmp_path / "a.wav")
    error = failure(flac)
    assert error.code == AssetProblem.WRONG_SUFFIX
    assert error.message == "the content is FLAC, the name ends in .wav"
    assert failure(flac.rename(tmp_path / "bare")).code == AssetProblem.WRONG_SUFFIX
    wave = write_audio(tmp_path / "b.wav").rename(tmp_path / "b.flac")
    assert failure(wave).code == AssetProblem.WRONG_SUFFIX


def test_what_is_no_file(tmp_path: Path) -> None:
    assert failure(tmp_path).code == AssetProblem.NOT_A_FILE
    assert failure(tmp_path / "none.wav").code == AssetProblem.MISSING
    os.mkfifo(tmp_path / "pipe.wav")
    assert failure(tmp_path / "pipe.wav").code == AssetProblem.NOT_A_FILE
    assert failure(put(tmp_path / "a", b"x") / "b.wav").code == AssetProblem.UNREADABLE


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_forbidden_file(tmp_path: Path) -> None:
    path = write_audio(tmp_path / "a.wav")
    path.chmod(0)
    assert failure(path).code == AssetProblem.UNREADABLE


def test_aiff_header_and_sound_must_agree(tmp_path: Path) -> None:
    path = write_audio(tmp_path / "a.aiff", frames=100)
    data = path.read_bytes()
    at = data.index(b"COMM") + 10
    wrong = data[:at] + struct.pack(">I", 99) + data[at + 4 :]
    assert "counts 99 frames" in failure(put(path, wrong)).message
    at = data.index(b"COMM") + 16
    odd = data[:at] + bytes(10) + data[at + 10 :]
    assert "sample rate" in failure(put(path, odd)).message
    at = data.index(b"COMM") + 8
    coded = chunk(b"COMM", data[at : at + 18] + b"ima4\0\0", ">")
    assert "ima4" in failure(put(path, b"FORM\0\0\0\x40AIFC" + coded)).message


@given(st.integers(0, 1 << 40), st.integers(1, 768_000))
@example(7938000, 44100)
def test_duration_is_exact_to_the_microsecond(frames: int, rate: int) -> None:
    text = duration_text(frames, rate)
    assert abs(Fraction(text) - Fraction(frames, rate)) <= Fraction(1, 2_000_000)
    assert len(text.partition(".")[2]) <= 6
    assert "." not in text or not text.endswith(("0", "."))


@given(st.binary(max_size=200), st.sampled_from([b"RIFF", b"RF64", b"FORM", b"fLaC"]))
def test_any_bytes_get_facts_or_a_diagnosis(
    tmp_path_factory: pytest.TempPathFactory, tail: bytes, magic: bytes
) -> None:
    word = b"AIFF" if magic == b"FORM" else b"WAVE"
    path = tmp_path_factory.getbasetemp() / "any.wav"
    data = wave_bytes(frames=4)
    for content in (magic + b"\0\0\0\0" + word + tail, data[:12] + tail + data[12:]):
        try:
            facts = measure_audio(put(path, content))
        except AssetError as error:
            assert error.hint
        else:
            assert facts.sample_rate > 0
