"""The plan as GitHub's Markdown: a section for each release, what fits and what is left out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from stardust_gitops.ci.plan_reading import read_plan
from stardust_gitops.messages.comparison.difference import Comparison, Difference
from stardust_gitops.planning.model import Action, Change, Plan
from stardust_gitops.planning.settings import TargetSettings
from stardust_gitops.reports.plan_github import plan_annotations
from stardust_gitops.reports.plan_json import plan_json
from stardust_gitops.reports.plan_markdown import plan_markdown
from tests.planning_samples import NOW, SPOTIFY, error, gtin, live, plan_of, snapshot, wish

TARGETS = tuple(TargetSettings(id=name) for name in ("a", "b", "c"))
NAMES = tuple(target.id for target in TARGETS)


def shared_change(releases: int = 1) -> Plan:
    """Updates at three targets, each because of one line of a shared track."""
    numbers = range(1, releases + 1)
    wishes = [wish(gtin(n), message="new", target=name) for n in numbers for name in NAMES]
    known = {(name, gtin(n)): live(gtin(n)) for n in numbers for name in NAMES}
    plan = plan_of(wishes, snapshot(known), targets=TARGETS)
    changes = (
        Change(path="tracks[0].title", before="x", after="y", source="tracks/t.yaml:3"),
        Change(path="title", before="x", after="y", source="releases/r.yaml:2"),
    )
    return replace(plan, items=tuple(item._replace(changes=changes) for item in plan.items))


def comparison(text: str = "y", against: str = "M-1") -> Comparison:
    """A message that says one title otherwise."""
    difference = Difference(way=(("Title", ""),), before="x", after=text)
    return Comparison(operation="update", against=against, differences=(difference,))


def shown(plan: Plan, **options: object) -> str:
    """The Markdown."""
    return plan_markdown(plan, descriptions={}, **options)  # type: ignore[arg-type]


def test_a_release_is_told_once_where_its_targets_are_told_alike() -> None:
    text = shown(shared_change())
    assert text.count("<details>") == 1
    assert "(update: a, b, c)" in text
    assert text.count("tracks\\[0\\].title") == 1
    assert "**update**" not in text


def test_targets_that_are_told_otherwise_are_told_apart() -> None:
    plan = shared_change()
    first, *others = plan.items
    text = shown(replace(plan, items=(first._replace(changes=()), *others)))
    assert "**update** a\n\n- message only" in text
    assert "**update** b, c\n\n- message only" in text
    assert text.count("tracks\\[0\\].title") == 1


def test_files_that_releases_share_are_named() -> None:
    text = shown(shared_change(releases=4))
    assert "- tracks/t.yaml changes 4 releases at 3 targets" in text
    assert "releases/r.yaml changes" not in text


def test_removals_come_first_then_what_is_sent_then_what_waits() -> None:
    wishes = [
        wish(gtin(1), not_before=NOW + timedelta(days=3), not_before_text="until later"),
        wish(gtin(2)),
        wish(gtin(3), status="takedown"),
    ]
    text = shown(plan_of(wishes, snapshot({("spotify", gtin(3)): live(gtin(3))})))
    order = [text.index(f"{name}: spotify)") for name in ("takedown", "insert", "held")]
    assert order == sorted(order)
    assert "- until later\n- insert: 3 tracks, 96.4 MB" in text


def test_differences_of_messages_that_say_the_same_are_shown_once() -> None:
    plan = shared_change()
    compared = [
        (item, comparison("z" if item.target == "c" else "y", f"M-{item.target}"))
        for item in plan.items
    ]
    text = shown(plan, compared=compared)
    assert text.count("```diff") == 2
    assert "at a, b: 1 difference from the last of each" in text
    assert "at c: 1 difference from M-c" in text


def test_releases_come_before_differences_and_what_is_missing_is_counted() -> None:
    plan = shared_change(releases=10)
    compared = [(item, comparison(f"y{item.target}" * 40)) for item in plan.items]
    everything = shown(plan, compared=compared)
    bare = shown(plan)
    budget = len(bare.encode()) + 1500
    text = shown(plan, compared=compared, budget=budget, elsewhere="See the run.")
    assert everything.count("```diff") == 30
    assert text.count("<details><summary>~ ") == 10
    missing = 30 - text.count("```diff")
    assert 0 < missing < 30
    assert f"… and the XML differences of {missing} more messages. See the run." in text
    assert len(text.encode()) <= budget


def test_it_keeps_to_any_budget() -> None:
    plan = shared_change(releases=300)
    compared = [(item, comparison("y" * 500)) for item in plan.items]
    for budget in (1_000, 5_000, 20_000, 60_000):
        text = shown(plan, compared=compared, budget=budget, elsewhere="See the run.")
        assert len(text.encode()) <= budget
        assert text.count("<details>") == text.count("</details>")
        sections = text.count("<details><summary>~ ")
        assert (f"… and {300 - sections} more. See the run." in text) == (sections < 300)


def test_our_own_words_keep_their_code() -> None:
    assert "`stardust-gitops apply` sends this." in shown(shared_change())


def test_a_comparison_of_commits_says_what_it_is() -> None:
    text = shown(replace(shared_change(), against="1c9e2ab" + "0" * 33))
    assert "A comparison of commits: what 1c9e2ab000 says is taken for delivered" in text
    assert "apply" not in text.rpartition("Next:")[2]


def test_each_changed_line_says_what_it_changes() -> None:
    first, second = plan_annotations(shared_change(releases=2), prefix="music/").splitlines()
    assert first == (
        "::notice file=music/releases/r.yaml,title=changes 2 releases at 3 targets,line=2,col=1"
        '::title  "x" → "y"'
    )
    assert second.startswith("::notice file=music/tracks/t.yaml,title=changes 2 releases")


def test_what_is_wrong_comes_before_what_changes() -> None:
    plan = plan_of([wish(errors=(error(),))], targets=(SPOTIFY,))
    assert plan.items[0].action is Action.BLOCKED
    (line,) = plan_annotations(plan).splitlines()
    assert line.startswith("::error file=releases/a.yaml,title=SG2104::")


def test_a_plan_that_was_written_and_read_is_shown_alike(tmp_path: Path) -> None:
    plan = replace(shared_change(releases=3), commit="a" * 40)
    added = Difference(
        way=(("Deal", "x/y"), ("Use", "")), before=None, after="<Use>\n  <A/>\n</Use>", is_xml=True
    )
    many = tuple(
        Difference(way=(("SoundRecording", f"ISRC{n}"), ("Duration", "")), before="1", after=str(n))
        for n in range(2, 9)
    )
    compared = [
        (item, replace(comparison(), differences=(added, *many), against="M"))
        for item in plan.items
    ]
    compared.append((plan.items[0], Comparison(operation="insert", new={"Release": 2})))
    file = tmp_path / "plan.json"
    names = {"a": "ERN 4.3 over SFTP"}
    file.write_bytes(plan_json(plan, compared=compared, descriptions=names))
    read = read_plan(file)
    pairs = {(i.release, i.target): (i, c) for i, c in compared}.values()
    assert plan_markdown(
        read.plan, descriptions=read.descriptions, compared=read.compared
    ) == plan_markdown(plan, descriptions=names, compared=pairs)
    assert read.summary["update"] == 9
