"""Delivering to a recipient that pulls: files in a real bucket, told in Stardust DSP's shapes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from stardust_gitops.catalog.models.acknowledgements import Acknowledgements
from stardust_gitops.catalog.models.target import TargetFile
from stardust_gitops.catalog.presets import load_preset
from stardust_gitops.delivery.results import Outcome
from stardust_gitops.delivery.transports.registry import open_transport
from stardust_gitops.reconciler.reaching import transport_settings
from tests.delivery_kit import Studio, outcomes, result_of
from tests.dsp_server import DISTRIBUTOR, KEY, Dsp, dsp
from tests.object_servers import S3Server
from tests.receipts_kit import new, pull


@pytest.fixture
def service() -> Iterator[Dsp]:
    with dsp() as running:
        yield running


@pytest.fixture
def label(tmp_path: Path, service: Dsp, moto: S3Server) -> Iterator[Studio]:
    """A label with the service as its recipient, described by the preset."""
    label = Studio(tmp_path)
    bucket = moto.make_bucket(f"staging-{uuid4().hex}")
    access = moto.settings(bucket).access
    document: dict[str, Any] = {
        "preset": "stardust-dsp",
        "recipient": {"dpid": "PADPIDA2026112202S"},
        "transport": {
            "protocol": "http",
            "url": service.url,
            "auth": {"bearer": "env:KEY"},
            "values": {"distributor": DISTRIBUTOR},
            "timeout": "10",
            "staging": {
                "protocol": "s3",
                "bucket": bucket,
                "endpoint": access.endpoint,
                "region": access.region,
                "path_style": "true",
                "access_key": "env:ACCESS",
                "secret_key": "env:SECRET",
            },
        },
    }
    environ = {"KEY": KEY, "ACCESS": access.access_key or "", "SECRET": access.secret_key or ""}
    model = TargetFile.model_validate(document)
    settings = transport_settings(model.transport, label.root, environ)[0]
    chosen = model.choreography
    how: dict[str, Any] = {"layout": chosen.layout, "completion": chosen.completion}
    label.add_recipient(connect=lambda: open_transport(settings), **how)
    yield label
    assert label.ledger.verify() == []
    assert service.wrong == []


def test_insert_update_and_takedown(label: Studio, service: Dsp) -> None:
    release = label.put_release(1, tracks=2)
    assert label.apply().count(Outcome.SENT) == 1
    label.put_release(1, tracks=2, title="Another")
    assert label.apply().count(Outcome.SENT) == 1
    label.set_status(release, "takedown")
    assert label.apply().count(Outcome.SENT) == 1
    told = list(service.deliveries.values())
    assert [said["messageSubType"] for said in told] == ["Initial", "Update", "Takedown"]
    assert [len(said["audioFiles"]) for said in told] == [2, 0, 0]
    first = told[0]
    assert len(first["imageFiles"]) == 1
    assert "X-Amz-Expires=172800" in first["audioFiles"][0]
    assert first["distributorId"] == DISTRIBUTOR
    assert first["ernXml"].startswith("<?xml")
    assert first["messageId"] in first["ernXml"]
    assert first["ern"] == {
        "messageId": first["messageId"],
        "version": "4.3",
        "releaseCount": 1,
        "messageSubType": "Initial",
    }
    assert (first["releaseTitle"], first["releaseArtist"]) == ("Breakwater", "Ada Quill")
    assert first["upc"] == release[1:]
    assert first["messageType"] == "NewReleaseMessage"
    assert (first["testMode"], first["fileTransferRequired"]) == (False, True)
    assert [len(data) for data in service.files[f"{DISTRIBUTOR}_{first['messageId']}"]] == [
        asset.size
        for asset in (*label.releases[release][0].assets[1:], label.releases[release][0].assets[0])
    ]
    assert label.nothing_to_send()


@pytest.mark.parametrize("after", [False, True])
def test_an_answer_that_is_lost_is_asked_for(label: Studio, service: Dsp, after: bool) -> None:
    release = label.put_release(1)
    service.lose.append(after)
    assert outcomes(label.apply()) == {("batchy", release): "sent"}
    assert len(service.told) == 1, "what it has is not told again"


def test_a_bad_key(label: Studio, service: Dsp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.dsp_server.KEY", "another")
    release = label.put_release(1)
    result = result_of(label.apply(), release)
    assert result.outcome is Outcome.FAILED
    assert "bad key" in (result.text or "")
    assert KEY not in (result.text or "")
    monkeypatch.undo()
    assert outcomes(label.apply()) == {("batchy", release): "resumed"}
    assert len(service.told) == 1


def test_it_is_asked_what_became_of_each_message(label: Studio, service: Dsp) -> None:
    first, second = label.put_release(1), label.put_release(2)
    assert label.apply().count(Outcome.SENT) == 2
    preset = load_preset("stardust-dsp").values["acknowledgements"]
    entry = Acknowledgements.model_validate(preset)
    connect = label.recipients["batchy"].connect

    def pulled() -> list[str]:
        found = pull(label.ledger, label.clock, connect, entry, target="batchy")
        return [status for _, status in new(found)]

    assert pulled() == ["received", "received"]
    names = {said["upc"].zfill(14): name for name, said in service.deliveries.items()}
    service.statuses[names[first]] = {"status": "completed"}
    service.statuses[names[second]] = {"status": "validation_failed", "error": "no P line"}
    assert sorted(pulled()) == ["accepted", "rejected"]
    assert pulled() == []
    items = {item.release: item for item in label.plan().items}
    assert "the recipient rejected it: no P line" in items[second].reasons[0].text
