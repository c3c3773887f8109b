"""Releases that travel as one zip, over every way a delivery can end. Real planner and ledger."""

from __future__ import annotations

import shutil
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from stardust_gitops.delivery.results import Outcome
from stardust_gitops.errors import CatalogueError
from stardust_gitops.ledger.events import Kind
from tests.delivery_kit import ENVIRONMENT, Studio, outcomes, result_of
from tests.flaky import Fault
from tests.http_servers import FILES, upload_api
from tests.http_targets import reach
from tests.ledger_samples import HandClock
from tests.unit.runner.wires import LOST, flaky, state

ZIP: dict[str, Any] = {
    "layout": "release",
    "completion": "message",
    "package": "zip",
    "resources": "audio",
}


def zips(label: Studio) -> list[Path]:
    return [label.inbox("batchy") / path for path in label.files()]


def contents(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as opened:
        assert opened.testzip() is None
        return opened.namelist()


def later(label: Studio) -> None:
    assert isinstance(label.clock, HandClock)
    label.clock.wall += timedelta(minutes=1)


def test_insert_update_takedown_and_purge(label: Studio) -> None:
    label.add_recipient(**ZIP)
    release = label.put_release(1, tracks=2)
    icpn = release[1:]
    assert label.apply().count(Outcome.SENT) == 1
    (found,) = zips(label)
    assert found.name == f"{icpn}.zip"
    assert contents(found) == [
        f"{icpn}/{icpn}.xml",
        f"{icpn}/audio/{icpn}_01_001.wav",
        f"{icpn}/audio/{icpn}_01_002.wav",
        f"{icpn}/audio/{icpn}.jpg",
    ]
    label.put_release(1, tracks=2, title="Another")
    later(label)
    assert label.apply().count(Outcome.SENT) == 1
    label.set_status(release, "takedown")
    later(label)
    assert label.apply().count(Outcome.SENT) == 1
    assert [contents(path) for path in zips(label)[1:]] == [[f"{icpn}/{icpn}.xml"]] * 2
    assert label.nothing_to_send()


@pytest.mark.parametrize("after", [False, True])
def test_a_zip_in_doubt_is_settled_by_evidence_with_the_same_bytes(
    label: Studio, after: bool
) -> None:
    wire = flaky(label, Fault("put", r"\.zip$", LOST, after=after), attempts=1, **ZIP)
    release = label.put_release(1)
    assert label.apply().count(Outcome.FAILED) == 1
    assert state(label, release).marker_begun
    before = [path.read_bytes() for path in zips(label) if path.suffix == ".zip"]
    later(label)
    wire.calls.clear()
    assert outcomes(label.apply()) == {("batchy", release): "resumed"}
    (found,) = zips(label)
    assert contents(found)
    assert [found.read_bytes()] == before or not after
    assert len([path for path in wire.puts() if path.endswith(".zip")]) == (0 if after else 1)
    assert label.nothing_to_send()


def test_a_zip_that_was_swept_is_not_sent_again(label: Studio) -> None:
    flaky(label, Fault("put", r"\.zip$", LOST, after=True), attempts=1, **ZIP)
    release = label.put_release(1)
    label.apply()
    shutil.rmtree(label.inbox("batchy"))
    assert outcomes(label.apply()) == {("batchy", release): "unknown"}
    assert label.files() == []


def test_a_file_that_changed_after_it_was_begun_is_sent_anew(label: Studio) -> None:
    flaky(label, Fault("put", r"\.zip$", LOST), attempts=1, **ZIP)
    release = label.put_release(1)
    label.apply()
    audio = next(label.root.glob("assets/*.wav"))
    whole = audio.read_bytes()
    audio.write_bytes(b"x" * len(whole))
    result = result_of(label.apply(), release)
    assert (result.outcome, result.code) == (Outcome.FAILED, "SG6009")
    audio.write_bytes(whole)
    later(label)
    assert outcomes(label.apply()) == {("batchy", release): "sent"}
    assert [path.suffix for path in zips(label)] == [".zip"]


def test_a_changed_file_stops_its_release_alone(label: Studio) -> None:
    label.add_recipient(**ZIP)
    first, second = label.put_release(1), label.put_release(2)
    audio = next(label.root.glob(f"assets/{first[1:]}_1.wav"))
    audio.write_bytes(b"x" * audio.stat().st_size)
    found = outcomes(label.apply())
    assert found == {("batchy", first): "failed", ("batchy", second): "sent"}
    assert not state(label, first).marker_begun
    assert len(zips(label)) == 1


def test_a_zip_that_is_too_large_is_not_begun(label: Studio) -> None:
    label.add_recipient(**ZIP, max_megabytes=1)
    release = label.put_release(1, audio=bytes(999_000))
    result = result_of(label.apply(), release)
    assert (result.outcome, result.code) == (Outcome.FAILED, "SG6016")
    assert "1 MB" in (result.text or "")
    assert label.kinds(release) == []
    label.put_release(1, audio=bytes(990_000))
    assert outcomes(label.apply()) == {("batchy", release): "sent"}


def test_a_zip_needs_no_other_marker() -> None:
    from stardust_gitops.delivery.recipient import Choreography

    with pytest.raises(CatalogueError, match="zip"):
        Choreography(layout="batch", package="zip")


def test_over_http_it_is_streamed_and_told_of(label: Studio) -> None:
    with upload_api(label.inbox("batchy"), label.folder / "partial") as api:
        label.add_recipient(connect=lambda: reach(api.url, FILES, label.root), **ZIP)
        label.put_release(1, audio=bytes(3_000_000))
        assert label.apply().count(Outcome.SENT) == 1
        (asked,) = api.requests(r"PUT .*\.zip")
    (found,) = zips(label)
    assert asked.size == found.stat().st_size
    assert len(contents(found)) == 3
    told = label.log.named("file_progress")
    assert told[-1]["sent"] == told[-1]["size"] == asked.size
    assert not label.ledger.snapshot(ENVIRONMENT, since="").batches
    assert Kind.COMPLETED in label.kinds(next(iter(label.releases)))
