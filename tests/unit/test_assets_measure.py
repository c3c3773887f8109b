"""Measuring, and bringing locks up to date without measuring again."""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from stardust_gitops.assets.errors import AssetError, AssetProblem
from stardust_gitops.assets.facts import AssetKind, AudioFacts, ImageFacts, TextFacts, VideoFacts
from stardust_gitops.assets.lock import Lock, dump_lock, read_lock
from stardust_gitops.assets.measure import (
    KnownFile,
    LockJob,
    LockResult,
    Reference,
    measure,
    update_lock,
    update_locks,
)
from tests.asset_files import LFS_POINTER, LRC, PDF, write_audio, write_image, write_video

REFERENCES: tuple[Reference, ...] = (
    ("assets/x.jpg", "image"),
    ("assets/x_01_001.flac", "audio"),
    ("assets/x_01_002.wav", "audio"),
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_image(tmp_path / "assets/x.jpg")
    write_audio(tmp_path / "assets/x_01_001.flac")
    write_audio(tmp_path / "assets/x_01_002.wav", frames=441)
    (tmp_path / "releases").mkdir()
    return tmp_path


@pytest.fixture
def first(root: Path) -> LockResult:
    result = update_lock(root, REFERENCES, None)
    assert result.errors == ()
    return result


def test_measure(root: Path) -> None:
    audio = measure(root, "assets/x_01_001.flac", "audio")
    assert audio.kind == "audio"
    assert isinstance(audio.facts, AudioFacts)
    assert audio.facts.duration == "0.5"
    assert audio.file.size == (root / "assets/x_01_001.flac").stat().st_size
    assert isinstance(measure(root, "assets/x.jpg", "image").facts, ImageFacts)


def test_measure_videos_and_texts(root: Path) -> None:
    write_video(root / "assets/x.mp4")
    (root / "assets/x.pdf").write_bytes(PDF)
    (root / "assets/x.lrc").write_bytes(LRC)
    references: list[Reference] = [
        ("assets/x.mp4", "video"),
        ("assets/x.pdf", "text"),
        ("assets/x.lrc", "text"),
    ]
    first = update_lock(root, references, None)
    assert first.errors == ()
    film, booklet, lyrics = (first.lock.assets[path].facts for path, _ in references)
    assert isinstance(film, VideoFacts)
    assert (film.codec, film.duration) == ("AVC", "1")
    assert (booklet, lyrics) == (TextFacts(codec="PDF"), TextFacts(codec="SimpleLRC"))
    assert read_lock(dump_lock(first.lock), "x.lock.json") == first.lock
    assert update_lock(root, references, first.lock) == LockResult(lock=first.lock)


@pytest.mark.parametrize("kind", ["audio", "image", "video", "text"])
def test_a_file_is_of_one_kind(root: Path, kind: AssetKind) -> None:
    write_video(root / "assets/x.mp4")
    (root / "assets/x.pdf").write_bytes(PDF)
    right = {"audio": "x_01_001.flac", "image": "x.jpg", "video": "x.mp4", "text": "x.pdf"}
    for other, name in right.items():
        if other == kind:
            assert measure(root, f"assets/{name}", kind).kind == kind
        else:
            with pytest.raises(AssetError) as caught:
                measure(root, f"assets/{name}", kind)
            assert caught.value.code == AssetProblem.UNSUPPORTED


@pytest.mark.parametrize(
    ("reference", "code"),
    [
        ("assets/none.flac", AssetProblem.MISSING),
        ("../x.flac", AssetProblem.OUTSIDE),
        ("assets/x.jpg", AssetProblem.UNSUPPORTED),
    ],
)
def test_measure_names_the_asset(root: Path, reference: str, code: AssetProblem) -> None:
    with pytest.raises(AssetError) as caught:
        measure(root, reference, "audio")
    assert caught.value.code == code
    assert caught.value.message.startswith(f"{reference}: ")
    finding = caught.value.as_finding(file="releases/x.yaml", pointer=("tracks", 0, "audio"))
    assert (finding.code, finding.message) == (code, caught.value.message)
    assert finding.remedy


def test_first_lock(first: LockResult) -> None:
    assert sorted(first.lock.assets) == sorted(reference for reference, _ in REFERENCES)
    assert first.measured == tuple(reference for reference, _ in REFERENCES)


def test_nothing_is_measured_twice(root: Path, first: LockResult) -> None:
    again = update_lock(root, REFERENCES, first.lock)
    assert again == LockResult(lock=first.lock)
    os.utime(root / "assets/x.jpg", (1, 1))
    assert update_lock(root, REFERENCES, first.lock).measured == ()
    assert update_lock(root, REFERENCES, first.lock, force=True).measured == first.measured


def test_same_bytes_same_lock(root: Path, first: LockResult) -> None:
    again = update_lock(root, REFERENCES, None, force=True)
    assert dump_lock(again.lock) == dump_lock(first.lock)


def test_what_git_vouches_for_is_not_opened(root: Path, first: LockResult) -> None:
    cover, flac, wave = (reference for reference, _ in REFERENCES)
    files = {path: asset.file for path, asset in first.lock.assets.items()}
    known = {
        cover: KnownFile(blob_id=files[cover].git_blob),
        flac: KnownFile(blob_id="00" * 20, lfs_oid=files[flac].sha256),
    }
    for path in (cover, flac, wave):
        (root / path).write_bytes(LFS_POINTER)
    result = update_lock(root, REFERENCES, first.lock, known=known)
    assert [error.asset for error in result.errors] == [wave]
    assert result.errors[0].code == AssetProblem.LFS_POINTER
    assert result.lock.assets == first.lock.assets
    forced = update_lock(root, REFERENCES, first.lock, known=known, force=True)
    assert len(forced.errors) == 3


@pytest.mark.parametrize(
    "known", [KnownFile(blob_id="00" * 20), KnownFile(lfs_oid="00" * 32), KnownFile()]
)
def test_a_changed_file_is_measured(root: Path, first: LockResult, known: KnownFile) -> None:
    path = "assets/x_01_002.wav"
    write_audio(root / path, frames=882)
    result = update_lock(root, REFERENCES, first.lock, known={path: known})
    assert result.measured == (path,)
    facts = result.lock.assets[path].facts
    assert isinstance(facts, AudioFacts)
    assert facts.duration == "0.02"


def test_ids_of_a_sha256_repository_vouch_for_nothing(root: Path, first: LockResult) -> None:
    path = "assets/x_01_002.wav"
    write_audio(root / path, frames=882)
    known = {path: KnownFile(blob_id="00" * 32)}
    assert update_lock(root, REFERENCES, first.lock, known=known).measured == (path,)


def test_unreferenced_assets_are_dropped(root: Path, first: LockResult) -> None:
    result = update_lock(root, REFERENCES[:1], first.lock)
    assert list(result.lock.assets) == ["assets/x.jpg"]
    assert result.dropped == ("assets/x_01_001.flac", "assets/x_01_002.wav")


def test_an_asset_that_fails_keeps_its_entry(root: Path, first: LockResult) -> None:
    (root / "assets/x.jpg").unlink()
    result = update_lock(root, (*REFERENCES, ("assets/new.wav", "audio")), first.lock)
    assert result.lock == first.lock
    assert [error.asset for error in result.errors] == ["assets/x.jpg", "assets/new.wav"]


def test_the_kind_may_change(root: Path, first: LockResult) -> None:
    result = update_lock(root, [("assets/x.jpg", "audio")], first.lock)
    assert result.lock == Lock(assets={})
    assert result.errors[0].code == AssetProblem.UNSUPPORTED


def test_a_file_written_meanwhile(root: Path) -> None:
    path = write_audio(root / "assets/long.wav", frames=44100 * 60)
    begun, stop = threading.Event(), threading.Event()

    def touch() -> None:
        moment = 0
        while not stop.is_set():
            moment += 1
            os.utime(path, (moment, moment))
            begun.set()

    writer = threading.Thread(target=touch)
    writer.start()
    try:
        assert begun.wait(60)
        with pytest.raises(AssetError) as caught:
            measure(root, "assets/long.wav", "audio")
    finally:
        stop.set()
        writer.join()
    assert caught.value.code == AssetProblem.CHANGED_MEANWHILE


@pytest.mark.parametrize("workers", [1, 3])
def test_many_locks_in_order(tmp_path: Path, workers: int) -> None:
    (tmp_path / "releases").mkdir()
    jobs = []
    for number in range(30):
        name = f"assets/{number:03}.wav"
        if number != 7:
            write_audio(tmp_path / name, frames=number + 1)
        jobs.append(LockJob(file=f"releases/{number:03}.yaml", references=((name, "audio"),)))
    seen: list[str] = []
    outcomes = list(update_locks(tmp_path, jobs, workers=workers, progress=seen.append))
    assert [outcome.job for outcome in outcomes] == jobs
    assert seen == [job.references[0][0] for job in jobs]
    assert [o.job.file for o in outcomes if o.result.errors] == ["releases/007.yaml"]
    assert [o.job.file for o in outcomes if not o.changed] == ["releases/007.yaml"]
    assert len(list(tmp_path.glob("releases/*.lock.json"))) == 29
    again = list(update_locks(tmp_path, jobs, workers=workers))
    assert not any(outcome.changed or outcome.result.measured for outcome in again)


def test_a_broken_lock_file_is_written_anew(root: Path) -> None:
    path = root / "releases/x.lock.json"
    path.write_bytes(b"<<<<<<< ours\n")
    job = LockJob(file="releases/x.yaml", references=REFERENCES)
    [outcome] = update_locks(root, [job])
    assert outcome.changed
    assert read_lock(path.read_bytes(), "x") == outcome.result.lock


def test_looking_without_writing(root: Path) -> None:
    job = LockJob(file="releases/x.yaml", references=REFERENCES)
    [outcome] = update_locks(root, [job], write=False)
    assert outcome.changed
    assert list((root / "releases").iterdir()) == []


def test_a_release_without_assets_has_no_lock_file(root: Path) -> None:
    job = LockJob(file="releases/x.yaml", references=REFERENCES)
    list(update_locks(root, [job]))
    [outcome] = update_locks(root, [replace(job, references=())])
    assert outcome.changed
    assert len(outcome.result.dropped) == 3
    assert list((root / "releases").iterdir()) == []


def test_a_lock_that_cannot_be_written_is_data(root: Path) -> None:
    (root / "releases/x.lock.json").mkdir()
    job = LockJob(file="releases/x.yaml", references=REFERENCES)
    other = LockJob(file="releases/gone/y.yaml", references=REFERENCES)
    outcomes = list(update_locks(root, [job, other]))
    assert [o.result.errors[0].asset for o in outcomes] == [
        "releases/x.lock.json",
        "releases/gone/y.lock.json",
    ]
    assert not any(outcome.changed for outcome in outcomes)


def test_closing_early_begins_no_more(root: Path) -> None:
    jobs = [LockJob(file=f"releases/{n}.yaml", references=REFERENCES) for n in range(200)]
    outcomes = update_locks(root, jobs, workers=1)
    next(outcomes)
    outcomes.close()  # type: ignore[attr-defined]
    assert len(list((root / "releases").iterdir())) == 1
