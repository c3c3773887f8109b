"""Command lines and plan files that ask for what cannot be: exit 64 or 4, and nothing is sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.acceptance.diagnosis import BROKEN, assert_told, assert_untouched
from tests.catalogues import ICPNS, CatalogueFolder, run_cli


@pytest.mark.parametrize(
    ("arguments", "fragments"),
    [
        (("aply",), ("there is no command 'aply'. Did you mean apply?",)),
        (("plan", "--relase", "x"), ("No such option '--relase'", "--release")),
        (("validate", "--nope"), ("No such option '--nope'", "--help")),
        (("ledger", "forgett"), ("No such command 'forgett'", "forget")),
        (
            ("plan", "--release", "9999999999994"),
            ("matches nothing", "stardust-gitops status", "`validate` shows"),
        ),
        (("plan", "--target", "nope"), ("--target nope matches nothing", "status` lists")),
        (("apply", "--auto-approve", "--label", "x"), ("--label x matches nothing",)),
        (("plan", "--exclude", "nope"), ("--exclude nope matches nothing",)),
        (("plan", "--resend"), ("--resend needs --target NAME", "who is to get it again")),
        (("apply", "--resend", "--auto-approve"), ("--resend needs --target NAME",)),
        (("apply",), ("there is no terminal to ask on", "give --auto-approve, or a plan file")),
        (("apply", "--auto-approve", "--allow", "update:x"), ("--allow takedown:ICPN",)),
        (("apply", "nofile.json"), ("'nofile.json' does not exist",)),
        (("apply", "."), ("'.' is a directory",)),
        (("plan", "--format", "yaml"), ("'yaml' is not one of", "markdown")),
        (("plan", "--explain", "--format", "json"), ("--explain is for people",)),
        (("plan", "--environment", ""), ("Invalid value for '--environment'",)),
        (("plan", "--environment", "../x"), ("use lower-case letters",)),
        (("apply", "--auto-approve", "--parallelism", "0"), ("Invalid value for '--parallelism'",)),
        (("show", "x"), ("'x' is not ICPN@TARGET", "4006381333931@spotify")),
        (("show", "4006381333932@store"), ("is no ICPN", "check digit")),
        (("show", f"{ICPNS[0]}@nope"), ("--target nope matches nothing",)),
        (("render", ICPNS[0], "--target", "nope"), ("there is no target 'nope'", "store")),
        (("ledger", "adopt", "--reason", "x"), ("ledger adopt needs --target",)),
        (("ledger", "adopt", "--target", "store"), ("Missing option '--reason'",)),
        (("ledger", "forget", "--reason", "x"), ("needs a selection",)),
        (
            ("ledger", "adopt", "--target", "store", "--reason", "x"),
            ("there is no terminal to ask on", "--auto-approve"),
        ),
        (("ledger", "move", "store", "nope"), ("there is no target 'nope'", "targets/nope.yaml")),
    ],
)
def test_a_command_line_that_is_wrong(
    catalogue: CatalogueFolder, arguments: tuple[str, ...], fragments: tuple[str, ...]
) -> None:
    assert_told(catalogue.run(*arguments), 64, *fragments)
    assert_untouched(catalogue)


def test_no_catalogue_is_here(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("empty")
    for command in ("validate", "plan", "apply", "status"):
        outcome = run_cli(command, "--catalog", folder)
        assert_told(outcome, 3, "SG1002 there is no stardust.yaml in", "stardust-gitops init")


def test_a_release_that_does_not_read_is_not_called_unknown(catalogue: CatalogueFolder) -> None:
    catalogue.edit(BROKEN, "type: Single", "type: Singel")
    outcome = catalogue.run("render", ICPNS[0], "--target", "store")
    assert_told(outcome, 3, f"{BROKEN}:2:7", "SG1306", "in the files that can be read")
    outcome = catalogue.run("render", ICPNS[2], "--target", "store")
    assert_told(outcome, 3, f"there is no release {ICPNS[2]}")


def test_uncommitted_changes_are_not_delivered_unasked(catalogue: CatalogueFolder) -> None:
    catalogue.commit()
    catalogue.edit(BROKEN, "title: Breakwater\nart", "title: Changed\nart")
    outcome = catalogue.run("apply", "--auto-approve")
    assert_told(outcome, 4, "SG7001", "uncommitted changes", BROKEN, "--allow-dirty")
    assert_untouched(catalogue)


def plan_file(catalogue: CatalogueFolder, edit: Callable[[bytes], bytes]) -> str:
    """A plan file of this catalogue, edited; its path."""
    path = catalogue.root.parent / "plan.json"
    catalogue.must("plan", "--out", path)
    path.write_bytes(edit(path.read_bytes()))
    return str(path)


def with_item(change: dict[str, Any]) -> Callable[[bytes], bytes]:
    """Change the first item of a plan file."""

    def edit(data: bytes) -> bytes:
        document = json.loads(data)
        document["items"][0].update(change)
        return json.dumps(document).encode()

    return edit


@pytest.mark.parametrize(
    ("edit", "code", "message"),
    [
        (lambda data: b"", "SG7010", "this is not a plan file"),
        (lambda data: b"\x00\xff\x89PNG", "SG7010", "this is not a plan file"),
        (lambda data: data[:200], "SG7010", "this is not a plan file"),
        (lambda data: b"[]", "SG7010", "it has no format_version"),
        (lambda data: b"[" * 1_000_000, "SG7010", "this is not a plan file"),
        (lambda data: b"x" * 50_000_000, "SG7010", "this is not a plan file"),
        (lambda data: data.replace(b'"1.0"', b'"9.0"', 1), "SG7011", "format '9.0'"),
        (lambda data: data.replace(b"alpha-tide", b"beta-tide"), "SG7012", "'beta-tide'"),
        (lambda data: data.replace(b"production", b"staging"), "", "staging"),
        (with_item({"stream_version": "x"}), "SG7010", "items.0.stream_version"),
        (with_item({"action": ["insert"]}), "SG7010", "items.0.action"),
    ],
)
def test_a_file_that_is_no_plan_for_this(
    catalogue: CatalogueFolder, edit: Callable[[bytes], bytes], code: str, message: str
) -> None:
    outcome = catalogue.run("apply", plan_file(catalogue, edit))
    assert_told(outcome, 4, code, message)
    assert "stardust-gitops plan --out FILE" in outcome.text or "plan again" in outcome.text
    assert_untouched(catalogue)


@pytest.mark.parametrize(
    "change",
    [
        {"release": f"0{ICPNS[2]}", "icpn": ICPNS[2]},
        {"target": "elsewhere"},
        {"action": "destroy"},
        {"action": "takedown", "operation": "takedown"},
        {"stream_version": 7},
        {"message_fingerprint": "0" * 64},
        {"assets_fingerprint": "0" * 64},
    ],
)
def test_an_altered_plan_file_is_refused(
    catalogue: CatalogueFolder, change: dict[str, Any]
) -> None:
    outcome = catalogue.run("apply", plan_file(catalogue, with_item(change)))
    assert_told(outcome, 4, "SG7013 the plan file was altered", "stardust-gitops plan --out FILE")
    assert_untouched(catalogue)


def test_a_plan_file_that_was_approved_before_a_change(catalogue: CatalogueFolder) -> None:
    path = plan_file(catalogue, lambda data: data)
    catalogue.edit(BROKEN, "title: Breakwater\nart", "title: Changed\nart")
    outcome = catalogue.run("apply", path)
    assert_told(outcome, 6, f"stale {ICPNS[0]}@store", "the content has changed since", "1 sent")
    assert not any(ICPNS[0] in name for name in catalogue.delivered())


def test_a_plan_file_is_worth_nothing_the_second_time(catalogue: CatalogueFolder) -> None:
    path = plan_file(catalogue, lambda data: data)
    assert_told(catalogue.run("apply", path), 0)
    delivered = catalogue.delivered()
    outcome = catalogue.run("apply", path)
    assert outcome.code in (0, 6), outcome.text
    assert "Traceback" not in outcome.text
    assert catalogue.delivered() == delivered


@pytest.mark.parametrize("option", ["--out", "--events"])
def test_a_file_that_cannot_be_written(catalogue: CatalogueFolder, option: str) -> None:
    where = str(catalogue.root / "missing" / "file")
    command = ("plan",) if option == "--out" else ("apply", "--auto-approve")
    outcome = catalogue.run(*command, option, where)
    assert_told(outcome, 1, "cannot be written: No such file", f"choose another {option}")
    assert_untouched(catalogue)
