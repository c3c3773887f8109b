"""A listing against what was put: what digests prove, and what is nobody's drift."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from stardust_gitops.catalog.loading import Target, open_catalogue
from stardust_gitops.delivery.transports.base import (
    NotOfferedError,
    PassingError,
    RemoteFile,
    TransportError,
)
from stardust_gitops.delivery.transports.directory import DirectoryTransport
from stardust_gitops.ledger.open import open_ledger
from stardust_gitops.planning.drift import Drift, Evidence, Ground, Presence, Put, Shipped, drift_of
from stardust_gitops.reconciler.drift import Comparison, Listing
from stardust_gitops.reconciler.shipped import Shipments, Window
from tests.catalogues import CATALOGUE_ID, ICPNS, CatalogueFolder, make_catalogue
from tests.delivery_kit import ENVIRONMENT, Studio

A, B = "20261122090000000", "20261122090000001"


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def shipped(folder: str = A) -> Shipped:
    files = tuple(
        Put(path=f"{folder}/{name}", size=len(name), sha256=sha(name), md5=md5(name))
        for name in ("one", "three")
    )
    return Shipped(
        batch=folder, folder=folder, time="2026-11-22T09:00:00.000000Z", releases=(), files=files
    )


def listed(name: str, folder: str = A, **more: Any) -> RemoteFile:
    return replace(RemoteFile(path=f"{folder}/{name}", size=len(name)), **more)


KNOWN = Ground(folders=(A,))


def looked(*seen: RemoteFile, ground: Ground = KNOWN) -> Drift:
    return drift_of("store", [shipped()], seen, ground)


@pytest.mark.parametrize(
    ("one", "three", "presence", "evidence"),
    [
        ({}, {}, Presence.PRESENT, Evidence.SIZES),
        ({"sha256": sha("one")}, {}, Presence.PRESENT, Evidence.SIZES),
        ({"sha256": sha("one")}, {"md5": md5("three")}, Presence.PRESENT, Evidence.DIGESTS),
        ({"sha256": sha("one").upper()}, {"md5": md5("three")}, Presence.PRESENT, Evidence.DIGESTS),
        ({"md5": md5("two")}, {"md5": md5("three")}, Presence.CHANGED, Evidence.DIGESTS),
        ({"size": 4, "sha256": sha("one")}, {}, Presence.CHANGED, Evidence.SIZES),
    ],
)
def test_what_is_told_of_files_proves_so_much(
    one: dict[str, Any], three: dict[str, Any], presence: Presence, evidence: Evidence
) -> None:
    drift = looked(listed("one", **one), listed("three", **three))
    (found,) = drift.found
    assert (found.presence, found.evidence) == (presence, evidence)
    assert drift.drifted is (presence is Presence.CHANGED)


def test_a_changed_file_says_more_than_a_missing_one() -> None:
    (found,) = looked(listed("one", size=9)).found
    assert found.presence is Presence.CHANGED
    assert found.missing == (f"{A}/three",)
    (partial,) = looked(listed("one", sha256=sha("one"))).found
    assert (partial.presence, partial.evidence) == (Presence.PARTIAL, Evidence.SIZES)


def test_what_lies_beside() -> None:
    ground = Ground(
        folders=(A, B),
        is_acknowledgement=lambda path: path.startswith("ack/"),
        is_temporary=lambda path: path.endswith(".part"),
    )
    drift = looked(
        listed("ok", "ack"), listed("x.part"), listed("old", B), listed("odd"), ground=ground
    )
    assert drift.acknowledgements == drift.earlier == 1
    assert drift.unfinished == (f"{A}/x.part",)
    assert drift.foreign == (f"{A}/odd",)
    assert drift.drifted
    assert not looked(listed("x.part"), ground=ground).drifted
    assert drift.counts == {Presence.CONSUMED: 1}


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> CatalogueFolder:
    """Two releases at a store."""
    folder = make_catalogue(tmp_path_factory.mktemp("drift") / "catalogue", releases=2)
    folder.edit("targets/store.yaml", "profile: Audio", "profile: Audio, mead: true")
    assert folder.apply().code == 0
    return folder


class Looking:
    """Lists a folder as a server that tells digests does; or fails with an error."""

    def __init__(self, folder: CatalogueFolder, *algorithms: str) -> None:
        self.inbox = folder.path("delivered/store")
        self.algorithms = algorithms
        self.error: TransportError | None = None
        self.meanwhile: Callable[[], object] = lambda: None

    def __call__(self, target: Target) -> Sequence[RemoteFile]:
        self.meanwhile()
        if self.error is not None:
            raise self.error
        return [self._told(file) for file in DirectoryTransport(self.inbox).list("")]

    def _told(self, file: RemoteFile) -> RemoteFile:
        data = (self.inbox / file.path).read_bytes()
        told: dict[str, Any] = {
            each: hashlib.new(each, data).hexdigest() for each in self.algorithms
        }
        return replace(file, **told)


def compared(folder: CatalogueFolder, looking: Looking) -> Drift:
    ledger = open_ledger("sqlite:.stardust/ledger.db", folder.root, CATALOGUE_ID, folder.clock)
    try:
        shipments = Shipments(ledger, "production", Window())
        assert shipments.targets() == ["store"]
        return Comparison(open_catalogue(folder.root).targets, shipments, looking).of("store")
    finally:
        ledger.close()


@pytest.mark.parametrize("algorithm", ["sha256", "md5"])
def test_every_file_that_was_put_has_its_digests(
    delivered: CatalogueFolder, algorithm: str
) -> None:
    drift = compared(delivered, Looking(delivered, algorithm))
    assert [found.evidence for found in drift.found] == [Evidence.DIGESTS] * 2
    assert drift.counts == {Presence.PRESENT: 2}
    put = {file.path for found in drift.found for file in found.shipment.files}
    assert put == set(delivered.delivered())
    assert drift.foreign == ()


@pytest.mark.parametrize(
    ("error", "failed"), [(PassingError("it is busy"), True), (NotOfferedError("no list"), False)]
)
def test_nothing_is_gone_where_nobody_may_look(
    delivered: CatalogueFolder, error: TransportError, failed: bool
) -> None:
    looking = Looking(delivered)
    looking.error = error
    drift = compared(delivered, looking)
    assert drift.counts == {Presence.UNKNOWN: 2}
    assert (drift.reason, drift.failed) == (f"{error.code} {error.message}", failed)
    assert not drift.drifted


def test_what_lies_in_a_store_of_ours_says_nothing_of_the_recipient(
    delivered: CatalogueFolder,
) -> None:
    text = delivered.path("targets/store.yaml").read_text("utf-8")
    staged = "{protocol: directory, path: delivered/store}"
    assert staged in text
    remote = (
        "{protocol: http, url: 'http://127.0.0.1:1', commit: {path: /go},"
        " staging: {protocol: s3, bucket: ours}}"
    )
    delivered.write("targets/puller.yaml", text.replace(staged, remote))
    catalogue = open_catalogue(delivered.root)
    listing = Listing(
        catalogue=catalogue, clock=delivered.clock, environ={}, told=lambda text: None
    )
    with pytest.raises(NotOfferedError, match="a store of ours"):
        listing(catalogue.targets["puller"])


def test_what_an_apply_does_meanwhile_is_not_foreign(delivered: CatalogueFolder) -> None:
    delivered.add_release(ICPNS[2])
    delivered.lock()
    looking = Looking(delivered)
    looking.meanwhile = lambda: delivered.apply("--target", "store")
    drift = compared(delivered, looking)
    assert (drift.foreign, drift.counts) == ((), {Presence.PRESENT: 2})
    assert drift.earlier > 0, "it is not looked at yet"


WAYS: dict[str, dict[str, Any]] = {
    "manifest": {},
    "message": {"layout": "release", "completion": "message"},
    "semaphore": {"completion": "semaphore"},
    "zip": {"layout": "release", "completion": "message", "package": "zip"},
}


@pytest.mark.parametrize("way", WAYS)
def test_what_was_put_is_known_however_it_travelled(tmp_path: Path, way: str) -> None:
    label = Studio(tmp_path)
    label.add_recipient(**WAYS[way])
    label.put_release(1, tracks=2)
    label.put_release(2)
    label.apply()
    inbox = label.inbox("batchy")
    put = Shipments(label.ledger, ENVIRONMENT, Window()).of("batchy")
    assert sorted(file.path for each in put for file in each.files) == label.files()

    def seen() -> Drift:
        files = DirectoryTransport(inbox).list("")
        told = [
            replace(file, sha256=hashlib.sha256((inbox / file.path).read_bytes()).hexdigest())
            for file in files
        ]
        return drift_of("batchy", put, told, Ground())

    assert {found.evidence for found in seen().found} == {Evidence.DIGESTS}
    assert set(seen().counts) == {Presence.PRESENT}
    if way == "semaphore":
        (inbox / next(name for name in label.files() if "BatchComplete" in name)).unlink()
        assert set(seen().counts) == {Presence.PRESENT}, "the recipient has read it"
