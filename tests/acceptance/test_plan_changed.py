"""`plan --changed-since`: what a change of files concerns, as a part of the plan of everything."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from tests.catalogues import ICPNS, CatalogueFolder
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
    applied,
    plan_of,
)

PARTY_FILE, LABEL_FILE = "parties/kestrel.yaml", "labels/alpha.yaml"
PARTY = "name: Kestrel & Sons\n"
IDS = "ids: {PADPIDA2026112202S: svc-1}\n"
OTHER = "0000000000000"


def since(label: CatalogueFolder, ref: str = "HEAD", *arguments: str) -> Plan:
    """The narrowed plan with all its items, each of which is as in the plan of everything."""
    plan = plan_of(label, "--all", "--changed-since", ref, *arguments)
    everything = plan_of(label, "--all", *arguments)
    assert set(plan.stops) <= set(everything.stops)
    assert plan.items == {key: everything.items[key] for key in plan.items}
    return plan


def items(*icpns: str, targets: Iterable[str] = BOTH) -> set[tuple[str, str]]:
    """Releases at targets."""
    return {(icpn, target) for icpn in icpns for target in targets}


def touch(label: CatalogueFolder, file: str) -> None:
    """Change a file and not what it says."""
    label.write(file, label.path(file).read_bytes() + b"\n")


def test_nothing_changed_nothing_planned(label: CatalogueFolder) -> None:
    label.edit(SINGLE_FILE, "title: Ebb", "title: Ebb Tide")
    label.commit()
    assert since(label).items == {}
    text = label.must("plan", "--changed-since", "HEAD", "--detailed-exitcode").stdout
    assert "No changes. What was chosen is as the catalogue says." in text
    assert "new release" not in text


def test_a_release_that_changed(label: CatalogueFolder) -> None:
    label.edit(SINGLE_FILE, "title: Ebb", "title: Ebb Tide")
    label.edit(EP_FILE, "title: Breakwater\nartists", "title: Break Water\nartists")
    label.git("add", EP_FILE)
    label.git("commit", "-q", "-m", "the EP")
    assert since(label).actions == dict.fromkeys(items(SINGLE), "update")
    assert since(label, "HEAD~1").actions == dict.fromkeys(items(SINGLE, EP), "update")
    narrowed = since(label, "HEAD", "--target", STORE)
    assert set(narrowed.items) == items(SINGLE, targets=[STORE])
    assert since(label, "HEAD", "--release", EP).items == {}
    assert label.run("plan", "--changed-since", "HEAD", "--release", OTHER).code == 64


@pytest.mark.parametrize(
    ("file", "concerned"),
    [
        (SHARED_FILE, items(EP, SINGLE)),
        ("assets/three.flac", items(EP, SINGLE)),
        ("tracks/ebb.lock.json", items(EP, SINGLE)),
        ("assets/one.flac", items(EP)),
        (f"assets/{SINGLE}.jpg", items(SINGLE)),
        ("releases/ep.lock.json", items(EP)),
        ("targets/service.yaml", items(EP, SINGLE, targets=[SERVICE])),
        ("genre_maps/service.yaml", items(EP, SINGLE, targets=[SERVICE])),
        ("stardust.yaml", items(EP, SINGLE)),
    ],
)
def test_what_depends_on_a_file(
    label: CatalogueFolder, file: str, concerned: set[tuple[str, str]]
) -> None:
    touch(label, file)
    assert set(since(label).items) == concerned


def test_errors_at_a_target_concern_no_other(label: CatalogueFolder) -> None:
    label.edit(EP_FILE, "genre: HOUSE-00", "genre: POLKA-00")
    label.commit()
    touch(label, "genre_maps/service.yaml")
    plan = since(label)
    assert set(plan.items) == items(EP, SINGLE, targets=[SERVICE])
    assert plan.actions[EP, SERVICE] == "blocked"


def test_parties_and_labels_by_key_and_by_name(label: CatalogueFolder) -> None:
    label.edit(EP_FILE, "artists: [{name: Kestrel & Sons}]", "artists: [{party: kestrel}]")
    for file, text in ((PARTY_FILE, PARTY), (LABEL_FILE, "name: Beta Tide\n")):
        label.write(file, text)
    label.edit(SINGLE_FILE, "artists: [{name: Kestrel & Sons}]", "artists: [{name: Ada Quill}]")
    label.edit(SHARED_FILE, "artists: [{name: Kestrel & Sons}]", "artists: [{name: Ada Quill}]")
    label.edit(SINGLE_FILE, "genre:", "label: Beta Tide\ngenre:")
    label.commit()
    label.write(PARTY_FILE, PARTY + "isni: 000000000000001X\n")
    assert set(since(label).items) == items(EP)
    label.write(PARTY_FILE, PARTY)
    label.write(LABEL_FILE, "name: Beta Tide\nallowed_targets: [store]\n")
    assert set(since(label).items) == items(SINGLE)


@pytest.mark.parametrize("text", ["name: Kestrel and Sons\n", None, "name: [\n"])
def test_who_used_a_name_that_went_is_concerned(label: CatalogueFolder, text: str | None) -> None:
    label.write(PARTY_FILE, PARTY + IDS)
    label.commit()
    assert applied(label)["items"] != []
    if text is None:
        label.path(PARTY_FILE).unlink()
    else:
        label.write(PARTY_FILE, text)
    plan = since(label)
    assert set(plan.items) == items(EP, SINGLE)
    assert set(plan.actions.values()) <= {"update", "unchanged", "blocked"}
    assert set(plan.actions.values()) != {"unchanged"}


def test_a_recipient_that_came_takes_its_ids_from_the_others(label: CatalogueFolder) -> None:
    label.write(PARTY_FILE, PARTY + "ids: {PADPIDA2026112201U: own-1, PADPIDA2011072101T: x-1}\n")
    label.commit()
    assert applied(label)["items"] != []
    text = label.path("targets/service.yaml").read_text().replace("2026112202S", "2011072101T")
    label.write("targets/third.yaml", text.replace("delivered/service", "delivered/third"))
    plan = since(label)
    assert plan.items == plan_of(label, "--all").items
    assert plan.actions[EP, STORE] == "update"


def test_a_release_that_went_is_orphaned_and_no_other(label: CatalogueFolder) -> None:
    label.path(SINGLE_FILE).unlink()
    label.commit()
    label.path(EP_FILE).unlink()
    assert since(label).actions == dict.fromkeys(items(EP), "orphaned")
    assert since(label, "HEAD~1").actions == dict.fromkeys(items(EP, SINGLE), "orphaned")


def test_a_release_that_is_not_concerned_is_never_orphaned(label: CatalogueFolder) -> None:
    label.edit(EP_FILE, "genre:", "targets: [store]\ngenre:")
    label.commit()
    assert plan_of(label).actions[EP, SERVICE] == "orphaned"
    touch(label, SINGLE_FILE)
    assert set(since(label).items) == items(SINGLE)


def test_guards_look_at_the_whole_catalogue(label: CatalogueFolder) -> None:
    text = label.path("stardust.yaml").read_text()
    label.write("stardust.yaml", text + "safety: {minimum_population: 1, missing: {percent: 40}}\n")
    label.commit()
    touch(label, EP_FILE)
    assert since(label).stops == []
    label.path(SINGLE_FILE).rename(label.path("single.txt"))
    label.commit()
    touch(label, EP_FILE)
    assert since(label).stops == plan_of(label).stops != []


def test_a_file_that_moved_and_one_with_another_icpn(label: CatalogueFolder) -> None:
    label.path(EP_FILE).rename(label.path("releases/moved.yaml"))
    label.path("releases/ep.lock.json").rename(label.path("releases/moved.lock.json"))
    assert since(label).actions == dict.fromkeys(items(EP), "unchanged")
    label.commit()
    label.edit(SINGLE_FILE, SINGLE + '"', '4006381333955"')
    assert set(since(label).items) >= items("4006381333955", SINGLE)
    assert EP not in {icpn for icpn, _ in since(label).items}


def test_a_target_that_went(label: CatalogueFolder) -> None:
    label.path("targets/service.yaml").unlink()
    assert since(label).actions == dict.fromkeys(items(EP, SINGLE, targets=[SERVICE]), "orphaned")


def test_a_recording_that_went_blocks_who_uses_it(label: CatalogueFolder) -> None:
    label.path(SHARED_FILE).unlink()
    assert since(label).actions == dict.fromkeys(items(EP, SINGLE), "blocked")


def test_a_broken_file_is_told_where_it_changed(label: CatalogueFolder) -> None:
    label.write(EP_FILE, "title: [\n")
    assert "SG1010" in label.must("plan", "--changed-since", "HEAD").text
    label.commit()
    label.path(SINGLE_FILE).unlink()
    told = label.must("plan", "--changed-since", "HEAD").text
    assert "SG1010" not in told
    assert "orphaned" not in told  # as long as a file cannot be read it may be that release


def test_a_plan_file_carries_the_narrowed_plan(label: CatalogueFolder) -> None:
    for file, title in ((EP_FILE, "title: Breakwater\nartists"), (SINGLE_FILE, "title: Ebb\n")):
        label.edit(file, title, title.replace("title: ", "title: New "))
        label.commit()
    label.must("plan", "--changed-since", "HEAD~1", "--out", label.path("../plan.json"))
    sent = applied(label, label.path("../plan.json"))["items"]
    assert {(item["release"], item["outcome"]) for item in sent} == {(f"0{SINGLE}", "sent")}
    assert set(plan_of(label).actions) == items(EP)


def test_a_catalogue_in_a_folder_of_its_repository(catalogue: CatalogueFolder) -> None:
    outer = CatalogueFolder(catalogue.root.parent)
    outer.write("README.md", "# Music\n")
    outer.git("init", "-q")
    outer.git("add", "README.md")
    outer.git("commit", "-q", "-m", "before there was a catalogue")
    assert len(plan_of(catalogue, "--changed-since", "HEAD").items) == 2
    outer.commit()
    assert catalogue.apply().code == 0
    file = f"releases/{ICPNS[0]}.yaml"
    outer.git("rm", "-q", f"catalogue/{file}")
    plan = plan_of(catalogue, "--changed-since", "HEAD")
    assert plan.actions == {(ICPNS[0], STORE): "orphaned"}
    assert len(plan_of(catalogue, "--all", "--changed-since", "HEAD~1").items) == 2


def test_it_needs_git_and_a_commit(catalogue: CatalogueFolder) -> None:
    outcome = catalogue.run("plan", "--changed-since", "HEAD")
    assert outcome.code == 64
    assert "needs a git repository" in outcome.stderr
    catalogue.commit()
    outcome = catalogue.run("plan", "--changed-since", "nowhere")
    assert outcome.code == 64
    assert "git knows no commit 'nowhere'" in outcome.stderr
    assert catalogue.run("plan", "--changed-since", "HEAD").code == 0
