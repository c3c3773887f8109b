"""Invariant 4 at recipients that are stores of objects: stopped at some steps, and run again.

A store does not rename, so there is a moment at which neither the marker nor what proves that it
was not put is there. Who is stopped just then is told so; nothing is ever delivered twice.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from azure.storage.blob import ContainerClient

from stardust_gitops.clock import SystemClock
from stardust_gitops.delivery.transports.base import Transport
from stardust_gitops.delivery.transports.registry import TransportSettings, open_transport
from tests.acceptance.kill_kit import (
    BEFORE,
    CHANGED,
    FINISHED,
    NEW,
    PURGED,
    REMOVED,
    SEED,
    TARGETS,
    want_first,
    want_now,
)
from tests.delivery_kit import Studio
from tests.faults import KILLED, SteppingLedger, SteppingTransport, Steps
from tests.object_servers import AzureServer, S3Server
from tests.processes import in_child
from tests.recipient_reader import RecipientReader
from tests.scale import LONG


class Place:
    """A bucket or container with a folder for each recipient, and a copy of it on this machine,
    which a recipient reads."""

    def __init__(self, server: S3Server | AzureServer) -> None:
        self.server = server
        make = server.make_bucket if isinstance(server, S3Server) else server.make_container
        self.name = make(f"b-{uuid4().hex}")

    def settings(self, target: str) -> TransportSettings:
        """How a recipient is reached."""
        return self.server.settings(self.name, target)

    def fetch(self, folder: Path) -> None:
        """Copy what is there, so that `folder` holds just that."""
        shutil.rmtree(folder, ignore_errors=True)
        for path, data in self._files():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)

    def _files(self) -> Iterator[tuple[str, bytes]]:
        if isinstance(self.server, S3Server):
            client = self.server.client()
            pages = client.get_paginator("list_objects_v2").paginate(Bucket=self.name)
            for entry in (entry for page in pages for entry in page.get("Contents", ())):
                answer = client.get_object(Bucket=self.name, Key=entry["Key"])
                yield entry["Key"], answer["Body"].read()
            return
        access = self.server.settings(self.name).access
        with ContainerClient(access.endpoint, self.name, credential=access.key) as client:
            for name in client.list_blob_names():
                yield name, bytes(client.download_blob(name).readall())


def studio(folder: Path, place: Place, *, new: bool = False) -> Studio:
    """The label, as every process sees it."""
    label = Studio(folder, clock=SystemClock(), run="run", new=new)
    ways = {target: place.settings(target) for target in TARGETS}
    label.add_recipient("batchy", connect=lambda: open_transport(ways["batchy"]))
    label.add_recipient(
        "single",
        layout="release",
        completion="message",
        connect=lambda: open_transport(ways["single"]),
    )
    return label


def work(folder: Path, place: Place, steps: Steps) -> int:
    """What the child does: plan and apply, counting steps."""
    label = studio(folder, place)
    want_now(label)
    for target, recipient in label.recipients.items():
        label.recipients[target] = replace(recipient, connect=_stepping(recipient.connect, steps))
    label.ledger = SteppingLedger(label.ledger, steps)
    return FINISHED if label.apply(parallelism=1).succeeded else 1


def _stepping(connect: Callable[[], Transport], steps: Steps) -> Callable[[], Transport]:
    return lambda: SteppingTransport(connect(), steps)


def look(place: Place, folder: Path, readers: dict[str, RecipientReader]) -> None:
    """What the recipients see."""
    place.fetch(folder)
    for reader in readers.values():
        reader.look()


@pytest.mark.parametrize("kind", ["moto", "azurite"])
def test_stopped_at_some_steps_and_run_again(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    server: S3Server | AzureServer = request.getfixturevalue(kind)
    dice = random.Random(SEED)
    for step in sorted(dice.sample(range(1, 100), 40 if LONG else 3)):
        folder, place = tmp_path / f"at-{step}", Place(server)
        label = studio(folder, place, new=True)
        want_first(label)
        assert label.apply().succeeded
        label.ledger.close()
        inboxes = folder / "seen"
        readers = {target: RecipientReader(inboxes / target) for target in TARGETS}
        look(place, inboxes, readers)
        code = in_child(lambda s=step, f=folder, p=place: work(f, p, Steps(s)))  # type: ignore[misc]
        assert code == KILLED
        look(place, inboxes, readers)
        assert in_child(lambda f=folder, p=place: work(f, p, Steps())) == FINISHED, step  # type: ignore[misc]
        look(place, inboxes, readers)
        for reader in readers.values():
            assert reader.errors == []
            assert reader.leftovers() == []
            later = sorted(f"0{each.icpn}" for each in reader.taken[BEFORE:])
            assert later == [NEW, CHANGED, REMOVED, PURGED]
        _must_be_settled(folder, place)


def _must_be_settled(folder: Path, place: Place) -> None:
    label = studio(folder, place)
    want_now(label)
    assert label.ledger.verify() == []
    assert label.nothing_to_send()
    label.ledger.close()
