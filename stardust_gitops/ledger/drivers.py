"""Packages that only some ledgers need, and that come with an extra."""

from __future__ import annotations

from stardust_gitops.objects.packages import must_have as _must_have


def must_have(module: str, extra: str) -> None:
    """`GitOpsError` that says how to install `extra` where `module` cannot be imported."""
    _must_have(module, extra, "this ledger")
