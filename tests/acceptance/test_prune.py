"""`messages:` and `ledger prune`: what was sent is kept where and as long as stardust.yaml says."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from contextlib import closing
from uuid import uuid4

import pytest

from tests.acceptance.diagnosis import assert_told
from tests.catalogues import CatalogueFolder
from tests.label import (
    BOTH,
    EP,
    EP_FILE,
    SERVICE,
    SINGLE,
    SINGLE_FILE,
    STORE,
    add_to_target,
    applied,
    delivered_message,
    move_clock,
    phase_of,
    plan_of,
    sends_nothing,
    set_status,
)
from tests.object_servers import KEYS, S3Server

PURGE = "{default: active, service: {status: takedown, purge: true, reason: sent by mistake}}"


def configure(label: CatalogueFolder, line: str) -> None:
    config = label.path("stardust.yaml").read_text("utf-8")
    label.write("stardust.yaml", f"{config}{line}\n")


def tell_anew(label: CatalogueFolder, *titles: str) -> None:
    """The EP is updated to each of these titles, hours apart."""
    for title in titles:
        text = label.path(EP_FILE).read_text("utf-8")
        label.write(EP_FILE, re.sub("^title: .*", f"title: {title}", text, count=1, flags=re.M))
        move_clock(label, days=2)
        applied(label)


def kept(label: CatalogueFolder) -> int:
    with closing(sqlite3.connect(label.path(".stardust/ledger.db"))) as database:
        (count,) = database.execute("SELECT count(*) FROM blobs").fetchone()
    return int(count)


def test_old_messages_go_and_all_else_works_on(label: CatalogueFolder) -> None:
    first = delivered_message(label, EP, STORE)
    tell_anew(label, "Sea Wall", "Harbour Wall")
    last = delivered_message(label, EP, STORE)
    assert_told(label.run("ledger", "prune"), 64, "keep_for: 2 years")
    configure(label, "messages: {keep_for: 18 months}")
    assert_told(label.must("ledger", "prune", "--auto-approve"), 0, "Nothing from before 2025-05-")
    move_clock(label, days=548)

    before = kept(label)
    shown = label.must("ledger", "prune", "--dry-run")
    assert_told(shown, 0, "production store", "1 message", "would be erased")
    listed = label.must("ledger", "prune", "--dry-run", "--format", "json").json()
    digest = hashlib.sha256(first).hexdigest()
    (entry,) = [one for one in listed["erased"] if one["sha256"] == digest]
    assert (entry["kind"], entry["streams"][0]) == ("message", ["production", STORE, f"0{EP}"])
    assert (listed["keep_for"], listed["dry_run"]) == ("18 months", True)
    assert kept(label) == before
    assert_told(label.run("ledger", "prune"), 64, "--auto-approve")

    assert_told(label.must("ledger", "prune", "--auto-approve"), 0, " erased.")
    assert kept(label) == before - len(listed["erased"])
    assert_told(label.must("ledger", "verify"), 0, "The ledger is sound.")
    assert (
        label.must("ledger", "prune", "--auto-approve", "--format", "json").json()["erased"] == []
    )
    erased_on = f"{label.clock.now():%Y-%m-%d}"
    at = f"{EP}@{STORE}"
    assert_told(label.must("show", at), 0, f"erased on {erased_on}: 1 older", "kept for 18 months")
    (erasure,) = label.must("show", at, "--format", "json").json()["erased"]
    assert erasure["sha256"] == [digest]
    assert_told(label.must("history", at), 0, "erased", "older than 18 months")
    assert label.must("show", at, "--message").stdout.encode() == last

    # What is needed is there: to compare with, to be carried on, and to be taken down.
    sends_nothing(label)
    label.edit(EP_FILE, "title: Harbour Wall\nartists", "title: Breakwater\nartists")
    assert "Harbour Wall" in label.must("plan", "--diff", "xml").stdout
    applied(label)
    for file in (EP_FILE, SINGLE_FILE):
        label.path(file).unlink()
    configure(label, f'removed: {{"{SINGLE}": {{decision: takedown, reason: sold}},')
    configure(label, f'  "{EP}": {{decision: takedown, reason: sold}}}}')
    applied(label, "--allow", f"takedown:{EP}", "--allow", f"takedown:{SINGLE}")
    assert {phase_of(label, icpn, to) for icpn in (EP, SINGLE) for to in BOTH} == {"taken_down"}
    assert_told(label.must("ledger", "verify"), 0, "The ledger is sound.")


def test_a_purged_release_comes_back_after_its_message_was_erased(label: CatalogueFolder) -> None:
    add_to_target(label, SERVICE, "takedown: purge\n")
    set_status(label, EP_FILE, PURGE)
    applied(label)
    # A second one, so that what was live before the first does not count again if it is rejected.
    set_status(label, EP_FILE, "active")
    applied(label)
    set_status(label, EP_FILE, PURGE)
    applied(label)
    configure(label, "messages: {keep_for: 1 day}")
    move_clock(label, days=3)
    label.must("ledger", "prune", "--auto-approve")
    told = label.run("show", f"{EP}@{SERVICE}", "--message")
    assert_told(told, 1, "SG5008", "the message of the purge", "was erased on", "1 day")
    assert_told(label.must("ledger", "verify"), 0, "The ledger is sound.")
    set_status(label, EP_FILE, "active")
    applied(label)
    assert phase_of(label, EP, SERVICE) == "live"


def test_a_lost_content_blocks_its_update_and_nothing_else(label: CatalogueFolder) -> None:
    rows = label.must("history", f"{EP}@{STORE}", "--format", "json").json()["events"]
    (content,) = [row["data"]["content"] for row in rows if row["kind"] == "intended"]
    with closing(sqlite3.connect(label.path(".stardust/ledger.db"))) as database:
        database.execute("DELETE FROM blobs WHERE digest = ?", (content,))
        database.commit()
    label.edit(EP_FILE, "title: Breakwater\nartists", "title: Sea Wall\nartists")
    plan = plan_of(label)
    assert plan.actions == {(EP, STORE): "blocked", (EP, SERVICE): "update"}
    assert "content_lost" in plan.reasons(EP, STORE)
    told = label.run("plan")
    assert_told(told, 0, "the content of the insert of", "is missing in the ledger", content)
    applied(label, code=6)
    assert plan_of(label).actions == {(EP, STORE): "blocked"}
    set_status(label, EP_FILE, "{default: active, store: takedown}")
    result = applied(label, code=6)
    (item,) = [one for one in result["items"] if one["target"] == STORE]
    assert (item["outcome"], item["code"]) == ("failed", "SG5008"), "not guessed, nor in silence"
    assert phase_of(label, EP, STORE) == "live"
    assert_told(label.run("ledger", "verify"), 1, f"the bytes {content} are missing")


def test_messages_in_a_bucket(
    label: CatalogueFolder, moto: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    url = moto.url(moto.make_bucket(f"b-{uuid4().hex}"), "sent")
    before = kept(label)
    configure(label, f'messages: {{url: "{url}", keep_for: 1 day}}')
    tell_anew(label, "Sea Wall")
    assert kept(label) == before
    last = delivered_message(label, EP, STORE)
    assert label.must("show", f"{EP}@{STORE}", "--message").stdout.encode() == last
    assert_told(label.must("ledger", "verify"), 0, "The ledger is sound.")
    tell_anew(label, "Harbour Wall")
    move_clock(label, days=2)
    label.must("ledger", "prune", "--auto-approve")
    assert kept(label) < before
    assert_told(label.must("ledger", "verify"), 0, "The ledger is sound.")
    told = label.must("ledger", "migrate", "--to", "sqlite:.stardust/other.db")
    assert_told(told, 0, "erased before", "carried over")
    assert "not there any more" not in told.text
    label.must("ledger", "export", label.path("all.gz"))
    label.must("ledger", "import", label.path("all.gz"))
    with closing(sqlite3.connect(label.path(".stardust/ledger.db"))) as database:
        database.execute("DELETE FROM blobs")
        database.commit()
    assert_told(label.must("ledger", "verify"), 0, "The ledger is sound.")
    label.edit("stardust.yaml", f'messages: {{url: "{url}", keep_for: 1 day}}', "")
    lost = label.run("show", f"{EP}@{STORE}", "--message")
    assert_told(lost, 1, "SG5008", "the message of the update of", "messages:")


@pytest.mark.parametrize(
    ("written", "code", "said"),
    [
        ("https://files.example.com/x", "SG1132", "names no bucket"),
        ("s3://user:word@bucket/x", "SG1118", "not repeated"),
        ("azure://container/x?sig=abc", "SG1118", "not repeated"),
        ("{url: sqlite:here.db}", "SG1132", "names no bucket"),
        ("{keep_for: for ever}", "SG1133", "730 days"),
        ("{keep_for: 0 days}", "SG1133", "730 days"),
        ("{until: 2 years}", "SG1102", "until"),
    ],
)
def test_what_makes_no_sense_is_told(
    catalogue: CatalogueFolder, written: str, code: str, said: str
) -> None:
    config = catalogue.path("stardust.yaml").read_text("utf-8")
    catalogue.write("stardust.yaml", f"{config}messages: {written}\n")
    told = catalogue.run("validate")
    assert_told(told, 3, code, said)
    assert "word" not in told.text and "abc" not in told.text
