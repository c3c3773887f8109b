"""``--review FILE``: what the pull request of a change says, for policies."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeVar

import click
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from stardust_gitops.errors import UsageError
from stardust_gitops.planning.policies import Review

R = TypeVar("R")
EXIT_POLICY = 3
_LARGEST = 1_000_000
_Words = Annotated[tuple[str, ...], Field(max_length=10_000)]


class _ReviewFile(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    known: bool = True
    author: str | None = None
    labels: _Words = ()
    approvals: _Words = ()
    teams: _Words = ()


def review_option(command: Callable[..., R]) -> Callable[..., R]:
    """``--review FILE``, handed over as `review`: a path or ``None``."""
    return click.option(
        "--review",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Labels and approvals of the pull request, as JSON, for policies.",
    )(command)


def read_review(path: Path | None) -> Review:
    """What the file says; nothing is known without one. `UsageError` where it cannot be read."""
    if path is None:
        return Review()
    try:
        with path.open("rb") as stream:
            data = stream.read(_LARGEST + 1)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read: {error.strerror}", hint="give another --review"
        ) from error
    try:
        if len(data) > _LARGEST:
            raise ValueError("it is too large")
        found = _ReviewFile.model_validate_json(data)
    except (ValidationError, ValueError) as error:
        raise UsageError(
            f"{path} is no review",
            hint='write it as  {"author": "…", "labels": ["…"], "approvals": ["…"], "teams": []}',
        ) from error
    return Review(**found.model_dump())
