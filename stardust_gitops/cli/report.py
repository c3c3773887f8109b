"""``stardust-gitops report``: a plan, and what is open, where people see it on GitHub."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
import orjson

from stardust_gitops.ci.api import GitHub, GitHubError
from stardust_gitops.ci.files import write_outputs, write_summary
from stardust_gitops.ci.run import Run, run_of
from stardust_gitops.ci.sticky import pull_request_of, put_comment
from stardust_gitops.cli.options import catalogue_option, environment_option, outside
from stardust_gitops.cli.output import write_bytes
from stardust_gitops.cli.plan import make_plan
from stardust_gitops.cli.report_issue import keep_issue, tell_refusal
from stardust_gitops.cli.report_reconciliation import reconciliation
from stardust_gitops.cli.report_schedule import schedule
from stardust_gitops.cli.session import open_catalogue_at, session
from stardust_gitops.clock import Clock
from stardust_gitops.errors import GitOpsError
from stardust_gitops.planning.selection import Selection

if TYPE_CHECKING:
    from stardust_gitops.ci.plan_reading import ReadPlan

F = TypeVar("F", bound=Callable[..., Any])

_AUTHOR = click.option(
    "--author",
    metavar="LOGIN",
    help="The account that the token writes as, where it is that of a GitHub App.",
)


@click.group("report")
def command() -> None:
    """Show a plan on GitHub; what is due, failed or late; what recipients have answered.

    For a plan on GitHub it reads what `plan --out FILE` wrote, and neither the catalogue nor the
    ledger. The token comes from GITHUB_TOKEN. What GitHub refuses is told, and fails no run.
    """


command.add_command(schedule)
command.add_command(reconciliation)


def _plan_option(function: F) -> F:
    return click.option(
        "--plan",
        "plan_file",
        type=click.Path(path_type=Path),
        required=True,
        help="What `plan --out FILE` wrote.",
    )(function)


@command.command("github")
@_plan_option
@click.option(
    "--pull-request",
    type=click.IntRange(min=1),
    metavar="NUMBER",
    help="The plan is that of this one.  [default: that of the event]",
)
@click.option("--comment/--no-comment", default=True, help="Comment on the pull request.")
@_AUTHOR
@click.option("--prefix", default="", help="The catalogue's folder in the repository.")
@click.pass_context
def github(
    ctx: click.Context,
    plan_file: Path,
    pull_request: int | None,
    comment: bool,
    author: str | None,
    prefix: str,
) -> int:
    """Show a plan in a job: summary, outputs, annotations, and one comment on the pull request.

    The comment of an earlier run is brought up to date; that of anybody else is never touched. In
    a run that follows another one (`workflow_run`) the plan is that of a stranger: its size is
    limited, and which pull request it is for says GitHub's event alone.

    \b
    Examples:
      stardust-gitops report github --plan plan.json
      stardust-gitops report github --plan plan.json --pull-request 12 --no-comment
    """
    from stardust_gitops.ci import bodies
    from stardust_gitops.ci.plan_reading import LARGEST, LARGEST_OF_OTHERS, read_plan
    from stardust_gitops.planning.model import OPERATIONS
    from stardust_gitops.reports.plan_github import plan_annotations

    run = run_of(os.environ)
    read = read_plan(plan_file, largest=LARGEST_OF_OTHERS if run.is_second_stage else LARGEST)
    if not run.is_second_stage:  # its lines are those of another commit
        folder = prefix.strip("/")
        lines = plan_annotations(read.plan, prefix=f"{folder}/" if folder not in ("", ".") else "")
        write_bytes(lines.encode())
    reviewed = pull_request is not None or run.pull_request is not None
    write_summary(run, bodies.summary(read, run, on_merge=reviewed))
    outputs = {
        "plan-hash": read.plan.plan_hash,
        "has-changes": "true" if any(read.summary[a] for a in OPERATIONS) else "false",
        **{name: str(count) for name, count in read.summary.items()},
    }
    if comment:
        known = _comment(run, outside(ctx).clock, read, author, pull_request)
        outputs["comment-id"] = "" if known is None else str(known)
    write_outputs(run, outputs)
    return 0


def _comment(
    run: Run, clock: Clock, read: ReadPlan, author: str | None, number: int | None
) -> int | None:
    """Post or bring up to date the comment; its id, where there is one."""
    from stardust_gitops.ci import bodies

    if number is None and run.pull_request is None and not run.is_second_stage:
        click.echo("No comment: this run is for no pull request.")
        return None
    try:
        with GitHub(run, clock) as api:
            found = number or pull_request_of(api, run)
            if found is None:
                click.echo("No comment: the pull request is closed, or has newer commits.")
                return None
            marker = bodies.marker("plan", read.plan.catalogue, read.plan.environment)
            known = put_comment(api, found, marker, bodies.comment(read, run), author=author)
    except GitHubError as error:
        tell_refusal("No comment", error)
        return None
    click.echo(f"The plan is shown on pull request {found} (comment {known}).")
    return known


@command.command("issue")
@catalogue_option
@environment_option
@_AUTHOR
@click.pass_context
def issue(ctx: click.Context, catalog: Path, environment: str, author: str | None) -> None:
    """Keep one issue up to date about what failed, is late, or has not been sent.

    Run it after an apply. The issue says what `report schedule` says, and what could go and has
    not gone; with nothing of that left it is closed. Where that cannot be found out, for the ledger
    cannot be reached, say, the issue says so, and the command fails.

    \b
    Example:
      stardust-gitops apply --auto-approve; stardust-gitops report issue
    """
    from stardust_gitops.ci import bodies
    from stardust_gitops.reconciler.outlook import outlook_of

    run, clock = run_of(os.environ), outside(ctx).clock
    name = open_catalogue_at(catalog).catalogue.config.id
    failure: GitOpsError | None = None
    title: str
    body: str | None
    try:
        with session(catalog, clock) as here:
            plan, planner = make_plan(here, environment, Selection())
            title, body = bodies.issue(outlook_of(plan, planner, here.workspace, clock), run)
    except GitOpsError as error:
        failure = error
        title, body = bodies.broken_issue("issue", name, environment, error, run)
    marker = bodies.marker("issue", name, environment)
    keep_issue(run, clock, marker, (title, body), author=author, well="Nothing waits")
    if failure is not None:
        raise failure


@command.command("review")
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="Write it there, as JSON."
)
@click.option(
    "--pull-request",
    type=click.IntRange(min=1),
    metavar="NUMBER",
    help="[default: that of the run]",
)
@click.option(
    "--team",
    "teams",
    multiple=True,
    metavar="SLUG",
    help="See whether one of this team approved; the token must be allowed to read members.",
)
@click.pass_context
def review(ctx: click.Context, out: Path, pull_request: int | None, teams: tuple[str, ...]) -> int:
    """Write what people said of the pull request, for the policies of `plan --review FILE`.

    Labels, who approved, who wrote it; after a merge, of the pull request that brought the commit.
    Where GitHub does not tell, the file says that nothing is known, and policies decide on that.

    \b
    Example:
      stardust-gitops report review --out review.json && stardust-gitops plan --review review.json
    """
    from stardust_gitops.ci.reviews import UNKNOWN, review_of

    run, found = run_of(os.environ), UNKNOWN
    try:
        with GitHub(run, outside(ctx).clock) as api:
            found = review_of(api, run, pull_request, teams)
    except GitHubError as error:
        tell_refusal("No review", error)
    try:
        out.write_bytes(orjson.dumps(found, option=orjson.OPT_APPEND_NEWLINE))
    except OSError as error:
        raise GitOpsError(
            f"{out} cannot be written: {error.strerror}", hint="choose another --out"
        ) from error
    if found is UNKNOWN:
        click.echo("Of a review nothing is known.")
    return 0
