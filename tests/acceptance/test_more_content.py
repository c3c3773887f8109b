"""Videos, editions, booklets, works and the like: from the files of a catalogue to what each target
is told and given. What was measured of files that are no plain audio stands in locks made by code.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from stardust_gitops.assets.facts import AudioFacts, Facts, FileFacts, TextFacts
from stardust_gitops.assets.lock import Lock, LockedAsset, dump_lock, lock_path, read_lock
from stardust_gitops.catalog.loading import read_release
from stardust_gitops.content.base import Base
from stardust_gitops.content.canonical import Document
from stardust_gitops.reconciler.surveyor import Surveyor
from stardust_gitops.reconciler.workspace import open_workspace
from tests.catalogues import CatalogueFolder, image_bytes
from tests.label import (
    BOTH,
    EP,
    EP_FILE,
    SERVICE,
    SHARED_FILE,
    SINGLE,
    STORE,
    add_to_target,
    plan_of,
    sends_nothing,
)
from tests.made_up_facts import atmos_facts, clip_facts

FLAC = AudioFacts(codec="FLAC", sample_rate=44100, channels=2, duration="0.2", bit_depth=16)
ATMOS = atmos_facts("30")
VIDEO = clip_facts("0.3")
PDF, LRC = TextFacts(codec="PDF"), TextFacts(codec="SimpleLRC")
TWO = "    title: Undertow\n"


@pytest.fixture
def label(label: CatalogueFolder) -> CatalogueFolder:
    """The label, whose targets take what they can: no profile is set."""
    for target in BOTH:
        label.edit(f"targets/{target}.yaml", ", profile: Audio", "")
    return label


def measured(label: CatalogueFolder, file: str, facts: Mapping[str, Facts]) -> None:
    """Put files in place, and what was measured of them into the lock of `file`."""
    path = label.path(lock_path(file))
    assets = dict(read_lock(path.read_bytes(), file).assets) if path.exists() else {}
    for name, found in facts.items():
        data = label.path(name).read_bytes() if label.path(name).exists() else name.encode() * 99
        label.write(name, data)
        blob = hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
        known = FileFacts(
            sha256=hashlib.sha256(data).hexdigest(),
            md5=hashlib.md5(data, usedforsecurity=False).hexdigest(),
            git_blob=blob,
            size=len(data),
        )
        assets[name] = LockedAsset(path=name, file=known, facts=found)
    label.write(lock_path(file), dump_lock(Lock(assets=assets)))


def say(label: CatalogueFolder, text: str, *, track: str = "Undertow", file: str = EP_FILE) -> None:
    """Add keys of a track of the EP, or of another file's recording."""
    indent = "" if file == SHARED_FILE else "    "
    line = f"{indent}title: {track}\n"
    label.edit(file, line, line + "".join(f"{indent}{each}\n" for each in text.splitlines()))


def say_of_release(label: CatalogueFolder, text: str) -> None:
    """Add keys of the EP itself."""
    label.edit(EP_FILE, "p_line: 2026", f"{text}\np_line: 2026")


def resolved(label: CatalogueFolder, target: str = STORE, file: str = EP_FILE) -> Document:
    """What a target is told of a release."""
    document, _ = contents(label, target, file)
    return document


def contents(
    label: CatalogueFolder, target: str = STORE, file: str = EP_FILE
) -> tuple[Document, Base]:
    """What a target is told of a release, and given."""
    workspace = open_workspace(label.root)
    surveyor = Surveyor(workspace)
    model, findings = read_release(label.root, file)
    assert model is not None, findings
    base = surveyor.base(file, model)
    known = workspace.catalogue.targets[target]
    document, findings = surveyor.content(base, known)
    assert document is not None, (base.findings, findings)
    return document, surveyor.resolver.for_target(base, known)


def files(label: CatalogueFolder, target: str = STORE) -> list[tuple[str, int | None]]:
    """Role and track of the files that a target is given of the EP."""
    return [(role, number) for role, number, _ in contents(label, target)[1].assets]


def errors(label: CatalogueFolder) -> list[tuple[str, str, str | None]]:
    """Code, pointer and target of each error."""
    document = label.run("validate", "--format", "json").json()
    return [
        (finding["code"], finding["path"], finding["target"])
        for finding in document["findings"]
        if finding["severity"] == "error"
    ]


def changes(label: CatalogueFolder, target: str = STORE, icpn: str = EP) -> dict[str, Any]:
    """The changes that are planned of a release, by path: what is new, or what goes."""
    found = plan_of(label).changes(icpn, target)
    return {path: before if after is None else after for path, before, after in found}


@pytest.mark.parametrize(
    ("text", "path", "value"),
    [
        ("work: {title: Tidal Suite}", "tracks[1].work", {"title": "Tidal Suite"}),
        (
            "related: [{type: IsEditedVersionOf, isrc: GBXYZ2600009}]",
            "tracks[1].related[0]",
            {"type": "IsEditedVersionOf", "isrc": "GBXYZ2600009"},
        ),
        ("contains_ai: Partly", "tracks[1].contains_ai", "Partly"),
        (
            "display_artists: [{name: ケストレル, language: ja-Jpan}]",
            "tracks[1].display_artists[0]",
            {"name": "ケストレル", "language": "ja-Jpan"},
        ),
        ("type: NonMusicalWorkSoundRecording", "tracks[1].type", "NonMusicalWorkSoundRecording"),
    ],
)
def test_what_is_said_of_a_track_is_an_update_with_its_line_and_nothing_else(
    label: CatalogueFolder, text: str, path: str, value: Any
) -> None:
    label.commit("no profile")
    say(label, text)
    plan = plan_of(label)
    assert set(plan.actions) == {(EP, SERVICE), (EP, STORE)}
    assert plan.reasons(EP) == ["metadata_changed"]
    assert plan.changes(EP) == [(path, None, value)]
    ((source, _),) = plan.origins(EP)
    assert source == f"{EP_FILE}:22"
    shown = label.must("plan").text
    assert path in shown


def test_a_work_renamed_is_told_by_its_field(label: CatalogueFolder) -> None:
    say(label, "work: {title: Tidal Suite}")
    assert label.apply().code == 0
    label.edit(EP_FILE, "Tidal Suite", "Tidal Sonata")
    assert plan_of(label).changes(EP) == [("tracks[1].work.title", "Tidal Suite", "Tidal Sonata")]
    assert "tracks[1].work.title" in label.must("plan").text


def test_discs_ai_and_local_lines_of_the_release(label: CatalogueFolder) -> None:
    say_of_release(
        label,
        'discs: {1: {title: Day, icpn: "4006381333955"}}\n'
        "display_artists: [{name: ケストレル, language: ja}]",
    )
    for title in ("Breakwater\n    audio", "Undertow\n    audio"):
        label.edit(EP_FILE, f"    title: {title}", f"    contains_ai: None\n    title: {title}")
    say(label, "contains_ai: All", track="Ebb", file=SHARED_FILE)
    told = changes(label)
    assert told["discs[0]"] == {"number": 1, "title": "Day", "icpn": "4006381333955"}
    assert told["display_artists[0]"] == {"name": "ケストレル", "language": "ja"}
    assert told["contains_ai"] == "Partly"
    assert changes(label, icpn=SINGLE)["contains_ai"] == "All"
    (line,) = (
        line
        for line in label.must("show", EP, "--effective").text.splitlines()
        if line.startswith("contains_ai ")
    )
    assert line.split()[1:3] == ["Partly", "(derived,"]
    sources = dict(zip(told, plan_of(label).origins(EP), strict=True))
    assert sources["discs[0]"][0] == f"{EP_FILE}:7"
    assert sources["display_artists[0]"][0] == f"{EP_FILE}:8"


def test_a_partys_other_names_are_told_with_the_line_of_the_party(label: CatalogueFolder) -> None:
    label.write("parties/kestrel.yaml", "name: Kestrel & Sons\n")
    sends_nothing(label)
    local = "names: [{name: ケストレル, language: ja}]\n"
    label.write("parties/kestrel.yaml", "name: Kestrel & Sons\n" + local)
    plan = plan_of(label)
    assert len(plan.actions) == 4
    found = {path: after for path, _, after in plan.changes(EP)}
    assert found["artists[0].party.names[0]"] == {"name": "ケストレル", "language": "ja"}
    assert {source for source, _ in plan.origins(EP)} == {"parties/kestrel.yaml:2"}
    shown = label.must("show", EP, "--effective").text
    assert "ケストレル" in shown
    assert "parties/kestrel.yaml:2" in shown


def with_everything(label: CatalogueFolder) -> None:
    """An EP with a booklet, lyrics, an immersive edition, a preview file and a video."""
    say_of_release(label, "booklet: assets/booklet.pdf")
    say(label, "lyrics: assets/two.lrc\nimmersive: {isrc: GBXYZ2600008, audio: assets/two.wav}")
    say(label, "preview: {start: 0, audio: assets/cut.flac}")
    label.edit(
        EP_FILE,
        "  - track: GBXYZ2600003",
        "  - isrc: GBXYZ2600007\n    title: Breakwater\n    video: assets/film.mp4\n"
        "    screen_capture: assets/still.jpg\n    parental_warning: Explicit\n    language: en\n"
        "    contributors: [{name: Ada Quill, roles: [Composer, Lyricist]}]\n"
        "  - track: GBXYZ2600003",
    )
    label.write("assets/still.jpg", image_bytes())
    still = read_lock(label.path(lock_path(EP_FILE)).read_bytes(), EP_FILE).assets
    (cover,) = (asset for asset in still.values() if asset.kind == "image")
    measured(
        label,
        EP_FILE,
        {
            "assets/booklet.pdf": PDF,
            "assets/two.lrc": LRC,
            "assets/two.flac": replace(FLAC, duration="30"),
            "assets/two.wav": ATMOS,
            "assets/cut.flac": FLAC,
            "assets/film.mp4": VIDEO,
            "assets/still.jpg": cover.facts,
        },
    )


WHOLE = [
    ("audio", 1),
    ("audio", 2),
    ("immersive", 2),
    ("preview", 2),
    ("lyrics", 2),
    ("video", 3),
    ("screen_capture", 3),
    ("audio", 4),
    ("booklet", None),
    ("cover", None),
]


def test_files_beside_the_recordings_are_planned_and_shown(label: CatalogueFolder) -> None:
    with_everything(label)
    assert errors(label) == []
    assert files(label) == WHOLE
    plan = plan_of(label)
    assert plan.reasons(EP) == ["metadata_changed", "assets_changed"]
    told = changes(label)
    for path in ("booklet", "tracks[1].lyrics", "tracks[1].immersive", "tracks[2].video"):
        assert path in told, path
    assert told["tracks[2]"]["video"] is True
    assert told["parental_warning"] == "Explicit"
    assert "tracks[1].lyrics" in label.must("show", f"{EP}@{STORE}").text
    shown = label.must("show", EP, "--effective").text
    for text in ("assets/booklet.pdf", "assets/two.lrc", "GBXYZ2600008", "assets/film.mp4"):
        assert text in shown, text


LEFT = [
    ("videos", {("video", 3), ("screen_capture", 3)}),
    ("immersive", {("immersive", 2)}),
    ("previews", {("preview", 2)}),
    ("screen_captures", {("screen_capture", 3)}),
    ("lyrics", {("lyrics", 2)}),
    ("booklet", {("booklet", None)}),
]


@pytest.mark.parametrize(("kind", "gone"), LEFT)
def test_a_target_leaves_a_kind_out_and_the_other_has_it_all(
    label: CatalogueFolder, kind: str, gone: set[tuple[str, int | None]]
) -> None:
    with_everything(label)
    before = resolved(label, STORE)
    add_to_target(label, SERVICE, f"leave_out: [{kind}]\n")
    last = 3 if kind == "videos" else 4
    kept = [entry for entry in WHOLE if entry not in gone]
    assert files(label, SERVICE) == [(r, last if n == 4 else n) for r, n in kept]
    assert (resolved(label, STORE), files(label, STORE)) == (before, WHOLE)
    assert len(resolved(label, SERVICE)["tracks"]) == last


def test_a_changed_leave_out_updates_that_target_alone(label: CatalogueFolder) -> None:
    say_of_release(label, "booklet: assets/booklet.pdf")
    measured(label, EP_FILE, {"assets/booklet.pdf": PDF})
    assert label.apply().code == 0
    label.commit("a booklet")
    sends_nothing(label)
    add_to_target(label, SERVICE, "leave_out: [booklet, videos, ai]\n")
    plan = plan_of(label)
    assert plan.actions == {(EP, SERVICE): "update"}
    assert plan.reasons(EP, SERVICE) == ["files_changed"]
    ((path, _, after),) = plan.changes(EP, SERVICE)
    assert (path, after) == ("booklet", None)
    ((source, _),) = plan.origins(EP, SERVICE)
    assert source is not None
    assert source.startswith(f"targets/{SERVICE}.yaml:")


def test_a_target_that_leaves_out_every_track_blocks_the_release_there(
    label: CatalogueFolder,
) -> None:
    text = label.path("releases/single.yaml").read_text("utf-8")
    label.write(
        "releases/single.yaml",
        text.replace(
            "  - track: GBXYZ2600003",
            "  - isrc: GBXYZ2600007\n    title: Ebb\n"
            "    video: assets/film.mp4\n    parental_warning: NotExplicit\n"
            "    language: en",
        ),
    )
    measured(label, "releases/single.yaml", {"assets/film.mp4": VIDEO})
    add_to_target(label, SERVICE, "leave_out: [videos]\n")
    assert errors(label) == [("SG2130", "tracks", SERVICE)]
    assert plan_of(label).actions[SINGLE, SERVICE] == "blocked"
    assert plan_of(label).actions[SINGLE, STORE] == "update"


def test_new_keys_that_say_nothing_change_nothing(label: CatalogueFolder) -> None:
    """The usual type, leaving out what is not there, and descriptors that nobody takes."""
    say(label, "type: MusicalWorkSoundRecording\nmead: {moods: [Happy], bpm: 120}")
    say_of_release(label, "mead: {themes: [Action]}")
    add_to_target(label, SERVICE, "leave_out: [videos, immersive, clips, lyrics, booklet, ai]\n")
    sends_nothing(label)


def test_descriptors_are_content_of_targets_that_take_them(label: CatalogueFolder) -> None:
    say(label, "mead: {moods: [Happy], key: C minor, bpm: 120.0}")
    say_of_release(label, "mead: {themes: [Action]}")
    label.edit(f"targets/{STORE}.yaml", 'version: "4.3"', 'version: "4.3", mead: true')
    plan = plan_of(label)
    assert set(plan.actions) == {(EP, STORE)}
    assert changes(label) == {
        "descriptors": {"themes": ["Action"]},
        "tracks[1].descriptors": {"bpm": "120", "key": "C minor", "moods": ["Happy"]},
    }
    assert [source for source, _ in plan.origins(EP)] == [f"{EP_FILE}:23", f"{EP_FILE}:7"]


def test_a_changed_file_of_any_kind_concerns_its_release(label: CatalogueFolder) -> None:
    with_everything(label)
    label.commit("more content")
    for name in ("assets/booklet.pdf", "assets/two.lrc", "assets/film.mp4", "assets/two.wav"):
        label.write(name, f"another {name}")
        document = label.run("validate", "--format", "json", "--changed-since", "HEAD").json()
        assert [f["code"] for f in document["findings"] if f["severity"] == "error"], name
        label.git("checkout", name)
