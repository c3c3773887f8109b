"""One issue on GitHub that is kept up to date, and telling what GitHub refuses."""

from __future__ import annotations

import click

from stardust_gitops.ci.api import GitHub, GitHubError
from stardust_gitops.ci.files import write_outputs
from stardust_gitops.ci.run import Run
from stardust_gitops.ci.sticky import put_issue
from stardust_gitops.clock import Clock
from stardust_gitops.errors import GitOpsError


def keep_issue(
    run: Run,
    clock: Clock,
    marker: str,
    said: tuple[str, str | None],
    *,
    author: str | None,
    well: str,
) -> None:
    """The issue with this marker says `said`, its title and body; without a body it is closed, and
    `well` is what there is to tell. What GitHub refuses is told, and fails nothing."""
    title, body = said
    try:
        with GitHub(run, clock) as api:
            number = put_issue(api, marker, title, body, author=author)
    except GitHubError as error:
        tell_refusal("No issue", error)
        return
    click.echo(f"{well}: no issue is open." if number is None else f"Issue {number}: {title}")
    write_outputs(run, {"issue-number": "" if number is None else str(number)})


def tell_refusal(what: str, error: GitOpsError) -> None:
    """Say what GitHub refused; nothing fails for it."""
    click.echo(f"{what}: {error.code} {error.message}")
    if error.hint:
        click.echo(f"  {error.hint}")
