"""From the catalogue's `ledger:` to a ledger. A new backend is a module and a line in the table."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from stardust_gitops.clock import Clock
from stardust_gitops.errors import UsageError
from stardust_gitops.ledger.contents import Contents
from stardust_gitops.ledger.store import LedgerStore

if TYPE_CHECKING:
    from stardust_gitops.ledger.objects.bucket import Bucket

BACKENDS = {
    "azure": "stardust_gitops.ledger.objects.azure",
    "git": "stardust_gitops.ledger.branch",
    "postgresql": "stardust_gitops.ledger.postgres",
    "s3": "stardust_gitops.ledger.objects.s3",
    "sqlite": "stardust_gitops.ledger.sqlite",
}
"""Scheme → module, imported when it is used. It has the functions of `Backend`."""

_BUCKETS = {
    "azure": ("stardust_gitops.ledger.objects.azure", "AzureBucket"),
    "s3": ("stardust_gitops.ledger.objects.s3", "S3Bucket"),
}


class Backend(Protocol):
    """What the module of a backend offers. `location` is what follows the scheme, `outside` where
    new bytes are kept, if not in the ledger itself."""

    def create(
        self,
        location: str,
        catalogue_id: str,
        *,
        root: Path,
        clock: Clock,
        outside: Contents | None,
    ) -> LedgerStore:
        """Make a new, empty ledger. `SafetyError` where there is one."""
        ...

    def open_ledger(
        self,
        location: str,
        catalogue_id: str,
        *,
        root: Path,
        clock: Clock,
        outside: Contents | None,
    ) -> LedgerStore:
        """Open a ledger that is there; never makes one."""
        ...


def open_ledger(
    url: str, root: Path, catalogue_id: str, clock: Clock, messages: str | None = None
) -> LedgerStore:
    """The ledger at `url` (``sqlite:.stardust/ledger.db``, relative to the catalogue's root), which
    keeps new bytes of content and messages in the bucket `messages`, if there is one.

    `LedgerMissingError`, `WrongLedgerError`, `LedgerError`; `UsageError` for a URL that this
    version does not know.
    """
    backend, location = _backend(url)
    outside = messages_in(messages, catalogue_id)
    return backend.open_ledger(location, catalogue_id, root=root, clock=clock, outside=outside)


def create_ledger(
    url: str, root: Path, catalogue_id: str, clock: Clock, messages: str | None = None
) -> LedgerStore:
    """A new, empty ledger at `url`. `SafetyError` where there is one; else as `open_ledger`."""
    backend, location = _backend(url)
    outside = messages_in(messages, catalogue_id)
    return backend.create(location, catalogue_id, root=root, clock=clock, outside=outside)


def messages_in(url: str | None, catalogue_id: str) -> Contents | None:
    """The bucket at `url`, where a catalogue keeps bytes; it is opened when it is asked."""
    if url is None:
        return None
    from stardust_gitops.ledger.objects.bucket import MESSAGES
    from stardust_gitops.ledger.objects.contents import BucketContents

    scheme, _, location = url.partition(":")

    def opened() -> Bucket:
        if scheme not in _BUCKETS:
            raise UsageError(
                f"messages {scheme}: is not available in this version",
                hint="write  messages: s3://bucket/prefix  or  messages: azure://container/prefix",
            )
        module, name = _BUCKETS[scheme]
        made: Bucket = getattr(import_module(module), name)(location, MESSAGES)
        return made

    return BucketContents(opened, catalogue_id)


def _backend(url: str) -> tuple[Backend, str]:
    scheme, _, location = url.partition(":")
    if scheme not in BACKENDS:
        raise UsageError(
            f"ledger {scheme}: is not available in this version",
            hint="write  ledger: sqlite:.stardust/ledger.db  in stardust.yaml",
        )
    if not location:
        raise UsageError(
            f"ledger {url!r} says no place", hint="write  ledger: sqlite:.stardust/ledger.db"
        )
    return cast(Backend, import_module(BACKENDS[scheme])), location
