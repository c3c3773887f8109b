"""Every mention of an asset is known: measured, found missing, and told with its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from stardust_gitops.catalog.loading import read_release
from stardust_gitops.catalog.models.recordings import RecordingFields
from stardust_gitops.cli.intake import look_at
from stardust_gitops.errors import UsageError
from stardust_gitops.reconciler.locks import recording_references, release_references
from stardust_gitops.reconciler.workspace import open_workspace
from tests.asset_files import (
    LFS_POINTER,
    LRC,
    PDF,
    TTML,
    adm_bytes,
    write_audio,
    write_image,
    write_video,
)
from tests.catalogues import CatalogueFolder, make_catalogue

FILE, LOCK = "releases/4006381333931.yaml", "releases/4006381333931.lock.json"
SHARED, SHARED_LOCK = "tracks/ebb.yaml", "tracks/ebb.lock.json"
RELEASE = """\
icpn: "4006381333931"
type: Album
title: Breakwater
cover: assets/cover.jpg
booklet: assets/booklet.pdf
tracks:
  - isrc: GBXYZ2600001
    title: Breakwater
    video: assets/film.mp4
    screen_capture: assets/still.png
    lyrics: assets/film.lrc
  - track: GBXYZ2600003
    lyrics: assets/other.ttml
"""
RECORDING = """\
isrc: GBXYZ2600003
title: Ebb
audio: assets/ebb.flac
immersive: {isrc: GBXYZ2600004, audio: assets/ebb-atmos.wav}
preview: {start: 0, audio: assets/ebb-preview.flac}
lyrics: assets/ebb.lrc
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> CatalogueFolder:
    """A catalogue with one release that has a file of every sort."""
    catalogue = make_catalogue(tmp_path_factory.mktemp("all") / "catalogue", releases=0)
    catalogue.write(FILE, RELEASE)
    catalogue.write(SHARED, RECORDING)
    assets = catalogue.path("assets")
    write_image(assets / "cover.jpg")
    write_image(assets / "still.png")
    write_video(assets / "film.mp4")
    write_audio(assets / "ebb.flac")
    write_audio(assets / "ebb-preview.flac", frames=4410)
    for name, data in (
        ("booklet.pdf", PDF),
        ("film.lrc", LRC),
        ("other.ttml", TTML),
        ("ebb.lrc", LRC),
        ("ebb-atmos.wav", adm_bytes()),
    ):
        (assets / name).write_bytes(data)
    catalogue.lock()
    return catalogue


def kinds(catalogue: CatalogueFolder, lock: str) -> dict[str, str]:
    """Kind and codec by the name of the asset."""
    entries: Any = json.loads(catalogue.path(lock).read_bytes())["assets"]
    return {
        path.removeprefix("assets/"): f"{entry['kind']} {entry['codec']}"
        for path, entry in entries.items()
    }


def test_all_are_measured_each_beside_the_file_that_mentions_it(made: CatalogueFolder) -> None:
    assert kinds(made, LOCK) == {
        "cover.jpg": "image JPEG",
        "booklet.pdf": "text PDF",
        "film.mp4": "video AVC",
        "still.png": "image PNG",
        "film.lrc": "text SimpleLRC",
        "other.ttml": "text TTML",
    }
    assert kinds(made, SHARED_LOCK) == {
        "ebb.flac": "audio FLAC",
        "ebb-atmos.wav": "audio DolbyAtmosMasterADM",
        "ebb-preview.flac": "audio FLAC",
        "ebb.lrc": "text SimpleLRC",
    }
    assert made.must("assets", "lock", "--check").stdout.startswith("0 files measured")


def test_references_of_a_release(made: CatalogueFolder) -> None:
    catalogue = open_workspace(made.root).catalogue
    model, _ = read_release(made.root, FILE)
    assert model is not None
    found = [
        (reference.file, reference.pointer, reference.kind)
        for reference in release_references(FILE, model, catalogue)
    ]
    assert found == [
        (FILE, ("tracks", 0, "video"), "video"),
        (FILE, ("tracks", 0, "screen_capture"), "image"),
        (FILE, ("tracks", 0, "lyrics"), "text"),
        (FILE, ("tracks", 1, "lyrics"), "text"),
        (SHARED, ("audio",), "audio"),
        (SHARED, ("immersive", "audio"), "audio"),
        (SHARED, ("preview", "audio"), "audio"),
        (FILE, ("cover",), "image"),
        (FILE, ("booklet",), "text"),
    ]


def test_a_recording_with_a_preview_and_no_file_of_it() -> None:
    fields = RecordingFields.model_validate({"preview": {"start": "30"}})
    assert list(recording_references("a", (), fields)) == []


@pytest.mark.parametrize(
    ("asset", "file", "line"),
    [
        ("film.mp4", FILE, 9),
        ("still.png", FILE, 10),
        ("film.lrc", FILE, 11),
        ("booklet.pdf", FILE, 5),
        ("ebb-atmos.wav", SHARED, 4),
        ("ebb-preview.flac", SHARED, 5),
        ("ebb.lrc", SHARED, 6),
    ],
)
def test_a_missing_file_is_told_at_its_key(
    made: CatalogueFolder, asset: str, file: str, line: int
) -> None:
    path = made.path(f"assets/{asset}")
    aside = path.rename(path.with_suffix(".aside"))
    try:
        locking = made.run("assets", "lock", "--check", "--force")
        validating = made.run("validate")
    finally:
        aside.rename(path)
    assert locking.code == 3
    assert f"{file}:{line}:" in locking.text
    assert f"SG3001  assets/{asset}: there is no such file" in locking.text
    if asset != "ebb.lrc":  # The release has lyrics of its own in place of those.
        assert f"assets/{asset}" in validating.text


@pytest.mark.parametrize(
    ("asset", "data", "told"),
    [
        ("film.mp4", b"", f"{FILE}:9:12  error  SG3004  assets/film.mp4: the file is empty"),
        ("film.mp4", b"no film", f"{FILE}:9:12  error  SG3008  assets/film.mp4: the file is not"),
        ("film.mp4", LFS_POINTER, f"{FILE}:9:12  error  SG3005  assets/film.mp4: a Git LFS"),
        ("film.mp4", None, f"{FILE}:9:12  error  SG3006  assets/film.mp4: the video is cut off"),
        ("booklet.pdf", PDF[:-9], f"{FILE}:5:10  error  SG3006  assets/booklet.pdf: the PDF is"),
        ("booklet.pdf", LRC, f"{FILE}:5:10  error  SG3009  assets/booklet.pdf: the content is"),
        (
            "other.ttml",
            TTML.replace(b"<tt", b"<!DOCTYPE tt [<!ENTITY a 'a'>]><tt"),
            f"{FILE}:13:13  error  SG3008  assets/other.ttml: the XML has a document type",
        ),
        (
            "ebb-atmos.wav",
            adm_bytes()[:-50],
            f"{SHARED}:4:40  error  SG3006  assets/ebb-atmos.wav: the file is cut off",
        ),
    ],
)
def test_a_broken_file_is_told_at_its_key(
    made: CatalogueFolder, asset: str, data: bytes | None, told: str
) -> None:
    path, lock = made.path(f"assets/{asset}"), made.path(LOCK)
    whole, locked = path.read_bytes(), lock.read_bytes()
    path.write_bytes(whole[: len(whole) // 2] if data is None else data)
    try:
        outcome = made.run("assets", "lock")
        assert (outcome.code, lock.read_bytes()) == (3, locked)
    finally:
        path.write_bytes(whole)
    assert told in outcome.text
    assert "Traceback" not in outcome.text


def test_a_changed_file_wants_measuring(made: CatalogueFolder) -> None:
    path = made.path("assets/film.lrc")
    path.write_bytes(LRC + b"\n[00:09.00]And again\n")
    try:
        assert "assets/film.lrc is not the file that was measured" in made.run("validate").text
    finally:
        path.write_bytes(LRC)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("    video: assets/film.mp4\n", True),
        ("    lyrics: assets/film.lrc\n", False),
    ],
)
def test_a_track_has_audio_or_a_video(made: CatalogueFolder, line: str, told: bool) -> None:
    made.edit(FILE, line, "")
    try:
        text = made.run("validate").text
    finally:
        made.write(FILE, RELEASE)
    assert ("track 1 has no audio and no video" in text) == told
    assert "track 2 has no audio" not in text


def test_a_release_can_take_the_audio_of_a_recording_away(made: CatalogueFolder) -> None:
    made.edit(FILE, "  - track: GBXYZ2600003\n", "  - track: GBXYZ2600003\n    audio:\n")
    try:
        assert "track 2 has no audio and no video" in made.run("validate").text
    finally:
        made.write(FILE, RELEASE)


def test_files_are_looked_at_before_they_are_taken_in(tmp_path: Path) -> None:
    film = write_video(tmp_path / "a.mp4")
    root = tmp_path / "catalogue"
    taken = look_at(root, film, "4006381333931_01_001", "video")
    assert (taken.reference, taken.copied) == ("assets/4006381333931_01_001.mp4", True)
    (tmp_path / "b.pdf").write_bytes(PDF[:-20])
    with pytest.raises(UsageError, match="cut off"):
        look_at(root, tmp_path / "b.pdf", "4006381333931", "text")
    with pytest.raises(UsageError, match="not FLAC, WAV or AIFF"):
        look_at(root, film, "4006381333931_01_001", "audio")
