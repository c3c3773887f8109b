"""Plan files narrow and never widen, whatever is in them."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import jsonschema
import orjson
import pytest

from stardust_gitops.errors import SafetyError
from stardust_gitops.messages.comparison.difference import Comparison, Difference
from stardust_gitops.planning.model import Action, Change, OpenCircuit, Plan
from stardust_gitops.planning.plan_file import ApprovedPlan, load_plan_file, narrow
from stardust_gitops.reports.plan_json import plan_document, plan_json, plan_schema
from tests.planning_samples import error, gtin, live, plan_of, snapshot, wish


def approve(plan: Plan) -> ApprovedPlan:
    return load_plan_file(plan_json(plan), environment="production", catalogue="alpha-tide")


def load(document: Any) -> ApprovedPlan:
    return load_plan_file(orjson.dumps(document), environment="production", catalogue="alpha-tide")


def full_plan() -> Plan:
    """A plan with something of every kind."""
    states = {("spotify", gtin(i)): live(gtin(i)) for i in range(1, 6)}
    desired = [
        wish(gtin(1)),
        wish(gtin(2), message="corrected"),
        wish(gtin(3), status="takedown"),
        wish(gtin(4), errors=(error(line=3, column=8, pointer=("cover",)),)),
        wish(gtin(6)),
        wish(gtin(7), status="hold"),
    ]
    return plan_of(desired, snapshot(states), findings=[error()])


def test_an_unchanged_world_keeps_the_whole_plan() -> None:
    plan = full_plan()
    kept, stale = narrow(plan, approve(plan))
    assert stale == ()
    assert [item.action for item in kept.items] == [
        Action.TAKEDOWN,
        Action.INSERT,
        Action.UPDATE,
    ]
    assert kept.plan_hash == plan.plan_hash


def test_what_nobody_approved_is_left_out() -> None:
    approved = approve(plan_of([wish(gtin(1))]))
    kept, stale = narrow(plan_of([wish(gtin(1)), wish(gtin(2))]), approved)
    assert [item.release for item in kept.items] == [gtin(1)]
    assert stale == ()


def test_held_and_blocked_items_of_a_file_approve_nothing() -> None:
    approved = approve(plan_of([wish(gtin(1), status="hold"), wish(gtin(2), errors=(error(),))]))
    kept, stale = narrow(plan_of([wish(gtin(1)), wish(gtin(2))]), approved)
    assert (kept.items, stale) == ((), ())


@pytest.mark.parametrize(
    ("now", "code"),
    [
        (plan_of([wish(message="other")]), "content_changed"),
        (plan_of([wish(assets="other")]), "content_changed"),
        (plan_of([]), "not_sent_now"),
        (plan_of([wish()], snapshot({("spotify", wish().release): live()})), "not_sent_now"),
        (plan_of([wish(errors=(error(),))]), "not_sent_now"),
        (
            plan_of([wish()], snapshot({("spotify", wish().release): live(message="x")})),
            "operation_changed",
        ),
    ],
)
def test_what_no_longer_holds_is_stale_and_skipped(now: Plan, code: str) -> None:
    kept, stale = narrow(now, approve(plan_of([wish()])))
    assert kept.items == ()
    assert [found.code for found in stale] == [code]
    assert stale[0].text


def test_a_ledger_that_moved_on_makes_an_item_stale_and_leaves_the_rest() -> None:
    before = snapshot({("spotify", gtin(1)): live(gtin(1)), ("spotify", gtin(2)): live(gtin(2))})
    after = snapshot(
        {("spotify", gtin(1)): live(gtin(1), version=5), ("spotify", gtin(2)): live(gtin(2))}
    )
    desired = [wish(gtin(1), message="new"), wish(gtin(2), message="new")]
    kept, stale = narrow(plan_of(desired, after), approve(plan_of(desired, before)))
    assert [item.release for item in kept.items] == [gtin(2)]
    assert [(found.release, found.code) for found in stale] == [(gtin(1), "ledger_moved_on")]


def test_guards_of_the_present_plan_stay() -> None:
    states = {("spotify", gtin(i)): live(gtin(i)) for i in range(20)}
    desired = [wish(gtin(i), status="takedown") for i in range(20)]
    plan = plan_of(desired, snapshot(states))
    kept, _ = narrow(plan, approve(plan))
    assert kept.stops == plan.stops != ()


def document(**change: Any) -> dict[str, Any]:
    return {**plan_document(full_plan()), **change}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "SG7010"),
        (b"\xff\xfe", "SG7010"),
        (b"[" * 100_000, "SG7010"),
        (b"[]", "SG7010"),
        (b"null", "SG7010"),
        (b"{}", "SG7010"),
        (b'{"format_version": 1.0}', "SG7010"),
        (b'{"format_version": "1.0"}', "SG7010"),
        (orjson.dumps(document(format_version="2.0")), "SG7011"),
        (orjson.dumps(document(format_version="99999999999")), "SG7011"),
        (orjson.dumps(document(catalogue="other")), "SG7012"),
        (orjson.dumps(document(environment="staging")), "SG7012"),
        (orjson.dumps(document(items=[])), "SG7013"),
        (orjson.dumps(document(items={})), "SG7010"),
        (orjson.dumps(document(items=[{}])), "SG7010"),
        (orjson.dumps(document(items=[None])), "SG7010"),
        (orjson.dumps(document(items=document()["items"] * 2)), "SG7010"),
        (orjson.dumps(document(plan_hash="x")), "SG7010"),
        (orjson.dumps(document(plan_hash="0" * 64)), "SG7013"),
    ],
)
def test_a_hostile_file_gets_a_diagnosis(data: bytes, code: str) -> None:
    with pytest.raises(SafetyError) as caught:
        load_plan_file(data, environment="production", catalogue="alpha-tide")
    assert caught.value.code == code
    assert caught.value.hint
    assert caught.value.exit_code == 4


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("release", 4006381333931),
        ("release", "../../etc/passwd"),
        ("target", ""),
        ("stream_version", -1),
        ("stream_version", True),
        ("stream_version", 10**30),
        ("stream_version", "1"),
        ("message_fingerprint", "abc"),
        ("action", None),
    ],
)
def test_a_wrong_value_in_an_item_names_the_place(field: str, value: Any) -> None:
    hostile = document()
    hostile["items"][0] = {**hostile["items"][0], field: value}
    with pytest.raises(SafetyError, match=rf"items\.0\.{field}") as caught:
        load_plan_file(
            json.dumps(hostile).encode(), environment="production", catalogue="alpha-tide"
        )
    assert caught.value.code == "SG7010"


def test_fields_that_a_later_minor_version_adds_are_ignored() -> None:
    later = document(format_version="1.7", news=[1])
    later["items"][0]["mood"] = "blue"
    assert len(load(later).items) == 3


def test_the_json_of_a_plan_is_valid_against_its_published_schema() -> None:
    schema = plan_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for unchanged in (False, True):
        validator.validate(orjson.loads(plan_json(full_plan(), include_unchanged=unchanged)))
    validator.validate(orjson.loads(plan_json(plan_of([]))))


def test_the_schema_names_every_field_of_the_json_and_describes_it() -> None:
    schema = plan_schema()
    change = Change(path="title", before="a", after="b")
    (item, *_) = (i for i in full_plan().items if i.findings)
    circuit = OpenCircuit(target="spotify", failures=5, until="2026-11-22T12:15:00Z", due=False)
    plan = dataclasses.replace(
        full_plan(), items=(item._replace(changes=(change,)),), circuits=(circuit,)
    )
    difference = Difference(way=(("Release", ""),), before="a", after="b")
    compared = Comparison(operation="update", differences=(difference,))
    pairs, names = [(plan.items[0], compared)], {"spotify": "ERN 4.3 over SFTP"}
    shown = orjson.loads(plan_json(plan, compared=pairs, descriptions=names))
    entry = shown["items"][0]
    message = schema["$defs"]["message"]
    for node, value in (
        (schema, shown),
        (message, entry["message"]),
        (message["properties"]["changes"]["items"], entry["message"]["changes"][0]),
        (schema["properties"]["summary"], shown["summary"]),
        (schema["$defs"]["item"], entry),
        (schema["$defs"]["reason"], entry["reasons"][0]),
        (schema["$defs"]["change"], entry["changes"][0]),
        (schema["$defs"]["finding"], entry["findings"][0]),
        (schema["$defs"]["circuit"], shown["circuits"][0]),
    ):
        assert list(node["properties"]) == list(value)
        assert all(field["description"] for field in node["properties"].values())


def test_unchanged_items_are_counted_and_not_listed() -> None:
    shown = plan_document(full_plan())
    assert shown["summary"]["unchanged"] == 1
    assert all(item["action"] != "unchanged" for item in shown["items"])
    everything = plan_document(full_plan(), include_unchanged=True)
    assert len(everything["items"]) == len(shown["items"]) + 1
    assert everything["plan_hash"] == shown["plan_hash"]
