"""The lock file: its form, its readers, and what says that it is out of date."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stardust_gitops.assets import text, video
from stardust_gitops.assets.errors import AssetError, AssetProblem
from stardust_gitops.assets.facts import (
    AssetKind,
    AudioFacts,
    Facts,
    FileFacts,
    ImageFacts,
    TextFacts,
    VideoFacts,
)
from stardust_gitops.assets.lock import (
    Lock,
    LockedAsset,
    LockInvalid,
    disagreement,
    dump_lock,
    lock_path,
    read_lock,
    write_lock,
)
from stardust_gitops.diagnostics import Severity
from tests.made_up_facts import film_facts

FILE = FileFacts(sha256="a1" * 32, md5="b2" * 16, git_blob="c3" * 20, size=123456)
FLAC = AudioFacts(codec="FLAC", sample_rate=44100, channels=2, duration="180.5", bit_depth=16)
JPEG = ImageFacts(codec="JPEG", width=3000, height=3000, mode="RGB")
AUDIO = LockedAsset(path="assets/a.flac", file=FILE, facts=FLAC)
COVER = LockedAsset(path="assets/a.jpg", file=FILE, facts=JPEG)
FILM = film_facts("180.523401")
LOCK = Lock(assets={"assets/a.jpg": COVER, "assets/a.flac": AUDIO})
TEXT = """\
{
  "assets": {
    "assets/a.flac": {
      "bit_depth": 16,
      "channels": 2,
      "codec": "FLAC",
      "duration": "180.5",
      "git_blob": "c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3",
      "kind": "audio",
      "md5": "b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2",
      "sample_rate": 44100,
      "sha256": "a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1",
      "size": 123456
    },
    "assets/a.jpg": {
      "codec": "JPEG",
      "git_blob": "c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3",
      "height": 3000,
      "kind": "image",
      "md5": "b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2",
      "mode": "RGB",
      "sha256": "a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1",
      "size": 123456,
      "width": 3000
    }
  },
  "format": 1
}
"""


def entry(**changes: Any) -> bytes:
    """A lock of one audio file with fields changed, or removed where they are ``None``."""
    document = orjson.loads(dump_lock(Lock(assets={AUDIO.path: AUDIO})))
    asset = document["assets"][AUDIO.path] | changes
    document["assets"][AUDIO.path] = {k: v for k, v in asset.items() if v is not None}
    return orjson.dumps(document)


def refusal(data: bytes) -> LockInvalid:
    with pytest.raises(LockInvalid) as caught:
        read_lock(data, "releases/x.lock.json")
    return caught.value


def test_form_is_frozen() -> None:
    assert dump_lock(LOCK).decode() == TEXT
    assert read_lock(TEXT.encode(), "x.lock.json") == LOCK


def test_name() -> None:
    assert lock_path("releases/2026/x.yaml") == "releases/2026/x.lock.json"
    assert lock_path("tracks/a.b.yaml") == "tracks/a.b.lock.json"


_hex = st.text("0123456789abcdef", min_size=64, max_size=64)
_files = st.builds(
    lambda text, size: FileFacts(sha256=text, md5=text[:32], git_blob=text[:40], size=size),
    _hex,
    st.integers(1, 1 << 40),
)
_audio = st.builds(
    AudioFacts,
    codec=st.sampled_from(["FLAC", "PCM", "DolbyAtmosMasterADM"]),
    container=st.sampled_from([None, "WAV", "AIFF"]),
    sample_rate=st.integers(1, 768_000),
    channels=st.integers(1, 64),
    duration=st.sampled_from(["1", "0.5", "180.523401"]),
    bit_depth=st.sampled_from([None, 16, 24]),
)
_image = st.builds(
    ImageFacts,
    codec=st.sampled_from(["JPEG", "PNG", "TIFF"]),
    width=st.integers(1, 9000),
    height=st.integers(1, 9000),
    mode=st.sampled_from(["RGB", "CMYK", "I;16"]),
)
_video = st.builds(
    VideoFacts,
    container=st.sampled_from(["MP4", "QuickTime", "AVI"]),
    codec=st.sampled_from(sorted(set(video._PICTURE.values()))),
    width=st.integers(1, 9000),
    height=st.integers(1, 9000),
    frame_rate=st.sampled_from(["25", "29.97"]),
    duration=st.sampled_from(["1", "0.5", "180.523401"]),
    audio_codec=st.sampled_from([None, *sorted(set(video._SOUND.values()))]),
    audio_channels=st.none() | st.integers(1, 16),
    audio_sample_rate=st.none() | st.integers(8000, 192_000),
)
_text = st.builds(TextFacts, codec=st.sampled_from(sorted(text._SUFFIXES)))
_paths = st.from_regex(r"[a-zé一 \"]{1,8}(/[a-z.]{0,5}[a-z]){0,2}", fullmatch=True)


@given(st.dictionaries(_paths, st.tuples(_files, _audio | _image | _video | _text), max_size=4))
def test_what_is_written_is_read(parts: dict[str, tuple[FileFacts, Facts]]) -> None:
    lock = Lock(
        assets={path: LockedAsset(path=path, file=f, facts=m) for path, (f, m) in parts.items()}
    )
    assert read_lock(dump_lock(lock), "x.lock.json") == lock


@pytest.mark.parametrize("codec", sorted({*video._PICTURE.values(), *video._SOUND.values()}))
def test_every_codec_of_a_video_has_a_place(codec: str) -> None:
    if codec in video._PICTURE.values():
        facts = replace(FILM, codec=codec)
    else:
        facts = replace(FILM, audio_codec=codec)
    asset = LockedAsset("assets/a.mov", FILE, facts)
    lock = Lock(assets={asset.path: asset})
    assert read_lock(dump_lock(lock), "x.lock.json") == lock


@pytest.mark.parametrize(
    ("facts", "kind"),
    [(FLAC, "audio"), (JPEG, "image"), (FILM, "video"), (TextFacts(codec="PDF"), "text")],
)
def test_kind(facts: Facts, kind: AssetKind) -> None:
    asset = LockedAsset("assets/a", FILE, facts)
    assert asset.kind == kind
    document = orjson.loads(dump_lock(Lock(assets={asset.path: asset})))
    assert document["assets"]["assets/a"]["kind"] == kind
    assert disagreement(asset, size=1) == "1 bytes, measured were 123456"


@pytest.mark.parametrize(
    ("facts", "key", "value"),
    [
        (FILM, "container", "Matroska"),
        (FILM, "codec", "VP9"),
        (FILM, "audio_codec", "ALAC"),
        (FILM, "frame_rate", "23.9760"),
        (FILM, "duration", None),
        (FILM, "width", 0),
        (FILM, "mode", "RGB"),
        (TextFacts(codec="PDF"), "codec", "RTF"),
        (TextFacts(codec="PDF"), "width", 1),
        (TextFacts(codec="PDF"), "kind", "video"),
    ],
)
def test_strict_of_every_kind(facts: Facts, key: str, value: object) -> None:
    asset = LockedAsset("assets/a", FILE, facts)
    document = orjson.loads(dump_lock(Lock(assets={asset.path: asset})))
    document["assets"]["assets/a"][key] = value
    assert refusal(orjson.dumps(document)).finding.code == AssetProblem.LOCK_INVALID


@given(st.binary() | st.text().map(str.encode))
def test_any_bytes_get_a_diagnosis(data: bytes) -> None:
    with pytest.raises(LockInvalid):
        read_lock(data, "x.lock.json")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not valid"),
        (b"[]", "not valid"),
        (b'{"format": 1}', "at assets"),
        (b'{"format": 1, "assets": {}, "extra": 1}', "at extra"),
        (b'{"format": 2, "assets": {}}', "format that this version does not know"),
        (b'{"assets": {}}', "format that this version does not know"),
        (TEXT.encode()[:-30], "not valid"),
        (b"[" * 100_000, "not valid"),
        (entry(sha256="A1" * 32), "assets › assets/a.flac › sha256"),
        (entry(sha256="a1" * 32 + "\n"), "sha256"),
        (entry(md5=None), "md5"),
        (entry(git_blob="c3"), "git_blob"),
        (entry(size="123"), "size"),
        (entry(size=0), "size"),
        (entry(size=1.5), "size"),
        (entry(sample_rate=True), "sample_rate"),
        (entry(kind="video"), "assets/a.flac"),
        (entry(kind="image"), "assets/a.flac"),
        (entry(codec="<Evil/>"), "codec"),
        (entry(container="FLAC"), "container"),
        (entry(duration="180.50"), "duration"),
        (entry(duration="NaN"), "duration"),
        (entry(colour="red"), "colour"),
    ],
)
def test_strict(data: bytes, words: str) -> None:
    error = refusal(data)
    assert words in error.message
    finding = error.finding
    assert (finding.code, finding.severity) == (AssetProblem.LOCK_INVALID, Severity.ERROR)
    assert finding.file == "releases/x.lock.json"
    assert "stardust-gitops assets lock" in finding.remedy


def test_both_sides_of_a_merge_kept() -> None:
    block = TEXT[TEXT.index('    "assets/a.flac"') : TEXT.index('    "assets/a.jpg"')]
    assert "twice" in refusal(TEXT.replace(block, block + block).encode()).message


def test_paths_in_a_lock_are_references() -> None:
    data = TEXT.replace("assets/a.jpg", "../../etc/passwd").encode()
    assert "goes up" in refusal(data).message


def test_merge_conflict_is_named(tmp_path: Path) -> None:
    def git(*args: str) -> int:
        who = ("-c", "user.name=t", "-c", "user.email=t@example.com")
        return subprocess.run(["git", *who, *args], cwd=tmp_path, capture_output=True).returncode

    path = tmp_path / "x.lock.json"

    def commit(size: int) -> None:
        path.write_bytes(
            dump_lock(Lock(assets={AUDIO.path: AUDIO})).replace(b"123456", b"%d" % size)
        )
        assert git("add", ".") == 0
        assert git("commit", "-m", "x") == 0

    assert git("init", "-b", "main") == 0
    commit(1)
    git("checkout", "-b", "other")
    commit(2)
    git("checkout", "main")
    commit(3)
    assert git("merge", "other") == 1
    assert "merge conflict" in refusal(path.read_bytes()).message


def test_write_is_atomic_and_idle_when_equal(tmp_path: Path) -> None:
    path = tmp_path / "x.lock.json"
    assert write_lock(path, LOCK)
    assert path.read_text() == TEXT
    os.utime(path, (1, 1))
    assert not write_lock(path, LOCK)
    assert path.stat().st_mtime == 1
    umask = os.umask(0)
    os.umask(umask)
    assert path.stat().st_mode & 0o777 == 0o666 & ~umask
    assert write_lock(path, Lock(assets={AUDIO.path: AUDIO}))
    assert [each.name for each in tmp_path.iterdir()] == ["x.lock.json"]
    assert write_lock(path, Lock(assets={}))
    assert not write_lock(path, Lock(assets={}))
    assert list(tmp_path.iterdir()) == []


def test_refused_write(tmp_path: Path) -> None:
    (tmp_path / "x.lock.json" / "full").mkdir(parents=True)
    with pytest.raises(AssetError) as caught:
        write_lock(tmp_path / "x.lock.json", LOCK)
    assert caught.value.code == AssetProblem.LOCK_NOT_WRITTEN
    assert [each.name for each in tmp_path.iterdir()] == ["x.lock.json"]


@pytest.mark.parametrize(
    ("blob_id", "lfs_oid", "size", "text"),
    [
        (None, None, None, None),
        ("c3" * 20, None, 123456, None),
        ("dd" * 20, None, 123456, "git blob ddddddd, measured was c3c3c3c"),
        ("dd" * 20, "a1" * 32, 123456, None),
        ("c3" * 20, "dd" * 32, None, "Git LFS object ddddddd, measured was a1a1a1a"),
        (None, None, 123456, None),
        (None, None, 123457, "123457 bytes, measured were 123456"),
        ("dd" * 32, None, 123456, None),
        ("dd" * 32, None, 1, "1 bytes, measured were 123456"),
    ],
)
def test_disagreement(
    blob_id: str | None, lfs_oid: str | None, size: int | None, text: str | None
) -> None:
    assert disagreement(AUDIO, blob_id=blob_id, lfs_oid=lfs_oid, size=size) == text
