"""How a release is laid out for a recipient."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from stardust_gitops.content.model import AssetRole, Delivery, VideoFacts
from stardust_gitops.delivery.package import Package, lay_out
from stardust_gitops.delivery.recipient import Choreography
from stardust_gitops.delivery.rendering import message_options
from stardust_gitops.delivery.transports.base import Source, VerificationError
from stardust_gitops.delivery.transports.checks import MUCH, checked_blocks
from stardust_gitops.errors import CatalogueError
from stardust_gitops.messages.ern.recordings import carried_assets
from stardust_gitops.planning.model import Action
from tests.delivery_kit import Studio, gtin13

ICPN = gtin13(1)
VIDEO = VideoFacts(
    container="MP4", codec="AVC", width=1920, height=1080, frame_rate="25", duration="180"
)


@pytest.fixture
def label(tmp_path: Path) -> Studio:
    """A label with one release of three tracks, the third on the second disc."""
    label = Studio(tmp_path)
    release = label.put_release(1, tracks=3)
    delivery, status = label.releases[release]
    tracks = delivery.content.tracks
    moved = (*tracks[:2], replace(tracks[2], disc=2))
    content = replace(delivery.content, tracks=moved)
    label.releases[release] = (replace(delivery, content=content), status)
    return label


def names(label: Studio, *, with_files: bool = True, **choreography: object) -> list[str]:
    """URIs of the package of the one release."""
    ((delivery, _),) = label.releases.values()
    how = Choreography(**choreography)  # type: ignore[arg-type]
    package = lay_out(delivery, folder="F", choreography=how, with_files=with_files)
    return [file.uri for file in package.files]


@pytest.mark.parametrize(
    ("naming", "expected"),
    [
        ("ICPN_DD_TTT", ["_01_001.wav", "_01_002.wav", "_02_001.wav", ".jpg"]),
        ("ICPN_DD_TT", ["_01_01.wav", "_01_02.wav", "_02_01.wav", ".jpg"]),
        ("ICPN_T", ["_T1.wav", "_T2.wav", "_T3.wav", "_T4.jpg"]),
    ],
)
def test_names_of_resources(label: Studio, naming: str, expected: list[str]) -> None:
    assert names(label, naming=naming) == [f"resources/{ICPN}{rest}" for rest in expected]


EXTRAS: dict[AssetRole, str] = {
    "immersive": ".wav",
    "preview": ".flac",
    "screen_capture": ".jpg",
    "lyrics": ".ttml",
    "booklet": ".pdf",
}


def with_everything(label: Studio) -> Delivery:
    """The release with its second track as a video, and a file of every role."""
    ((delivery, _),) = label.releases.values()
    known = {(asset.role, asset.track): asset for asset in delivery.assets}
    first, third, cover = known["audio", 1], known["audio", 3], known["cover", None]
    video = replace(first, role="video", track=2, path="assets/film.MP4", facts=VIDEO)
    extras = [
        replace(first, role=role, track=None if role == "booklet" else 1, path=f"assets/x{ending}")
        for role, ending in EXTRAS.items()
    ]
    tracks = delivery.content.tracks
    content = replace(
        delivery.content, tracks=(tracks[0], replace(tracks[1], video=True), tracks[2])
    )
    return replace(delivery, content=content, assets=(first, video, third, *extras, cover))


@pytest.mark.parametrize(
    ("naming", "expected"),
    [
        (
            "ICPN_DD_TTT",
            "_01_001.wav _01_002.mp4 _02_001.wav .jpg _01_001_immersive.wav _01_001_preview.flac"
            " _01_001_screen.jpg _01_001_lyrics.ttml _booklet.pdf",
        ),
        (
            "ICPN_DD_TT",
            "_01_01.wav _01_02.mp4 _02_01.wav .jpg _01_01_immersive.wav _01_01_preview.flac"
            " _01_01_screen.jpg _01_01_lyrics.ttml _booklet.pdf",
        ),
        (
            "ICPN_T",
            "_T1.wav _T2.mp4 _T3.wav _T4.jpg _T5.wav _T6.flac _T7.jpg _T8.ttml _T9.pdf",
        ),
    ],
)
def test_names_of_all_that_a_release_can_have(label: Studio, naming: Any, expected: str) -> None:
    delivery = with_everything(label)
    how = Choreography(naming=naming)
    package = lay_out(delivery, folder="F", choreography=how, with_files=True)
    wanted = [f"resources/{ICPN}{rest}" for rest in expected.split()]
    assert [file.uri for file in package.files] == wanted
    assert [(file.role, file.track) for file in package.files] == [
        (asset.role, asset.track) for asset in carried_assets(delivery)
    ]


def test_the_message_names_each_file_by_its_own_name(label: Studio) -> None:
    delivery = with_everything(label)
    label.add_recipient()
    package = lay_out(delivery, folder="F", choreography=Choreography(), with_files=True)
    options = message_options(label.recipients["batchy"], delivery, package, Action.INSERT)
    assert options.files is not None
    assert [(name.asset.role, name.asset.track, name.uri) for name in options.files] == [
        (file.role, file.track, file.uri) for file in package.files
    ]


def test_a_package_knows_what_a_manifest_calls_it(label: Studio) -> None:
    ((plain, _),) = label.releases.values()
    for delivery, product in (
        (plain, "AudioProduct"),
        (with_everything(label), "MixedMediaBundleProduct"),
    ):
        package = lay_out(delivery, folder="A", choreography=Choreography(), with_files=False)
        assert package.product == package.moved_to("B").product == product
        assert Package.from_data(package.as_data()) == package
        assert ("product" in package.as_data()) == (product != "AudioProduct")


def test_the_folder_of_resources_is_a_setting(label: Studio) -> None:
    assert names(label, resources="audio")[-1] == f"audio/{ICPN}.jpg"


def test_a_message_alone_has_no_files(label: Studio) -> None:
    assert names(label, with_files=False) == []


def test_paths_are_relative_to_the_target_and_to_the_message(label: Studio) -> None:
    ((delivery, _),) = label.releases.values()
    package = lay_out(delivery, folder=f"B/{ICPN}", choreography=Choreography(), with_files=True)
    assert package.message_path == f"B/{ICPN}/{ICPN}.xml"
    assert package.files[0].path == f"B/{ICPN}/{package.files[0].uri}"


def test_a_package_survives_the_ledger_and_a_move(label: Studio) -> None:
    ((delivery, _),) = label.releases.values()
    package = lay_out(delivery, folder="A", choreography=Choreography(), with_files=True)
    assert Package.from_data(package.as_data()) == package
    moved = package.moved_to("somewhere/else")
    assert moved.message_path == f"somewhere/else/{ICPN}.xml"
    assert [file.path for file in moved.files] == [
        f"somewhere/else/{file.uri}" for file in package.files
    ]
    assert moved.moved_to("A") == package


@pytest.mark.parametrize("path", ["assets/a", "assets/a.fläc", "assets/a.", "assets/.wav"])
def test_a_file_without_a_plain_extension_is_refused(label: Studio, path: str) -> None:
    ((delivery, _),) = label.releases.values()
    assets = tuple(replace(asset, path=path) for asset in delivery.assets)
    with pytest.raises(CatalogueError) as raised:
        lay_out(
            replace(delivery, assets=assets),
            folder="F",
            choreography=Choreography(),
            with_files=True,
        )
    assert raised.value.code == "SG6012"


def test_a_folder_is_named_by_an_icpn_only(label: Studio) -> None:
    ((delivery, _),) = label.releases.values()
    with pytest.raises(CatalogueError):
        lay_out(
            replace(delivery, icpn="../../etc"),
            folder="F",
            choreography=Choreography(),
            with_files=False,
        )


def test_names_of_folders_and_markers() -> None:
    batch, stamp = Choreography(prefix="N"), "20261122120000000"
    assert batch.folder(ICPN, stamp) == f"N_{stamp}"
    assert batch.marker_name("F", stamp) == f"BatchComplete_{stamp}.xml"
    single = Choreography(layout="release", completion="semaphore", semaphore="{folder}.complete")
    assert single.folder(ICPN, stamp) == f"{ICPN}_{stamp}"
    assert single.marker_name("F", stamp) == "F.complete"
    assert (batch.capacity, single.capacity) == (50, 1)


def test_a_batch_cannot_end_with_a_message() -> None:
    with pytest.raises(CatalogueError, match="holds several"):
        Choreography(layout="batch", completion="message")


def test_delivery_types_can_be_overridden() -> None:
    how = Choreography(delivery_types={"insert": "BackCatalogDelivery"})
    assert how.delivery_type("insert") == "BackCatalogDelivery"
    assert how.delivery_type("takedown") == "TakeDown"


def test_md5_is_checked_where_the_message_holds_it(tmp_path: Path) -> None:
    data = b"sound" * 1000
    file = tmp_path / "a.flac"
    file.write_bytes(data)
    sha256 = hashlib.sha256(data).hexdigest()
    right = hashlib.md5(data, usedforsecurity=False).hexdigest()
    for md5 in (None, right):
        source = Source.of_file(file, size=len(data), sha256=sha256, md5=md5)
        assert b"".join(checked_blocks(source, 512)) == data
    wrong = Source.of_file(file, size=len(data), sha256=sha256, md5="0" * 32)
    with pytest.raises(VerificationError, match="MD5"):
        list(checked_blocks(wrong, 512))


def test_a_large_file_is_checked_like_a_small_one(tmp_path: Path) -> None:
    data = bytes(MUCH) + b"end"
    file = tmp_path / "a.wav"
    file.write_bytes(data)
    sha256 = hashlib.sha256(data).hexdigest()
    md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
    source = Source.of_file(file, size=len(data), sha256=sha256, md5=md5)
    assert b"".join(checked_blocks(source, 1 << 20)) == data
    assert b"".join(checked_blocks(source, 1 << 20, skip=MUCH)) == b"end"
    file.write_bytes(b"x" + data[1:])
    with pytest.raises(VerificationError, match="SHA-256"):
        list(checked_blocks(source, 1 << 20))
    file.write_bytes(data)
    with pytest.raises(VerificationError, match="MD5"):
        list(checked_blocks(replace(source, md5="0" * 32), 1 << 20))
