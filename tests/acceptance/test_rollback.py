"""``rollback`` brings a release back to what was delivered before; a commit of it is an update."""

from __future__ import annotations

import pytest

from stardust_gitops.errors import UsageError
from stardust_gitops.reconciler.deliveries import Delivered
from stardust_gitops.reconciler.rollback import choose
from tests.acceptance.diagnosis import assert_told
from tests.catalogues import CatalogueFolder
from tests.label import (
    EP,
    EP_FILE,
    SERVICE,
    SHARED_FILE,
    SINGLE,
    SINGLE_FILE,
    STORE,
    applied,
    plan_of,
)

EP_LOCK = EP_FILE.replace(".yaml", ".lock.json")


@pytest.fixture
def changed(label: CatalogueFolder) -> CatalogueFolder:
    """The EP with another title and another recording; delivered, number 4."""
    label.edit(EP_FILE, "title: Undertow", "title: Underflow")
    label.edit(EP_FILE, "audio: assets/two.flac", "audio: assets/one.flac")
    label.lock()
    label.commit("other words")
    applied(label)
    return label


def number(label: CatalogueFolder, place: int, target: str = STORE) -> str:
    """The number of the EP's first, second … delivery (of the last: 0), as `history` shows it."""
    rows = [line.split() for line in label.must("history", f"{EP}@{target}").stdout.splitlines()]
    return [row[3] for row in reversed(rows) if row[4] == "completed"][place - 1]


def test_a_delivery_is_brought_back_and_becomes_an_update(changed: CatalogueFolder) -> None:
    first = number(changed, 1)
    head = changed.git("rev-parse", "HEAD")
    told = changed.run("rollback", EP, "--to", number(changed, 1), "--target", STORE)
    assert_told(told, 0, "- title: Underflow", "+ title: Undertow", f"delivery {first} to store")
    assert changed.git("rev-parse", "HEAD") == head, "nothing is committed"
    assert changed.git("status", "--porcelain").split() == ["M", EP_LOCK, "M", EP_FILE]
    assert changed.git("diff", "HEAD~1") == "", "file and lock are as they were"
    changed.commit("back")
    assert plan_of(changed).actions == {(EP, STORE): "update", (EP, SERVICE): "update"}
    applied(changed)
    assert plan_of(changed).actions == {}
    told = changed.must("rollback", EP, "--to", "1", "--target", STORE)
    assert f"is as it was for delivery {first} to" in told.stdout, "the number of its begin will do"


def test_shared_files_stay_and_are_told_of(changed: CatalogueFolder) -> None:
    changed.edit(SHARED_FILE, "title: Ebb", "title: Ebb and Flow")
    changed.edit(f"targets/{STORE}.yaml", "Lighthouse Store", "Lighthouse")
    changed.write("tracks/other.yaml", "isrc: GBXYZ2600009\ntitle: Other\n")
    changed.commit("shared")
    out = changed.must("rollback", EP, "--to", number(changed, 1), "--target", STORE).stdout
    listed = out.partition("stay as they are:\n")[2].split()
    assert listed[:2] == [f"targets/{STORE}.yaml", SHARED_FILE]
    assert "Ebb and Flow" in changed.path(SHARED_FILE).read_text("utf-8")


def test_an_asset_that_was_replaced_is_told_of(changed: CatalogueFolder) -> None:
    changed.write("assets/two.flac", changed.path("assets/three.flac").read_bytes())
    changed.commit("another recording under the old name")
    assert (
        "  assets/two.flac"
        in changed.must("rollback", EP, "--to", number(changed, 1), "--target", STORE).stdout
    )


def test_what_is_not_committed_is_not_lost(changed: CatalogueFolder) -> None:
    changed.edit(EP_FILE, "title: Underflow", "title: Outflow")
    before = changed.path(EP_FILE).read_bytes()
    assert_told(
        changed.run("rollback", EP, "--to", number(changed, 1), "--target", STORE),
        4,
        "SG7001",
        EP_FILE,
    )
    assert changed.path(EP_FILE).read_bytes() == before


def test_what_was_never_committed_cannot_come_back(changed: CatalogueFolder) -> None:
    changed.edit(EP_FILE, "title: Underflow", "title: Outflow")
    applied(changed)
    changed.commit("afterwards")
    refused = changed.run("rollback", EP, "--to", number(changed, 0), "--target", STORE)
    assert_told(refused, 4, "SG7004", "nobody had committed")


def test_a_file_that_moved_or_went_comes_back(changed: CatalogueFolder) -> None:
    changed.git("mv", EP_FILE, "releases/moved.yaml")
    changed.git("mv", EP_LOCK, "releases/moved.lock.json")
    changed.commit("moved")
    changed.must("rollback", EP, "--to", number(changed, 1), "--target", STORE)
    assert "Undertow" in changed.path("releases/moved.yaml").read_text("utf-8")
    assert not changed.path(EP_FILE).exists()
    changed.git("checkout", "-q", "--", ".")
    changed.git("rm", "-q", "releases/moved.yaml", "releases/moved.lock.json")
    changed.commit("gone")
    changed.must("rollback", EP, "--to", number(changed, 1), "--target", STORE)
    assert "Undertow" in changed.path(EP_FILE).read_text("utf-8")
    assert changed.path(EP_LOCK).exists()
    assert plan_of(changed).actions[EP, STORE] == "update"


def test_the_file_of_another_release_is_not_taken(changed: CatalogueFolder) -> None:
    changed.git("mv", "-f", SINGLE_FILE, EP_FILE)
    changed.commit("the single in the place of the EP")
    before = changed.path(EP_FILE).read_bytes()
    refused = changed.run("rollback", EP, "--to", number(changed, 1), "--target", STORE)
    assert_told(refused, 64, f"{EP_FILE} describes {SINGLE} now")
    assert changed.path(EP_FILE).read_bytes() == before


def test_a_broken_file_comes_back(changed: CatalogueFolder) -> None:
    changed.write(EP_FILE, "title: [\n")
    changed.commit("a slip")
    changed.must("rollback", EP, "--to", number(changed, 2), "--target", STORE)
    assert plan_of(changed).actions == {}


def test_numbers_that_are_none(changed: CatalogueFolder) -> None:
    told = changed.run("rollback", EP, "--to", "99")
    known = [f"{number(changed, place)} (store)" for place in (1, 2)]
    assert_told(told, 64, "there is no delivery 99", *known)
    assert changed.run("rollback", EP, "--to", "0").code == 64
    assert changed.run("rollback", SINGLE, "--to", "4").code == 64
    assert changed.run("rollback", "nonsense", "--to", "2").code == 64
    assert changed.run("rollback", EP, "--to", "2", "--target", "nobody").code == 64


def test_one_number_at_two_targets_needs_a_target() -> None:
    one, other = (delivery(target, commit) for target, commit in ((STORE, "a"), (SERVICE, "b")))
    with pytest.raises(UsageError, match="6 is a delivery to each of service, store"):
        choose([one, other], 6, None)
    assert choose([one, other], 6, SERVICE) is other
    assert choose([one, delivery(SERVICE, "a")], 5, None) is one, "the same commit: no matter"


def delivery(target: str, commit: str) -> Delivered:
    return Delivered(
        target=target, version=6, begun=5, operation="update", commit=commit, time="2026-11-22"
    )
