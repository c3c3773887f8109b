"""How a run that ends early is told: to those of `notifications:`, and in the summary of a job."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from stardust_gitops.cli.notify import tell_of_end
from stardust_gitops.errors import UsageError

_OF_WHO_TYPED = (UsageError, click.ClickException, click.exceptions.Exit, click.Abort)
"""What whoever started the run sees, and nobody else has to hear of."""


@contextmanager
def told_where_it_ends_early(folder: Path, environment: str) -> Iterator[set[str]]:
    """Tell of what ends a run before its end: a ledger that cannot be reached, a guard, a bug. The
    exception goes on. Into the set goes which events the run has told of itself; who listens to
    one of them is not told again."""
    told: set[str] = set()
    try:
        yield told
    except (*_OF_WHO_TYPED, BrokenPipeError):
        raise
    except Exception as error:
        from stardust_gitops.cli.job_summary import add_end_summary

        add_end_summary("apply", error)
        tell_of_end(folder, environment, error, told)
        raise
