"""`plan --against`: what another commit says, taken for what the recipients have."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stardust_gitops.reconciler import past
from stardust_gitops.reconciler.alike import entries_alike
from stardust_gitops.reconciler.surveyor import ReleaseSurvey
from tests.catalogues import CatalogueFolder
from tests.label import (
    BOTH,
    EP,
    EP_FILE,
    SERVICE,
    SHARED_FILE,
    SINGLE,
    SINGLE_FILE,
    STORE,
    Plan,
    add_to_target,
    plan_of,
    set_status,
)

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {size}\n"


@pytest.fixture
def clone(label: CatalogueFolder, tmp_path: Path) -> CatalogueFolder:
    """The label without its ledger, as a runner or a fork has it."""
    label.path(".stardust/ledger.db").unlink()
    return label


def against(label: CatalogueFolder, ref: str = "HEAD", *arguments: str) -> Plan:
    """The comparison."""
    return plan_of(label, "--against", ref, *arguments)


def state_of(label: CatalogueFolder) -> tuple[str, str, list[str]]:
    """What git says of the work tree and its refs, and the files that are there."""
    files = sorted(p.as_posix() for p in label.root.rglob("*") if ".git/" not in p.as_posix())
    return label.git("status", "--porcelain"), label.git("show-ref"), files


def test_it_says_what_a_plan_against_the_ledger_would_say(label: CatalogueFolder) -> None:
    label.edit(EP_FILE, "title: Breakwater\nartists", "title: Break Water\nartists")
    label.edit(SHARED_FILE, "title: Ebb", "title: Ebb Tide")
    label.commit()
    known = plan_of(label, "--diff", "xml")
    label.path(".stardust/ledger.db").unlink()
    before = state_of(label)
    found = against(label, "HEAD~1", "--diff", "xml")
    assert found.document["against"] == label.git("rev-parse", "HEAD~1")
    assert known.document["against"] is None
    assert found.actions == known.actions == dict.fromkeys(known.actions, "update")
    for icpn, target in known.actions:
        assert found.changes(icpn, target) == known.changes(icpn, target)
        assert found.origins(icpn, target) == known.origins(icpn, target)
        ours, theirs = (p.items[icpn, target]["message"] for p in (found, known))
        assert ours["changes"] == theirs["changes"] != []
    assert state_of(label) == before


def test_nothing_differs_from_what_is_checked_out(clone: CatalogueFolder) -> None:
    plan = against(clone)
    assert plan.actions == {}
    assert plan.document["summary"]["unchanged"] == 4
    text = clone.must("plan", "--against", "HEAD", "--detailed-exitcode").stdout
    assert "No ledger was read" in text
    assert "No changes." in text


def test_exit_codes_are_those_of_plan(clone: CatalogueFolder) -> None:
    clone.edit(SINGLE_FILE, "title: Ebb", "title: Ebb Tide")
    assert clone.run("plan", "--against", "HEAD", "--detailed-exitcode").code == 2
    assert clone.run("plan", "--against", "no-such-branch").code == 64
    assert clone.run("plan", "--against", "--output=x").code == 64
    clone.write("stardust.yaml", "format: [\n")
    assert clone.run("plan", "--against", "HEAD").code == 3


def test_each_way_of_changing(clone: CatalogueFolder) -> None:
    set_status(clone, EP_FILE, "takedown")
    assert against(clone).actions == dict.fromkeys(((EP, t) for t in BOTH), "takedown")
    clone.commit()
    set_status(clone, EP_FILE, "active")
    plan = against(clone)
    assert plan.actions == dict.fromkeys(((EP, t) for t in BOTH), "insert")
    assert plan.reasons(EP) == ["re_release"]
    clone.git("checkout", "-q", "--", ".")
    clone.path(SINGLE_FILE).unlink()
    assert against(clone).actions == dict.fromkeys(((SINGLE, t) for t in BOTH), "orphaned")
    clone.commit()
    clone.git("revert", "--no-commit", "HEAD")
    plan = against(clone)
    assert plan.actions == dict.fromkeys(((SINGLE, t) for t in BOTH), "insert")
    assert plan.reasons(SINGLE) == ["new_release"]


def test_what_waits_as_it_waited_is_no_change(clone: CatalogueFolder) -> None:
    set_status(clone, EP_FILE, "hold")
    clone.edit(SINGLE_FILE, "tracks:", "send_from: 2026-12-01\ntracks:")
    clone.commit()
    assert against(clone).actions == {}
    set_status(clone, EP_FILE, "active")
    clone.edit(SINGLE_FILE, "send_from: 2026-12-01", "send_from: 2026-12-02")
    assert against(clone).actions == {
        **dict.fromkeys(((EP, t) for t in BOTH), "insert"),
        **dict.fromkeys(((SINGLE, t) for t in BOTH), "held"),
    }


@pytest.mark.parametrize("before", ["status: hold\n", "deals: []\n"])
def test_no_takedown_is_overlooked(clone: CatalogueFolder, before: str) -> None:
    text = clone.path(EP_FILE).read_text("utf-8")
    broken = text.replace("genre: HOUSE-00", "genre: POLKA-00") if "deals" in before else text
    clone.write(EP_FILE, broken + ("" if "deals" in before else before))
    clone.commit()
    clone.write(EP_FILE, text + "status: takedown\n")
    actions = against(clone).actions
    assert actions[EP, SERVICE] == "takedown"


def test_targets_that_come_and_are_renamed(clone: CatalogueFolder) -> None:
    clone.write("targets/third.yaml", clone.path("targets/service.yaml").read_bytes())
    assert against(clone).actions == dict.fromkeys(((i, "third") for i in (EP, SINGLE)), "insert")
    clone.path("targets/service.yaml").unlink()
    plan = against(clone)
    assert set(plan.actions.values()) == {"blocked"}, "a rename that nobody declared"


def test_assets_are_pointers(clone: CatalogueFolder) -> None:
    """Where Git LFS has fetched nothing there is no audio to read, then or now."""
    for name in ("one", "two", "three"):
        file = clone.path(f"assets/{name}.flac")
        data = file.read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        file.write_text(POINTER.format(digest=digest, size=len(data)))
    clone.commit("as a checkout without git lfs pull has it")
    clone.edit(SINGLE_FILE, "title: Ebb", "title: Ebb Tide")
    plan = against(clone)
    assert plan.actions == dict.fromkeys(((SINGLE, target) for target in BOTH), "update")


def test_a_catalogue_that_was_not_there_yet(clone: CatalogueFolder) -> None:
    head = clone.git("rev-parse", "HEAD")
    clone.git("checkout", "-q", "--orphan", "empty")
    clone.git("commit", "-q", "-m", "nothing", "--allow-empty", "--only")
    clone.git("checkout", "-q", head)
    plan = against(clone, "empty")
    assert set(plan.actions.values()) == {"insert"}
    assert len(plan.actions) == 4


def test_a_catalogue_that_was_broken(clone: CatalogueFolder) -> None:
    good = clone.path("stardust.yaml").read_bytes()
    clone.write("stardust.yaml", "format: [\n")
    clone.commit()
    clone.write("stardust.yaml", good)
    outcome = clone.run("plan", "--against", "HEAD")
    assert outcome.code == 3
    assert "the catalogue at" in outcome.stderr
    assert "stardust-against-" not in outcome.text


def test_guards_count_what_the_commit_has(clone: CatalogueFolder) -> None:
    clone.write(
        "stardust.yaml",
        clone.path("stardust.yaml").read_text("utf-8")
        + "safety: {takedowns: {count: 1}, minimum_population: 1}\n",
    )
    for file in (EP_FILE, SINGLE_FILE):
        set_status(clone, file, "takedown")
    assert against(clone).stops != []


def test_it_is_no_plan_file(label: CatalogueFolder) -> None:
    label.edit(SINGLE_FILE, "title: Ebb", "title: Ebb Tide")
    label.commit()
    file = label.root.parent / "comparison.json"
    label.must("plan", "--against", "HEAD~1", "--out", file)
    outcome = label.run("apply", file)
    assert outcome.code == 4
    assert "SG7010" in outcome.stderr
    assert "compares two commits" in outcome.stderr


def test_no_secret_is_needed(clone: CatalogueFolder) -> None:
    add_to_target(clone, STORE, "")
    text = clone.path("targets/store.yaml").read_text("utf-8")
    old = next(line for line in text.splitlines() if line.startswith("transport:"))
    new = (
        "transport: {protocol: sftp, host: sftp.example.com, username: env:NOT_SET_USER,"
        " private_key: env:NOT_SET_KEY, host_key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJyO,"
        " path: /in}"
    )
    clone.edit("targets/store.yaml", old, new)
    clone.commit()
    clone.edit(SINGLE_FILE, "title: Ebb", "title: Ebb Tide")
    plan = against(clone, "HEAD", "--diff", "xml")
    assert plan.actions[SINGLE, STORE] == "update"
    assert plan.items[SINGLE, STORE]["message"]["changes"]


def test_environments_have_their_own_targets(clone: CatalogueFolder) -> None:
    config = clone.path("stardust.yaml").read_text("utf-8")
    clone.write("stardust.yaml", f"{config}environments: {{test: {{targets: [{SERVICE}]}}}}\n")
    new = against(clone, "HEAD", "--environment", "test")
    assert new.actions == dict.fromkeys(((i, STORE) for i in (EP, SINGLE)), "orphaned"), (
        "before, each environment had every target"
    )
    clone.commit()
    clone.edit(SINGLE_FILE, "title: Ebb", "title: Ebb Tide")
    assert against(clone, "HEAD", "--environment", "test").actions == {(SINGLE, SERVICE): "update"}
    assert against(clone).actions == {(SINGLE, STORE): "update"}
    clone.edit("stardust.yaml", "test: {", f"beta: {{targets: [{STORE}]}}, test: {{")
    beta = against(clone, "HEAD", "--environment", "beta")
    assert beta.actions == {(EP, STORE): "insert", (SINGLE, STORE): "insert"}


def test_outside_git(catalogue: CatalogueFolder) -> None:
    outcome = catalogue.run("plan", "--against", "HEAD")
    assert outcome.code == 64
    assert "needs a git repository" in outcome.stderr


CHANGES: dict[str, tuple[Callable[[CatalogueFolder], object], int]] = {
    "nothing": (lambda label: None, 2),
    "a release": (lambda label: label.edit(SINGLE_FILE, "title: Ebb", "title: Ebb Tide"), 1),
    "its lock": (lambda label: label.path("releases/single.lock.json").unlink(), 1),
    "an asset": (lambda label: label.path("assets/one.flac").write_bytes(b"other"), 1),
    "a twin": (lambda label: copy_file(label, EP_FILE, "releases/twin.yaml"), 2),
    "a new name": (lambda label: rename(label, EP_FILE, "releases/renamed.yaml"), 1),
    "a deletion": (lambda label: label.path(EP_FILE).unlink(), 1),
    "what does not read": (lambda label: label.write(EP_FILE, "title: [\n"), 1),
    "a recording": (lambda label: label.edit(SHARED_FILE, "title: Ebb", "title: Ebb Tide"), 0),
    "its measures": (lambda label: label.path("tracks/ebb.lock.json").unlink(), 0),
    "a default": (lambda label: label.edit("stardust.yaml", "language: en", "language: fr"), 0),
    "a target": (lambda label: add_to_target(label, STORE, "price_type: X\n"), 0),
    "a genre map": (lambda label: label.write("genre_maps/x.yaml", "genres: {HOUSE-00: H}\n"), 0),
    "a label": (lambda label: label.write("labels/x.yaml", "name: X\n"), 0),
}


def copy_file(label: CatalogueFolder, name: str, other: str) -> None:
    label.write(other, label.path(name).read_bytes())


def rename(label: CatalogueFolder, name: str, other: str) -> None:
    for suffix in (".yaml", ".lock.json"):
        old = label.path(name).with_suffix(suffix)
        old.rename(label.path(other).with_suffix(suffix))


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_not_read_twice_is_as_if_it_had_been(
    clone: CatalogueFolder, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    alter, spared = CHANGES[change]
    alter(clone)
    found: list[int] = []

    def counted(*arguments: Any) -> dict[str, ReleaseSurvey]:
        entries = entries_alike(*arguments)
        found.append(len(entries))
        return entries

    monkeypatch.setattr(past, "entries_alike", counted)
    ours = clone.run("plan", "--against", "HEAD", "--format", "json", "--all")
    monkeypatch.setattr(past, "entries_alike", lambda *_: {})
    slow = clone.run("plan", "--against", "HEAD", "--format", "json", "--all")
    assert (ours.code, ours.stdout) == (slow.code, slow.stdout)
    assert found == [spared]
