"""``stardust-gitops report reconciliation``: what was delivered against what was answered."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import orjson

from stardust_gitops.ci.files import write_outputs
from stardust_gitops.ci.run import run_of
from stardust_gitops.cli.options import (
    catalogue_option,
    environment_option,
    format_option,
    outside,
    targets_option,
)
from stardust_gitops.cli.output import print_json
from stardust_gitops.cli.report_issue import keep_issue
from stardust_gitops.cli.session import open_catalogue_at, session
from stardust_gitops.clock import Clock
from stardust_gitops.errors import GitOpsError, UsageError
from stardust_gitops.planning.reconciliation import Reconciliation
from stardust_gitops.planning.selection import Selection
from stardust_gitops.planning.standing import Step

EXIT_OPEN = 2


@click.command("reconciliation")
@catalogue_option
@targets_option
@click.option(
    "--days",
    type=click.IntRange(min=0, max=999),
    metavar="N",
    help="An answer is late after so many days.  [default: what each target says]",
)
@environment_option
@format_option("text", "json", "markdown")
@click.option(
    "--issue",
    is_flag=True,
    help="Keep one issue on GitHub up to date about it, closed while all is well.",
)
@click.option(
    "--drift",
    "drift_file",
    type=click.Path(path_type=Path),
    help="With --issue: tell what `drift --out FILE` found, too.",
)
@click.option(
    "--author",
    metavar="LOGIN",
    help="The account that the token writes as, where it is that of a GitHub App.",
)
@click.pass_context
def reconciliation(
    ctx: click.Context,
    catalog: Path,
    patterns: tuple[str, ...],
    days: int | None,
    environment: str,
    output_format: str,
    issue: bool,
    drift_file: Path | None,
    author: str | None,
) -> int:
    """List what was rejected, what nobody has answered in time, of what the outcome is unknown, and
    answers that are about no message of ours. It reads the ledger: run `receipts pull` before.

    Ends with 2 where somebody has to see to something, else with 0; with --issue always with 0, for
    the issue tells it.

    \b
    Examples:
      stardust-gitops report reconciliation
      stardust-gitops report reconciliation --target spotify --days 7 --format markdown
      stardust-gitops drift --out drift.json
      stardust-gitops report reconciliation --issue --drift drift.json
    """
    from stardust_gitops.reports import reconciliation as report

    if drift_file is not None and not issue:
        raise UsageError("--drift says more in the issue only", hint="add --issue")
    if issue and patterns:
        raise UsageError("the issue is about all targets", hint="leave out --target, or --issue")
    if issue:
        _keep(catalog, environment, outside(ctx).clock, days, drift_file, author)
        return 0
    found = _found(catalog, environment, outside(ctx).clock, patterns, days)
    if output_format == "json":
        print_json(report.reconciliation_document(found))
    elif output_format == "markdown":
        click.echo(report.reconciliation_markdown(found), nl=False)
    else:
        click.echo(report.reconciliation_text(found))
    return 0 if found.is_well else EXIT_OPEN


def _found(
    catalog: Path, environment: str, clock: Clock, patterns: tuple[str, ...], days: int | None
) -> Reconciliation:
    from stardust_gitops.reconciler.reconciliation import reconcile

    with session(catalog, clock) as here:
        catalogue = here.workspace.in_environment(environment).catalogue
        return reconcile(catalogue, here.ledger, clock, Selection(targets=patterns), days=days)


def _keep(
    catalog: Path,
    environment: str,
    clock: Clock,
    days: int | None,
    drift_file: Path | None,
    author: str | None,
) -> None:
    """The issue; where nobody can say what is open it says that, and the command fails."""
    from stardust_gitops.ci import bodies

    run = run_of(os.environ)
    name = open_catalogue_at(catalog).catalogue.config.id
    drift = None if drift_file is None else _read(drift_file, name, environment)
    failure: GitOpsError | None = None
    said: tuple[str, str | None]
    try:
        found = _found(catalog, environment, clock, (), days)
        said = bodies.answers_issue(found, drift, run)
        write_outputs(run, _outputs(found, drift))
    except GitOpsError as error:
        failure = error
        said = bodies.broken_issue("answers", name, environment, error, run)
    marker = bodies.marker("answers", name, environment)
    keep_issue(run, clock, marker, said, author=author, well="All is answered")
    if failure is not None:
        raise failure


def _outputs(found: Reconciliation, drift: Mapping[str, Any] | None) -> dict[str, str]:
    return {
        "rejected": str(found.count(Step.REJECTED)),
        "unknown": str(found.count(Step.UNKNOWN)),
        "never-acknowledged": str(found.count(Step.SILENT)),
        "unmatched": str(found.strays),
        **({} if drift is None else {"drifted": "true" if drift["drifted"] else "false"}),
    }


def _read(file: Path, catalogue: str, environment: str) -> dict[str, Any] | None:
    """What `drift` wrote; ``None``, with a word, where it wrote nothing, for it could not look."""
    try:
        document = orjson.loads(file.read_bytes())
    except FileNotFoundError:
        click.echo(f"warning: {file} is not there: of drift nothing is known", err=True)
        return None
    except (OSError, orjson.JSONDecodeError) as error:
        raise _no_drift(file) from error
    if not isinstance(document, dict) or document.get("format_version") != "1.0":
        raise _no_drift(file)
    if (document.get("catalogue"), document.get("environment")) != (catalogue, environment):
        raise _no_drift(file)
    return document


def _no_drift(file: Path) -> GitOpsError:
    return UsageError(
        f"{file} is not what `drift --out` wrote of this catalogue and environment",
        hint="write it with  stardust-gitops drift --out FILE  of the same version",
    )
