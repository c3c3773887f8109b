"""What is a store of objects' own: several machines, lost answers, files that are gone or changed,
stores that do not look before they write."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import orjson
import pytest

from stardust_gitops.clock import Clock, SystemClock
from stardust_gitops.errors import GitOpsError, SafetyError
from stardust_gitops.ledger.events import Kind
from stardust_gitops.ledger.objects import head as heads
from stardust_gitops.ledger.objects import log as logs
from stardust_gitops.ledger.objects.azure import AzureBucket
from stardust_gitops.ledger.objects.bucket import Bucket, Stored
from stardust_gitops.ledger.objects.log import HEAD, ObjectLog
from stardust_gitops.ledger.objects.opening import ObjectLedger
from stardust_gitops.ledger.objects.s3 import S3Bucket
from stardust_gitops.ledger.open import create_ledger, open_ledger
from stardust_gitops.ledger.segments import snapshots
from stardust_gitops.ledger.segments.log import UnreachableError
from stardust_gitops.ledger.state import Phase
from stardust_gitops.ledger.store import (
    ConflictError,
    LeaseHeldError,
    LedgerError,
    LedgerMissingError,
    LedgerStore,
    WrongLedgerError,
)
from tests.ledger_samples import CATALOGUE, STREAM, HandClock, deliver, event, intention, write
from tests.object_servers import AzureServer, S3Server


@dataclass(frozen=True, kw_only=True)
class Team:
    """Machines that share one ledger."""

    url: str
    folder: Path

    def machine(self, name: str) -> Path:
        """The catalogue's folder on a machine."""
        root = self.folder / name
        root.mkdir(exist_ok=True)
        return root

    def open(self, name: str = "one", clock: Clock | None = None) -> LedgerStore:
        """The ledger as a machine sees it."""
        return open_ledger(self.url, self.machine(name), CATALOGUE, clock or SystemClock())

    def bucket(self) -> Bucket:
        """What the ledger lies in."""
        scheme, _, location = self.url.partition(":")
        return S3Bucket(location) if scheme == "s3" else AzureBucket(location)


def _s3(request: pytest.FixtureRequest) -> str:
    server: S3Server = request.getfixturevalue("moto")
    return server.url(server.make_bucket(f"b-{uuid4().hex}"))


def _azure(request: pytest.FixtureRequest) -> str:
    server: AzureServer = request.getfixturevalue("azurite")
    return server.url(server.make_container(f"c-{uuid4().hex}"))


@pytest.fixture(params=[_s3, _azure])
def team(request: pytest.FixtureRequest, keys: None, tmp_path: Path) -> Team:
    made = Team(url=request.param(request), folder=tmp_path)
    create_ledger(made.url, made.machine("first"), CATALOGUE, SystemClock()).close()
    return made


@pytest.fixture
def bucket(team: Team) -> Iterator[Bucket]:
    with closing(team.bucket()) as bucket:
        yield bucket


# Several machines


def test_machines_see_what_the_others_write(team: Team) -> None:
    with closing(team.open("one")) as one, closing(team.open("two")) as two:
        deliver(one)
        assert two.snapshot("production", since="").releases[STREAM].phase is Phase.LIVE
        deliver(two, "b", operation="update")
        assert one.snapshot("production", since="").releases[STREAM].version == 6
        baseline = one.state(STREAM).baseline
        assert baseline is not None
        assert one.fetch(baseline.content) == b"content b"
        assert one.verify() == two.verify() == []


def test_of_machines_that_write_at_once_each_writes_once(team: Team) -> None:
    count, machines = 6, 4

    def work(machine: int) -> None:
        with closing(team.open(f"machine-{machine}")) as ledger:
            for number in range(count):
                stream = STREAM._replace(subject=f"{machine:04}{number:010}")
                ledger.append([event(Kind.INTENDED, intention(), stream=stream)])

    with ThreadPoolExecutor(machines) as pool:
        list(pool.map(work, range(machines)))
    with closing(team.open()) as ledger:
        assert [position for position, _ in ledger.events()] == list(range(1, 25))


def test_of_machines_that_write_the_same_one_is_refused(team: Team) -> None:
    same = event(Kind.INTENDED, intention())

    def work(machine: int) -> bool:
        with closing(team.open(f"machine-{machine}")) as ledger:
            try:
                ledger.append([same])
            except ConflictError:
                return False
            return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(work, range(4))) == [False, False, False, True]


def test_a_lease_of_another_machine_ends_when_its_beat_stands_still(team: Team) -> None:
    clock = HandClock()
    with closing(team.open("one")) as one, closing(team.open("two", clock)) as two:
        lost = one.take_lease("production", "spotify", holder="ada")
        with pytest.raises(LeaseHeldError):
            two.take_lease("production", "spotify", holder="bob", wait=59)
        one.renew_lease(lost)
        with pytest.raises(LeaseHeldError):
            two.take_lease("production", "spotify", holder="bob", wait=59)
        assert two.take_lease("production", "spotify", holder="bob", wait=10).fence == 2
        with pytest.raises(GitOpsError, match="was lost"):
            one.append([event(Kind.INTENDED, intention())], lease=lost)


# Many segments


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Indices, packed files and snapshots begin early."""
    monkeypatch.setattr(heads, "SEAL_FROM", 4)
    monkeypatch.setattr(logs, "SEAL_FROM", 4)
    monkeypatch.setattr(snapshots, "EVERY", 20)


def test_many_segments_are_indexed_packed_and_read_from_anywhere(
    team: Team, bucket: Bucket, small: None
) -> None:
    with closing(team.open("one")) as one, closing(team.open("late")) as late:
        for number in range(11):
            deliver(one, str(number), operation="insert" if number == 0 else "update")
            if number % 4 == 3:
                one.checkpoint()
            if number in (0, 5):  # so that it stands in the middle of what is packed later
                assert late.state(STREAM) is not None
                late.snapshot("production", since="")
        head = heads.load_head("", bucket_get(bucket, HEAD).data)
        assert head.index is not None
        assert len(head.recent) <= 4
        assert any(key.endswith(".gz") for key in bucket.keys("segments/"))
        assert late.snapshot("production", since="") == one.snapshot("production", since="")
        with closing(team.open("new")) as new:
            assert list(new.events()) == list(one.events()) == list(late.events())
            assert new.checkpoints() == one.checkpoints()
            assert new.verify() == one.verify() == late.verify() == []
            new.rebuild()
            assert new.verify() == []


def bucket_get(bucket: Bucket, key: str) -> Stored:
    found = bucket.get(key)
    assert found is not None
    return found


# Answers that do not come


class Faulty:
    """A bucket that does what it is told, or not, and does not say so, at some of its swaps."""

    def __init__(self, inner: Bucket) -> None:
        self._inner = inner
        self.plan: list[str] = []
        self.name = inner.name

    def swap(self, key: str, data: bytes, tag: str | None) -> str:
        """As planned: ``before`` or ``after`` it was done, the line breaks."""
        how = self.plan.pop(0) if self.plan else ""
        if how == "before":
            raise UnreachableError("the line broke")
        done = self._inner.swap(key, data, tag)
        if how == "after":
            raise UnreachableError("the line broke")
        return done

    def get(self, key: str) -> Stored | None:
        """As the inner one."""
        return self._inner.get(key)

    def put(self, key: str, data: bytes) -> None:
        """As the inner one."""
        self._inner.put(key, data)

    def delete(self, key: str) -> None:
        """As the inner one."""
        self._inner.delete(key)

    def keys(self, prefix: str, after: str = "") -> Iterator[str]:
        """As the inner one."""
        return self._inner.keys(prefix, after)

    def close(self) -> None:
        """As the inner one."""
        self._inner.close()


@pytest.mark.parametrize("plan", [["before"], ["after"], ["after", "before"], ["before"] * 3])
def test_what_is_in_doubt_is_written_once(team: Team, plan: list[str]) -> None:
    faulty = Faulty(team.bucket())
    path = team.machine("faulty") / "copy.db"
    with closing(ObjectLedger(path, CATALOGUE, ObjectLog(faulty, CATALOGUE), HandClock())) as own:
        faulty.plan = plan.copy()
        lease = own.take_lease("production", "spotify", holder="ada")
        assert lease.fence == 1
        faulty.plan = plan.copy()
        own.store(b"content a")
        assert own.append([event(Kind.INTENDED, intention())], lease=lease) == 1
        faulty.plan = plan.copy()
        own.renew_lease(lease)
        faulty.plan = plan.copy()
        own.checkpoint()
        faulty.plan = plan.copy()
        own.release_lease(lease)
    with closing(team.open()) as ledger:
        assert [position for position, _ in ledger.events()] == [1]
        assert len(ledger.checkpoints()) == 1
        assert ledger.held_leases() == []


def test_a_store_that_never_answers(team: Team) -> None:
    faulty = Faulty(team.bucket())
    path = team.machine("faulty") / "copy.db"
    with closing(ObjectLedger(path, CATALOGUE, ObjectLog(faulty, CATALOGUE), HandClock())) as own:
        faulty.plan = ["before"] * 100
        with pytest.raises(LedgerError) as caught:
            own.append([event(Kind.INTENDED, intention())])
        assert caught.value.code == "SG5015"


# What is gone or changed


def test_a_deleted_ledger_is_not_an_empty_one(team: Team, bucket: Bucket) -> None:
    with closing(team.open()) as ledger:
        deliver(ledger)
    bucket.delete(HEAD)
    with pytest.raises(SafetyError, match="deleted or rewritten") as caught:
        team.open()
    assert caught.value.code == "SG5014"
    with pytest.raises(LedgerMissingError):
        team.open("another")
    create_ledger(team.url, team.machine("another"), CATALOGUE, SystemClock()).close()
    with pytest.raises(SafetyError, match="deleted or rewritten"):
        team.open()


def test_a_ledger_that_was_put_back_to_before_shows(team: Team, bucket: Bucket) -> None:
    with closing(team.open()) as ledger:
        deliver(ledger)
        before = bucket_get(bucket, HEAD).data
        write(ledger, Kind.FORGOTTEN)
        bucket.put(HEAD, before)
        with pytest.raises(SafetyError, match="deleted or rewritten"):
            ledger.snapshot("production", since="")
        with closing(team.open("other")) as other:
            write(other, Kind.FAILED, {"text": "x"})
        with pytest.raises(SafetyError, match="deleted or rewritten"):
            ledger.snapshot("production", since="")


def flip(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


@pytest.mark.parametrize("change", [flip, lambda data: data[:-5], lambda data: b"", None])
def test_a_changed_segment_is_not_read(
    team: Team, bucket: Bucket, change: Callable[[bytes], bytes] | None
) -> None:
    with closing(team.open()) as ledger:
        deliver(ledger)
        key = next(iter(bucket.keys("segments/")))
        if change is None:
            bucket.delete(key)
        else:
            bucket.put(key, change(bucket_get(bucket, key).data))
        with pytest.raises(LedgerError) as caught:
            team.open("new")
        assert caught.value.code == "SG5006"
        assert ledger.verify() != []


def test_a_segment_in_the_place_of_another_is_not_read(team: Team, bucket: Bucket) -> None:
    with closing(team.open()) as ledger:
        write(ledger, Kind.INTENDED, intention())
        (key,) = bucket.keys("segments/")
        other = bucket_get(bucket, key).data.replace(b"spotify", b"deezer")
        about, _, line = other.partition(b"\n")
        sealed = orjson.loads(about) | {"sha256": hashlib.sha256(line).hexdigest()}
        bucket.put(key, orjson.dumps(sealed) + b"\n" + line)
        with pytest.raises(LedgerError, match="not those that were written"):
            team.open("new")


def test_damaged_bytes_show(team: Team, bucket: Bucket) -> None:
    with closing(team.open()) as ledger:
        deliver(ledger)
        assert ledger.verify() == []
        key = next(iter(bucket.keys("bytes/")))
        bucket.put(key, flip(bucket_get(bucket, key).data))
        assert [problem for problem in ledger.verify() if "are damaged" in problem]
        with pytest.raises(LedgerError) as caught:
            ledger.fetch(key.rpartition("/")[2])
        assert caught.value.code == "SG5008"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "not a ledger"),
        (b"[]", "not a ledger"),
        (b'{"format": 99}', "newer version"),
        (b'{"format": 1, "catalogue": "alpha-tide"}', "not a ledger"),
    ],
)
def test_heads_that_are_none(team: Team, bucket: Bucket, data: bytes, said: str) -> None:
    bucket.put(HEAD, data)
    with pytest.raises(WrongLedgerError, match=said):
        team.open("new")
