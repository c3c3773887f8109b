"""From the catalogue's `ledger:` to a ledger. A new backend is a module and a line in the table."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from stardust_gitops.clock import Clock
from stardust_gitops.errors import UsageError
from stardust_gitops.ledger.store import LedgerStore

BACKENDS = {
    "azure": "stardust_gitops.ledger.objects.azure",
    "git": "stardust_gitops.ledger.branch",
    "postgresql": "stardust_gitops.ledger.postgres",
    "s3": "stardust_gitops.ledger.objects.s3",
    "sqlite": "stardust_gitops.ledger.sqlite",
}
"""Scheme → module, imported when it is used. It has the functions of `Backend`."""


class Backend(Protocol):
    """What the module of a backend offers. `location` is what follows the scheme."""

    def create(self, location: str, catalogue_id: str, *, root: Path, clock: Clock) -> LedgerStore:
        """Make a new, empty ledger. `SafetyError` where there is one."""
        ...

    def open_ledger(
        self, location: str, catalogue_id: str, *, root: Path, clock: Clock
    ) -> LedgerStore:
        """Open a ledger that is there; never makes one."""
        ...


def open_ledger(url: str, root: Path, catalogue_id: str, clock: Clock) -> LedgerStore:
    """The ledger at `url` (``sqlite:.stardust/ledger.db``, relative to the catalogue's root).

    `LedgerMissingError`, `WrongLedgerError`, `LedgerError`; `UsageError` for a URL that this
    version does not know.
    """
    backend, location = _backend(url)
    return backend.open_ledger(location, catalogue_id, root=root, clock=clock)


def create_ledger(url: str, root: Path, catalogue_id: str, clock: Clock) -> LedgerStore:
    """A new, empty ledger at `url`. `SafetyError` where there is one; else as `open_ledger`."""
    backend, location = _backend(url)
    return backend.create(location, catalogue_id, root=root, clock=clock)


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
