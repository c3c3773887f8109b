"""`validate`: settings of the rules, suppressions, outputs, and what a change concerns."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.catalogues import ICPNS, CatalogueFolder, FixedClock, run_cli
from tests.label import EP_FILE, SERVICE, SHARED_FILE, SINGLE_FILE, STORE

FIRST = f"releases/{ICPNS[0]}.yaml"
SECOND = f"releases/{ICPNS[1]}.yaml"
OFFER = "  - {offer: streaming}\n"
PRICED = "  - {offer: download, price_code: Mid}\n"
TRACK_PRICE, TITLE = "SG2107", "title: Breakwater\nartists"


def told(catalogue: CatalogueFolder, *arguments: str | Path) -> list[tuple[str, str, str]]:
    """Severity, code and file of each finding."""
    document = catalogue.run("validate", "--format", "json", *arguments).json()
    return [(f["severity"], f["code"], f["file"]) for f in document["findings"]]


@pytest.fixture
def priced(catalogue: CatalogueFolder) -> CatalogueFolder:
    """A catalogue whose first release has a price and its track none: SG2107."""
    catalogue.edit(FIRST, OFFER, OFFER + PRICED)
    assert told(catalogue) == [("warning", TRACK_PRICE, FIRST)]
    return catalogue


def suppress(catalogue: CatalogueFolder, file: str, entry: str) -> None:
    """Add a suppression to a file."""
    text = catalogue.path(file).read_text()
    catalogue.write(file, f"{text}suppress:\n  - {entry}\n")


def rules(catalogue: CatalogueFolder, settings: str) -> None:
    """Add settings of rules to ``stardust.yaml``."""
    text = catalogue.path("stardust.yaml").read_text()
    catalogue.write("stardust.yaml", f"{text}rules: {settings}\n")


@pytest.mark.parametrize(
    ("setting", "found", "code"),
    [
        ("error", [("error", TRACK_PRICE, FIRST)], 3),
        ("warning", [("warning", TRACK_PRICE, FIRST)], 0),
        ("note", [("note", TRACK_PRICE, FIRST)], 0),
        ("off", [], 0),
    ],
)
def test_the_catalogue_sets_how_much_a_rule_matters(
    priced: CatalogueFolder, setting: str, found: list[tuple[str, str, str]], code: int
) -> None:
    rules(priced, f"{{{TRACK_PRICE}: {setting}}}")
    assert told(priced) == found
    assert priced.run("validate").code == code


def test_an_error_by_setting_blocks_and_a_rule_switched_off_does_not(
    priced: CatalogueFolder,
) -> None:
    rules(priced, f"{{{TRACK_PRICE}: error}}")
    items = priced.run("plan", "--format", "json").json()["items"]
    assert {item["icpn"]: item["action"] for item in items} == {
        ICPNS[0]: "blocked",
        ICPNS[1]: "insert",
    }
    priced.edit("stardust.yaml", "error}", "off}")
    items = priced.run("plan", "--format", "json").json()["items"]
    assert {item["action"] for item in items} == {"insert"}


@pytest.mark.parametrize(
    ("settings", "code", "text"),
    [
        ("{SG210: off}", "SG2901", "there is no rule 'SG210'"),
        ("{SG2003: off}", "SG2902", "the rule SG2003 cannot be changed"),
        ("{SG2107: sometimes}", "SG1104", "'sometimes' is not one of"),
    ],
)
def test_settings_that_cannot_be(
    catalogue: CatalogueFolder, settings: str, code: str, text: str
) -> None:
    rules(catalogue, settings)
    outcome = catalogue.run("validate")
    assert outcome.code == 3
    assert "stardust.yaml:7:" in outcome.text
    assert code in outcome.text
    assert text in outcome.text
    assert catalogue.run("plan").code == 3, "errors in stardust.yaml stop everything"


def test_a_suppression_with_its_reason(priced: CatalogueFolder) -> None:
    suppress(priced, FIRST, f"{{rule: {TRACK_PRICE}, reason: the distributor sets prices}}")
    assert told(priced) == []
    assert priced.must("plan").stdout.count(TRACK_PRICE) == 0


def test_a_suppression_needs_a_reason(priced: CatalogueFolder) -> None:
    suppress(priced, FIRST, f"{{rule: {TRACK_PRICE}}}")
    assert told(priced) == [("error", "SG1101", FIRST)]


def test_a_suppression_expires(priced: CatalogueFolder) -> None:
    suppress(priced, FIRST, f"{{rule: {TRACK_PRICE}, reason: later, expires: 2026-11-22}}")
    assert told(priced) == []
    assert isinstance(priced.clock, FixedClock)
    priced.clock.move(days=1)
    assert told(priced) == [("warning", TRACK_PRICE, FIRST), ("warning", "SG2903", FIRST)]
    assert priced.run("validate", "--strict").code == 3


def test_a_suppression_that_suppresses_nothing_is_a_note(catalogue: CatalogueFolder) -> None:
    suppress(catalogue, FIRST, f"{{rule: {TRACK_PRICE}, reason: the distributor sets prices}}")
    assert told(catalogue) == [("note", "SG2904", FIRST)]
    assert catalogue.run("validate", "--strict").code == 0


def test_but_not_where_an_error_kept_the_rule_from_looking(priced: CatalogueFolder) -> None:
    suppress(priced, FIRST, f"{{rule: {TRACK_PRICE}, reason: the distributor sets prices}}")
    priced.edit(FIRST, "genre: HOUSE-00", "genre: POLKA-00")
    assert told(priced) == [("error", "SG2103", FIRST)]


@pytest.mark.parametrize(
    ("rule", "code"), [("SG2003", "SG2902"), ("SG9998", "SG2901"), ("SG1101", "SG2902")]
)
def test_what_cannot_be_suppressed(catalogue: CatalogueFolder, rule: str, code: str) -> None:
    suppress(catalogue, FIRST, f"{{rule: {rule}, reason: I know better}}")
    assert told(catalogue) == [("error", code, FIRST)]


def test_a_suppression_in_a_track_file(label: CatalogueFolder) -> None:
    suppress(label, SHARED_FILE, f"{{rule: {TRACK_PRICE}, reason: never found there}}")
    assert told(label) == [("note", "SG2904", SHARED_FILE)]
    label.edit(SHARED_FILE, TRACK_PRICE, "SG2003")
    assert told(label) == [("error", "SG2902", SHARED_FILE)]


def test_the_rules_are_listed_and_explained(tmp_path: Path) -> None:
    table = run_cli("validate", "--list-rules", "--catalog", tmp_path)
    assert table.code == 0
    assert "SG2107  warning  a track is sold alone without a price" in table.stdout
    listed = run_cli("validate", "--list-rules", "--format", "json").json()["rules"]
    assert {entry["id"] for entry in listed} >= {"SG1010", "SG2003", "SG3021", "SG7002"}
    shown = run_cli("validate", "--explain", "sg2003").stdout
    assert "a deal ends before it starts" in shown
    assert "Source: BR12" in shown
    one = run_cli("validate", "--explain", "SG2003", "--format", "json").json()
    assert one["fixed"] is True
    assert one["looks_at"] == ["release"]


@pytest.mark.parametrize("code", ["SG2l07", "", "nonsense"])
def test_a_code_that_does_not_exist(code: str) -> None:
    outcome = run_cli("validate", "--explain", code)
    assert outcome.code == 64
    assert "there is no rule or code" in outcome.stderr


def test_rules_are_no_sarif() -> None:
    assert run_cli("validate", "--list-rules", "--format", "sarif").code == 64


def test_outputs_for_programs(label: CatalogueFolder) -> None:
    label.edit(SINGLE_FILE, "type: Single", "type: Sngle")
    github = label.run("validate", "--format", "github")
    assert github.code == 3
    assert github.stdout.startswith(f"::error file={SINGLE_FILE},title=SG1306,line=2,col=7::")
    sarif = json.loads(label.run("validate", "--format", "sarif").stdout)
    (result,) = sarif["runs"][0]["results"]
    assert result["ruleId"] == "SG1306"
    junit = label.run("validate", "--format", "junit").stdout
    suite = ElementTree.fromstring(junit)[0]  # noqa: S314 - our own output
    failed = [case.get("name") for case in suite if case.find("failure") is not None]
    assert failed == [SINGLE_FILE]
    assert {case.get("name") for case in suite} >= {"stardust.yaml", EP_FILE, SHARED_FILE}


@pytest.mark.parametrize("form", ["json", "github", "sarif", "junit"])
def test_a_broken_configuration_is_reported_in_every_form(
    catalogue: CatalogueFolder, form: str
) -> None:
    catalogue.edit("stardust.yaml", "format: 1\n", "format: 1\nformt: 1\n")
    outcome = catalogue.run("validate", "--format", form)
    assert outcome.code == 3
    assert "SG1102" in outcome.stdout


def test_annotations_name_files_from_the_top_of_the_repository(
    catalogue: CatalogueFolder,
) -> None:
    outer = CatalogueFolder(catalogue.root.parent)
    outer.git("init", "-q")
    catalogue.edit(FIRST, "type: Single", "type: Sngle")
    shown = catalogue.run("validate", "--format", "github").stdout
    assert shown.startswith(f"::error file=catalogue/{FIRST},")


def test_a_summary_by_rule(catalogue: CatalogueFolder) -> None:
    for file in (FIRST, SECOND):
        catalogue.edit(file, "type: Single", "type: Sngle")
    catalogue.edit(FIRST, "genre: HOUSE-00\n", "gnre: HOUSE-00\n")
    lines = catalogue.run("validate").stdout.splitlines()
    assert "SG1306 ×2     no value of DDEX's set" in lines
    assert "SG1102 ×1     an unknown key" in lines
    assert lines[-1] == "3 errors in 2 files"


def test_no_releases_at_all(catalogue: CatalogueFolder) -> None:
    for file in (FIRST, SECOND):
        catalogue.path(file).unlink()
    catalogue.lock()
    assert catalogue.must("validate").stdout == "Valid: 0 releases, 1 target.\n"


def test_duplicates_are_found_across_the_catalogue(catalogue: CatalogueFolder) -> None:
    catalogue.edit(SECOND, ICPNS[1] + '"', ICPNS[0] + '"')
    found = catalogue.run("validate", "--format", "json").json()["findings"]
    assert {(f["code"], f["file"]) for f in found} == {("SG1204", FIRST), ("SG1204", SECOND)}
    actions = catalogue.run("plan", "--format", "json").json()["items"]
    assert [item["action"] for item in actions] == ["blocked"]


def changed(label: CatalogueFolder, ref: str = "HEAD") -> list[tuple[str, str, str | None]]:
    """Code, file and target of what is told since a commit."""
    document: Any = label.run("validate", "--changed-since", ref, "--format", "json").json()
    return [(f["code"], f["file"], f["target"]) for f in document["findings"]]


@pytest.fixture
def troubled(label: CatalogueFolder) -> CatalogueFolder:
    """A committed catalogue in which both releases, for both targets, have something wrong."""
    for file in (EP_FILE, SINGLE_FILE):
        label.edit(file, "genre: HOUSE-00", "genre: POLKA-00")
    label.commit()
    return label


def expected(*files: str, targets: tuple[str, ...] = (SERVICE, STORE)) -> set[Any]:
    """The wrong genre in these files for these targets."""
    return {("SG2103", file, target) for file in files for target in targets}


def test_nothing_changed_nothing_told(troubled: CatalogueFolder) -> None:
    assert {code for _, code, _ in told(troubled)} == {"SG2103"}
    assert changed(troubled) == []
    assert troubled.run("validate", "--changed-since", "HEAD").code == 0


def test_a_changed_release(troubled: CatalogueFolder) -> None:
    troubled.edit(SINGLE_FILE, "title: Ebb", "title: Ebb Tide")
    assert set(changed(troubled)) == expected(SINGLE_FILE)
    troubled.commit()
    assert changed(troubled) == []
    assert set(changed(troubled, "HEAD~1")) == expected(SINGLE_FILE)


@pytest.mark.parametrize("file", [SHARED_FILE, "assets/three.flac", "tracks/ebb.lock.json"])
def test_what_both_releases_use(troubled: CatalogueFolder, file: str) -> None:
    troubled.write(file, troubled.path(file).read_bytes() + b"\n")
    assert expected(EP_FILE, SINGLE_FILE) <= set(changed(troubled))


@pytest.mark.parametrize(
    "file", ["assets/one.flac", "releases/ep.lock.json", "assets/4006381333931.jpg"]
)
def test_what_one_release_uses(troubled: CatalogueFolder, file: str) -> None:
    troubled.write(file, troubled.path(file).read_bytes() + b"\n")
    found = set(changed(troubled))
    assert expected(EP_FILE) <= found
    assert not expected(SINGLE_FILE) & found


def test_a_target_and_a_genre_map(troubled: CatalogueFolder) -> None:
    for file in ("targets/service.yaml", "genre_maps/service.yaml"):
        text = troubled.path(file).read_text()
        troubled.write(file, text + "# changed\n")
        assert set(changed(troubled)) == expected(EP_FILE, SINGLE_FILE, targets=(SERVICE,))
        troubled.write(file, text)


def test_the_configuration_is_everything(troubled: CatalogueFolder) -> None:
    text = troubled.path("stardust.yaml").read_text()
    troubled.write("stardust.yaml", text + "# changed\n")
    assert set(changed(troubled)) == expected(EP_FILE, SINGLE_FILE)


def test_references_to_what_is_gone(label: CatalogueFolder) -> None:
    label.path(SHARED_FILE).unlink()
    found = changed(label)
    assert {(code, file) for code, file, _ in found} >= {
        ("SG1201", EP_FILE),
        ("SG1201", SINGLE_FILE),
    }


def test_an_untracked_file_has_changed(label: CatalogueFolder) -> None:
    label.write("releases/new.yaml", "title: [\n")
    assert [(code, file) for code, file, _ in changed(label)] == [("SG1010", "releases/new.yaml")]


@pytest.mark.parametrize(
    "ref",
    ["", "nowhere", "--output=stolen", "-p", "HEAD\nHEAD", "HEAD:stardust.yaml", "a..b", "\udcff"],
)
def test_hostile_names_of_commits(label: CatalogueFolder, ref: str) -> None:
    outcome = label.run("validate", f"--changed-since={ref}")
    assert outcome.code == 64
    assert "git knows no commit" in outcome.stderr
    assert not label.path("stolen").exists()


def test_changes_need_git(catalogue: CatalogueFolder) -> None:
    outcome = catalogue.run("validate", "--changed-since", "HEAD")
    assert outcome.code == 64
    assert "needs a git repository" in outcome.stderr
