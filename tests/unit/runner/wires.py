"""Recipients behind wires with faults, and what became of them."""

from __future__ import annotations

from stardust_gitops.delivery.transports.base import PassingError
from stardust_gitops.delivery.transports.directory import DirectoryTransport
from stardust_gitops.ledger.events import StreamId
from stardust_gitops.ledger.state import StreamState
from tests.delivery_kit import ENVIRONMENT, Studio
from tests.flaky import Fault, Wire
from tests.recipient_reader import RecipientReader

MARKER = r"BatchComplete"
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize 3015\n" % (b"0" * 64)
LOST = PassingError("connection lost")


def flaky(label: Studio, *faults: Fault, target: str = "batchy", **more: object) -> Wire:
    """Add a recipient behind a wire with faults."""
    wire = Wire(faults=list(faults))
    inbox = label.inbox(target)
    connect = wire.connect(lambda: DirectoryTransport(inbox))
    label.add_recipient(target, connect=connect, **more)  # type: ignore[arg-type]
    return wire


def reader(label: Studio, target: str = "batchy") -> RecipientReader:
    """What the recipient has taken by now; nothing may be amiss."""
    found = RecipientReader(label.inbox(target))
    found.look()
    assert found.errors == []
    return found


def state(label: Studio, release: str, target: str = "batchy") -> StreamState:
    """The state of a release."""
    return label.ledger.state(StreamId(ENVIRONMENT, target, release))


def lose_marker(label: Studio, *, after: bool, target: str = "batchy", **more: object) -> Wire:
    """A recipient that is lost while the marker is put, before or after it has arrived."""
    fault = Fault("put", MARKER, LOST, times=1, after=after)
    return flaky(label, fault, target=target, attempts=1, **more)
