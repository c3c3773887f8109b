"""Whole deliveries to an HTTP API: what the engine makes of its answers. A real server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from stardust_gitops.delivery.results import Outcome
from stardust_gitops.delivery.transports.base import Transport
from stardust_gitops.delivery.transports.registry import open_transport
from stardust_gitops.ledger.events import Kind
from tests.delivery_kit import ENVIRONMENT, Studio, outcomes, result_of
from tests.http_servers import DELIVERIES, FILES, Fault, Server, reset, upload_api
from tests.http_targets import settings_of
from tests.ledger_samples import HandClock
from tests.unit.runner.wires import state

KEYED = {
    **DELIVERIES,
    "commit": {**DELIVERIES["commit"], "idempotency_header": "Idempotency-Key"},
}
TOLD = {
    **DELIVERIES,
    "status": {"path": "/deliveries/{delivery}", "state": "/data/status", "open": ["open"]},
}
SINGLE: dict[str, Any] = {"layout": "release", "completion": "message"}


@pytest.fixture
def api(label: Studio) -> Iterator[Server]:
    with upload_api(label.inbox("batchy"), label.folder / "partial") as server:
        yield server


def connecting(label: Studio, api: Server, description: dict[str, Any]) -> Callable[[], Transport]:
    settings = settings_of(api.url, description, label.root)
    return lambda: open_transport(settings)


def recipient(label: Studio, api: Server, description: dict[str, Any], **how: Any) -> None:
    label.add_recipient(connect=connecting(label, api, description), **how)


@pytest.mark.parametrize("how", [{}, SINGLE, {**SINGLE, "completion": "semaphore"}])
@pytest.mark.parametrize("description", [FILES, DELIVERIES], ids=["files", "deliveries"])
def test_insert_update_and_takedown(
    label: Studio, api: Server, description: dict[str, Any], how: dict[str, Any]
) -> None:
    recipient(label, api, description, connections=2, **how)
    release = label.put_release(1, tracks=2)
    assert label.apply().count(Outcome.SENT) == 1
    label.put_release(1, tracks=2, title="Another")
    assert label.apply().count(Outcome.SENT) == 1
    label.set_status(release, "takedown")
    assert label.apply().count(Outcome.SENT) == 1
    assert label.nothing_to_send()
    if description is DELIVERIES:
        assert len(api.commits) == len(set(api.commits)) == 3
    assert not [path for path in api.files() if ".part" in path]
    empty = [path for path in api.files() if not (api.root / path).stat().st_size]
    semaphores = how.get("completion") == "semaphore" and description is FILES
    assert len(empty) == (3 if semaphores else 0)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("operation", ["insert", "takedown"])
def test_a_commit_in_doubt_that_nobody_can_ask_about_is_unknown(
    label: Studio, api: Server, operation: str, after: bool
) -> None:
    recipient(label, api, DELIVERIES, **SINGLE)
    release = label.put_release(1)
    if operation == "takedown":
        label.apply()
        label.set_status(release, "takedown")
        assert isinstance(label.clock, HandClock)
    api.commits.clear()
    api.faults.append(Fault(match="POST .*/commit", act=reset, after=after))
    assert outcomes(label.apply()) == {("batchy", release): "unknown"}
    assert len(api.commits) == (1 if after else 0)
    asked = len(api.asked)
    assert label.apply().count(Outcome.UNKNOWN) == 1
    assert not [each for each in api.asked[asked:] if each.method in ("POST", "PUT")]


@pytest.mark.parametrize("description", [KEYED, TOLD], ids=["key", "status"])
@pytest.mark.parametrize("after", [False, True])
def test_a_commit_in_doubt_is_settled_and_has_one_effect(
    label: Studio, api: Server, description: dict[str, Any], after: bool
) -> None:
    recipient(label, api, description)
    label.put_release(1)
    label.put_release(2)
    api.faults.append(Fault(match="POST .*/commit", act=reset, after=after))
    assert label.apply().count(Outcome.SENT) == 2
    assert len(api.commits) == 1
    assert label.nothing_to_send()


def test_a_commit_that_is_not_done_in_one_run_is_done_in_the_next(
    label: Studio, api: Server
) -> None:
    recipient(label, api, KEYED, attempts=2)
    release = label.put_release(1)
    api.faults.append(Fault(match="POST .*/commit", act=reset, after=True, times=2))
    assert label.apply().count(Outcome.FAILED) == 1
    uploads = len(api.requests("PUT"))
    assert state(label, release).marker_begun
    assert outcomes(label.apply()) == {("batchy", release): "resumed"}
    assert len(api.commits) == 1
    assert len(api.requests("PUT")) == uploads + 1, "no more than the manifest again"


def test_what_the_recipient_rejects_is_not_sent_again_unchanged(label: Studio, api: Server) -> None:
    recipient(label, api, DELIVERIES, **SINGLE)
    release = label.put_release(1)
    said = b'{"message": "ISRC is unknown"}'
    api.faults.append(Fault(match="POST .*/commit", status=422, body=said))
    result = result_of(label.apply(), release)
    assert (result.outcome, result.code) == (Outcome.FAILED, "SG6007")
    assert "ISRC is unknown" in (result.text or "")
    (item,) = label.plan().items
    assert (str(item.action), item.reasons[0].code) == ("blocked", "rejected")
    assert not label.ledger.snapshot(ENVIRONMENT, since="").batches
    label.put_release(1, title="Corrected")
    assert outcomes(label.apply()) == {("batchy", release): "sent"}
    assert len(api.commits) == 1


@pytest.mark.parametrize("status", [401, 403, 429, 507])
def test_a_commit_that_was_not_taken_is_made_anew(label: Studio, api: Server, status: int) -> None:
    recipient(label, api, DELIVERIES, attempts=2)
    release = label.put_release(1)
    api.faults.append(Fault(match="POST .*/commit", status=status, times=2))
    result = result_of(label.apply(), release)
    if status == 507:  # not said for certain
        assert state(label, release).marker_begun
        return
    assert result.outcome is Outcome.FAILED
    assert label.kinds(release)[-1] is Kind.RESOLVED
    assert api.commits == []
    api.faults.clear()
    assert outcomes(label.apply()) == {("batchy", release): "sent"}
    assert len(api.commits) == 1


def test_retry_after_is_obeyed_within_bounds(label: Studio, api: Server) -> None:
    recipient(label, api, DELIVERIES, attempts=4)
    label.put_release(1)
    for seconds in ("90", "7200", "0"):
        headers = {"Retry-After": seconds}
        api.faults.append(Fault(match=r"PUT .*\.wav", status=429, headers=headers))
    assert label.apply().count(Outcome.SENT) == 1
    waits = [event["seconds"] for event in label.log.named("retry")]
    assert waits[:2] == [90.0, 600.0]
    assert waits[2] < 60


def test_a_file_that_is_refused_fails_its_release_alone(label: Studio, api: Server) -> None:
    recipient(label, api, FILES)
    first, second = label.put_release(1), label.put_release(2)
    api.faults.append(Fault(match=rf"PUT .*{first[1:]}_01_001\.wav", status=422))
    found = outcomes(label.apply())
    assert found == {("batchy", first): "failed", ("batchy", second): "sent"}
    assert not [path for path in api.files() if first[1:] in path and ".xml" not in path]
    assert outcomes(label.apply()) == {("batchy", first): "resumed"}
    assert label.nothing_to_send()
