"""Bytes of content and messages, wherever they are kept: erased, missing, in a bucket."""

from __future__ import annotations

import os
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from uuid import uuid4

import pytest

from stardust_gitops.clock import SystemClock
from stardust_gitops.ledger import retention
from stardust_gitops.ledger.events import Event, Kind, erased
from stardust_gitops.ledger.objects.s3 import S3Bucket
from stardust_gitops.ledger.open import create_ledger, messages_in, open_ledger
from stardust_gitops.ledger.segments.log import UnreachableError
from stardust_gitops.ledger.store import (
    MISSING_BYTES,
    LeaseHeldError,
    LedgerError,
    LedgerStore,
    WrongLedgerError,
)
from stardust_gitops.ledger.transfer import Tally, check_lines, read_lines, write_lines
from stardust_gitops.ledger.upcast import read_event
from tests.faults import KILLED, SteppingLedger, Steps
from tests.ledger_places import PLACES, Place
from tests.ledger_samples import (
    CATALOGUE,
    NOON,
    OTHER,
    PROVENANCE,
    STREAM,
    deliver,
    digest,
    event,
    intention,
    write,
)
from tests.object_servers import KEYS, S3Server

Opener = Callable[..., LedgerStore]
OLDEST = NOON + timedelta(days=1)
"""All events of these tests are older."""


REMOTE = {"git-http", "git-ssh"}
"""The ledger branch, reached otherwise: what is erased there, and how, is the same."""


@pytest.fixture(params=sorted(PLACES.keys() - REMOTE))
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return PLACES[str(request.param)](request, tmp_path)


@pytest.fixture
def opened(place: Place) -> Iterator[Opener]:
    create_ledger(place.url, place.root, CATALOGUE, SystemClock()).close()
    views: list[LedgerStore] = []

    def opener(messages: str | None = None) -> LedgerStore:
        views.append(open_ledger(place.url, place.root, CATALOGUE, SystemClock(), messages))
        return views[-1]

    yield opener
    for view in views:
        view.close()


@pytest.fixture(params=["moto", "rclone"])
def bucket(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A `messages:`; what keeps bytes need not have conditional writes."""
    server: S3Server = request.getfixturevalue(str(request.param))
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    return server.url(server.make_bucket(f"b-{uuid4().hex}"), "kept")


def thrice(ledger: LedgerStore) -> None:
    """A release that was delivered and updated twice, and so needs its first message no more."""
    for name, operation in (("a", "insert"), ("b", "update"), ("c", "update")):
        deliver(ledger, name, operation=operation)


def _events(ledger: LedgerStore) -> list[Event]:
    return [one for _, one in ledger.events()]


def erasure(*digests: str) -> dict[str, object]:
    return {"digests": list(digests), "reason": "keep_for", "keep_for": "1 day", "text": "old"}


def prune(ledger: LedgerStore) -> set[str]:
    found = retention.find(ledger, OLDEST)
    done = retention.prune(
        ledger, found, keep_for="1 day", clock=SystemClock(), provenance=PROVENANCE
    )
    return set(done.stored)


@pytest.mark.parametrize("place", sorted(PLACES), indirect=True)
def test_what_was_erased_is_gone_and_nothing_else(opened: Opener) -> None:
    ledger = opened()
    thrice(ledger)
    before = opened()
    assert before.fetch(digest("message a")) == b"message a"
    assert prune(ledger) == {digest("message a")}
    assert digest("message a") not in ledger.kept()
    with pytest.raises(LedgerError, match="M-a of old is missing") as caught:
        ledger.fetch(digest("message a"), "M-a of old")
    assert caught.value.code == MISSING_BYTES
    for view in (ledger, before, opened()):
        assert view.verify() == []
        assert view.fetch(digest("message b")) == b"message b"
        assert view.fetch(digest("content a")) == b"content a"
    assert prune(ledger) == set()
    (last,) = (one for _, one in opened().events() if one.kind is Kind.ERASED)
    assert (last.stream, erased(last)) == (STREAM, (digest("message a"),))
    assert ledger.state(STREAM).version == last.version
    ledger.rebuild()
    assert ledger.verify() == []


@pytest.mark.parametrize("place", ["git-file"], indirect=True)
def test_the_history_of_a_ledger_branch_holds_what_was_erased(
    opened: Opener, tmp_path: Path
) -> None:
    """As docs/ledger.md warns: it goes from the branch in one commit, and from no commit before."""
    ledger = opened()
    thrice(ledger)
    git = ["git", "-C", str(tmp_path / "remote.git")]

    def has(commit: str) -> bool:
        tree = [*git, "ls-tree", "-r", "--name-only", commit]
        return digest("message a") in subprocess.check_output(tree, text=True)

    def commits() -> list[str]:
        every = [*git, "rev-list", "--reverse", "stardust-ledger"]
        return subprocess.check_output(every, text=True).split()

    assert has(commits()[-1])
    prune(ledger)
    now = commits()
    assert not has(now[-1])
    (erasing,) = (n for n, (one, two) in enumerate(pairwise(now)) if has(one) and not has(two))
    subject = [*git, "show", "--no-patch", "--format=%s", now[erasing + 1]]
    assert subprocess.check_output(subject, text=True) == "1 stored contents and messages erased\n"


def test_bytes_that_are_gone_unrecorded_are_missing(opened: Opener) -> None:
    ledger = opened()
    thrice(ledger)
    ledger.erase([digest("message a"), digest("never stored")])
    (problem,) = opened().verify()
    assert problem.startswith(f"the bytes {digest('message a')} are missing (event 1 of")
    assert prune(ledger) == set(), "what is lost is not made out to be erased"


def test_what_is_referred_to_again_is_needed_again(opened: Opener) -> None:
    ledger = opened()
    thrice(ledger)
    prune(ledger)
    write(ledger, Kind.INTENDED, intention("a", "update"))
    (problem,) = ledger.verify()
    assert f"the bytes {digest('message a')} are missing" in problem
    write(ledger, Kind.SUPERSEDED)
    ledger.store(b"message a")
    write(ledger, Kind.INTENDED, intention("a", "update"))
    assert ledger.verify() == []
    assert opened().fetch(digest("message a")) == b"message a"


def test_a_run_that_was_killed_after_recording_is_carried_on(opened: Opener) -> None:
    ledger = opened()
    thrice(ledger)
    write(ledger, Kind.ERASED, erasure(digest("message a")))
    assert digest("message a") in ledger.kept()
    assert ledger.verify() == []
    assert prune(opened()) == {digest("message a")}
    assert digest("message a") not in opened().kept()
    assert [one.kind for _, one in ledger.events()].count(Kind.ERASED) == 1
    assert ledger.verify() == []


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_killed_at_any_step_and_run_again(place: Place) -> None:
    """The leases of two targets, two records, the erasure, a checkpoint: before and after each."""
    create_ledger(place.url, place.root, CATALOGUE, SystemClock()).close()

    def in_child(stop_at: int) -> int:
        child = os.fork()
        if child == 0:
            ledger = open_ledger(place.url, place.root, CATALOGUE, SystemClock())
            prune(SteppingLedger(ledger, Steps(stop_at)))
            os._exit(0)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    steps = 0
    while True:
        steps += 1
        old = f"{steps} "
        with closing(open_ledger(place.url, place.root, CATALOGUE, SystemClock())) as ledger:
            for stream in (STREAM, OTHER):
                for name in "abc":
                    deliver(ledger, f"{old}{name} {stream.target}", stream=stream)
            due = set(retention.find(ledger, OLDEST).stored)
        ended = in_child(steps)
        with closing(open_ledger(place.url, place.root, CATALOGUE, SystemClock())) as ledger:
            assert ledger.verify() == []
            assert prune(ledger) <= due
            assert ledger.verify() == []
            assert due.isdisjoint(ledger.kept())
            told = Counter(digest for one in _events(ledger) for digest in erased(one))
            assert {told[digest] for digest in due} == {1}, "recorded once, whenever it was killed"
        if ended != KILLED:
            break
    assert steps == 15


def test_nobody_may_be_applying_meanwhile(opened: Opener) -> None:
    ledger = opened()
    thrice(ledger)
    lease = ledger.take_lease("production", "spotify", holder="ada")
    with pytest.raises(LeaseHeldError, match="ada"):
        prune(opened())
    ledger.release_lease(lease)
    assert digest("message a") in ledger.kept()
    assert prune(opened()) == {digest("message a")}


# In a bucket


@pytest.mark.parametrize(
    ("place", "bucket"),
    [
        ("sqlite", "moto"),
        ("sqlite", "rclone"),
        ("postgres", "moto"),
        ("s3", "moto"),
        ("git-file", "moto"),
    ],
    indirect=True,
)
def test_bytes_go_into_the_bucket_and_come_back(opened: Opener, bucket: str, place: Place) -> None:
    without, ledger = opened(), opened(bucket)
    deliver(without, "a")
    deliver(ledger, "b", operation="update")
    deliver(ledger, "c", operation="update")
    assert ledger.fetch(digest("message a")) == b"message a", "from the ledger itself"
    assert opened(bucket).fetch(digest("message b")) == b"message b"
    assert ledger.verify() == []
    with pytest.raises(LedgerError, match="missing"):
        without.fetch(digest("message b"))
    store = S3Bucket(bucket.partition(":")[2], "messages")
    with closing(store):
        keys = list(store.keys("messages/"))
        assert f"messages/{CATALOGUE}/{digest('message b')}" in keys
        assert len(keys) == 4
    assert prune(ledger) == {digest("message a")}
    deliver(ledger, "d", operation="update")
    assert prune(ledger) == {digest("message b")}
    assert ledger.verify() == []
    assert without.kept() | ledger.kept() == ledger.kept()


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_bucket_that_lost_or_spoilt_something_is_told(opened: Opener, bucket: str) -> None:
    ledger = opened(bucket)
    deliver(ledger)
    with closing(S3Bucket(bucket.partition(":")[2], "messages")) as store:
        store.delete(f"messages/{CATALOGUE}/{digest('content a')}")
        store.put(f"messages/{CATALOGUE}/{digest('message a')}", b"no zlib")
    problems = ledger.verify()
    assert [problem.split(" (")[0] for problem in problems] == [
        f"the bytes {digest('message a')} are damaged",
        f"the bytes {digest('content a')} are missing",
    ]
    for name in ("content a", "message a"):
        with pytest.raises(LedgerError) as caught:
            ledger.fetch(digest(name))
        assert caught.value.code == MISSING_BYTES


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_two_catalogues_in_one_bucket_leave_each_others_bytes_alone(
    opened: Opener, bucket: str
) -> None:
    ledger, other = opened(bucket), messages_in(bucket, "another")
    assert other is not None
    with closing(other):
        other.store(b"message a")
        thrice(ledger)
        assert prune(ledger) == {digest("message a")}
        assert other.fetch(digest("message a")) == b"message a"
        assert other.digests() == [digest("message a")]


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_bucket_that_is_not_there_or_not_reached_is_told(
    opened: Opener, moto: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    nowhere = opened(moto.url("none-such"))
    with pytest.raises(LedgerError, match="bucket of messages") as caught:
        nowhere.store(b"x")
    assert caught.value.code == "SG5017"
    (problem,) = nowhere.verify()
    assert "bucket of messages" in problem
    silent = opened("s3://b/p?endpoint=http://127.0.0.1:9&region=eu-west-1")
    with pytest.raises(UnreachableError, match="the bucket of messages s3://b/p"):
        silent.fetch(digest("message a"))


@pytest.mark.parametrize("place", ["azure"], indirect=True)
def test_azure_keeps_messages_too(opened: Opener, place: Place) -> None:
    ledger = opened(place.url)
    thrice(ledger)
    assert opened(place.url).fetch(digest("message b")) == b"message b"
    assert prune(ledger) == {digest("message a")}
    assert ledger.verify() == []


# Carried elsewhere


@pytest.mark.parametrize("place", ["postgres", "git-file"], indirect=True)
@pytest.mark.parametrize("bucket", ["moto"], indirect=True)
def test_erased_bytes_are_not_missed_by_a_copy(opened: Opener, bucket: str, tmp_path: Path) -> None:
    ledger = opened()
    thrice(ledger)
    prune(ledger)
    write(ledger, Kind.INTENDED, intention("lost", "update"))
    wrote, read = Tally(), Tally()
    lines = list(write_lines(ledger, CATALOGUE, wrote))
    assert list(wrote.missing) == [digest("content lost"), digest("message lost")]
    assert wrote.erased == 1
    assert check_lines(lines, CATALOGUE) == wrote.events
    root = tmp_path / "copy"
    url = "sqlite:ledger.db"
    with closing(create_ledger(url, root, CATALOGUE, SystemClock(), bucket)) as copy:
        read_lines(lines, copy, read)
        assert read == wrote
        assert sorted(copy.verify()) == sorted(ledger.verify())
        assert copy.fetch(digest("message c")) == b"message c"
    with closing(open_ledger(url, root, CATALOGUE, SystemClock())) as alone:
        assert alone.kept() == set(), "all bytes went into the bucket"


def test_an_older_program_refuses_what_was_erased() -> None:
    now = event(Kind.ERASED, erasure(digest("message a")))
    assert (now.format, read_event(now.body())) == (2, now)
    assert event(Kind.COMPLETED).format == 1, "what an older program can read, it may"
    with pytest.raises(WrongLedgerError, match="format 9"):
        read_event(now.body().replace(b'"format":2', b'"format":9'))
