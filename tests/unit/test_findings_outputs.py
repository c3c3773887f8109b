"""Findings for programs: GitHub, SARIF, JUnit; and for people, when there are many."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import orjson
import pytest
from rich.console import Console

from stardust_gitops.catalog.yaml_findings import MOST_FINDINGS, diagnose
from stardust_gitops.diagnostics import Finding, Severity
from stardust_gitops.reports.findings_github import github_annotations
from stardust_gitops.reports.findings_junit import junit_xml
from stardust_gitops.reports.findings_sarif import MOST_RESULTS, sarif_document
from stardust_gitops.reports.findings_text import render_findings
from stardust_gitops.rules.book import rule_book

FINDING = Finding(
    code="SG2003",
    severity=Severity.ERROR,
    message="the deal ends 2026-11-30, before it starts 2026-12-04",
    remedy="correct one of the two",
    file="releases/a.yaml",
    pointer=("deals", 0, "end"),
    line=12,
    column=7,
    release="04006381333931",
)
WARNING = replace(
    FINDING, code="SG2107", severity=Severity.WARNING, target="store", line=0, column=0
)
HOSTILE = replace(
    FINDING,
    message="100 %\r\n::error::not ours\x1b[31m",
    remedy="",
    file="releases/a,b:c\n%.yaml",
)


def test_github_annotations() -> None:
    assert github_annotations([WARNING, FINDING], prefix="catalogue/").splitlines() == [
        "::error file=catalogue/releases/a.yaml,title=SG2003,line=12,col=7::"
        "the deal ends 2026-11-30, before it starts 2026-12-04%0Acorrect one of the two",
        "::warning file=catalogue/releases/a.yaml,title=SG2107 for store::"
        "the deal ends 2026-11-30, before it starts 2026-12-04%0Acorrect one of the two",
    ]


def test_nothing_in_a_finding_begins_another_command() -> None:
    (line,) = github_annotations([HOSTILE]).splitlines()
    assert line.startswith("::error file=releases/a%2Cb%3Ac%0A%25.yaml,title=SG2003,")
    assert line.endswith("::100 %25%0D%0A::error::not ours\x1b[31m")


@pytest.mark.parametrize(("number", "shown"), [(10, 10), (11, 9), (5000, 9)])
def test_github_shows_ten_of_a_kind(number: int, shown: int) -> None:
    errors = [replace(FINDING, line=line + 1) for line in range(number)]
    lines = github_annotations([*errors, WARNING]).splitlines()
    assert [line.partition(" ")[0] for line in lines] == ["::error"] * 10 + ["::warning"]
    assert sum("SG2003" in line for line in lines) == shown
    if shown < number:
        assert f"::{number - shown:,} more errors left out" in lines[9]


def results(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The results of a SARIF log of one run."""
    (run,) = document["runs"]
    found: list[dict[str, Any]] = run["results"]
    return found


def test_sarif() -> None:
    document = sarif_document([WARNING, FINDING], prefix="catalogue/")
    assert document["version"] == "2.1.0"
    rules = document["runs"][0]["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["SG2003", "SG2107"]
    assert rules[1]["shortDescription"]["text"] == rule_book()["SG2107"].title
    assert rules[1]["defaultConfiguration"]["level"] == "warning"
    warning, error = results(document)
    assert error["level"] == "error"
    assert rules[error["ruleIndex"]]["id"] == error["ruleId"] == "SG2003"
    (location,) = error["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "catalogue/releases/a.yaml", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 12, "startColumn": 7},
    }
    assert location["logicalLocations"] == [{"fullyQualifiedName": "deals[0].end"}]
    assert "region" not in warning["locations"][0]["physicalLocation"]
    assert warning["properties"] == {"release": "04006381333931", "target": "store"}


def test_sarif_has_the_required_properties() -> None:
    """What the schema of SARIF 2.1.0 requires and restricts, of the parts that are written."""
    document = orjson.loads(orjson.dumps(sarif_document([FINDING, WARNING, HOSTILE])))
    assert set(document) <= {"$schema", "version", "runs", "properties"}
    for run in document["runs"]:
        assert run["columnKind"] in ("utf16CodeUnits", "unicodeCodePoints")
        driver = run["tool"]["driver"]
        assert driver["name"]
        assert len({rule["id"] for rule in driver["rules"]}) == len(driver["rules"])
        for result in run["results"]:
            assert result["message"]["text"]
            assert result["level"] in ("none", "note", "warning", "error")
            assert 0 <= result["ruleIndex"] < len(driver["rules"])
            assert all(isinstance(v, str) for v in result["partialFingerprints"].values())
            for location in result["locations"]:
                artifact = location["physicalLocation"]["artifactLocation"]
                assert re.fullmatch(r"[A-Za-z0-9._~/%-]+", artifact["uri"])
                region = location["physicalLocation"].get("region", {"startLine": 1})
                assert all(value >= 1 for value in region.values())


def test_fingerprints_survive_moves_and_tell_findings_apart() -> None:
    def prints(*findings: Finding) -> list[str]:
        document = sarif_document(findings)
        return [result["partialFingerprints"]["stardustFinding/v1"] for result in results(document)]

    moved = replace(FINDING, line=99, message="the deal ends 2026-11-29, before it starts …")
    assert prints(FINDING) == prints(moved)
    other = replace(FINDING, pointer=("deals", 1, "end"), line=13)
    assert len(set(prints(FINDING, other, moved, WARNING))) == 4


def test_junit() -> None:
    files = ["releases/a.yaml", "releases/b.yaml", "stardust.yaml"]
    data = junit_xml([FINDING, WARNING], files, failing=[Severity.ERROR])
    suite = ElementTree.fromstring(data)[0]  # noqa: S314 - our own output
    assert (suite.get("tests"), suite.get("failures")) == ("3", "1")
    first, second, third = suite
    assert [case.get("name") for case in suite] == files
    failure = first.find("failure")
    assert failure is not None
    assert failure.get("type") == "SG2003"
    assert failure.text is not None
    assert failure.text.startswith("12:7 error SG2003 the deal ends")
    told = first.findtext("system-out")
    assert told is not None
    assert "SG2107" in told
    assert not len(second)
    assert not len(third)
    strict = junit_xml([WARNING], files, failing=[Severity.ERROR, Severity.WARNING])
    assert b'failures="1"' in strict


def test_junit_is_xml_whatever_a_finding_holds() -> None:
    many = [replace(HOSTILE, line=line, message="]]>\x00\ud800") for line in range(1, 5001)]
    data = junit_xml(many, [], failing=[Severity.ERROR])
    suite = ElementTree.fromstring(data)[0]  # noqa: S314 - our own output
    failure = suite[0].find("failure")
    assert failure is not None
    assert failure.text is not None
    assert failure.text.rstrip().endswith("4,900 more findings left out")
    assert "(and 4,999 more)" in str(failure.get("message"))


def text_of(findings: list[Finding]) -> str:
    """As `validate` prints them, outside a terminal."""
    stream = io.StringIO()
    console = Console(file=stream, width=120, highlight=False, markup=False, soft_wrap=True)
    render_findings(findings, console, source=lambda file: None, by_rule=True)
    return stream.getvalue()


def test_five_thousand_errors_stay_readable() -> None:
    text = text_of([replace(FINDING, line=line) for line in range(1, 5001)] + [WARNING])
    assert len(text.splitlines()) < 100
    assert "releases/a.yaml: and 4,981 more" in text
    assert re.search(r"^SG2003 ×5,000 a deal ends before it starts$", text, re.M)
    assert re.search(r"^SG2107 ×1     a track is sold alone without a price$", text, re.M)
    assert text.splitlines()[-1] == "5,000 errors, 1 warning in 1 file"


def test_five_thousand_errors_of_yaml_say_how_many_are_left_out() -> None:
    data = b"title: A\n" * 5000
    found = diagnose(data, "releases/a.yaml")
    assert len(found) == MOST_FINDINGS
    assert found[-1].message == "from here on 4,900 findings in this file are left out"
    assert found[-2].line == MOST_FINDINGS


def test_places_of_many_characters_are_right() -> None:
    found = diagnose(b"ab\x07\r\nc\x07\x07\n\n  \x07", "releases/a.yaml")
    assert [(f.line, f.column) for f in found] == [(1, 3), (2, 2), (2, 3), (4, 3)]


def test_sarif_holds_no_more_than_github_takes() -> None:
    notes = [replace(WARNING, severity=Severity.NOTE, line=n) for n in range(MOST_RESULTS + 5)]
    (run,) = sarif_document([*notes, FINDING])["runs"]
    assert len(run["results"]) == MOST_RESULTS
    assert "error" in {result["level"] for result in run["results"]}
    (told,) = run["invocations"][0]["toolExecutionNotifications"]
    assert told["message"]["text"].startswith("6 findings left out")
    assert "invocations" not in sarif_document([FINDING])["runs"][0]
