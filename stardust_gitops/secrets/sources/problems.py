"""How the sources that lie outside of this machine's files refuse."""

from __future__ import annotations

from stardust_gitops.errors import GitOpsError


def missing_package(reference: str, extra: str) -> GitOpsError:
    """A source whose library is not installed."""
    return GitOpsError(
        f"{reference} needs a package that is not installed",
        hint=f'install it:  pip install "stardust-gitops[{extra}]"',
        code="SG6092",
    )


def not_given(reference: str, why: str, hint: str) -> GitOpsError:
    """A source that does not give the secret. `why` must hold nothing of a value."""
    return GitOpsError(f"{reference} was not given: {why}", hint=hint, code="SG6093")
