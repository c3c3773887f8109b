"""Audio and art that is missing, broken, changed, of the wrong kind, or not the catalogue's."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from tests.acceptance.diagnosis import (
    BROKEN,
    assert_blocks_itself_alone,
    assert_finding,
    assert_invalid,
    assert_told,
    assert_untouched,
    run_without_root,
)
from tests.asset_files import LFS_POINTER
from tests.catalogues import ICPNS, CatalogueFolder, audio_bytes, image_bytes

AUDIO = f"assets/{ICPNS[0]}_01_001.flac"
COVER = f"assets/{ICPNS[0]}.jpg"
AUDIO_PLACE, COVER_PLACE = f"{BROKEN}:15:12", f"{BROKEN}:9:8"
LOCK = "stardust-gitops assets lock"


def lock_refuses(catalogue: CatalogueFolder, code: str, message: str, remedy: str) -> None:
    """`assets lock` ends with 3, names the line, and leaves what was measured before."""
    name = BROKEN.replace(".yaml", ".lock.json")
    before = catalogue.path(name).read_bytes()
    outcome = catalogue.run("assets", "lock")
    assert_told(outcome, 3, code)
    assert_finding(outcome, AUDIO_PLACE, code, message, remedy)
    assert catalogue.path(name).read_bytes() == before


def empty(catalogue: CatalogueFolder) -> None:
    catalogue.write(AUDIO, b"")


def missing(catalogue: CatalogueFolder) -> None:
    catalogue.path(AUDIO).unlink()


def pointer(catalogue: CatalogueFolder) -> None:
    catalogue.write(AUDIO, LFS_POINTER)


def folder(catalogue: CatalogueFolder) -> None:
    catalogue.path(AUDIO).unlink()
    catalogue.path(AUDIO).mkdir()


def pipe(catalogue: CatalogueFolder) -> None:
    catalogue.path(AUDIO).unlink()
    os.mkfifo(catalogue.path(AUDIO))


@pytest.mark.parametrize(
    ("breaks", "code", "message", "remedy"),
    [
        (missing, "SG3001", "there is no such file", "add the file, or correct the reference"),
        (empty, "SG3004", "the file is empty (0 bytes)", "put the real file in its place"),
        (pointer, "SG3005", "a Git LFS pointer stands in place", "run `git lfs pull`"),
        (folder, "SG3002", "is not a file", "refer to the file itself"),
        (pipe, "SG3002", "is not a file", "refer to the file itself"),
    ],
)
def test_a_file_that_cannot_be_measured(
    catalogue: CatalogueFolder,
    breaks: Callable[[CatalogueFolder], None],
    code: str,
    message: str,
    remedy: str,
) -> None:
    breaks(catalogue)
    assert_invalid(catalogue, AUDIO_PLACE, code, message, remedy)
    lock_refuses(catalogue, code, message, remedy)
    assert_blocks_itself_alone(catalogue, code)


@pytest.mark.parametrize(
    ("form", "code", "message"),
    [
        ("FLAC", "SG3006", "the FLAC file is cut off or damaged"),
        ("WAV", "SG3006", "the file is cut off: its header promises 88200 bytes"),
    ],
)
def test_a_truncated_file_is_not_locked(
    catalogue: CatalogueFolder, form: str, code: str, message: str
) -> None:
    name = AUDIO.replace("flac", form.lower())
    catalogue.write(name, audio_bytes(form)[:50_000])
    catalogue.edit(BROKEN, AUDIO, name)
    outcome = catalogue.run("assets", "lock")
    assert_told(outcome, 3, name)
    assert_finding(outcome, AUDIO_PLACE, code, message, "again")
    code = "SG3023" if form == "FLAC" else "SG3022"
    assert_invalid(catalogue, AUDIO_PLACE, code, "measured", LOCK)
    assert_blocks_itself_alone(catalogue, code)


def test_a_file_that_may_not_be_read(catalogue: CatalogueFolder) -> None:
    catalogue.path(AUDIO).chmod(0)
    outcome = run_without_root(catalogue, "assets", "lock", "--force", "--check")
    assert_told(outcome, 3)
    message, remedy = "cannot be read: Permission denied", "check the file and its permissions"
    assert_finding(outcome, AUDIO_PLACE, "SG3003", message, remedy)


def test_a_file_that_changed_after_the_lock(catalogue: CatalogueFolder) -> None:
    catalogue.write(AUDIO, audio_bytes(seconds=0.6))
    message = "is not the file that was measured: 91532 bytes, measured were 76288"
    assert_invalid(catalogue, AUDIO_PLACE, "SG3023", message, LOCK)
    assert_blocks_itself_alone(catalogue, "SG3023", message)
    catalogue.lock()
    assert_told(catalogue.apply(), 0)
    assert len(catalogue.messages()) == 2


def test_in_git_a_change_of_equal_size_is_seen_before_apply(catalogue: CatalogueFolder) -> None:
    catalogue.commit("measured")
    catalogue.lock()
    altered = bytearray(audio_bytes())
    altered[-1] ^= 1
    catalogue.write(AUDIO, bytes(altered))
    catalogue.commit("another master, the lock forgotten")
    assert_invalid(catalogue, AUDIO_PLACE, "SG3023", "is not the file that was measured", LOCK)
    assert_blocks_itself_alone(catalogue, "SG3023")


def test_bytes_that_change_between_plan_and_upload_are_not_delivered(
    catalogue: CatalogueFolder,
) -> None:
    sound = catalogue.path(AUDIO).read_bytes()
    altered = bytearray(sound)
    altered[40_000] ^= 1
    catalogue.write(AUDIO, bytes(altered))
    assert_told(catalogue.run("validate"), 0)
    outcome = catalogue.apply()
    assert_told(outcome, 6, "SG6009", "has SHA-256", "as recorded", LOCK, "1 sent, 1 failed")
    assert [name.rpartition("/")[2] for name in catalogue.messages()] == [f"{ICPNS[1]}.xml"]
    assert not any(ICPNS[0] in name for name in catalogue.delivered())

    catalogue.write(AUDIO, sound)
    assert_told(catalogue.apply(), 0)
    assert len(catalogue.messages()) == 2
    assert_told(catalogue.run("plan"), 0, "No changes.")


def test_after_such_a_change_measuring_again_delivers_the_new_bytes(
    catalogue: CatalogueFolder,
) -> None:
    catalogue.write(AUDIO, audio_bytes()[:-1] + b"\0")
    assert catalogue.apply().code == 6
    longer = audio_bytes(seconds=0.6)
    catalogue.write(AUDIO, longer)
    catalogue.lock()
    assert_told(catalogue.apply(), 0)
    delivered = [name for name in catalogue.delivered() if name.endswith("931_01_001.flac")]
    assert len(delivered) == 1
    assert catalogue.path(f"delivered/store/{delivered[0]}").read_bytes() == longer
    assert_told(catalogue.run("plan"), 0, "No changes.")


@pytest.mark.parametrize(
    ("image", "code", "message", "remedy"),
    [
        (image_bytes(mode="CMYK"), "SG2105", "cover is CMYK, store wants RGB", "convert the image"),
        (image_bytes(2999, 2999), "SG2104", "cover is 2999 × 2999, store wants 3000", "replace"),
        (image_bytes(3000, 3001), "SG2104", "cover is 3000 × 3001, store wants 3000", "square"),
    ],
)
def test_a_cover_that_the_target_refuses(
    catalogue: CatalogueFolder, image: bytes, code: str, message: str, remedy: str
) -> None:
    catalogue.write(COVER, image)
    catalogue.lock()
    assert_invalid(catalogue, COVER_PLACE, code, message, remedy)
    assert_blocks_itself_alone(catalogue, code)


def test_audio_in_place_of_the_cover(catalogue: CatalogueFolder) -> None:
    catalogue.edit(BROKEN, f"cover: {COVER}", f"cover: {AUDIO}")
    assert_invalid(catalogue, COVER_PLACE, "SG3022", "has not been measured", "assets lock")
    assert_told(catalogue.run("assets", "lock"), 3, COVER_PLACE, "FLAC")
    assert_blocks_itself_alone(catalogue, "SG3022")


@pytest.mark.parametrize(
    ("path", "code", "message", "remedy"),
    [
        ("../../etc/passwd", "SG3011", "the path goes up with `..`", "from the catalogue's root"),
        ("assets/../../x.flac", "SG3011", "the path goes up with `..`", "with slashes"),
        ("/etc/passwd", "SG3010", "the path is absolute", "from the catalogue's root"),
        ("assets\\x.flac", "SG3010", "not backslashes", "with slashes"),
        ("s3://bucket/x.flac", "SG3012", "assets in s3:// are not available yet", "Git LFS"),
        ("https://u:p@x/y.flac", "SG3012", "assets in https:// are not available yet", "Git LFS"),
        ("gopher://x/y.flac", "SG3010", "gopher:// is no place for assets", "with slashes"),
    ],
)
def test_a_path_that_is_not_below_the_root(
    catalogue: CatalogueFolder, path: str, code: str, message: str, remedy: str
) -> None:
    catalogue.edit(BROKEN, f"audio: {AUDIO}", f"audio: '{path}'")
    assert_invalid(catalogue, AUDIO_PLACE, code, message, remedy)
    outcome = catalogue.run("assets", "lock")
    assert_told(outcome, 3, code)
    assert_finding(outcome, AUDIO_PLACE, code, message, remedy)
    assert_blocks_itself_alone(catalogue, code)


def test_a_link_that_leaves_the_catalogue(catalogue: CatalogueFolder) -> None:
    """Even to a sound file, and even by way of the folder."""
    outside = catalogue.root.parent / "outside.flac"
    outside.write_bytes(audio_bytes())
    catalogue.path(AUDIO).unlink()
    catalogue.path(AUDIO).symlink_to(outside)
    words = ("the path leaves the catalogue through a symbolic link", "keep the file itself below")
    assert_invalid(catalogue, AUDIO_PLACE, "SG3011", *words)
    lock_refuses(catalogue, "SG3011", *words)
    assert_blocks_itself_alone(catalogue, "SG3011")


def test_a_folder_of_assets_that_is_a_link_to_outside(catalogue: CatalogueFolder) -> None:
    elsewhere = catalogue.root.parent / "elsewhere"
    catalogue.path("assets").rename(elsewhere)
    catalogue.path("assets").symlink_to(elsewhere)
    assert_told(catalogue.run("validate"), 3, "SG3011", "4 errors in 2 files")
    assert_told(catalogue.apply(), 6, "SG3011")
    assert_untouched(catalogue)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"format": 1', '"format": 99', "a format that this version does not know"),
        ('"sha256": "', '"sha256": "x', "not valid"),
        ('"width": 3000', '"width": -3000', "not valid"),
        ("{\n", "[" * 100_000, "not valid"),
    ],
)
def test_a_lock_that_was_altered(
    catalogue: CatalogueFolder, old: str, new: str, message: str
) -> None:
    name = BROKEN.replace(".yaml", ".lock.json")
    text = catalogue.path(name).read_text()
    assert old in text
    catalogue.write(name, text.replace(old, new, 1))
    assert_invalid(catalogue, f"{name}:1:1", "SG3020", message, LOCK)
    assert_blocks_itself_alone(catalogue, "SG3020")


def test_a_lock_that_does_not_read_is_measured_anew(catalogue: CatalogueFolder) -> None:
    name = BROKEN.replace(".yaml", ".lock.json")
    before = catalogue.path(name).read_bytes()
    catalogue.write(name, before[:100])
    assert_invalid(catalogue, f"{name}:1:1", "SG3020", "the lock file is not valid", LOCK)
    assert_blocks_itself_alone(catalogue, "SG3020")
    catalogue.lock()
    assert catalogue.path(name).read_bytes() == before
