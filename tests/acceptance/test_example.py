"""The example catalogue: as `run.sh` runs it, and as a measure of all that is sent."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
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
VIDEO, CLASSICAL, ATMOS = "4006381333986", "4006381333993", "4006381334006"
BOX, RINGTONE = "4006381334013", "4006381334037"
RELEASES = (
    *("4006381333931", "4006381333948", "4006381333955", "4006381333962", TAKEN_DOWN),
    *(VIDEO, CLASSICAL, ATMOS, BOX, RINGTONE),
)
NOT_FOR = {  # what a target cannot have, by the code that says so
    ("4006381333948", "audible_magic"): "SG2108",
    ("4006381333955", "audible_magic"): "SG2108",
    ("4006381333962", "audible_magic"): "SG2108",
    (VIDEO, "audible_magic"): "SG2108",
    (CLASSICAL, "audible_magic"): "SG2108",
    (BOX, "audible_magic"): "SG2108",
    (TAKEN_DOWN, "store_by_sftp"): "SG2101",
    ("4006381333948", "store_by_sftp"): "",
    (VIDEO, "store_by_sftp"): "SG2108",
} | {(RINGTONE, target): "SG2101" for target in TARGETS if target != "lighthouse"}
SENT = 19  # all of them to both, and the ringtone to one
NOT_AT = {  # sources that a target is not given: those taken down, and what is left out for it
    "harbour": (TAKEN_DOWN, RINGTONE),
    "lighthouse": (TAKEN_DOWN, f"{ATMOS}_01_001_immersive", f"{ATMOS}_01_002"),
}
_SHARED = {  # what stands on more releases than the one that it is named after
    "4006381333948_01_003.flac": "4006381333931_01_001.flac",
    f"{VIDEO}.jpg": "4006381333931.jpg",
}
TWICE = {
    "harbour": _SHARED,
    "lighthouse": _SHARED | {f"{RINGTONE}.jpg": "4006381333931.jpg"},
}
OPERATIONS = (Action.INSERT, Action.UPDATE, Action.TAKEDOWN, Action.PURGE, Action.RESEND)


def copy_example(folder: Path, clock: FixedClock | None = None) -> CatalogueFolder:
    """The example as it is in git, without what running it leaves behind."""
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns(".stardust", "delivered"))
    return CatalogueFolder(folder, clock or FixedClock())


def speak(root: Path, version: str, **settings: Any) -> None:
    """Let all targets take a version, with further settings, and leave out what it cannot say."""
    for path in sorted((root / "targets").glob("*.yaml")):
        target = yaml.safe_load(path.read_text("utf-8"))
        message = target.get("message", {}) | {"version": version}
        if version.startswith("3."):
            message["hash"] = "MD5"
        if version not in ("4.3", "4.3.2"):
            target["leave_out"] = sorted({*target.get("leave_out", ()), "immersive", "clips"})
        changed = target | {"message": message} | settings
        path.write_text(yaml.safe_dump(changed, allow_unicode=True), "utf-8")


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
    assert outcome.stdout == "Valid: 10 releases, 6 targets.\n"
    assert example.must("validate", "--strict", "--format", "json").json()["findings"] == []
    assert example.must("assets", "lock", "--check").code == 0


def test_the_first_command(example: CatalogueFolder) -> None:
    begin(example)
    assert example.delivered("harbour") == example.delivered("lighthouse") == []
    plan = example.run("plan", "--format", "json")
    takedowns = [(target, "takedown") for target in ENABLED]
    done = operations(plan)
    assert [(t, o) for t, r, o in done if r == to_gtin14(TAKEN_DOWN)] == takedowns
    assert sorted(o for _, _, o in done) == ["insert"] * (SENT - 2) + ["takedown"] * 2
    assert next(o for t, _, o in done if t == "harbour") == "takedown"  # takedowns go first

    applied = example.must("apply", "--auto-approve")
    assert f"{SENT} sent" in applied.stdout
    sent = {target: {Path(name).name for name in example.messages(target)} for target in ENABLED}
    assert sent["lighthouse"] == {f"{icpn}.xml" for icpn in RELEASES}
    manifests = {name for name in sent["harbour"] if name.startswith("BatchComplete_")}
    told = {f"{icpn}.xml" for icpn in RELEASES if icpn != RINGTONE}
    assert sent["harbour"] - manifests == told | {f"{ATMOS}_MEAD.xml"}
    after = delivered_bytes(example)
    position = example.position()

    empty = example.run("plan", "--detailed-exitcode", "--format", "json")
    assert (empty.code, empty.json()["items"]) == (0, [])
    assert empty.json()["summary"]["unchanged"] == SENT
    again = example.must("apply", "--auto-approve", "--format", "json").json()
    assert (again["items"], again["bytes_sent"]) == ([], 0)
    assert delivered_bytes(example) == after
    assert example.position() == position
    assert example.must("ledger", "verify").stdout == "The ledger is sound.\n"


def test_delivered_files_are_the_sources(example: CatalogueFolder) -> None:
    first_apply(example)
    sources = {path.name: path.read_bytes() for path in (example.root / "assets").iterdir()}
    for target in ENABLED:
        delivered = {
            Path(name).name: example.path(f"delivered/{target}/{name}").read_bytes()
            for name in example.delivered(target)
            if not name.endswith(".xml")
        }
        left_out = {name for name in sources if name.startswith(NOT_AT[target])}
        assert set(delivered) == set(sources) - left_out | set(TWICE[target])
        for name, data in delivered.items():
            assert data == sources[TWICE[target].get(name, name)], name


def test_delivered_messages_are_those_of_the_catalogue(example: CatalogueFolder) -> None:
    check = {"harbour": official("4.3.2"), "lighthouse": official("4.3")}
    first_apply(example)
    seen = 0
    for target in ENABLED:
        for name in example.messages(target):
            data = example.path(f"delivered/{target}/{name}").read_bytes()
            root = etree.fromstring(data)
            if root.tag.endswith("NewReleaseMessage"):
                assert check[target](root) == [], name
                assert root.findtext("ReleaseList/Release/ReleaseId/ICPN") == Path(name).stem
                seen += 1
    assert seen == SENT


def render(workspace: Workspace, icpn: str, target: str, operation: Action) -> Preview:
    return preview(workspace, to_gtin14(icpn), target, operation)


@pytest.mark.parametrize("target", TARGETS)
def test_every_message_is_valid(workspace: Workspace, target: str) -> None:
    version = workspace.catalogue.targets[target].model.message.version
    check, described = official(version), official("MEAD 1.1")
    for icpn in RELEASES:
        for operation in OPERATIONS:
            if NOT_FOR.get((icpn, target)):
                continue
            shown = render(workspace, icpn, target, operation)
            assert check(etree.fromstring(shown.message)) == [], (icpn, operation)
            assert check_message(shown.message, version) == [], (icpn, operation)
            if shown.mead is not None:
                assert described(etree.fromstring(shown.mead)) == [], (icpn, operation)
            again = render(open_workspace(EXAMPLE), icpn, target, operation)
            assert again.message == shown.message
            assert (again.package, again.mead) == (shown.package, shown.mead)


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
    assert f"{SENT} sent" in then.must("apply", "--auto-approve").stdout
    assert then.run("plan", "--detailed-exitcode").code == 0
