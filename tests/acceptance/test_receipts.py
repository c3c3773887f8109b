"""What recipients answer: fetched, matched, recorded, and what the plan makes of it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from stardust_gitops.ledger.open import open_ledger
from tests.acceptance.diagnosis import assert_told
from tests.acknowledgements import answer, file_ack, message_part, release_part, status_ack
from tests.catalogues import CATALOGUE_ID, CatalogueFolder
from tests.label import (
    EP,
    EP_FILE,
    SERVICE,
    SINGLE,
    STORE,
    add_to_target,
    applied,
    move_clock,
    plan_of,
    sends_nothing,
)

BATCHES = "*/acknowledgements"
LATER, LATEST = "2026-11-23T09:00:00Z", "2026-11-23T10:00:00Z"


@pytest.fixture
def answering(label: CatalogueFolder) -> CatalogueFolder:
    """Both recipients answer: the store into one folder, the service beside each batch."""
    add_to_target(label, STORE, "acknowledgements: {path: ack}\n")
    add_to_target(label, SERVICE, f'acknowledgements: {{path: "{BATCHES}"}}\n')
    label.commit("they answer")
    return label


def says(label: CatalogueFolder, name: str, data: bytes, target: str = STORE) -> None:
    label.write(f"delivered/{target}/{name}", data)


def pulled(label: CatalogueFolder, *arguments: str, code: int = 0) -> dict[str, Any]:
    """What a pull found at each target."""
    outcome = label.run("receipts", "pull", "--format", "json", *arguments)
    assert outcome.code == code, outcome.text
    return {each["target"]: each for each in outcome.json()["targets"]}


def message_of(label: CatalogueFolder, icpn: str, target: str = STORE) -> str:
    """The id of the last message of a release."""
    events = label.must("history", f"{icpn}@{target}", "--format", "json").json()["events"]
    return str(next(e["data"]["message_id"] for e in events if e["kind"] == "intended"))


def answered(label: CatalogueFolder) -> list[tuple[str, str, str]]:
    """The answers on record, newest first: ICPN, target, status."""
    listed = label.must("receipts", "list", "--format", "json").json()["answers"]
    return [(each["icpn"], each["target"], each["status"]) for each in listed]


def test_from_the_delivery_to_the_answer_and_on(answering: CatalogueFolder) -> None:
    label, first = answering, message_of(answering, EP)
    says(label, "ack/ACK_1.xml", answer(first, time=LATER))
    told = label.must("receipts", "pull")
    assert_told(told, 0, f"{STORE}: 1 new answer; 1 file read, 0 known", f"{EP} accepted FileOK")
    assert answered(label) == [(EP, STORE, "accepted")]
    assert_told(label.run("history", f"{EP}@{STORE}"), 0, "acknowledged accepted")
    position = label.position()
    assert pulled(label)[STORE]["files_known"] == 1
    assert label.position() == position, "a second pull changes nothing"
    assert label.path(f"delivered/{STORE}/ack/ACK_1.xml").exists(), "nor does any at the recipient"
    sends_nothing(label)

    more = "<ErrorText>cover is blurred</ErrorText>"
    more += "<ProposedActionType>ResendXmlAndResources</ProposedActionType>"
    bad = answer(first, "ResourceCorrupt", time=LATEST, more=more)
    says(label, "ack/ACK_2.xml", bad)
    (new,) = pulled(label)[STORE]["new"]
    assert (new["icpn"], new["status"], new["code"]) == (EP, "rejected", "ResourceCorrupt")
    plan = plan_of(label)
    assert plan.actions == {(EP, STORE): "blocked"}
    (reason,) = plan.items[EP, STORE]["reasons"]
    assert reason["code"] == "rejected"
    assert "the recipient rejected it: cover is blurred" in reason["text"]
    assert "it wants the message again, with its files (ResendXmlAndResources)" in reason["text"]
    ask = ("--resend", "--target", STORE, "--release", EP)
    assert f"`apply {' '.join(ask)}`" in reason["text"]
    assert applied(label, code=6)["items"] == [], "not by itself"
    label.must("ledger", "verify")

    sent = applied(label, *ask)["items"]
    assert [(item["operation"], item["outcome"]) for item in sent] == [("insert", "sent")]
    assert plan_of(label).actions == {}
    says(label, "ack/ACK_3.xml", answer(message_of(label, EP), time="2026-11-24T09:30:00Z"))
    assert pulled(label)[STORE]["new"][0]["status"] == "accepted"
    sends_nothing(label)


def test_what_changed_is_sent_without_being_asked_for(answering: CatalogueFolder) -> None:
    says(answering, "ack/a.xml", answer(message_of(answering, EP), "MetadataMissing", time=LATER))
    pulled(answering)
    answering.edit(EP_FILE, "title: Undertow", "title: Underflow")
    plan = plan_of(answering, "--target", STORE)
    assert plan.actions == {(EP, STORE): "insert"}
    assert plan.reasons(EP) == ["new_release", "after_rejection"]


def test_the_services_answers_lie_beside_its_batches(answering: CatalogueFolder) -> None:
    (folder,) = {name.partition("/")[0] for name in answering.messages(SERVICE)}
    says(answering, f"{folder}/acknowledgements/ACK_1.xml", file_ack(EP, date=""), SERVICE)
    whole = status_ack([release_part(message_part("", batch=folder), release="")], time=LATER)
    says(answering, f"{folder}/acknowledgements/ACK_2.xml", whole, SERVICE)
    new = pulled(answering)[SERVICE]["new"]
    assert sorted((entry["icpn"], entry["file"][-9:]) for entry in new) == [
        *((EP, "ACK_1.xml"), (EP, "ACK_2.xml")),
        (SINGLE, "ACK_2.xml"),
    ], "one for the release, and one about the whole batch"


def test_the_same_answer_in_two_files_is_one(answering: CatalogueFolder) -> None:
    data = answer(message_of(answering, EP), time=LATER)
    for name in ("a", "b"):
        says(answering, f"ack/{name}.xml", data)
    told = pulled(answering)[STORE]
    assert (len(told["new"]), told["repeated"]) == (1, 1)
    says(answering, "ack/c.xml", data)
    told = pulled(answering)[STORE]
    assert (told["new"], told["repeated"], told["files_known"]) == ([], 1, 2)
    assert answered(answering) == [(EP, STORE, "accepted")]


def test_what_was_said_earlier_and_found_later_changes_nothing(answering: CatalogueFolder) -> None:
    message = message_of(answering, EP)
    says(answering, "ack/new.xml", answer(message, time=LATEST))
    pulled(answering)
    says(answering, "ack/old.xml", answer(message, "ErnMissing", time=LATER))
    assert pulled(answering)[STORE]["new"][0]["status"] == "rejected"
    assert answered(answering) == [(EP, STORE, "rejected"), (EP, STORE, "accepted")]
    sends_nothing(answering)


def test_what_leads_nowhere_is_kept_and_shown(answering: CatalogueFolder) -> None:
    says(answering, "ack/unknown.xml", answer("M-unknown", "ErnMissing", time=LATER))
    says(answering, "ack/other.xml", file_ack("4006381333962"))
    says(answering, "ack/broken.xml", b"<FtpAcknowledgement")
    says(answering, "ack/ours.xml", b"<NewReleaseMessage/>")
    says(answering, "ack/empty.xml", status_ack([]))
    says(answering, "ack/good.xml", answer(message_of(answering, EP), time=LATER))
    says(answering, "ack/notes.txt", b"not looked at")
    told = answering.run("receipts", "pull", "--target", STORE)
    assert_told(
        told,
        0,
        f"{STORE}: 1 new answer; 6 files read",
        "about M-unknown",
        "ack/broken.xml cannot be read: not well-formed XML",
        "is no acknowledgement",
    )
    listed = answering.must("receipts", "list", "--unmatched", "--format", "json").json()
    assert listed["answers"] == []
    strays = {each["file"]: each for each in listed["unmatched"]}
    assert sorted(strays) == [
        f"ack/{name}.xml" for name in ("broken", "empty", "other", "ours", "unknown")
    ]
    assert strays["ack/unknown.xml"]["receipt"]["message_id"] == "M-unknown"
    assert strays["ack/empty.xml"]["problem"] == "it says nothing of any message"
    assert_told(answering.run("receipts", "list", "--unmatched"), 0, "M-unknown", "broken.xml")
    assert pulled(answering)[STORE]["files_read"] == 0
    says(answering, "ack/broken.xml", answer(message_of(answering, SINGLE), time=LATER))
    assert [each["icpn"] for each in pulled(answering)[STORE]["new"]] == [SINGLE]
    left = answering.must("receipts", "list", "--unmatched", "--format", "json").json()
    assert len(left["unmatched"]) == 4, "as each file was read last"
    answering.must("ledger", "verify")


def test_a_file_that_is_too_large_is_not_read(answering: CatalogueFolder) -> None:
    says(answering, "ack/huge.xml", b"")
    with answering.path(f"delivered/{STORE}/ack/huge.xml").open("r+b") as file:
        file.truncate(1 << 30)
    says(answering, "ack/z.xml", answer(message_of(answering, EP), time=LATER))
    told = pulled(answering)[STORE]
    assert told["unreadable"][0]["problem"].startswith("it is larger than 20 MB")
    assert len(told["new"]) == 1


def test_files_that_were_read_are_deleted_where_the_target_says_so(
    label: CatalogueFolder,
) -> None:
    add_to_target(label, STORE, "acknowledgements: {path: ack, delete: true}\n")
    says(label, "ack/good.xml", answer(message_of(label, EP), time=LATER))
    says(label, "ack/broken.xml", b"<")
    assert pulled(label)[STORE]["deleted"] == 1
    left = [name for name in label.delivered(STORE) if name.startswith("ack/")]
    assert left == ["ack/broken.xml"], "somebody may still want to look at it"
    assert answered(label) == [(EP, STORE, "accepted")]
    assert_told(label.run("ledger", "verify"), 0, "The ledger is sound.")


def test_a_target_that_cannot_be_reached_is_told_and_the_others_go_on(
    answering: CatalogueFolder,
) -> None:
    folder = answering.path(f"delivered/{SERVICE}")
    folder.rename(folder.with_name("elsewhere"))
    folder.symlink_to("service")
    says(answering, "ack/a.xml", answer(message_of(answering, EP), time=LATER))
    told = pulled(answering, code=1)
    assert told[SERVICE]["error"]["code"].startswith("SG60")
    assert len(told[STORE]["new"]) == 1


def test_an_apply_that_is_at_work_is_waited_for_and_then_told(answering: CatalogueFolder) -> None:
    says(answering, "ack/a.xml", answer(message_of(answering, EP), time=LATER))
    with lease_of(answering, STORE):
        told = pulled(answering, "--lock-timeout", "0s", code=5)
        assert told[STORE]["error"]["code"] == "SG5005"
        assert answered(answering) == []
    assert len(pulled(answering)[STORE]["new"]) == 1


@contextmanager
def lease_of(label: CatalogueFolder, target: str) -> Iterator[None]:
    """Somebody is applying to a target."""
    ledger = open_ledger("sqlite:.stardust/ledger.db", label.root, CATALOGUE_ID, label.clock)
    lease = ledger.take_lease("production", target, holder="an apply")
    try:
        yield
    finally:
        ledger.release_lease(lease)
        ledger.close()


def test_json_and_text_answers(label: CatalogueFolder) -> None:
    add_to_target(
        label,
        STORE,
        "acknowledgements:\n  path: out\n  format: json\n"
        "  fields: {message_id: /messageId, status: /status, text: /error}\n"
        "  statuses: {OK: live, FAILED: rejected}\n",
    )
    add_to_target(
        label,
        SERVICE,
        'acknowledgements: {path: out, format: text, files: "{release}_*.txt",'
        " fields: {status: Result}, statuses: {done: accepted}}\n",
    )
    document = {"messageId": message_of(label, EP), "status": "OK"}
    says(label, "out/1.json", json.dumps(document).encode())
    says(label, f"out/{SINGLE}_1.txt", b"Result: done\n", SERVICE)
    pulled(label)
    assert sorted(answered(label)) == [(EP, STORE, "live"), (SINGLE, SERVICE, "accepted")]


def test_what_could_not_be_read_is_read_again_when_the_target_says_how(
    label: CatalogueFolder,
) -> None:
    add_to_target(label, STORE, "acknowledgements: {path: out, files: a*}\n")
    document = {"messageId": message_of(label, EP), "status": "OK"}
    says(label, "out/a.json", json.dumps(document).encode())
    assert len(pulled(label)[STORE]["unreadable"]) == 1
    fields = "fields: {message_id: /messageId, status: /status}, statuses: {ok: accepted}"
    label.edit(f"targets/{STORE}.yaml", "files: a*", f"format: json, {fields}")
    assert pulled(label)[STORE]["new"] == []
    assert len(pulled(label, "--again")[STORE]["new"]) == 1
    assert pulled(label, "--again")[STORE]["repeated"] == 1
    left = label.must("receipts", "list", "--unmatched", "--format", "json").json()
    assert left["unmatched"] == []


def test_a_name_that_is_no_text_stops_nothing(answering: CatalogueFolder) -> None:
    says(answering, "ack/a.xml", answer(message_of(answering, EP), time=LATER))
    folder = os.fsencode(answering.path(f"delivered/{STORE}/ack"))
    with open(folder + b"/\xff.xml", "wb"):  # noqa: PTH123
        pass
    told = pulled(answering, code=1)[STORE]
    assert [each["file"] for each in told["refused"]] == ["ack/\\udcff.xml"]
    assert len(told["new"]) == 1


def test_old_answers_are_erased_as_old_messages_are(answering: CatalogueFolder) -> None:
    config = answering.path("stardust.yaml").read_text("utf-8")
    answering.write("stardust.yaml", f"{config}messages: {{keep_for: 30 days}}\n")
    says(answering, "ack/a.xml", answer(message_of(answering, EP), time=LATER))
    says(answering, "ack/b.xml", answer("M-unknown", time=LATER))
    pulled(answering)
    move_clock(answering, days=40)
    answering.must("ledger", "prune", "--auto-approve")
    assert_told(answering.run("ledger", "verify"), 0, "The ledger is sound.")
    assert pulled(answering)[STORE]["files_known"] == 2, "what was read is known all the same"
    assert answered(answering) == [(EP, STORE, "accepted")]
    assert [event["kind"] for event in _receipt_events(answering)].count("erased") == 1


def _receipt_events(label: CatalogueFolder) -> list[dict[str, Any]]:
    events = label.must("history", "--all", "--format", "json").json()["events"]
    return [event for event in events if event["stream"][2] == "receipts"]


def test_it_watches_until_it_is_interrupted(
    answering: CatalogueFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds = []

    def sleep(seconds: float) -> None:
        rounds.append(seconds)
        if len(rounds) == 2:
            raise KeyboardInterrupt
        says(answering, "ack/a.xml", answer(message_of(answering, EP), time=LATER))

    monkeypatch.setattr(answering.clock, "sleep", sleep)
    told = answering.run("receipts", "pull", "--watch", "--every", "10m", "--format", "json")
    assert told.code == 130
    found = [json.loads(line)["targets"] for line in told.stdout.splitlines()]
    assert [sum(len(target["new"]) for target in targets) for targets in found] == [0, 1]
    assert rounds == [600.0, 600.0]


def test_who_does_not_say_where_answers_are(label: CatalogueFolder) -> None:
    assert_told(label.run("receipts", "pull"), 0, "No target says where its recipient answers")
    told = label.run("receipts", "pull", "--target", STORE)
    assert_told(told, 64, "store does not say where", f"acknowledgements: to targets/{STORE}.yaml")
    assert_told(label.run("receipts", "pull", "--target", "stoer"), 64, "matches nothing")
    assert_told(label.run("receipts", "list"), 0, "Nobody has answered yet.")


def test_only_what_accepts_is_an_acceptance(answering: CatalogueFolder) -> None:
    message = message_of(answering, EP)
    part = release_part(release=f"<ICPN>{EP}</ICPN>", status="InPreparationForDelivery")
    says(answering, "ack/1.xml", status_ack([part], time=LATER))
    (new,) = pulled(answering)[STORE]["new"]
    assert (new["message_id"], new["status"]) == (message, "processing")
    told = answering.run(
        *("ledger", "acknowledge", "--target", STORE, "--release", EP),
        *("--reason", "by mail", "--auto-approve"),
    )
    assert_told(told, 0, "1 recorded.")


def test_a_disabled_target_is_asked_where_it_was_sent_something(
    answering: CatalogueFolder,
) -> None:
    answering.edit("targets/store.yaml", "recipient:", "enabled: false\nrecipient:")
    answering.write("targets/never.yaml", (answering.root / "targets/store.yaml").read_bytes())
    assert set(pulled(answering)) == {SERVICE, STORE}
    assert set(pulled(answering, "--target", "never")) == {"never"}
