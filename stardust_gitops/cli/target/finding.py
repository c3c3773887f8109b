"""Finding the target that a command is about."""

from __future__ import annotations

from pathlib import Path

import click

from stardust_gitops.catalog.findings import located
from stardust_gitops.catalog.loading import (
    Catalogue,
    InvalidCatalogueError,
    Target,
    find_root,
    open_catalogue,
)
from stardust_gitops.catalog.suggest import did_you_mean
from stardust_gitops.errors import GitOpsError, UsageError


def completed_targets(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Completes the targets of the catalogue; silent where there is none."""
    try:
        targets = open_frame(Path(ctx.params.get("catalog") or ".")).targets
    except (GitOpsError, OSError, ValueError):
        return []
    return sorted(name for name in targets if name.startswith(incomplete) and name.isprintable())


def open_frame(folder: Path) -> Catalogue:
    """The catalogue in a folder or above it, without git."""
    return open_catalogue(find_root(folder))


def find_target(catalogue: Catalogue, name: str) -> Target:
    """A target by its id; what is wrong with its file where that does not read."""
    if name in catalogue.targets:
        return catalogue.targets[name]
    if name in catalogue.broken_targets:
        findings = located(catalogue.findings, catalogue.root)
        raise InvalidCatalogueError(
            f"the target {name!r} is not valid",
            tuple(
                f for f in findings if f.file.startswith("targets/") and Path(f.file).stem == name
            ),
            hint="correct it first",
            root=catalogue.root,
        )
    hint = did_you_mean(name, catalogue.targets)
    raise UsageError(
        f"there is no target {name!r}",
        hint=f"did you mean {hint}?" if hint else "see  stardust-gitops target list",
    )
