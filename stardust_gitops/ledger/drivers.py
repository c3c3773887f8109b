"""Packages that only some ledgers need, and that come with an extra."""

from __future__ import annotations

from importlib import import_module

from stardust_gitops.errors import GitOpsError


def must_have(module: str, extra: str) -> None:
    """`GitOpsError` that says how to install `extra` where `module` cannot be imported."""
    try:
        import_module(module)
    except ImportError as error:
        raise GitOpsError(
            f"this ledger needs a package that is not installed ({error})",
            hint=f'install it:  pip install "stardust-gitops[{extra}]"',
            code="SG6092",
        ) from error
