"""Catalogues that are strange as a whole: too many mistakes, circles, two writers at once."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest

from stardust_gitops.catalog.format_files import Job
from tests.catalogues import ICPNS, CatalogueFolder

FIRST = f"releases/{ICPNS[0]}.yaml"
SECOND = f"releases/{ICPNS[1]}.yaml"
MANY = 5_000


def found(catalogue: CatalogueFolder) -> list[tuple[str, str, int]]:
    """Code, file and line of each finding."""
    document = catalogue.run("validate", "--format", "json").json()
    return [(f["code"], f["file"], f["line"]) for f in document["findings"]]


def test_five_thousand_errors_in_one_file(catalogue: CatalogueFolder) -> None:
    text = catalogue.path(FIRST).read_text()
    lines = len(text.splitlines())
    catalogue.write(FIRST, text + "".join(f"titel{n}: A\n" for n in range(MANY)))
    outcome = catalogue.run("validate")
    assert outcome.code == 3
    assert len(outcome.stdout.splitlines()) < 150
    assert f"{FIRST}: and 4,980 more" in outcome.stdout
    assert "SG1102 ×5,000 an unknown key" in outcome.stdout
    assert outcome.stdout.endswith("5,000 errors in 1 file\n")
    assert found(catalogue) == [("SG1102", FIRST, lines + n + 1) for n in range(MANY)]
    assert "titel4999" in catalogue.run("validate", "--format", "sarif").stdout
    assert len(catalogue.run("validate", "--format", "github").stdout.splitlines()) == 10
    plan = catalogue.run("plan")
    assert plan.code == 0  # the other release is planned
    assert len(plan.text.splitlines()) < 200


def test_tracks_that_refer_to_each_other(catalogue: CatalogueFolder) -> None:
    one, other = "GBXYZ2600001", "GBXYZ2600002"
    for isrc, refers in ((one, other), (other, one)):
        catalogue.write(f"tracks/{isrc}.yaml", f"isrc: {isrc}\ntrack: {refers}\ntitle: Tide\n")
    codes = set(found(catalogue))
    assert {("SG1102", f"tracks/{one}.yaml", 2), ("SG1102", f"tracks/{other}.yaml", 2)} <= codes


def test_a_track_that_is_itself(catalogue: CatalogueFolder) -> None:
    catalogue.edit(FIRST, "  - isrc: GBXYZ2600001\n", "  - track: GBXYZ2600001\n")
    codes = {code for code, _, _ in found(catalogue)}
    assert codes == {"SG1201"}


def test_releases_that_are_related_in_a_circle(catalogue: CatalogueFolder) -> None:
    for file, icpn in ((FIRST, ICPNS[1]), (SECOND, ICPNS[0])):
        text = catalogue.path(file).read_text()
        catalogue.write(file, f'{text}related: [{{type: HasSimilarContent, icpn: "{icpn}"}}]\n')
    assert found(catalogue) == []


@pytest.mark.parametrize("first", ["\r\n", "\n"])
def test_mixed_line_ends(catalogue: CatalogueFolder, first: str) -> None:
    ends = [first, "\n" if first == "\r\n" else "\r\n"]
    lines = catalogue.path(FIRST).read_text().splitlines()
    text = "".join(line + ends[number % 2] for number, line in enumerate(lines))
    catalogue.path(FIRST).write_bytes(text.encode())
    assert found(catalogue) == []
    catalogue.path(FIRST).write_bytes(text.replace("language: en", "lnguage: en").encode())
    wrong = next(number for number, line in enumerate(lines, 1) if "language: en" in line)
    assert found(catalogue) == [("SG1102", FIRST, wrong)]


def test_a_catalogue_without_releases_can_do_everything(catalogue: CatalogueFolder) -> None:
    shutil.rmtree(catalogue.path("releases"))
    for command in ("validate", "fmt", "plan", "apply", "status"):
        assert catalogue.run(command).code == 0, command


def test_made_up_identifiers_are_for_tests_alone(catalogue: CatalogueFolder) -> None:
    catalogue.edit(FIRST, "GBXYZ2600001", "GBXYZ9999999")
    assert {code for code, _, _ in found(catalogue)} == {"SG2123"}
    assert catalogue.run("validate").code == 3
    catalogue.must("validate", "--environment", "test")
    live, test = (
        {item["release"]: item["action"] for item in catalogue.run(*plan).json()["items"]}
        for plan in (
            ("plan", "--format", "json"),
            ("plan", "--environment", "test", "--format", "json"),
        )
    )
    assert sorted(live.values()) == ["blocked", "insert"]
    assert sorted(test.values()) == ["insert", "insert"]


def test_a_file_that_two_processes_write(tmp_path: Path) -> None:
    """What somebody saves while it is formatted is refused, never overwritten half."""
    file = tmp_path / "releases" / "a.yaml"
    file.parent.mkdir()
    tracks = "tracks:\n" + "".join(f"  - isrc: GBXYZ26{n:05d}\n" for n in range(400))
    # Long enough that somebody saves in the meantime, whatever the scheduler does.
    canonical = [f"title: {name}\n{tracks}".encode() for name in "AB"]
    versions = [data.replace(b"title: ", b"title:   ") for data in canonical]
    file.write_bytes(versions[0])
    begun, stop = threading.Event(), threading.Event()

    def save() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            aside = file.with_suffix(".tmp")
            aside.write_bytes(versions[number % 2])
            aside.replace(file)
            begun.set()

    writer = threading.Thread(target=save)
    writer.start()
    codes: set[str] = set()
    try:
        assert begun.wait(60)
        for _ in range(100):
            formatted = Job(root=tmp_path).run("releases/a.yaml")
            codes.update(finding.code for finding in formatted.findings)
            assert file.read_bytes() in (*versions, *canonical)
            if codes:
                break
    finally:
        stop.set()
        writer.join()
    assert codes == {"SG1027"}
    assert file.read_bytes() in (*versions, *canonical)
