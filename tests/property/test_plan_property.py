"""Properties of planning over catalogues and ledgers that hypothesis makes up.

Ledgers come about as they do in life: rounds of plans whose deliveries complete, break off at
some step, or are rejected, folded from real events.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from stardust_gitops.catalog.windows import Recurring, Windows
from stardust_gitops.clock import instant_text
from stardust_gitops.ledger.events import Event, Kind, Provenance, StreamId
from stardust_gitops.ledger.fold import apply_release
from stardust_gitops.ledger.state import Phase, StreamState
from stardust_gitops.ledger.store import Operation, Snapshot
from stardust_gitops.planning.decide import REMOVALS
from stardust_gitops.planning.model import Action, Desired, Item, Plan
from stardust_gitops.planning.plan_file import load_plan_file, narrow
from stardust_gitops.planning.settings import Limit, Safety, TargetSettings
from stardust_gitops.reports.plan_json import plan_json
from tests.planning_samples import NOW, digest, error, gtin, plan_of, snapshot, wish
from tests.scale import examples

TARGETS = (
    TargetSettings(id="one", takedown="no_deals"),
    TargetSettings(id="two", takedown="purge", files_in_updates=True),
    TargetSettings(id="three", takedown="end_date", takedown_ahead=True, files_in_re_release=False),
    TargetSettings(id="off", enabled=False),
)
LOOSE = Safety(
    takedowns=Limit(), updates=Limit(), inserts=Limit(), resends=Limit(), missing=Limit()
)
BY = Provenance(actor="test", run="r", program="p")

States = dict[tuple[str, str], StreamState]

wishes = st.builds(
    lambda release, target, status, message, assets, recordings, broken, later, old, purge: wish(
        gtin(release),
        target=target,
        status=status,
        message=message,
        assets=assets,
        recordings=recordings,
        errors=(error(),) if broken else (),
        not_before=NOW + timedelta(days=1) if later else None,
        street_date=f"2026-1{release % 3}-0{1 + release}",
        replaces=gtin(old) if old else None,
        purge="sent by mistake" if purge and status == "takedown" else None,
    ),
    release=st.integers(1, 4),
    target=st.sampled_from([target.id for target in TARGETS]),
    status=st.sampled_from(["active"] * 4 + ["takedown"] * 2 + ["hold", "draft", "archived"]),
    message=st.sampled_from(["told", "corrected"]),
    assets=st.sampled_from(["files", "remastered"]),
    recordings=st.sampled_from(["isrcs", "others", "more"]),
    broken=st.sampled_from([False] * 5 + [True]),
    later=st.sampled_from([False] * 5 + [True]),
    old=st.sampled_from([0] * 4 + [1, 2]),
    purge=st.booleans(),
)
catalogues = st.lists(wishes, max_size=8, unique_by=lambda one: (one.target, one.release))
endings = st.lists(
    st.sampled_from(["done"] * 3 + ["intended", "begun", "unknown", "rejected"]), min_size=8
)
rounds = st.lists(st.tuples(catalogues, endings), max_size=3)


def planned(desired: Iterable[Desired], states: Mapping[tuple[str, str], StreamState]) -> Plan:
    return plan_of(desired, snapshot(states), targets=TARGETS, safety=LOOSE)


def after(state: StreamState, key: tuple[str, str], kind: Kind, **data: Any) -> StreamState:
    event = Event(
        stream=StreamId("production", *key),
        version=state.version + 1,
        kind=kind,
        time="2026-11-22T12:00:00.000000Z",
        provenance=BY,
        data=data,
        previous=state.head,
    )
    return apply_release(state, event)


def carry_out(item: Item, desired: Desired | None, state: StreamState, end: str) -> StreamState:
    """What a runner writes for one item, up to a given end."""
    key = (item.target, item.release)
    if any(reason.code == "superseded" for reason in item.reasons) and state.open:
        state = after(state, key, Kind.SUPERSEDED)
    if not item.action.sends:
        return state
    if not item.resumes:
        baseline = state.baseline
        assert desired is not None or (baseline is not None and item.action is Action.TAKEDOWN)
        state = after(
            state,
            key,
            Kind.INTENDED,
            operation=item.action.value,
            status=desired.status if desired else "takedown",
            message_fingerprint=item.message_fingerprint,
            assets_fingerprint=item.assets_fingerprint,
            scheme=1,
            recordings=desired.recordings if desired else baseline and baseline.recordings,
            content=digest("content"),
            message_id=f"{item.release}-{state.version}",
        )
    if end == "intended":
        return state
    if not state.marker_begun:
        state = after(state, key, Kind.COMPLETING)
    if end == "begun":
        return state
    if end == "unknown":
        return after(state, key, Kind.FAILED, outcome="unknown", text="connection lost")
    assert state.open is not None
    message_id = state.open.message_id
    state = after(state, key, Kind.COMPLETED)
    if end == "rejected":
        state = after(state, key, Kind.REJECTED, message_id=message_id, text="no")
    return state


def work_through(plan: Plan, desired: Iterable[Desired], states: States, ends: list[str]) -> States:
    by_key = {(one.target, one.release): one for one in desired}
    states = dict(states)
    for index, item in enumerate(plan.items):
        key = (item.target, item.release)
        before = states.get(key, StreamState())
        changed = carry_out(item, by_key.get(key), before, ends[index % len(ends)])
        if changed.version:
            states[key] = changed
    return states


def lived(history: list[tuple[list[Desired], list[str]]]) -> States:
    states: States = {}
    for desired, ends in history:
        states = work_through(planned(desired, states), desired, states, ends)
    return states


@examples(800)
@given(history=rounds, desired=catalogues, seed=st.integers(0, 1000))
def test_the_order_of_input_does_not_matter_byte_for_byte(
    history: list[tuple[list[Desired], list[str]]], desired: list[Desired], seed: int
) -> None:
    states = lived(history)
    first = planned(desired, states)
    shuffler = random.Random(seed)
    mixed = shuffler.sample(desired, len(desired))
    keys = shuffler.sample(list(states), len(states))
    ledger = snapshot({key: states[key] for key in keys})
    second = plan_of(
        mixed,
        Snapshot(position=9, releases=ledger.releases, batches={}, recent=()),
        targets=reversed(TARGETS),
        safety=LOOSE,
    )
    assert second == first
    assert plan_json(second) == plan_json(first)


@examples(800)
@given(history=rounds, desired=catalogues)
def test_apply_then_plan_is_empty(
    history: list[tuple[list[Desired], list[str]]], desired: list[Desired]
) -> None:
    states = lived(history)
    # What was interrupted at its marker is settled by the first run; the second sends the rest;
    # the third takes down what has been replaced by then.
    for _ in range(3):
        states = work_through(planned(desired, states), desired, states, ["done"])
    plan = planned(desired, states)
    assert [item for item in plan.items if item.action.sends] == []
    assert not any(reason.code == "superseded" for item in plan.items for reason in item.reasons)


@examples(800)
@given(history=rounds, desired=catalogues)
def test_nothing_is_taken_down_unless_the_catalogue_says_so(
    history: list[tuple[list[Desired], list[str]]], desired: list[Desired]
) -> None:
    wanted = {(one.target, one.release): one for one in desired}
    states = lived(history)
    for item in planned(desired, states).items:
        assert item.target != "off"
        if item.action not in REMOVALS or item.reasons[0].code == "settle":
            continue
        wish = wanted.get((item.target, item.release))
        if wish is not None:
            assert wish.status == "takedown"
            assert (item.action is Action.PURGE) is (bool(wish.purge) and item.target == "two")
            continue
        assert item.action is Action.TAKEDOWN
        assert any(
            (one.target, one.replaces) == (item.target, item.release)
            and states[one.target, one.release].phase is Phase.LIVE
            for one in desired
            if (one.target, one.release) in states
        )


@examples(600)
@given(history=rounds, desired=catalogues, later=catalogues)
def test_a_plan_file_never_widens(
    history: list[tuple[list[Desired], list[str]]], desired: list[Desired], later: list[Desired]
) -> None:
    states = lived(history)
    approved = load_plan_file(
        plan_json(planned(desired, states)), environment="production", catalogue="alpha-tide"
    )
    now = planned(later, states)
    kept, stale = narrow(now, approved)
    assert set(kept.items) <= {item for item in now.items if item.action.sends}
    assert len(kept.items) + len(stale) == len(approved.items)
    same, nothing = narrow(planned(desired, states), approved)
    assert nothing == ()
    assert same.plan_hash == approved.plan_hash


@examples(400)
@given(history=rounds, desired=catalogues)
def test_a_deleted_or_unlisted_or_disabled_anything_sends_nothing(
    history: list[tuple[list[Desired], list[str]]], desired: list[Desired]
) -> None:
    states = lived(history)
    off = [replace(target, enabled=False) for target in TARGETS]
    for plan in (
        plan_of([], snapshot(states), targets=TARGETS, safety=LOOSE),
        plan_of([], snapshot(states), targets=TARGETS, safety=LOOSE, unreadable=True),
        plan_of([], snapshot(states), targets=[], safety=LOOSE),
        plan_of(desired, snapshot(states), targets=off, safety=LOOSE),
    ):
        sends = [item for item in plan.items if item.action.sends]
        assert all(item.reasons[0].code == "settle" for item in sends)


CAP, OLD_CAP = 2, 1
CAPPED = (
    TargetSettings(id="one", takedown="purge", per_day=CAP, back_catalogue_per_day=OLD_CAP),
    TargetSettings(
        id="two",
        back_catalogue_per_day=OLD_CAP,
        windows=Windows(
            allow=(
                Recurring(
                    name="hours",
                    zone="Europe/London",
                    cron="0 9 * * 1-5",
                    length=timedelta(hours=8),
                ),
            )
        ),
    ),
)
street_dates = st.sampled_from(["2026-12-04", "2026-11-30", "2026-10-20", "2019-05-17"])
streets = st.lists(street_dates, min_size=8, max_size=8)
limited = st.lists(
    st.builds(
        lambda release, target, status, message, purge: wish(
            gtin(release),
            target=target,
            status=status,
            message=message,
            purge="sent by mistake" if purge and status == "takedown" else None,
        ),
        release=st.integers(1, 5),
        target=st.sampled_from([target.id for target in CAPPED]),
        status=st.sampled_from(["active"] * 2 + ["takedown"]),
        message=st.sampled_from(["told", "corrected", "again"]),
        purge=st.booleans(),
    ),
    max_size=10,
    unique_by=lambda one: (one.target, one.release),
)
days = st.lists(
    st.tuples(limited, st.integers(0, 30), st.lists(st.sampled_from(["done", "intended"]))),
    min_size=1,
    max_size=4,
)


def limited_plan(
    desired: list[Desired], states: States, done: list[Operation], now: datetime
) -> Plan:
    since = instant_text(now - timedelta(hours=24))
    recent = [operation for operation in done if operation.time > since]
    return plan_of(desired, snapshot(states, recent=recent), targets=CAPPED, safety=LOOSE, now=now)


def rank(item: Item) -> int:
    if item.action in REMOVALS:
        return 0 if item.action is Action.TAKEDOWN else 1
    if item.back_catalogue:
        return 4
    return 2 if item.action is Action.INSERT else 3


@examples(600)
@given(life=days, streets=streets)
def test_caps_windows_and_the_order_of_work(
    life: list[tuple[list[Desired], int, list[str]]], streets: list[str]
) -> None:
    """Days in the life of two targets: nothing exceeds a cap whenever plans are carried out, a
    takedown never waits, and where a cap is full something goes when it was told it would."""
    states: States = {}
    done: list[Operation] = []
    sent: list[tuple[Operation, bool]] = []
    now = NOW
    for listed, hours, ends in life:
        now += timedelta(hours=hours)
        desired = [one._replace(street_date=streets[int(one.release) - 1]) for one in listed]
        plan = limited_plan(desired, states, done, now)
        assert plan == limited_plan(desired[::-1], dict(reversed(states.items())), done, now)
        _waits_in_order(plan, now)
        _goes_when_told(plan, desired, states, done)
        fresh = [item for item in plan.items if item.action.sends and not item.resumes]
        begun = [(_operation(item, now), item.back_catalogue) for item in fresh]
        done += [operation for operation, _ in begun]
        sent = [*_not_taken_back(sent, plan, states), *begun]
        _within_caps(fresh, sent, now)
        after = work_through(plan, desired, states, ends or ["done"])
        states = _begun_at(now, fresh, after, states)


def _operation(item: Item, now: datetime) -> Operation:
    return Operation(
        time=instant_text(now),
        target=item.target,
        operation=str(item.action),
        release=item.release,
    )


def _waits_in_order(plan: Plan, now: datetime) -> None:
    for item in plan.items:
        assert item.action is not Action.HELD or item.operation not in REMOVALS
        if item.action is Action.HELD:
            assert item.reasons[0].code in ("cap", "window")
            assert item.not_before is not None
            assert item.not_before > now
    for target in CAPPED:
        mine = [item for item in plan.items if item.target == target.id and item.action.sends]
        assert [rank(item) for item in mine] == sorted(rank(item) for item in mine)


def _goes_when_told(
    plan: Plan, desired: list[Desired], states: States, done: list[Operation]
) -> None:
    held = [item for item in plan.items if item.not_before and item.reasons[0].code == "cap"]
    first = min(held, key=lambda item: item.not_before or NOW, default=None)
    if first is None or first.not_before is None or any(i.action.sends for i in plan.items):
        return
    later = limited_plan(desired, states, done, first.not_before)
    assert any(item.action.sends and item.target == first.target for item in later.items)


def _not_taken_back(
    sent: list[tuple[Operation, bool]], plan: Plan, states: States
) -> list[tuple[Operation, bool]]:
    """Without the messages that are superseded now: no recipient was told to take them."""
    gone = set()
    for item in plan.items:
        opened = states.get((item.target, item.release), StreamState()).open
        if opened and any(reason.code == "superseded" for reason in item.reasons):
            gone.add((opened.time, item.target, opened.operation, item.release))
    return [
        entry
        for entry in sent
        if (entry[0].time, entry[0].target, entry[0].operation, entry[0].release) not in gone
    ]


def _within_caps(fresh: list[Item], sent: list[tuple[Operation, bool]], now: datetime) -> None:
    since = instant_text(now - timedelta(hours=24))
    for target in CAPPED:
        day = [each for each in sent if each[0].target == target.id and each[0].time > since]
        waits = [item for item in fresh if item.target == target.id and item.action not in REMOVALS]
        if target.per_day is not None and waits:
            assert len(day) <= target.per_day
        assert sum(1 for _, back_catalogue in day if back_catalogue) <= OLD_CAP


def _begun_at(now: datetime, fresh: list[Item], states: States, before: States) -> States:
    """The states, with what was begun in this round begun at this time."""
    result = dict(states)
    for item in fresh:
        key = (item.target, item.release)
        state, version = result[key], before.get(key, StreamState()).version
        if state.open is not None and state.open.version > version:
            state = replace(state, open=replace(state.open, time=instant_text(now)))
        if state.baseline is not None and state.baseline.version > version:
            state = replace(state, baseline=replace(state.baseline, time=instant_text(now)))
        result[key] = state
    return result
