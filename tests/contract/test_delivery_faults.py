"""What goes wrong on the way, or at the other end, whatever the protocol: each fault ends in the
right code with a remedy, shows nothing under its final name and no secret, and the next run, when
all is well again, delivers once and leaves nothing lying about."""

from __future__ import annotations

import os
import re
import shutil
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import trustme
from azure.storage.blob import generate_container_sas

from stardust_gitops.clock import SystemClock
from stardust_gitops.delivery.results import ApplyResult, Outcome
from stardust_gitops.delivery.transports.registry import TransportSettings, open_transport
from stardust_gitops.delivery.transports.settings import (
    AzureSettings,
    FtpSettings,
    HttpSettings,
    S3Settings,
    SftpSettings,
)
from tests.delivery_kit import Studio
from tests.flaky import Wire
from tests.ftp_servers import pyftpd
from tests.http_servers import DELIVERIES, Fault, reset, upload_api
from tests.http_targets import reach
from tests.inboxes import Inbox
from tests.object_servers import AZURE_KEY
from tests.protocols import PROTOCOLS, Way, way_of
from tests.recipient_reader import RecipientReader
from tests.scale import LONG
from tests.servers import small_disk
from tests.store_checker import Mood, checker
from tests.wire_proxy import Proxy, Rule, proxied

NETWORKED = PROTOCOLS[1:]
NOW = datetime.now(UTC)
MANY = 40
"""More connections than a run makes."""
AMID = {"ftp": 230, "ftps": 1500}
"""Bytes of a connection after which something happens in the middle of a delivery. By FTP those of
the commands: `test_carrying_on` and `test_ftp_failures` have faults of its data connections."""
SECONDS = 0.7


@dataclass
class Route:
    """A recipient, and a label that reaches it directly or through a proxy."""

    protocol: str
    way: Way
    label: Studio
    release: str
    """The first of two, with a large file."""

    @property
    def inbox(self) -> Inbox:
        return self.way.inbox

    def apply(self, settings: TransportSettings, **more: Any) -> ApplyResult:
        """Deliver what is to be delivered, with so many `attempts` (1)."""
        how = {"attempts": 1, **more}
        self.label.add_recipient("store", connect=lambda: open_transport(settings), **how)
        return self.label.apply()

    def look(self) -> RecipientReader:
        """What the recipient has taken by now; nothing may be amiss."""
        seen = self.label.folder / "seen"
        shutil.rmtree(seen, ignore_errors=True)
        for name in self.inbox.names():
            (seen / name).parent.mkdir(parents=True, exist_ok=True)
            (seen / name).write_bytes(self.inbox.read(name))
        reader = RecipientReader(seen)
        reader.look()
        assert reader.errors == []
        return reader

    def must_fail(self, result: ApplyResult, code: str) -> None:
        """The first release, if not both, has failed: it says the code, what it is and what to do,
        and no secret; the recipient has taken nothing of it."""
        failed = [item for item in result.items if item.outcome is Outcome.FAILED]
        assert self.release in [item.release for item in failed]
        assert len(failed) + result.count(Outcome.SENT) == 2
        for item in failed:
            assert (item.target, item.code) == ("store", code), item
            assert item.text
            assert item.hint
        said = f"{result!r} {self.label.log.events!r}"
        assert [secret for secret in self.way.secrets if secret in said] == []
        taken = {f"0{each.icpn}" for each in self.look().taken}
        assert taken == {item.release for item in result.items} - {i.release for i in failed}

    def must_recover(self) -> None:
        """The next run ends well: both have arrived, once, and nothing lies beside them."""
        assert self.apply(self.inbox.settings).succeeded
        reader = self.look()
        assert reader.leftovers() == []
        assert len(reader.taken) == 2
        assert self.label.nothing_to_send()
        assert self.label.ledger.verify() == []


@pytest.fixture(params=NETWORKED)
def route(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Route]:
    with way_of(request.param, request, tmp_path / "inboxes") as way:
        label = Studio(tmp_path / "label", clock=SystemClock())
        release = label.put_release(1, audio=os.urandom(300_000))
        label.put_release(2)
        yield Route(request.param, way, label, release)


def port_of(settings: TransportSettings) -> int:
    match settings:
        case SftpSettings() | FtpSettings():
            return settings.port
        case HttpSettings():
            return int(settings.url.rpartition(":")[2])
        case S3Settings() | AzureSettings():
            return int(str(settings.access.endpoint).split(":")[2].partition("/")[0])
        case _:
            raise AssertionError(settings)


def led(
    settings: TransportSettings,
    host: str,
    port: int,
    *,
    tls: bool = False,
    seconds: float = SECONDS,
) -> Any:
    """The same recipient by another way, with little patience."""
    match settings:
        case SftpSettings() | FtpSettings():
            return replace(settings, host=host, port=port, timeout=seconds)
    url = f"{'https' if tls else 'http'}://{host}:{port}"
    match settings:
        case HttpSettings():
            return replace(settings, url=url, timeout=seconds)
        case S3Settings():
            access = replace(settings.access, endpoint=url, seconds=seconds)
            return replace(settings, access=access)
        case AzureSettings():
            account = f"{url}/example"
            return replace(
                settings,
                access=replace(settings.access, endpoint=account, seconds=max(1.0, seconds)),
            )
    raise AssertionError(settings)


def through(proxy: Proxy, settings: TransportSettings) -> TransportSettings:
    return led(settings, "127.0.0.1", proxy.port)  # type: ignore[no-any-return]


FAULTS = ["refused", "garbage", "cut", "stall"]


@pytest.mark.parametrize("fault", [*FAULTS, *(["cut early", "silence"] if LONG else [])])
def test_a_line_that_fails(route: Route, fault: str) -> None:
    amid = AMID.get(route.protocol, 150_000)
    rule = {
        "refused": Rule(refuse=True),
        "garbage": Rule(garbage=3000),
        "cut early": Rule(cut=True, after=20),
        "cut": Rule(cut=True, after=amid),
        "silence": Rule(stall=True),
        "stall": Rule(stall=True, after=amid),
    }[fault]
    started = time.monotonic()
    with proxied(port_of(route.inbox.settings), *[rule] * MANY) as proxy:
        result = route.apply(through(proxy, route.inbox.settings))
    assert time.monotonic() - started < 15
    route.must_fail(result, "SG6001")
    route.must_recover()


@pytest.mark.parametrize("route", ["sftp", "s3", "azure", "http"], indirect=True)
def test_a_slow_line_delivers(route: Route) -> None:
    slow = Rule(rate=1_500_000)
    with proxied(port_of(route.inbox.settings), *[slow] * MANY) as proxy:
        settings = led(route.inbox.settings, "127.0.0.1", proxy.port, seconds=3.0)
        assert route.apply(settings).succeeded
    assert len(route.look().taken) == 2
    assert route.look().leftovers() == []


UNKNOWN = "no-such-host.blob.core.invalid"
"""In the form that Azure's library wants."""


def test_an_unknown_host(route: Route) -> None:
    settings = led(route.inbox.settings, UNKNOWN, 9)
    result = route.apply(settings)
    for item in result.items:
        assert item.code in ("SG6000", "SG6001")
        assert UNKNOWN in str(item.text)
        assert item.hint
    assert result.count(Outcome.FAILED) == 2
    assert route.inbox.names() == []


@pytest.mark.parametrize("route", ["directory", *NETWORKED], indirect=True)
def test_a_file_that_is_damaged_at_the_other_end(route: Route) -> None:
    """With `verify: read`: the damage is seen before the recipient is told to begin."""
    done: list[str] = []

    def damage() -> None:
        _, path = wire.calls[-1]
        if not done:
            done.append(path)
            data = bytearray(route.inbox.read(path))
            data[len(data) // 2] ^= 1
            route.inbox.write(path, bytes(data))

    wire = Wire(hooks=[("read", r"0018/.*\.wav$", damage)])
    connect = wire.connect(lambda: open_transport(route.inbox.settings))
    route.label.add_recipient("store", connect=connect, attempts=1, verify="read")
    route.must_fail(route.label.apply(), "SG6006")
    assert done
    route.must_recover()


@pytest.mark.parametrize("route", ["s3", "azure"], indirect=True)
def test_a_listing_that_lies_about_sizes(route: Route) -> None:
    """The last look before the recipient is told to begin compares them."""
    with checker(port_of(route.inbox.settings)) as between:
        between.moods = [Mood("GET", "list-type=2|comp=list", "lie", times=MANY)]
        settings = led(route.inbox.settings, "127.0.0.1", between.port, seconds=5.0)
        route.must_fail(route.apply(settings), "SG6006")
    route.must_recover()


@pytest.mark.parametrize("route", ["azure"], indirect=True)
def test_a_shared_access_signature_that_is_over(route: Route) -> None:
    settings = route.inbox.settings
    assert isinstance(settings, AzureSettings)
    over = generate_container_sas(
        "example",
        settings.access.container,
        account_key=AZURE_KEY,
        permission="racwdl",
        expiry=NOW - timedelta(hours=1),
    )
    access = replace(settings.access, key=None, sas=over)
    result = route.apply(replace(settings, access=access))
    route.must_fail(result, "SG6002")
    assert over not in repr(result)
    route.must_recover()


@pytest.mark.parametrize("route", ["directory", "sftp", "ftp", "ftps"], indirect=True)
def test_a_disk_that_is_full(route: Route) -> None:
    route.label.put_release(1, audio=os.urandom(2_000_000))
    with small_disk(route.inbox.folder):
        route.must_fail(route.apply(route.inbox.settings), "SG6004")
    route.must_recover()


def test_an_api_that_deletes_nothing_says_why_it_failed(tmp_path: Path) -> None:
    """What it was sent stays there, and is never completed: that is not what has to be mended."""
    with upload_api(tmp_path / "inbox", tmp_path / "partial") as api:
        label = Studio(tmp_path / "label", clock=SystemClock())
        label.put_release(1)
        connect = partial(reach, api.url, DELIVERIES, tmp_path)
        label.add_recipient("store", connect=connect, attempts=1)
        api.faults.append(Fault(match="PUT .*wav", act=reset))
        (item,) = label.apply().items
        assert (item.outcome, item.code) == (Outcome.FAILED, "SG6001")
        assert "run apply again" in str(item.hint)
        assert label.apply().succeeded
        assert len(api.commits) == 1


# -- certificates


CERTIFICATES: dict[str, tuple[str, dict[str, Any]]] = {
    "expired": ("localhost", {"not_after": NOW - timedelta(days=1)}),
    "of another host": ("ftp.example.com", {}),
    "of the future": ("localhost", {"not_before": NOW + timedelta(days=1)}),
    "of nobody we know": ("localhost", {}),
}


@pytest.mark.parametrize("certificate", list(CERTIFICATES))
@pytest.mark.parametrize("route", ["ftps", "s3", "azure", "http"], indirect=True)
def test_certificates(
    route: Route, certificate: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of the future is a wrong clock, here or there."""
    host, dates = CERTIFICATES[certificate]
    authority, other = trustme.CA(), trustme.CA()
    issued = authority.issue_cert(host, **dates)
    trusted = other if certificate == "of nobody we know" else authority
    ca = tmp_path / "ca.pem"
    trusted.cert_pem.write_to_path(ca)
    for name in ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"):
        monkeypatch.setenv(name, str(ca))
    with served(issued, route.protocol, tmp_path) as port:
        settings = led(route.inbox.settings, "localhost", port, tls=True, seconds=5.0)
        if isinstance(settings, HttpSettings):
            settings = replace(settings, ca=str(ca), auth=None)
        if isinstance(settings, FtpSettings):
            settings = replace(settings, ca=ca)
        result = route.apply(settings)
    for item in result.items:
        assert item.code == "SG6003", item
        assert re.search("certificate|doesn't match", str(item.text))
        assert "ask the recipient" in str(item.hint)
    assert result.count(Outcome.FAILED) == 2
    route.must_recover()


@contextmanager
def served(issued: trustme.LeafCert, protocol: str, folder: Path) -> Iterator[int]:
    """The port of a server with this certificate."""
    if protocol == "ftps":
        file = folder / "certificate.pem"
        issued.private_key_and_cert_chain_pem.write_to_path(file)
        with pyftpd(folder / "home", tls=True, certfile=str(file)) as server:
            yield server.port
        return
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    issued.configure_cert(context)
    with upload_api(folder / "there", folder / "aside", context=context) as api:
        yield int(api.url.rpartition(":")[2])
