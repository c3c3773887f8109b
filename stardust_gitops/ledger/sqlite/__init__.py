"""The ledger in one SQLite file: the embedded default (``sqlite:PATH``)."""

from __future__ import annotations

from pathlib import Path

from stardust_gitops.clock import Clock
from stardust_gitops.ledger.contents import Contents
from stardust_gitops.ledger.sqlite.connection import create_file
from stardust_gitops.ledger.sqlite.ledger import SqliteLedger

__all__ = ["SqliteLedger", "create", "open_ledger"]


def create(
    location: str | Path,
    catalogue_id: str,
    *,
    root: Path = Path(),
    clock: Clock | None = None,
    outside: Contents | None = None,
) -> SqliteLedger:
    """A new ledger at a path (relative to `root`). `SafetyError` where there is one."""
    path = root / location
    create_file(path, catalogue_id)
    return SqliteLedger(path, catalogue_id, clock=clock, outside=outside)


def open_ledger(
    location: str | Path,
    catalogue_id: str,
    *,
    root: Path = Path(),
    clock: Clock | None = None,
    outside: Contents | None = None,
) -> SqliteLedger:
    """The ledger at a path (relative to `root`); errors as in `SqliteLedger`."""
    return SqliteLedger(root / location, catalogue_id, clock=clock, outside=outside)
