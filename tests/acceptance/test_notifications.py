"""People are told what happened, by mail and webhook; nothing fails because nobody listens."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from stardust_gitops.ledger.open import open_ledger
from tests.acceptance.diagnosis import assert_told
from tests.catalogues import CatalogueFolder, FixedClock
from tests.label import (
    EP,
    EP_FILE,
    SINGLE,
    SINGLE_FILE,
    STORE,
    add_to_target,
    applied,
    move_clock,
    plan_of,
    set_status,
)
from tests.message_servers import MailServer, Webhook, mail_server, webhook

ALL = "[applied, failed, blocked, takedown, late, weekly]"


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with webhook() as server:
        yield server


@pytest.fixture
def told(
    label: CatalogueFolder, mail: MailServer, hook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> CatalogueFolder:
    """The team hears of everything by webhook, the boss of takedowns and of the week by mail."""
    monkeypatch.setenv("TEAM", hook.url)
    monkeypatch.setenv("BOSS", mail.url)
    notify(label, f"{{to: env:TEAM, on: {ALL}}}", "{to: env:BOSS, on: [takedown, weekly]}")
    return label


def notify(label: CatalogueFolder, *entries: str) -> None:
    config = label.path("stardust.yaml").read_text("utf-8")
    label.write("stardust.yaml", f"{config}notifications: [{', '.join(entries)}]\n")


def titles(hook: Webhook) -> list[str]:
    return [post["title"] for post in hook.posts]


def test_what_a_run_did_is_told_once(
    told: CatalogueFolder, hook: Webhook, mail: MailServer
) -> None:
    told.edit(EP_FILE, "title: Undertow", "title: Underflow")
    set_status(told, SINGLE_FILE, "takedown")
    commit = told.commit("two changes")
    applied(told)
    assert titles(hook) == [
        "alpha-tide: 4 items delivered (production)",
        "alpha-tide: 2 items taken down (production)",
    ]
    body = hook.posts[0]["message"]
    assert f"store {EP} Kestrel & Sons – Breakwater: update sent" in body
    assert commit[:10] in body
    (subject, text), *others = mail.texts()
    assert not others
    assert subject == "alpha-tide: 2 items taken down (production)"
    assert f"store {SINGLE} Kestrel & Sons – Ebb: takedown sent" in text


def test_a_title_calls_nobody(told: CatalogueFolder, hook: Webhook) -> None:
    told.edit(SINGLE_FILE, "title: Ebb", 'title: "@everyone <!channel>"')
    applied(told)
    body = hook.posts[0]["message"]
    assert "@\u200beveryone <\u200b!channel>" in body
    assert "@everyone" not in body
    assert "<!channel>" not in body


def test_nothing_done_is_nothing_told(told: CatalogueFolder, hook: Webhook) -> None:
    applied(told)
    told.must("plan")
    assert hook.posts == []


def test_what_is_blocked_is_told_but_not_by_every_scheduled_run(
    told: CatalogueFolder, hook: Webhook
) -> None:
    told.edit(SINGLE_FILE, "genre: HOUSE-00", "genre: NONSENSE")
    assert told.apply().code == 6
    assert titles(hook) == ["alpha-tide: 2 items blocked (production)"]
    assert f"store {SINGLE}" in hook.posts[0]["message"]
    assert told.apply("--quiet").code == 6
    assert len(hook.posts) == 1, "a schedule does not say it again"
    told.edit(EP_FILE, "title: Undertow", "title: Underflow")
    assert told.apply("--quiet").code == 6
    assert len(hook.posts) == 3, "but with something new it does"


def test_a_guard_that_stops_everything_is_told(told: CatalogueFolder, hook: Webhook) -> None:
    told.edit("stardust.yaml", "notifications:", "safety: {updates: {count: 0}}\nnotifications:")
    told.edit(EP_FILE, "title: Undertow", "title: Underflow")
    assert told.apply().code == 4
    assert titles(hook) == ["alpha-tide: 2 items blocked (production)"]
    assert "more than the limit of 0" in hook.posts[0]["message"]


def test_a_guard_is_told_as_a_failure_to_who_hears_of_nothing_else(
    told: CatalogueFolder, hook: Webhook, mail: MailServer
) -> None:
    told.edit("stardust.yaml", "on: [takedown, weekly]", "on: [failed]")
    told.edit("stardust.yaml", "notifications:", "safety: {updates: {count: 0}}\nnotifications:")
    told.edit(EP_FILE, "title: Undertow", "title: Underflow")
    assert told.apply().code == 4
    assert titles(hook) == ["alpha-tide: 2 items blocked (production)"], "once to each"
    ((subject, text),) = mail.texts()
    assert subject == "alpha-tide: the run failed (production)"
    assert "SG7002" in text
    assert told.apply("--quiet").code == 4
    assert titles(hook)[1:] == ["alpha-tide: the run failed (production)"]


def test_a_ledger_that_is_not_there_is_told_once(told: CatalogueFolder, hook: Webhook) -> None:
    told.path(".stardust/ledger.db").unlink()
    assert told.apply("--quiet", "--environment", "test").code == 4
    assert titles(hook) == ["alpha-tide: the run failed (test)"]
    assert "SG5001" in hook.posts[0]["message"]
    assert "ledger init" in hook.posts[0]["message"], "with what to do"
    hook.status = 500
    assert_told(told.apply(), 4, "SG5001", "'failed' was not told to env:TEAM")
    told.write("notifications/failed.txt", b"\xff")
    assert_told(told.apply(), 4, "SG5001", "notifications/failed.txt cannot be read")


def test_uncommitted_changes_are_told_but_a_slip_at_the_keyboard_is_not(
    told: CatalogueFolder, hook: Webhook
) -> None:
    told.commit("notifications")
    told.edit(EP_FILE, "title: Undertow", "title: Underflow")
    assert told.run("apply", "--auto-approve", "--resend").code == 64
    assert told.run("apply", "--auto-approve", "--target", "nobody", "--allow-dirty").code == 64
    assert told.run("apply", "--allow-dirty").code == 64, "nobody is there to be asked"
    assert hook.posts == []
    assert told.run("apply", "--auto-approve").code == 4
    assert titles(hook) == ["alpha-tide: the run failed (production)"]
    assert "SG7001" in hook.posts[0]["message"]


def test_of_a_bug_only_its_kind_is_told(told: CatalogueFolder, hook: Webhook) -> None:
    class Broken(FixedClock):
        """It has never met a clock like this."""

        def now(self) -> datetime:
            raise ZeroDivisionError("hunter22")

    told.clock = Broken()
    assert told.apply().code == 70
    assert titles(hook) == ["alpha-tide: the run failed (production)"]
    assert "a bug in stardust-gitops: ZeroDivisionError" in hook.posts[0]["message"]
    assert "hunter22" not in hook.posts[0]["message"]


def test_a_target_at_which_another_run_is_busy_is_told(
    told: CatalogueFolder, hook: Webhook
) -> None:
    told.edit(EP_FILE, "title: Undertow", "title: Underflow")
    ledger = open_ledger("sqlite:.stardust/ledger.db", told.root, "alpha-tide", told.clock)
    try:
        ledger.take_lease("production", STORE, holder="somebody at another machine")
        assert told.apply("--target", STORE).code == 5
    finally:
        ledger.close()
    assert titles(hook) == ["alpha-tide: 1 item failed (production)"]
    assert "store: " in hook.posts[0]["message"]


def test_a_catalogue_that_cannot_be_read_can_tell_nobody(
    told: CatalogueFolder, hook: Webhook
) -> None:
    told.edit("stardust.yaml", "format: 1", "format: [")
    outcome = told.apply()
    assert outcome.code == 3
    assert "warning" not in outcome.text
    assert hook.posts == []


def test_what_failed_is_told(told: CatalogueFolder, hook: Webhook) -> None:
    told.edit(EP_FILE, "title: Undertow", "title: Underflow")
    told.path("delivered/store").rename(told.path("delivered/away"))
    told.write("delivered/store", "not a folder")
    assert told.apply("--target", STORE).code == 6
    assert titles(hook) == ["alpha-tide: 1 item failed (production)"]
    assert f"store {EP}" in hook.posts[0]["message"]


def test_the_environment_is_named(told: CatalogueFolder, hook: Webhook) -> None:
    applied(told, "--environment", "test")
    assert titles(hook) == ["alpha-tide: 4 items delivered (test)"]


def test_late_and_the_week(told: CatalogueFolder, hook: Webhook, mail: MailServer) -> None:
    told.must("report", "schedule", "--notify", "late")
    assert hook.posts == [], "nothing is late"
    add_to_target(told, STORE, "lead_time: {update: 20d}\n")
    told.edit(EP_FILE, "title: Undertow", "title: Underflow")
    assert told.run("report", "schedule", "--notify", "late").code == 2
    assert titles(hook) == ["alpha-tide: 1 late (production)"]
    assert "will miss 2026-12-04" in hook.posts[0]["message"]
    told.run("report", "schedule", "--notify", "weekly")
    (subject, text), *_ = mail.texts()
    assert subject == "alpha-tide: the week (production)"
    assert "Delivered: 2 inserts to service, 2 inserts to store" in text
    assert f"store  {EP} Kestrel & Sons – Breakwater (update)" in text


def test_words_of_ones_own(told: CatalogueFolder, hook: Webhook) -> None:
    told.write("notifications/applied.txt", "Hi from $catalogue\n$items ${unknown} $ {x.y}")
    told.edit(EP_FILE, "title: Undertow", "title: Underflow")
    applied(told)
    assert titles(hook) == ["Hi from alpha-tide"]
    assert hook.posts[0]["message"].endswith("${unknown} $ {x.y}")


@pytest.mark.parametrize(
    ("team", "why"),
    [
        ("json://user:hunter22@127.0.0.1:1/hook", "it was not taken"),
        ("nonsense hunter22", "the address is none that apprise knows"),
        (None, "TEAM"),
    ],
)
def test_nobody_there_fails_nothing(
    told: CatalogueFolder, monkeypatch: pytest.MonkeyPatch, team: str | None, why: str
) -> None:
    if team is None:
        monkeypatch.delenv("TEAM")
    else:
        monkeypatch.setenv("TEAM", team)
    told.edit(EP_FILE, "title: Undertow", "title: Underflow")
    outcome = told.apply()
    assert_told(outcome, 0, "Apply: 2 sent", "'applied' was not told to env:TEAM", why)
    assert "hunter22" not in outcome.text
    assert plan_of(told).actions == {}


def test_a_webhook_that_refuses_fails_nothing(told: CatalogueFolder, hook: Webhook) -> None:
    hook.status = 500
    told.write("notifications/blocked.txt", b"\xff\xfe")
    told.edit(EP_FILE, "title: Undertow", "title: Underflow")
    told.edit(SINGLE_FILE, "genre: HOUSE-00", "genre: NONSENSE")
    outcome = told.apply("--format", "json")
    assert outcome.code == 6, "for what is blocked"
    assert outcome.json()["summary"]["sent"] == 2
    assert_told(outcome, 6, "it was not taken", "notifications/blocked.txt cannot be read")


@pytest.mark.parametrize(
    "entry",
    [
        "{to: 'json://user:hunter22@example.org', on: [failed]}",
        "{to: env:TEAM, on: []}",
        "{to: env:TEAM, on: [everything]}",
        "{to: env:TEAM}",
    ],
)
def test_settings_that_will_not_do(label: CatalogueFolder, entry: str) -> None:
    notify(label, entry)
    outcome = label.run("validate")
    assert_told(outcome, 3, "stardust.yaml")
    assert label.run("plan").code == 3


def test_a_scheduled_run_without_work_is_silent(label: CatalogueFolder) -> None:
    quiet = label.run("apply", "--auto-approve", "--quiet")
    assert (quiet.code, quiet.text) == (0, "")
    label.edit(EP_FILE, "genre:", "send_from: 2026-11-26T09:00\ngenre:")
    label.edit(EP_FILE, "title: Undertow", "title: Underflow")
    label.commit("later")
    quiet = label.run("apply", "--auto-approve", "--quiet")
    assert (quiet.code, quiet.text) == (0, ""), "held is as it should be"
    move_clock(label, days=2)
    assert_told(label.run("apply", "--auto-approve", "--quiet"), 0, "Apply: 2 sent")
    label.edit(SINGLE_FILE, "genre: HOUSE-00", "genre: NONSENSE")
    label.commit("a slip")
    assert_told(label.run("apply", "--auto-approve", "--quiet"), 6, "2 blocked")
