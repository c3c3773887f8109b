"""Files that are no catalogue's YAML: each is diagnosed, and blocks only what depends on it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

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
from tests.catalogues import ICPNS, RELEASE, CatalogueFolder

SOUND = RELEASE.replace("@ICPN@", ICPNS[0]).replace("@NUMBER@", "1")
UMLAUT = SOUND.replace("title: Breakwater", "title: Brücke", 1)


@dataclass(frozen=True, slots=True)
class Case:
    """A content that is refused: where, with which code, words and remedy."""

    content: bytes
    place: str
    code: str
    message: str
    remedy: str


def changed(old: str, new: str) -> bytes:
    """The sound release with one text replaced."""
    assert SOUND.count(old) == 1
    return SOUND.replace(old, new).encode()


CASES = {
    "empty": Case(b"", "1:1", "SG1019", "the file is empty", "stardust-gitops new"),
    "comments": Case(b"# later\n", "1:1", "SG1019", "the file is empty", "fill it"),
    "binary": Case(b"\x89PNG\r\n\x1a\0\0\0", "2:2", "SG1021", "a binary file", "move this one out"),
    "latin-1": Case(UMLAUT.encode("latin-1"), "3:10", "SG1020", "byte 0xFC", "save the file as"),
    "utf-16": Case(SOUND.encode("utf-16"), "1:1", "SG1020", "the file is in UTF-16", "as UTF-8"),
    "tab": Case(
        changed("  - {offer", "\t- {offer"), "11:1", "SG1011", "a tab", "indent with blanks"
    ),
    "10 MB": Case(b"title: " + b"x" * 10_000_000, "1:1", "SG1024", "1,048,576 bytes", "split it"),
    "alias bomb": Case(
        b"a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n",
        "2:8",
        "SG1014",
        "the alias *a is not allowed",
        "write the value out",
    ),
    "anchor": Case(
        changed("title: Breakwater\na", "title: &t Breakwater\na"),
        "3:8",
        "SG1013",
        "the anchor &t is not allowed",
        "write the value out",
    ),
    "duplicate key": Case(
        changed("type: Single\n", "type: Single\ntitle: Other\n"),
        "4:1",
        "SG1012",
        'the key "title" stands twice: in line 3 and in line 4',
        "keep one of the two",
    ),
    "unknown key": Case(
        changed("\nrelease_date", "\nrealease_date"),
        "6:1",
        "SG1102",
        "unknown key realease_date",
        "did you mean release_date?",
    ),
    "several documents": Case(
        SOUND.encode() + b"---\ntitle: Another\n",
        "19:1",
        "SG1017",
        "a second document begins here",
        "make a file of its own of it",
    ),
    "too deep": Case(
        b"title: " + b"[" * 10_000, "1:47", "SG1023", "more than 40 deep", "brackets that are not"
    ),
    "broken syntax": Case(
        changed("[{name: Kestrel & Sons}]", "[{name: Kestrel & Sons}"), "5:1", "SG1010", "", ""
    ),
    "a list": Case(b"- title: Breakwater\n", "1:1", "SG1025", "a mapping", "begin with a key"),
    "a tag": Case(
        changed("title: Breakwater\na", "title: !!python/object:os.system Breakwater\na"),
        "3:8",
        "SG1015",
        "the tag !!python/object:os.system is not allowed",
        "every value is read as text",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_broken_release_is_diagnosed_and_blocks_itself_alone(
    catalogue: CatalogueFolder, name: str
) -> None:
    case = CASES[name]
    catalogue.write(BROKEN, case.content)
    place = f"{BROKEN}:{case.place}"
    assert_invalid(catalogue, place, case.code, case.message, case.remedy)
    # What could not be read has no item, so the plan tells the finding itself.
    assert_blocks_itself_alone(catalogue, place, case.code, case.message, "1 file with errors")


def make_pipe(catalogue: CatalogueFolder) -> str:
    catalogue.path(BROKEN).unlink()
    os.mkfifo(catalogue.path(BROKEN))
    return BROKEN


def make_dangling_link(catalogue: CatalogueFolder) -> str:
    catalogue.path(BROKEN).unlink()
    catalogue.path(BROKEN).symlink_to("nowhere.yaml")
    return BROKEN


def make_link_to_itself(catalogue: CatalogueFolder) -> str:
    catalogue.path(BROKEN).unlink()
    catalogue.path(BROKEN).symlink_to(catalogue.path(BROKEN))
    return BROKEN


def make_link_to_outside(catalogue: CatalogueFolder) -> str:
    catalogue.path(BROKEN).unlink()
    catalogue.path(BROKEN).symlink_to("/etc/passwd")
    return BROKEN


def make_name_without_encoding(catalogue: CatalogueFolder) -> str:
    name = os.fsdecode(b"releases/\xff\xfe.yaml")
    catalogue.path(BROKEN).rename(catalogue.path(name))
    return "releases/\\udcff\\udcfe.yaml"


@pytest.mark.parametrize(
    ("breaks", "message"),
    [
        (make_pipe, "is not a file"),
        (make_dangling_link, "cannot be read: No such file or directory"),
        (make_link_to_itself, "cannot be read: Too many levels of symbolic links"),
        (make_link_to_outside, "is a link that leaves the catalogue"),
        (make_name_without_encoding, "has a name that is not UTF-8"),
    ],
)
def test_a_release_that_is_no_readable_file(
    catalogue: CatalogueFolder, breaks: Callable[[CatalogueFolder], str], message: str
) -> None:
    place = f"{breaks(catalogue)}:1:1"
    assert_invalid(catalogue, place, "SG1001", message, "put a readable file there")
    for command in ("validate", "plan"):
        outcome = catalogue.run(command, "--format", "json")
        assert "SG1001" in {finding["code"] for finding in outcome.json()["findings"]}
        assert "root:" not in outcome.text + catalogue.run(command).text
    assert_blocks_itself_alone(catalogue, place, "SG1001", message)


def test_a_folder_that_cannot_be_listed_stops_everything(catalogue: CatalogueFolder) -> None:
    """A part of the catalogue must not pass for all of it."""
    catalogue.path("releases").chmod(0)
    try:
        outcomes = [run_without_root(catalogue, command) for command in ("validate", "plan")]
    finally:
        catalogue.path("releases").chmod(0o755)
    for outcome in outcomes:
        assert_told(outcome, 3, "SG1000 the catalogue cannot be listed", "nothing was planned")


def test_findings_of_all_files_are_told_at_once(catalogue: CatalogueFolder) -> None:
    catalogue.write(BROKEN, b"")
    catalogue.edit(f"releases/{ICPNS[1]}.yaml", "type: Single", "type: Singel")
    catalogue.edit("targets/store.yaml", "genre_map: main", "genre_map: mian")
    outcome = catalogue.run("validate")
    assert_told(outcome, 3, "3 errors in 3 files")
    assert_finding(outcome, f"{BROKEN}:1:1", "SG1019", "empty", "fill it")
    sound = f"releases/{ICPNS[1]}.yaml:2:7"
    assert_finding(outcome, sound, "SG1306", "'Singel' is no release type", "mean Single?")
    assert_finding(outcome, "targets/store.yaml:9:12", "SG1201", "no genre map 'mian'", "mian.yaml")


def test_while_a_file_is_unreadable_nothing_new_is_orphaned(catalogue: CatalogueFolder) -> None:
    assert catalogue.apply().code == 0
    before = catalogue.position()
    catalogue.path(f"releases/{ICPNS[1]}.yaml").unlink()
    catalogue.write(BROKEN, b"title: [")
    outcome = catalogue.run("plan", "--all", "--format", "json")
    assert_told(outcome, 0)
    assert outcome.json()["summary"]["orphaned"] == 0
    assert outcome.json()["summary"]["takedown"] == 0
    assert catalogue.apply().code == 6
    assert catalogue.position() == before

    catalogue.write(BROKEN, SOUND)
    summary = catalogue.must("plan", "--format", "json").json()["summary"]
    assert summary["orphaned"] == 1, "now that all reads, the file that is gone is reported"
    assert summary["takedown"] == 0


def test_a_broken_target_stops_what_is_for_it_and_orphans_nothing(
    catalogue: CatalogueFolder,
) -> None:
    catalogue.add_target("other")
    assert catalogue.apply().code == 0
    catalogue.edit("targets/store.yaml", "protocol: directory", "protocol: direktory")
    for icpn in ICPNS[:2]:
        catalogue.edit(f"releases/{icpn}.yaml", "title: Breakwater\nart", "title: Changed\nart")
    place = "targets/store.yaml:3:23"
    assert_invalid(catalogue, place, "SG1104", "'direktory' is not one of", "mean directory?")
    assert catalogue.must("plan", "--format", "json").json()["summary"]["orphaned"] == 0

    outcome = catalogue.apply()
    assert_told(outcome, 6, place, "SG1104", "did you mean directory?")
    assert len(catalogue.messages("other")) == 4
    assert len(catalogue.messages("store")) == 2


def test_with_its_only_target_broken_the_plan_does_not_say_that_all_is_well(
    catalogue: CatalogueFolder,
) -> None:
    catalogue.write("targets/store.yaml", b"recipient: {")
    outcome = catalogue.apply()
    assert_told(outcome, 6, "SG1010", "1 file with errors", "correct the errors")
    assert "No changes" not in outcome.text
    markdown = catalogue.must("plan", "--format", "markdown").stdout
    assert "SG1010" in markdown
    assert "No changes" not in markdown
    assert_untouched(catalogue)


@pytest.mark.parametrize(
    ("old", "new", "place", "code", "message", "remedy"),
    [
        ("id: alpha-tide", "id: Alpha Tide", "2:5", "SG1117", "is no name", "lower-case"),
        ("format: 1", "format: 2", "1:9", "SG1104", "'2' is not one of 1", "use one of 1"),
        ("format: 1", "format: 1\nformat: 1", "2:1", "SG1012", "stands twice", "keep one"),
        ("ledger:", "leger:", "6:1", "SG1102", "unknown key leger", "did you mean ledger?"),
        (", name: Alpha Tide", "", "3:9", "SG1101", "sender.name is missing", "add name:"),
        ("Europe/London", "Europe/Londno", "4:55", "SG1116", "is no time zone", "IANA name"),
        ("[DE, AT, CH]", "[DE, AU, UK]", "5:30", "SG1305", "'UK' is no territory", "mean GB?"),
    ],
)
@pytest.mark.parametrize("command", ["validate", "plan", "apply"])
def test_a_broken_stardust_yaml_stops_everything(
    catalogue: CatalogueFolder,
    command: str,
    old: str,
    new: str,
    place: str,
    code: str,
    message: str,
    remedy: str,
) -> None:
    catalogue.edit("stardust.yaml", old, new)
    outcome = catalogue.apply() if command == "apply" else catalogue.run(command)
    assert_told(outcome, 3, "SG1000 stardust.yaml is not valid", "nothing was planned")
    assert_finding(outcome, f"stardust.yaml:{place}", code, message, remedy)
    assert "│" in outcome.stderr, "the line is shown"
    assert_untouched(catalogue)


def test_a_broken_track_file_blocks_its_dependants(catalogue: CatalogueFolder) -> None:
    text = catalogue.path(BROKEN).read_text()
    start = text.index("  - isrc:")
    catalogue.write(BROKEN, text[:start] + "  - track: GBXYZ2600001\n")
    recording = [line[4:] for line in text[start:].splitlines()]
    catalogue.write("tracks/GBXYZ2600001.yaml", "\n".join(recording) + "\n")
    catalogue.lock()
    assert catalogue.run("validate").code == 0
    catalogue.edit("tracks/GBXYZ2600001.yaml", "language: en", "langauge: en")
    place = "tracks/GBXYZ2600001.yaml:5:1"
    assert_invalid(catalogue, place, "SG1102", "unknown key langauge", "did you mean language?")
    outcome = catalogue.run("plan", "--format", "json")
    actions = {item["icpn"]: item["action"] for item in outcome.json()["items"]}
    assert actions == {ICPNS[0]: "blocked", ICPNS[1]: "insert"}
    assert_blocks_itself_alone(catalogue, place, "SG1102")
