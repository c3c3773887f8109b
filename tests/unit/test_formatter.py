"""The canonical form of catalogue files, one case for each thing that it decides."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest
import yaml

from stardust_gitops.catalog.format_cache import FOLDER, FormatCache, formatter_version
from stardust_gitops.catalog.format_files import (
    Formatted,
    Job,
    catalogue_files,
    difference,
    format_files,
)
from stardust_gitops.catalog.formatter import format_file, is_catalogue_file
from stardust_gitops.catalog.models.config import ConfigFile
from stardust_gitops.catalog.yaml_strict import YamlInvalid
from stardust_gitops.cli.init import EXAMPLE_DPID, EXAMPLE_NAME, scaffold

EXAMPLE = Path(__file__).resolve().parents[2] / "catalog_example"
CANONICAL = b'icpn: "4006381333931"\n'


def formatted(text: str, file: str = "releases/a.yaml") -> str:
    """The canonical form of an indented text."""
    return format_file(textwrap.dedent(text).encode(), file).decode()


def becomes(before: str, after: str, file: str = "releases/a.yaml") -> None:
    """The one text has the other as its canonical form, which stays."""
    wanted = textwrap.dedent(after)
    assert formatted(before, file) == wanted
    assert formatted(wanted, file) == wanted


@pytest.mark.parametrize("file", sorted(EXAMPLE.rglob("*.yaml")), ids=lambda path: path.stem)
def test_the_example_is_in_canonical_form(file: Path) -> None:
    data = file.read_bytes()
    assert format_file(data, file.relative_to(EXAMPLE).as_posix()).decode() == data.decode()


def test_a_new_catalogue_is_in_canonical_form() -> None:
    config = ConfigFile.model_validate(
        {"format": "1", "id": "a", "sender": {"dpid": EXAMPLE_DPID, "name": EXAMPLE_NAME}}
    )
    files = scaffold(config, example_dpid=True, example_name=True, lfs=False)
    for name in ("stardust.yaml", "targets/local.yaml"):
        assert format_file(files[name].encode(), name).decode() == files[name]


def test_keys_have_the_order_of_the_models_and_unknown_ones_come_last() -> None:
    becomes(
        """\
        surprise: 1
        tracks:
          - {title: T, disc: 1, isrc: GBXYZ2600001}
        title: A
        icpn: "4006381333931"
        """,
        """\
        icpn: "4006381333931"
        title: A
        tracks:
          - {isrc: GBXYZ2600001, disc: 1, title: T}
        surprise: 1
        """,
    )


def test_what_a_recording_has_beside_itself_stands_in_the_order_of_the_models() -> None:
    becomes(
        """\
        discs: {"2": {icpn: "4006381333955", title: Night}}
        booklet: assets/booklet.pdf
        tracks:
          - title: Ebb
            mead: {bpm: 120.5, moods: [Happy]}
            related: [{isrc: GBXYZ2600009, type: IsEditedVersionOf}]
            contains_ai: None
            lyrics: assets/one.lrc
            immersive: {audio: assets/one.wav, isrc: gb-xyz-26-00008}
            video: assets/one.mp4
            work: {title: Suite}
        """,
        """\
        booklet: assets/booklet.pdf
        discs: {2: {title: Night, icpn: "4006381333955"}}
        tracks:
          - title: Ebb
            work: {title: Suite}
            video: assets/one.mp4
            immersive: {isrc: GBXYZ2600008, audio: assets/one.wav}
            lyrics: assets/one.lrc
            contains_ai: None
            related: [{type: IsEditedVersionOf, isrc: GBXYZ2600009}]
            mead: {moods: [Happy], bpm: "120.5"}
        """,
    )


def test_free_keys_keep_the_order_of_their_author() -> None:
    text = "genres:\n  HOUSE-00: {genre: Dance, subgenre: House}\n  FOLK-00: Folk\n"
    becomes(text, text, "genre_maps/a.yaml")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("icpn: 4006381333931", 'icpn: "4006381333931"'),
        ("icpn: 400-6381 333931", 'icpn: "4006381333931"'),
        (
            "artists: [{name: A, isni: 0000 0000 0000 001x}]",
            'artists: [{name: A, isni: "000000000000001X"}]',
        ),
        ("artists: [{name: A, ipi: 00000000101}]", 'artists: [{name: A, ipi: "00000000101"}]'),
        (
            "artists: [{name: A, ids: {pa-dpida-2026112202-s: X1}}]",
            "artists: [{name: A, ids: {PADPIDA2026112202S: X1}}]",
        ),
        ("tracks: [{isrc: ISRC gb-xyz-26-00001}]", "tracks: [{isrc: GBXYZ2600001}]"),
        ("tracks: [{track: gbxyz2600001}]", "tracks: [{track: GBXYZ2600001}]"),
        ("tracks: [{iswc: T-034.524.680-1}]", "tracks: [{iswc: T0345246801}]"),
        ("icpn: 4006381333932", 'icpn: "4006381333932"'),  # wrong: for `validate` to tell
        ('release_date: "2026-12-04"', "release_date: 2026-12-04"),
        ('tracks: [{disc: "1", instrumental: "true"}]', "tracks: [{disc: 1, instrumental: true}]"),
        ("deals: [{offer: x, start: '+14d'}]", "deals: [{offer: x, start: +14d}]"),
        ("title: 'Breakwater'", "title: Breakwater"),
        ("title: 1999", 'title: "1999"'),
        ("title: 3:45", 'title: "3:45"'),
        ("title: Yes", 'title: "Yes"'),
        ("title: 'Hello, Goodbye'", "title: Hello, Goodbye"),
        ("artists: [{name: 'Hello, Goodbye'}]", 'artists: [{name: "Hello, Goodbye"}]'),
        ("label: 'No: 5 #1'", 'label: "No: 5 #1"'),
        (
            "deals: [{offer: x, territories: [NO, SE]}]",
            'deals: [{offer: x, territories: ["NO", SE]}]',
        ),
        ("title: e\u0301", "title: \u00e9"),
        ("title: >-\n  one\n  two", "title: one two"),
        ("title: 'one\n\n  two'", "title: |-\n  one\n  two"),
        ("title:", "title:"),
        ("tracks: []", "tracks: []"),
        ("surprise: 5", "surprise: 5"),
    ],
)
def test_scalars(before: str, after: str) -> None:
    becomes(f"{before}\n", f"{after}\n")


@pytest.mark.parametrize(
    ("before", "after", "file"),
    [
        ('format: "1"', "format: 1", "stardust.yaml"),
        ('ledger: "sqlite:x.db"', "ledger: sqlite:x.db", "stardust.yaml"),
        ("safety: {takedowns: {count: '5'}}", "safety: {takedowns: {count: 5}}", "stardust.yaml"),
        ("message: {version: 4.3}", 'message: {version: "4.3"}', "targets/a.yaml"),
        ("lead_time: {new: '5d'}", "lead_time: {new: 5d}", "targets/a.yaml"),
        ("enabled: 'false'", "enabled: false", "targets/a.yaml"),
        ("prices: {Mid: 7}", 'prices: {Mid: "7"}', "targets/a.yaml"),
        ("isrc: gb-xyz-26-00001", "isrc: GBXYZ2600001", "tracks/a/b.yml"),
        ("isrc: gb-xyz-26-00001", "isrc: GBXYZ2600001", "<stdin>"),
    ],
)
def test_scalars_of_other_files(before: str, after: str, file: str) -> None:
    becomes(f"{before}\n", f"{after}\n", file)


def test_lists_are_indented_below_their_key() -> None:
    becomes(
        """\
        tracks:
        -   isrc: GBXYZ2600001
            contributors:
            - name: A
              roles:
              - Composer
        """,
        """\
        tracks:
          - isrc: GBXYZ2600001
            contributors:
              - name: A
                roles:
                  - Composer
        """,
    )


def test_brackets_stay_while_they_fit_on_one_line() -> None:
    names = ", ".join(f"target-{number}" for number in range(12))
    assert formatted("targets: [ a,b ,\n   c ]\n") == "targets: [a, b, c]\n"
    lines = formatted(f"targets: [{names}]\n").splitlines()
    assert lines[:2] == ["targets:", "  - target-0"]
    assert len(lines) == 13


def test_comments_move_with_what_they_are_about() -> None:
    becomes(
        """\
        # The file.

        title: A   # the title
        # The number.
        icpn: "4006381333931" # of the box
        tracks: # all
          # First.
          - title: T
            # The code.
            isrc: GBXYZ2600001 # new
            # Nothing more.

          # Second.
          - {isrc: GBXYZ2600002}
          # No third.
        # The end.
        """,
        """\
        # The file.

        # The number.
        icpn: "4006381333931"  # of the box
        title: A   # the title
        tracks:  # all
          # First.
          # The code.
          - isrc: GBXYZ2600001  # new
            title: T
            # Nothing more.

          # Second.
          - {isrc: GBXYZ2600002}
          # No third.
        # The end.
        """,
    )


def test_brackets_with_comments_take_a_line_for_each_entry() -> None:
    becomes(
        """\
        artists: [{name: A}, # first
          # then
          {name: B,  # second
           role: FeaturedArtist}] # all
        """,
        """\
        artists:  # all
          - {name: A}  # first
          # then
          - name: B  # second
            role: FeaturedArtist
        """,
    )


def test_blank_lines_stay_one_by_one() -> None:
    becomes("\n\ntitle: A\n\n\n\nlabel: B\ngenre: C\n\n\n", "title: A\n\nlabel: B\ngenre: C\n")


def test_line_ends_byte_order_marks_and_the_last_line() -> None:
    data = "\ufefftitle: A\r\nlabel: B # c\rgenre: C".encode()
    assert format_file(data, "releases/a.yaml") == b"title: A\nlabel: B  # c\ngenre: C\n"


def test_keys_that_would_become_one_stay_as_they_are() -> None:
    text = "artists:\n  - name: A\n    ids: {PADPIDA2026112202S: a, PA-DPIDA-2026112202-S: b}\n"
    becomes(text, text)


def test_what_is_not_strict_yaml_has_findings() -> None:
    with pytest.raises(YamlInvalid) as raised:
        format_file(b"a: &x 1\nb: *x\n", "releases/a.yaml")
    assert [finding.code for finding in raised.value.findings] == ["SG1013", "SG1014"]


@pytest.mark.parametrize(
    ("file", "is_one"),
    [
        ("stardust.yaml", True),
        ("releases/2026/a.yml", True),
        ("releases/a.lock.json", False),
        (".pre-commit-config.yaml", False),
        ("docs/releases/a.yaml", False),
    ],
)
def test_which_files_have_a_canonical_form(file: str, is_one: bool) -> None:
    assert is_catalogue_file(file) is is_one


def test_the_hook_is_for_these_files() -> None:
    hooks = yaml.safe_load((EXAMPLE.parent / ".pre-commit-hooks.yaml").read_text("utf-8"))
    (hook,) = (hook for hook in hooks if hook["id"] == "stardust-gitops-fmt")
    assert hook["entry"] == "stardust-gitops fmt"
    for file in ("stardust.yaml", "releases/2026/a.yml", "releases/a.lock.json", "a/notes.yaml"):
        assert bool(re.search(hook["files"], file)) is is_catalogue_file(file)


def test_differences_are_those_that_patch_takes() -> None:
    assert difference(b"a: 1\r\nb: 2", b"a: 1\nb: 2\n", "x.yaml") == (
        "--- a/x.yaml\n+++ b/x.yaml\n@@ -1,2 +1,2 @@\n-a: 1\r\n-b: 2\n"
        "\\ No newline at end of file\n+a: 1\n+b: 2\n"
    )


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A catalogue of many releases, enough for several processes."""
    (tmp_path / "releases").mkdir()
    for number in range(250):
        (tmp_path / f"releases/{number:03}.yaml").write_bytes(CANONICAL)
    (tmp_path / "stardust.yaml").write_text("id: a\nformat: 1\n")
    (tmp_path / "releases/100.yaml").write_text("icpn: 4006381333931\n")
    (tmp_path / "releases/200.yaml").write_text("a: *b\n")
    return tmp_path


def run(root: Path, *, write: bool = True) -> tuple[list[str], list[str]]:
    """Format all with a cache; the files that changed, those with findings."""
    cache = FormatCache(root)
    done: list[Formatted] = list(
        format_files(Job(root=root, write=write), catalogue_files(root), cache)
    )
    cache.save(everything=True)
    return (
        sorted(result.file for result in done if result.changed),
        sorted(result.file for result in done if result.findings),
    )


def test_many_files_in_several_processes(root: Path) -> None:
    changed = ["releases/100.yaml", "stardust.yaml"]
    assert run(root, write=False) == (changed, ["releases/200.yaml"])
    assert run(root) == (changed, ["releases/200.yaml"])
    assert run(root) == ([], ["releases/200.yaml"])
    assert (root / "stardust.yaml").read_text() == "format: 1\nid: a\n"
    assert (root / "releases/100.yaml").read_bytes() == CANONICAL
    assert (root / "releases/200.yaml").read_text() == "a: *b\n"
    assert not list(root.glob("releases/.*"))


def test_what_passed_and_was_not_touched_is_not_read_again(root: Path) -> None:
    run(root)
    run(root)
    cache = FormatCache(root)
    touched, file = root / "releases/001.yaml", "releases/002.yaml"
    assert cache.unchanged(file, (root / file).stat())
    touched.write_bytes(CANONICAL)
    assert not cache.unchanged("releases/001.yaml", touched.stat())
    assert "releases/001.yaml" in cache.digests(["releases/001.yaml"])
    assert not cache.unchanged("releases/100.yaml", (root / "releases/001.yaml").stat())


def test_a_file_that_was_edited_is_looked_at(root: Path) -> None:
    run(root)
    (root / "releases/003.yaml").write_bytes(CANONICAL.replace(b'"', b"'"))  # of the same size
    assert run(root, write=False)[0] == ["releases/003.yaml"]


def test_a_deleted_file_leaves_the_cache(root: Path) -> None:
    run(root)
    (root / "releases/004.yaml").unlink()
    run(root)
    assert FormatCache(root).digests(["releases/004.yaml", "releases/005.yaml"]).keys() == {
        "releases/005.yaml"
    }


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"version": 1}', b'{"files": {"a": 1}}'])
def test_a_damaged_cache_is_none(root: Path, damage: bytes) -> None:
    run(root)
    (root / FOLDER / "passed.json").write_bytes(damage)
    assert FormatCache(root).digests(["releases/001.yaml"]) == {}
    assert run(root) == ([], ["releases/200.yaml"])


def test_the_cache_is_of_one_version_of_the_formatter(root: Path) -> None:
    run(root)
    cache = root / FOLDER / "passed.json"
    cache.write_text(cache.read_text().replace(formatter_version(), "another"))
    assert FormatCache(root).digests(["releases/001.yaml"]) == {}


def test_the_cache_is_not_for_git(root: Path) -> None:
    run(root)
    assert (root / FOLDER / ".gitignore").read_text() == "*\n"
