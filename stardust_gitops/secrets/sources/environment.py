"""``env:NAME``: an environment variable."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from stardust_gitops.errors import GitOpsError
from stardust_gitops.secrets.secret import Secret


def fetch(name: str, *, environ: Mapping[str, str], root: Path) -> Secret:
    """The value of the variable, as it is."""
    value = environ.get(name)
    if not value:
        raise GitOpsError(
            f"the environment variable {name} is {'empty' if value == '' else 'not set'}",
            hint=f"set {name}, in CI as a secret of the job, to the value that the target needs",
            code="SG6090",
        )
    return Secret(value)
