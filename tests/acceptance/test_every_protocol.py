"""The example catalogue at a recipient of every protocol, in one apply that is killed three times.

Each recipient ends up with the bytes that the ledger has recorded, which are those that an
undisturbed run puts into a folder: the protocol, and where a run was stopped, leave no trace in
what is delivered. Only the numbers that messages and batches are given one after the other depend
on which target was faster. A plain run takes one seed, ``STARDUST_LONG=1`` many.
"""

from __future__ import annotations

import hashlib
import os
import random
import re
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import yaml

from stardust_gitops.ledger.open import open_ledger
from stardust_gitops.ledger.state import Phase
from tests.acceptance.kill_kit import FINISHED, SEED
from tests.acceptance.test_example import TAKEN_DOWN, copy_example
from tests.catalogues import CATALOGUE_ID, CatalogueFolder
from tests.processes import fork, join
from tests.protocols import PROTOCOLS, Way, way_of
from tests.scale import LONG

KILLS = 3
LATEST = 300
"""Events after which a run is killed at the latest: all runs together would tell of some 1,100."""
LIKE = {
    **dict.fromkeys(("directory", "ftp", "s3", "azure", "http"), "harbour"),
    **dict.fromkeys(("sftp", "ftps"), "lighthouse"),
}
"""Which target of the example each is like: one that takes batches, one that takes releases."""
RINGTONE = "releases/4006381334037.yaml"
NUMBER = re.compile(rb"20261122[0-9]{9}")
"""What the ids of messages and batches end with, and the names of folders: time and number."""
Files = dict[str, bytes]
"""What a recipient holds."""


def with_targets(catalogue: CatalogueFolder, transports: dict[str, dict[str, object]]) -> None:
    """A target for each protocol in place of those that the example has, and a ledger."""
    models = {
        name: yaml.safe_load(catalogue.path(f"targets/{name}.yaml").read_text())
        for name in set(LIKE.values())
    }
    shutil.rmtree(catalogue.path("targets"))
    catalogue.edit(RINGTONE, "[lighthouse]", "[sftp, ftps]")
    for number, (protocol, transport) in enumerate(transports.items()):
        dpid = f"PADPIDA2026112{210 + number}X"
        recipient = {"dpid": dpid, "name": f"{protocol} (example)"}
        target = models[LIKE[protocol]] | {"recipient": recipient, "transport": transport}
        catalogue.write(f"targets/{protocol}.yaml", yaml.safe_dump(target))
    catalogue.must("ledger", "init")
    adopt = ("ledger", "adopt", "--release", TAKEN_DOWN, "--target", "*", "--auto-approve")
    catalogue.must(*adopt, "--reason", "on sale since 2021")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Files]:
    """What a run that nothing disturbs puts into a folder for each."""
    catalogue = copy_example(tmp_path_factory.mktemp("undisturbed") / "catalogue")
    paths = {name: f"delivered/{name}" for name in PROTOCOLS}
    with_targets(catalogue, {n: {"protocol": "directory", "path": p} for n, p in paths.items()})
    catalogue.must("apply", "--auto-approve")
    return {
        name: {
            file: catalogue.path(f"{path}/{file}").read_bytes()
            for file in catalogue.delivered(name)
        }
        for name, path in paths.items()
    }


@pytest.fixture
def ways(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, Way]]:
    """The recipients."""
    with ExitStack() as stack:
        found = {
            name: stack.enter_context(way_of(name, request, tmp_path / "inboxes"))
            for name in PROTOCOLS
        }
        for way in found.values():
            for name, text in way.environ.items():
                monkeypatch.setenv(name, text)
        yield found


def told(files: Files) -> Files:
    """The same with numbers that count shipments of one name, in paths as well; the sums that
    manifests have of messages are those of the messages that are told so."""
    counted: dict[bytes, bytes] = {}
    seen: dict[bytes, int] = {}
    for folder in sorted({path.partition("/")[0].encode() for path in files}):
        number = NUMBER.findall(folder)[0]
        name = folder.replace(number, b"")
        counted[number] = b"<%d>" % seen.setdefault(name, 0)
        seen[name] += 1

    def count(data: bytes) -> bytes:
        return NUMBER.sub(lambda found: counted.get(found[0], found[0]), data)

    sums = {md5(data): md5(count(data)) for name, data in files.items() if name.endswith(".xml")}

    def tell(data: bytes) -> bytes:
        return re.sub(rb"[0-9a-f]{32}", lambda m: sums.get(m[0], m[0]), count(data))

    return {
        count(name.encode()).decode(): tell(data) if name.endswith(".xml") else data
        for name, data in files.items()
    }


def md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).hexdigest().encode()


@pytest.mark.parametrize("seed", range(SEED, SEED + (20 if LONG else 1)))
def test_killed_three_times_and_run_again(
    ways: dict[str, Way], undisturbed: dict[str, Files], tmp_path: Path, seed: int
) -> None:
    catalogue = copy_example(tmp_path / "catalogue")
    for way in ways.values():
        for name, data in way.files.items():
            catalogue.write(name, data)
    with_targets(catalogue, {name: way.transport for name, way in ways.items()})
    dice = random.Random(seed)
    for number in range(KILLS):
        kill_after(catalogue, tmp_path / f"events-{number}.ndjson", dice.randint(1, LATEST))
    assert work(catalogue, tmp_path / "events.ndjson") == FINISHED
    for name, way in ways.items():
        found = {path: way.inbox.read(path) for path in way.inbox.names()}
        expected, given = told(undisturbed[name]), told(found)
        assert sorted(given) == sorted(expected), name
        for path, data in expected.items():
            assert given[path] == data, f"{name}: {path}"
        assert_as_recorded(catalogue, name, found)
    outcome = catalogue.must("plan", "--detailed-exitcode")
    assert "No changes." in outcome.stdout
    assert catalogue.must("ledger", "verify").stdout == "The ledger is sound.\n"


def work(catalogue: CatalogueFolder, events: Path) -> int:
    """Apply to all targets at once."""
    words = ("--parallelism", str(len(PROTOCOLS)), "--events", events)
    outcome = catalogue.apply(*words)
    if outcome.code:
        print(outcome.text)
    return outcome.code


def kill_after(catalogue: CatalogueFolder, events: Path, count: int) -> None:
    """Apply in a process of its own, and kill it when it has told of so many events."""
    child = fork(lambda: work(catalogue, events))
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if events.exists() and events.read_bytes().count(b"\n") >= count:
            break
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    assert join(child) == -signal.SIGKILL


def assert_as_recorded(catalogue: CatalogueFolder, target: str, found: Files) -> None:
    """Each release's last message is there once, each batch's manifest too, as the ledger says."""
    ledger = open_ledger(
        "sqlite:.stardust/ledger.db", catalogue.root, CATALOGUE_ID, catalogue.clock
    )
    digests = {path: hashlib.sha256(data).hexdigest() for path, data in found.items()}
    releases = 0
    for stream, state in ledger.snapshot("production", since="").releases.items():
        if stream.target == target:
            assert state.phase in (Phase.LIVE, Phase.TAKEN_DOWN)
            assert state.baseline is not None
            assert list(digests.values()).count(str(state.baseline.message)) == 1
            releases += 1
    assert releases >= 9
    markers = {
        event.data["marker"]
        for _, event in ledger.events()
        if event.stream.target == target and event.data.get("marker")
    }
    ledger.close()
    if LIKE[target] == "harbour":
        manifests = {d for name, d in digests.items() if "BatchComplete_" in name}
        assert markers == manifests != set()
