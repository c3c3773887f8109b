"""The table of the design's section 7: each row a test that carries its words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from stardust_gitops.diagnostics import Severity
from stardust_gitops.ledger.state import Phase, StreamState
from stardust_gitops.planning.decide import decide
from stardust_gitops.planning.model import Action
from tests.planning_samples import NOW, SPOTIFY, digest, error, live, sent, taken_down, wish
from tests.unit.deciding import LATER, NOTHING, PURGED, codes, decided, rejected


def test_nothing_and_active_is_an_insert_with_all_files() -> None:
    item = decided(wish(), NOTHING)
    assert (item.action, codes(item), item.with_files) == (Action.INSERT, ["new_release"], True)
    assert item.upload_bytes == 96_400_000
    assert item.stream_version == 0


def test_nothing_and_takedown_is_unchanged_never_delivered() -> None:
    item = decided(wish(status="takedown"), NOTHING)
    assert (item.action, codes(item)) == (Action.UNCHANGED, ["never_delivered"])


def test_live_and_fingerprints_equal_is_unchanged() -> None:
    item = decided(wish(), live())
    assert (item.action, item.operation, item.upload_bytes) == (Action.UNCHANGED, None, 0)


@pytest.mark.parametrize("wanted", [False, True])
def test_message_part_differs_is_an_update_files_only_if_the_target_wants_them(
    wanted: bool,
) -> None:
    target = replace(SPOTIFY, files_in_updates=wanted)
    item = decided(wish(message="corrected"), live(), target)
    assert (item.action, codes(item)) == (Action.UPDATE, ["metadata_changed"])
    assert item.with_files is wanted
    assert item.upload_bytes == (96_400_000 if wanted else 0)


def test_assets_part_differs_is_an_update_with_files() -> None:
    item = decided(wish(assets="remastered", recordings="other isrcs"), live())
    assert (item.action, codes(item), item.with_files) == (Action.UPDATE, ["assets_changed"], True)


def test_assets_part_differs_and_the_isrcs_stay_has_its_own_reason() -> None:
    item = decided(wish(assets="remastered"), live())
    assert (item.action, codes(item), item.with_files) == (Action.UPDATE, ["audio_replaced"], True)


def test_both_parts_differ_is_one_update_with_both_reasons() -> None:
    item = decided(wish(message="corrected", assets="remastered"), live())
    assert codes(item) == ["metadata_changed", "audio_replaced"]


@pytest.mark.parametrize("files", [True, False])
def test_taken_down_and_active_is_an_insert_re_release(files: bool) -> None:
    item = decided(wish(), taken_down(), replace(SPOTIFY, files_in_re_release=files))
    assert (item.action, codes(item), item.with_files) == (Action.INSERT, ["re_release"], files)


def test_taken_down_and_takedown_is_unchanged() -> None:
    item = decided(wish(status="takedown", message="corrected"), taken_down())
    assert (item.action, codes(item)) == (Action.UNCHANGED, ["taken_down"])


def test_purged_and_unchanged_since_is_unchanged() -> None:
    item = decided(wish(status="takedown"), PURGED)
    assert (item.action, codes(item)) == (Action.UNCHANGED, ["purged"])
    still_active = replace(PURGED, baseline=sent("purge", status="active"))
    item = decided(wish(message="corrected"), still_active)
    assert (item.action, codes(item)) == (Action.UNCHANGED, ["purged"])


def test_purged_and_an_explicit_later_change_to_active_sends_everything_again() -> None:
    item = decided(wish(), PURGED, replace(SPOTIFY, files_in_re_release=False))
    assert (item.action, codes(item), item.with_files) == (Action.INSERT, ["re_release"], True)


def test_a_disabled_target_has_no_item() -> None:
    off = replace(SPOTIFY, enabled=False)
    for status in ("active", "takedown", "hold"):
        assert decide(wish(status=status), live(message="old"), off, NOW) is None


def test_rejected_and_content_unchanged_is_blocked_with_the_proposed_action() -> None:
    state = StreamState(version=4, rejected=rejected(action="ResendXmlOnly", text="no genre"))
    item = decided(wish(), state)
    assert (item.action, codes(item), item.operation) == (
        Action.BLOCKED,
        ["rejected"],
        Action.INSERT,
    )
    assert "ResendXmlOnly" in item.reasons[0].text
    assert "no genre" in item.reasons[0].text


def test_rejected_update_and_content_reverted_is_unchanged() -> None:
    state = live(message="first", rejected=rejected("update"))
    assert decided(wish(message="first"), state).action is Action.UNCHANGED
    assert decided(wish(), state).action is Action.BLOCKED


@pytest.mark.parametrize("before", [Phase.NEVER, Phase.TAKEN_DOWN])
def test_rejected_insert_and_content_changed_is_an_insert_with_all_files(before: Phase) -> None:
    baseline = sent("takedown") if before is Phase.TAKEN_DOWN else None
    state = StreamState(version=4, phase=before, baseline=baseline, rejected=rejected())
    target = replace(SPOTIFY, files_in_re_release=False)
    item = decided(wish(message="corrected"), state, target)
    assert (item.action, item.with_files) == (Action.INSERT, True)
    assert "after_rejection" in codes(item)


@pytest.mark.parametrize(
    ("operation", "state"),
    [
        ("insert", NOTHING),
        ("update", live(message="old")),
        ("resend", live()),
        ("insert", taken_down()),
    ],
)
def test_an_open_intention_and_content_still_equal_is_resumed(
    operation: str, state: StreamState
) -> None:
    opened = replace(state, version=5, open=sent(operation), failure="connection lost")
    item = decided(wish(), opened)
    assert (item.action, codes(item), item.resumes) == (Action(operation), ["resumed"], True)
    assert "connection lost" in item.reasons[0].text


def test_an_open_intention_marker_not_begun_and_content_changed_is_superseded() -> None:
    item = decided(wish(message="corrected"), replace(NOTHING, version=1, open=sent()))
    assert (item.action, codes(item)) == (Action.INSERT, ["superseded", "new_release"])
    assert not item.resumes
    item = decided(wish(assets="remastered"), replace(NOTHING, version=1, open=sent()))
    assert (item.action, codes(item)) == (Action.INSERT, ["superseded", "new_release"])


def test_an_open_intention_and_content_reverted_is_superseded_then_unchanged() -> None:
    item = decided(wish(), live(open=sent("update", message="mistake")))
    assert (item.action, codes(item)) == (Action.UNCHANGED, ["superseded", "unchanged"])
    item = decided(wish(), live(open=sent("takedown", status="takedown")))
    assert (item.action, codes(item)) == (Action.UNCHANGED, ["superseded", "unchanged"])
    item = decided(wish(status="takedown"), replace(NOTHING, version=1, open=sent()))
    assert (item.action, codes(item)) == (Action.UNCHANGED, ["superseded", "never_delivered"])


def test_an_open_update_and_takedown_is_superseded_by_the_takedown() -> None:
    item = decided(wish(status="takedown"), live(open=sent("update", message="new")))
    assert (item.action, codes(item)) == (Action.TAKEDOWN, ["superseded", "takedown"])


@pytest.mark.parametrize("status", ["active", "takedown", "hold", "draft", "archived"])
def test_marker_begun_and_outcome_unknown_is_blocked_until_resolved(status: str) -> None:
    state = replace(NOTHING, version=3, open=sent(), marker_begun=True, unknown=True)
    item = decided(wish(status=status, message="changed"), state)
    assert (item.action, codes(item), item.operation) == (
        Action.BLOCKED,
        ["unknown"],
        Action.INSERT,
    )
    assert "ledger resolve 4006381333931@spotify" in item.reasons[0].text


@pytest.mark.parametrize("status", ["active", "takedown", "hold"])
def test_marker_begun_and_the_process_died_is_settled_first(status: str) -> None:
    state = replace(NOTHING, version=3, open=sent(), marker_begun=True)
    item = decided(wish(status=status, message="changed", errors=(error(),)), state)
    assert (item.action, codes(item), item.resumes) == (Action.INSERT, ["settle"], True)
    assert item.message_fingerprint == digest("told")


def test_a_release_on_hold_sends_nothing_and_what_is_live_stays() -> None:
    item = decided(wish(status="hold"), NOTHING)
    assert (item.action, codes(item), item.operation) == (Action.HELD, ["on_hold"], Action.INSERT)
    item = decided(wish(status="hold", message="corrected"), live())
    assert (item.action, codes(item), item.operation) == (Action.HELD, ["on_hold"], Action.UPDATE)
    item = decided(wish(status="hold"), live())
    assert (item.action, codes(item)) == (Action.UNCHANGED, ["on_hold"])


def test_a_draft_has_no_item_and_an_archived_release_is_frozen() -> None:
    assert decide(wish(status="draft", message=None), NOTHING, SPOTIFY, NOW) is None
    assert decide(wish(status="draft"), live(message="old"), SPOTIFY, NOW) is None
    item = decided(wish(status="archived"), live(message="old"))
    assert (item.action, codes(item)) == (Action.UNCHANGED, ["archived"])


def test_send_from_in_the_future_holds_and_keeps_the_operation() -> None:
    text = "until 2026-11-29 09:00 Europe/London (send_from)"
    item = decided(wish(not_before=LATER, not_before_text=text), NOTHING)
    assert (item.action, item.operation, item.not_before) == (Action.HELD, Action.INSERT, LATER)
    assert (item.reasons[0].code, item.reasons[0].text) == ("send_from", text)
    item = decided(wish(message="corrected", not_before=LATER), live())
    assert (item.action, item.operation) == (Action.HELD, Action.UPDATE)


def test_send_from_in_the_past_or_now_holds_nothing() -> None:
    assert decided(wish(not_before=NOW), NOTHING).action is Action.INSERT


def test_errors_block_an_insert_and_an_update() -> None:
    for state in (NOTHING, live(message="old"), live()):
        item = decided(wish(errors=(error(),)), state)
        assert (item.action, codes(item), item.findings) == (
            Action.BLOCKED,
            ["invalid"],
            (error(),),
        )


@pytest.mark.parametrize(
    ("street", "warned"),
    [
        ("2026-11-21", False),
        ("2026-11-22", True),
        ("2026-11-26", True),
        ("2026-11-26T17:00:00", True),
        ("2026-11-27", False),
        (None, False),
    ],
)
def test_lead_time_warns_and_never_holds(street: str | None, warned: bool) -> None:
    target = replace(SPOTIFY, lead_time_new=timedelta(days=5))
    item = decided(wish(street_date=street), NOTHING, target)
    assert item.action is Action.INSERT
    assert [finding.severity for finding in item.findings] == [Severity.WARNING] * warned
    if warned:
        assert "needs 5 days" in item.findings[0].message


def test_lead_time_of_updates_is_another_one() -> None:
    target = replace(SPOTIFY, lead_time_update=timedelta(days=30))
    assert decided(wish(), NOTHING, target).findings == ()
    assert len(decided(wish(message="corrected"), live(), target).findings) == 1


def test_resend_is_for_what_is_live_and_for_nothing_else() -> None:
    item = decided(wish(), live(), resend=True)
    assert (item.action, codes(item), item.with_files) == (Action.RESEND, ["resend_asked"], True)
    item = decided(wish(message="corrected"), live(), resend=True)
    assert (item.action, codes(item)) == (Action.RESEND, ["resend_asked", "metadata_changed"])
    assert decided(wish(), NOTHING, resend=True).action is Action.INSERT
    assert decided(wish(), taken_down(), resend=True).action is Action.INSERT
    assert decided(wish(status="takedown"), taken_down(), resend=True).action is Action.UNCHANGED
    assert decided(wish(status="takedown"), live(), resend=True).action is Action.TAKEDOWN
    assert decided(wish(status="hold"), live(), resend=True).action is Action.HELD
    assert decided(wish(status="archived"), live(), resend=True).action is Action.UNCHANGED


def test_time_alone_changes_nothing() -> None:
    for days in (0, 400, 40_000):
        item = decide(wish(), live(), SPOTIFY, NOW + timedelta(days=days))
        assert item == decided(wish(), live())
