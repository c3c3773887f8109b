"""Packages that only some stores need, and that come with an extra."""

from __future__ import annotations

from importlib import import_module

from stardust_gitops.errors import GitOpsError


def must_have(module: str, extra: str, what: str) -> None:
    """`GitOpsError` that says how to install `extra`, which `what` needs, where `module` cannot be
    imported."""
    try:
        import_module(module)
    except ImportError as error:
        raise GitOpsError(
            f"{what} needs a package that is not installed ({error})",
            hint=f'install it:  pip install "stardust-gitops[{extra}]"',
            code="SG6092",
        ) from error
