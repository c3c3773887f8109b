"""A release of every kind of file, from the catalogue to two recipients that are folders: one takes
ERN 4.3.2, the other ERN 3.8.2 without what that cannot say. What has arrived is looked at with
nothing but an XML parser, and the files with nothing but their bytes.
"""

from __future__ import annotations

import hashlib
import shutil
import signal
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
from lxml import etree

from tests.acceptance.test_example import EXAMPLE
from tests.catalogues import CatalogueFolder, audio_bytes, copy_of, ended, make_catalogue
from tests.ddex import official
from tests.label import Plan

ICPN = "4006381334044"
FILE = f"releases/{ICPN}.yaml"
NEW, OLD = "new", "old"
VERSIONS = {NEW: "4.3.2", OLD: "3.8.2"}
TARGETS = {
    NEW: """\
recipient: {dpid: PADPIDA2026112202S, name: Harbour Streaming}
message: {version: "4.3.2"}
transport: {protocol: directory, path: delivered/new}
choreography: {layout: batch, completion: manifest}
offers: {streaming: [SubscriptionModel/OnDemandStream]}
genre_map: main
""",
    OLD: """\
recipient: {dpid: PADPIDA2026112203Q, name: Lighthouse Store}
message: {version: "3.8.2"}
transport: {protocol: directory, path: delivered/old}
choreography: {layout: release, completion: message}
offers: {streaming: [SubscriptionModel/OnDemandStream]}
genre_map: main
leave_out: [immersive, clips]
files_in_updates: true
takedown: takedown_flag
""",
}
RELEASE = """\
icpn: "4006381334044"
type: MultimediaAlbum
title: All at Sea
artists: [{name: Kestrel & Sons}]
genre: HOUSE-00
release_date: 2026-12-04
p_line: 2026 Alpha Tide
c_line: 2026 Alpha Tide
cover: assets/cover.png
booklet: assets/booklet.pdf
deals: [{offer: streaming}]
tracks:
  - isrc: GBXYZ2600041
    title: All at Sea
    audio: assets/song.flac
    immersive: {isrc: GBXYZ2600042, audio: assets/song_atmos.wav}
    lyrics: assets/song.ttml
    preview: {start: 0, duration: 1, audio: assets/song_cut.flac}
    parental_warning: NotExplicit
    language: en
    contributors: [{name: Ada Quill, roles: [Composer, Lyricist]}]
  - isrc: GBXYZ2600043
    title: All at Sea
    version: Music Video
    video: assets/film.mp4
    screen_capture: assets/film.jpg
    parental_warning: NotExplicit
    language: en
    contributors: [{name: Ada Quill, roles: [Composer, Lyricist]}]
  - isrc: GBXYZ2600044
    title: All at Sea
    version: Clip
    audio: assets/clip.flac
    type: Clip
    related: [{type: IsClipFrom, isrc: GBXYZ2600041}]
    parental_warning: NotExplicit
    language: en
    contributors: [{name: Ada Quill, roles: [Composer, Lyricist]}]
"""
SOURCES = {  # each file, and that of the example whose bytes it has
    "cover.png": "4006381334006.png",
    "booklet.pdf": "4006381333993_booklet.pdf",
    "song.flac": "4006381334006_01_001.flac",
    "song_atmos.wav": "4006381334006_01_001_immersive.wav",
    "song.ttml": "4006381334006_01_001_lyrics.ttml",
    "song_cut.flac": "4006381334013_02_001_preview.flac",
    "film.mp4": "4006381333986_01_001.mp4",
    "film.jpg": "4006381333986_01_001_screen.jpg",
    "clip.flac": "4006381334006_01_002.flac",
}
GIVEN = {NEW: set(SOURCES), OLD: set(SOURCES) - {"song_atmos.wav", "clip.flac"}}


@pytest.fixture(scope="module")
def _model(tmp_path_factory: pytest.TempPathFactory) -> CatalogueFolder:
    made = make_catalogue(tmp_path_factory.mktemp("content") / "catalogue", 0, targets=())
    for target, text in TARGETS.items():
        made.write(f"targets/{target}.yaml", text)
    for name, source in SOURCES.items():
        made.write(f"assets/{name}", (EXAMPLE / "assets" / source).read_bytes())
    made.write(FILE, RELEASE)
    made.lock()
    made.must("validate", "--strict")
    return made


@pytest.fixture
def catalogue(_model: CatalogueFolder, tmp_path: Path) -> CatalogueFolder:
    """The release, measured, not yet delivered; not in git."""
    return copy_of(_model, tmp_path / "catalogue")


def messages(catalogue: CatalogueFolder, target: str) -> list[Path]:
    """The messages of the release that a recipient has, oldest first."""
    found = (catalogue.root / "delivered" / target).rglob(f"{ICPN}.xml")
    return sorted(found, key=lambda path: parse(path).findtext(".//MessageCreatedDateTime") or "")


def parse(path: Path) -> etree._Element:
    """An XML file."""
    return etree.parse(path).getroot()


def named(message: etree._Element) -> dict[str, tuple[str, int | None]]:
    """The files that a message names, by their path beside it: MD5, and size where it says one."""
    found: dict[str, tuple[str, int | None]] = {}
    for file in message.iter("File"):
        name = file.findtext("URI")
        if name is None:
            name = f"{file.findtext('FilePath')}{file.findtext('FileName')}"
        digest = file.findtext("HashSum/HashSumValue") or file.findtext("HashSum/HashSum") or ""
        size = file.findtext("FileSize")
        assert name not in found
        found[name] = digest, None if size is None else int(size)
    return found


def arrived(message: Path) -> dict[str, bytes]:
    """The files that lie beside a message, without those of its own kind."""
    folder = message.parent
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".xml"
    }


def assert_complete(catalogue: CatalogueFolder, target: str, message: Path) -> None:
    """The message is valid, and beside it lie just the files that it names, which are those of
    the catalogue that this target is given."""
    assert official(VERSIONS[target])(parse(message)) == []
    files, told = arrived(message), named(parse(message))
    assert set(files) == set(told)
    for name, data in files.items():
        digest, size = told[name]
        assert hashlib.md5(data, usedforsecurity=False).hexdigest() == digest, name
        assert size in (None, len(data)), name
    assert (target == NEW) == all(size is not None for _, size in told.values())
    wanted = {catalogue.path(f"assets/{name}").read_bytes() for name in GIVEN[target]}
    assert set(files.values()) == wanted
    assert len(files) == len(GIVEN[target])


def codecs(message: Path) -> Mapping[str, str]:
    """What the message says each file is: by the ending of its name, the codecs in order."""
    found: dict[str, list[str]] = {}
    for parent in parse(message).iter():
        if parent.find("File") is None:
            continue
        said = (child.text or "" for child in parent if str(child.tag).endswith("CodecType"))
        (name,) = named(parent)
        found.setdefault(name.rpartition(".")[2], []).extend(said)
    return {ending: " ".join(sorted(set(said))) for ending, said in sorted(found.items())}


def actions(catalogue: CatalogueFolder) -> dict[tuple[str, str], tuple[str, list[str]]]:
    """What is planned at each target, and why."""
    plan = Plan(catalogue.must("plan", "--format", "json").json())
    return {(i, t): (a, plan.reasons(i, t)) for (i, t), a in plan.actions.items()}


def sent(catalogue: CatalogueFolder, count: int) -> None:
    """Apply; so many messages are sent, and nothing is left to do."""
    assert f"{count} sent" in catalogue.must("apply", "--auto-approve", "--allow-dirty").stdout
    assert actions(catalogue) == {}


def counts(catalogue: CatalogueFolder) -> dict[str, int]:
    """How many messages each recipient has had."""
    return {target: len(messages(catalogue, target)) for target in TARGETS}


def test_every_kind_of_file_arrives_as_the_message_says(catalogue: CatalogueFolder) -> None:
    sent(catalogue, 2)
    for target in TARGETS:
        (message,) = messages(catalogue, target)
        assert_complete(catalogue, target, message)
    (new,), (old,) = (messages(catalogue, target) for target in (NEW, OLD))
    common = {"flac": "FLAC", "jpg": "JPEG", "mp4": "AAC AVC", "pdf": "PDF", "png": "PNG"}
    atmos = {"wav": "DolbyAtmosMasterADM"}
    assert codecs(new) == common | atmos | {"ttml": "TTML"}
    assert codecs(old).keys() == common.keys() | {"ttml"}
    assert {each.text for each in parse(new).iter("ISRC")} == {
        f"GBXYZ260004{number}" for number in (1, 2, 3, 4)
    }
    assert {each.text for each in parse(old).iter("ISRC")} == {"GBXYZ2600041", "GBXYZ2600043"}


def test_other_lyrics_are_an_update_with_all_files(catalogue: CatalogueFolder) -> None:
    sent(catalogue, 2)
    lyrics = catalogue.path("assets/song.ttml").read_text("utf-8")
    catalogue.write("assets/song.ttml", lyrics.replace("halfway home", "nearly home"))
    catalogue.lock()
    update = ("update", ["files_changed"])
    assert actions(catalogue) == {(ICPN, NEW): update, (ICPN, OLD): update}
    sent(catalogue, 2)
    for target in TARGETS:
        first, second = messages(catalogue, target)
        assert_complete(catalogue, target, second)
        before, after = named(parse(first)), named(parse(second))
        assert [name for name in before if before[name] != after[name]] == [
            f"resources/{ICPN}_01_001_lyrics.ttml"
        ]


def test_another_title_takes_files_along_where_the_target_wants(catalogue: CatalogueFolder) -> None:
    sent(catalogue, 2)
    catalogue.edit(FILE, "title: All at Sea\nartists", "title: All Ashore\nartists")
    update = ("update", ["metadata_changed"])
    assert actions(catalogue) == {(ICPN, NEW): update, (ICPN, OLD): update}
    sent(catalogue, 2)
    assert_complete(catalogue, OLD, messages(catalogue, OLD)[1])
    message = messages(catalogue, NEW)[1]
    assert not arrived(message)
    assert not named(parse(message))
    assert official("4.3.2")(parse(message)) == []


def test_what_a_target_leaves_out_is_no_update_there(catalogue: CatalogueFolder) -> None:
    sent(catalogue, 2)
    master = catalogue.path("assets/song_atmos.wav").read_bytes()
    catalogue.write("assets/song_atmos.wav", master[:-1] + b" ")
    catalogue.write("assets/clip.flac", audio_bytes(seconds=0.25))
    catalogue.lock()
    assert actions(catalogue).keys() == {(ICPN, NEW)}
    sent(catalogue, 1)
    assert counts(catalogue) == {NEW: 2, OLD: 1}
    assert_complete(catalogue, NEW, messages(catalogue, NEW)[1])


def test_a_takedown_is_a_full_message_without_files(catalogue: CatalogueFolder) -> None:
    sent(catalogue, 2)
    catalogue.write(FILE, RELEASE + "status: takedown\n")
    assert {action for action, _ in actions(catalogue).values()} == {"takedown"}
    sent(catalogue, 2)
    for target in TARGETS:
        message = messages(catalogue, target)[1]
        assert official(VERSIONS[target])(parse(message)) == []
        assert arrived(message) == {}
        root = parse(message)
        assert root.find("ResourceList/Video") is not None
        assert root.find("ResourceList/Text") is not None
    new, old = (parse(messages(catalogue, target)[1]) for target in (NEW, OLD))
    assert new.find(".//Deal") is None
    assert {each.text for each in old.iter("TakeDown")} == {"true"}


def kill_when(catalogue: CatalogueFolder, files: int) -> int:
    """Apply in a process of its own, and `kill -9` it once so many files have arrived; how it
    ended."""
    process = catalogue.start("apply", "--auto-approve", "--allow-dirty")
    deadline = time.monotonic() + 30
    while len(list(_all_files(catalogue))) < files and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    return ended(process).code


def _all_files(catalogue: CatalogueFolder) -> Iterable[Path]:
    return (path for path in (catalogue.root / "delivered").rglob("*") if path.is_file())


def test_killed_in_between_and_run_again(catalogue: CatalogueFolder, tmp_path: Path) -> None:
    codes = []
    for files in (1, 5, 9, 14):
        copy = copy_of(catalogue, tmp_path / f"at-{files}")
        codes.append(kill_when(copy, files))
        outcome = copy.run_process("apply", "--auto-approve", "--allow-dirty")
        assert outcome.code == 0, outcome.text
        assert actions(copy) == {}
        assert counts(copy) == {NEW: 1, OLD: 1}, files
        for target in TARGETS:
            assert_complete(copy, target, messages(copy, target)[0])
        manifests = [path for path in _all_files(copy) if "BatchComplete" in path.name]
        assert len(manifests) == 1
        assert copy.must("ledger", "verify").stdout == "The ledger is sound.\n"
        shutil.rmtree(copy.root)
    assert -signal.SIGKILL in codes
