"""The example catalogue: as `run.sh` runs it, and as a measure of all that is sent."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from stardust_gitops.catalog.loading import read_release
from stardust_gitops.identifiers.icpn import to_gtin14
from stardust_gitops.messages.check import check_message
from stardust_gitops.planning.model import Action
from stardust_gitops.reconciler.preview import Preview, preview
from stardust_gitops.reconciler.workspace import Workspace, open_workspace
from tests.catalogues import CatalogueFolder, FixedClock, Outcome
from tests.ddex import official

EXAMPLE = Path(__file__).resolve().parents[2] / "catalog_example"
ENABLED = ("harbour", "lighthouse")
TARGETS = (*ENABLED, "audible_magic", "spotify", "store_by_sftp", "youtube")
TAKEN_DOWN = "4006381333979"
RELEASES = ("4006381333931", "4006381333948", "4006381333955", "4006381333962", TAKEN_DOWN)
NOT_FOR = {  # what a target cannot have, by the code that says so
    ("4006381333948", "audible_magic"): "SG2108",
    ("4006381333955", "audible_magic"): "SG2108",
    ("4006381333962", "audible_magic"): "SG2108",
    (TAKEN_DOWN, "store_by_sftp"): "SG2101",
    ("4006381333948", "store_by_sftp"): "",
}
OPERATIONS = (Action.INSERT, Action.UPDATE, Action.TAKEDOWN, Action.PURGE, Action.RESEND)


def copy_example(folder: Path, clock: FixedClock | None = None) -> CatalogueFolder:
    """The example as it is in git, without what running it leaves behind."""
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns(".stardust", "delivered"))
    return CatalogueFolder(folder, clock or FixedClock())


def begin(example: CatalogueFolder) -> None:
    """Ledger and adoption, as `run.sh` does."""
    example.must("ledger", "init")
    example.must(
        *("ledger", "adopt", "--release", TAKEN_DOWN, "--target", "*"),
        *("--reason", "on sale since 2021", "--auto-approve"),
    )


def first_apply(example: CatalogueFolder) -> Outcome:
    """Begin and apply."""
    begin(example)
    return example.must("apply", "--auto-approve")


@pytest.fixture
def example(tmp_path: Path) -> CatalogueFolder:
    return copy_example(tmp_path / "example")


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return open_workspace(EXAMPLE)


def operations(outcome: Outcome) -> list[tuple[str, str, str]]:
    return [(i["target"], i["release"], i["operation"]) for i in outcome.json()["items"]]


def delivered_bytes(example: CatalogueFolder) -> dict[str, bytes]:
    top = example.root / "delivered"
    files = (path for path in sorted(top.rglob("*")) if path.is_file())
    return {path.relative_to(top).as_posix(): path.read_bytes() for path in files}


def test_is_small_and_clean_under_strict(example: CatalogueFolder) -> None:
    size = sum(path.stat().st_size for path in example.root.rglob("*") if path.is_file())
    assert size < 8_000_000
    outcome = example.must("validate", "--strict")
    assert outcome.stdout == "Valid: 5 releases, 6 targets.\n"
    assert example.must("validate", "--strict", "--format", "json").json()["findings"] == []
    assert example.must("assets", "lock", "--check").code == 0


def test_the_first_command(example: CatalogueFolder) -> None:
    begin(example)
    assert example.delivered("harbour") == example.delivered("lighthouse") == []
    plan = example.run("plan", "--format", "json")
    takedowns = [(target, "takedown") for target in ENABLED]
    done = operations(plan)
    assert [(t, o) for t, r, o in done if r == to_gtin14(TAKEN_DOWN)] == takedowns
    assert sorted(o for _, _, o in done) == ["insert"] * 8 + ["takedown"] * 2
    assert next(o for t, _, o in done if t == "harbour") == "takedown"  # takedowns go first

    applied = example.must("apply", "--auto-approve")
    assert "10 sent" in applied.stdout
    for target in ENABLED:
        assert len([m for m in example.messages(target) if "BatchComplete" not in m]) == 5
    after = delivered_bytes(example)
    position = example.position()

    empty = example.run("plan", "--detailed-exitcode", "--format", "json")
    assert (empty.code, empty.json()["items"]) == (0, [])
    assert empty.json()["summary"]["unchanged"] == 10
    again = example.must("apply", "--auto-approve", "--format", "json").json()
    assert (again["items"], again["bytes_sent"]) == ([], 0)
    assert delivered_bytes(example) == after
    assert example.position() == position
    assert example.must("ledger", "verify").stdout == "The ledger is sound.\n"


def test_delivered_files_are_the_sources(example: CatalogueFolder) -> None:
    first_apply(example)
    sources = list((example.root / "assets").iterdir())
    known = {path.read_bytes(): path.name for path in sources}
    for target in ENABLED:
        delivered = [n for n in example.delivered(target) if not n.endswith(".xml")]
        # Breakwater is on the single and on the EP; the release taken down has no files.
        assert len(delivered) == len(sources) + 1 - 2
        for name in delivered:
            source = known[example.path(f"delivered/{target}/{name}").read_bytes()]
            assert Path(source).suffix == Path(name).suffix
            if not name.endswith("4006381333948_01_003.flac"):
                assert source == Path(name).name


def test_delivered_messages_are_those_of_the_catalogue(example: CatalogueFolder) -> None:
    check = official()
    first_apply(example)
    seen = 0
    for target in ENABLED:
        for name in example.messages(target):
            data = example.path(f"delivered/{target}/{name}").read_bytes()
            root = etree.fromstring(data)
            if root.tag.endswith("NewReleaseMessage"):
                assert check(root) == [], name
                assert root.findtext(".//ReleaseId/ICPN") == Path(name).stem
                seen += 1
    assert seen == 10


def render(workspace: Workspace, icpn: str, target: str, operation: Action) -> Preview:
    return preview(workspace, to_gtin14(icpn), target, operation)


@pytest.mark.parametrize("target", TARGETS)
def test_every_message_is_valid(workspace: Workspace, target: str) -> None:
    check = official()
    for icpn in RELEASES:
        for operation in OPERATIONS:
            if NOT_FOR.get((icpn, target)):
                continue
            shown = render(workspace, icpn, target, operation)
            assert check(etree.fromstring(shown.message)) == [], (icpn, operation)
            assert check_message(shown.message, "4.3") == [], (icpn, operation)
            again = render(open_workspace(EXAMPLE), icpn, target, operation)
            assert again.message == shown.message
            assert again.package == shown.package


def test_what_a_target_cannot_have_is_said(example: CatalogueFolder) -> None:
    for (icpn, target), code in NOT_FOR.items():
        outcome = example.run("render", icpn, "--target", target)
        assert outcome.code == (3 if code else 0)
        assert code in outcome.stderr


def test_the_example_lists_all_that_there_is(workspace: Workspace) -> None:
    """So that the parameters above stay whole."""
    assert sorted(workspace.catalogue.targets) == sorted(TARGETS)
    assert sorted(workspace.catalogue.enabled_targets) == sorted(ENABLED)
    models = (read_release(workspace.root, file)[0] for file in workspace.catalogue.release_files)
    assert sorted(model.icpn or "" for model in models if model) == sorted(RELEASES)


def test_render_writes_what_the_preview_is(example: CatalogueFolder) -> None:
    workspace = open_workspace(example.root)
    for operation in OPERATIONS:
        words = ("render", RELEASES[1], "--target", "spotify", "--operation", str(operation))
        shown = render(workspace, RELEASES[1], "spotify", operation).message
        assert example.must(*words).stdout.encode() == shown
        out = example.path("out.xml")
        example.must(*words, "-o", out)
        assert out.read_bytes() == shown
        assert "valid" in example.must(*words, "--check").stdout


def test_two_runs_are_byte_identical(tmp_path: Path) -> None:
    runs = [copy_example(tmp_path / name) for name in ("first", "second")]
    plans = []
    for run in runs:
        begin(run)
        plans.append(run.run("plan", "--format", "json").stdout)
        run.must("apply", "--auto-approve")
        plans.append(run.run("plan", "--all", "--format", "json").stdout)
    assert plans[:2] == plans[2:]
    one, two = (delivered_bytes(run) for run in runs)
    assert list(one) == list(two)
    assert one == two
    assert len(one) > 50


@pytest.mark.parametrize("day", [(2024, 1, 1), (2026, 11, 22), (2050, 6, 1)])
def test_plans_alike_at_any_date(tmp_path: Path, day: tuple[int, int, int]) -> None:
    reference = copy_example(tmp_path / "reference")
    then = copy_example(tmp_path / "then", FixedClock(datetime(*day, 12, tzinfo=UTC)))
    plans: list[dict[str, Any]] = []
    for each in (reference, then):
        begin(each)
        plans.append(each.run("plan", "--format", "json").json())
        assert each.must("validate", "--strict").code == 0
    first, second = (
        sorted(
            (i["target"], i["release"], i["operation"], i["upload_bytes"]) for i in plan["items"]
        )
        for plan in plans
    )
    assert first == second
    assert plans[0]["plan_hash"] == plans[1]["plan_hash"]
    assert plans[0]["summary"] == plans[1]["summary"]
    assert "10 sent" in then.must("apply", "--auto-approve").stdout
    assert then.run("plan", "--detailed-exitcode").code == 0
