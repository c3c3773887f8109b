"""Ledgers in databases of a test's own."""

from __future__ import annotations

from pathlib import Path

from stardust_gitops.clock import SystemClock
from stardust_gitops.ledger.open import create_ledger, open_ledger
from stardust_gitops.ledger.store import LedgerStore
from tests.ledger_samples import CATALOGUE

HERE = Path()


def made(url: str) -> LedgerStore:
    """A new ledger, open."""
    create_ledger(url, HERE, CATALOGUE, SystemClock()).close()
    return opened(url)


def opened(url: str) -> LedgerStore:
    """The ledger of the database."""
    return open_ledger(url, HERE, CATALOGUE, SystemClock())
