"""``stardust-gitops plan``."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import click

from stardust_gitops.catalog.findings import located
from stardust_gitops.cli.compare import NONE, Comparisons, compare_items, show_comparisons
from stardust_gitops.cli.options import (
    catalogue_option,
    diff_option,
    environment_option,
    format_option,
    outside,
    selection_options,
)
from stardust_gitops.cli.output import console, show_findings, write_bytes
from stardust_gitops.cli.progress import counting
from stardust_gitops.cli.review import EXIT_POLICY, read_review, review_option
from stardust_gitops.cli.session import Reading, comparison, gtin14, session
from stardust_gitops.diagnostics import Finding
from stardust_gitops.errors import GitOpsError, UsageError
from stardust_gitops.planning.model import OPERATIONS, Plan
from stardust_gitops.planning.policies import Review, broken_policies
from stardust_gitops.planning.selection import Selection
from stardust_gitops.planning.settings import Permissions
from stardust_gitops.reconciler.affected import Affected
from stardust_gitops.reconciler.planner import Planner, PlanRequest
from stardust_gitops.reconciler.protected import awaiting_branch
from stardust_gitops.reconciler.scope import scope_since

EXIT_CHANGES = 2
NOT_KNOWN = Review()


@click.command("plan")
@catalogue_option
@selection_options
@click.option(
    "--changed-since",
    metavar="REF",
    help="Only what files changed since this commit concern, and all that uses them.",
)
@click.option(
    "--against",
    metavar="REF",
    help="Compare with this commit instead of the ledger, as if all of it had been delivered.",
)
@environment_option
@format_option("text", "json", "markdown")
@click.option("--out", type=click.Path(path_type=Path), help="Write a plan file for `apply FILE`.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 when there are changes.")
@click.option("--explain", is_flag=True, help="Show messages, file names and order of upload.")
@diff_option
@review_option
@click.option(
    "--resend", is_flag=True, help="Send again what is live, or was rejected (needs --target)."
)
@click.option("--all", "all_items", is_flag=True, help="List what is unchanged, too; compare all.")
@click.pass_context
def command(
    ctx: click.Context,
    catalog: Path,
    chosen: Selection,
    changed_since: str | None,
    against: str | None,
    environment: str,
    output_format: str,
    out: Path | None,
    detailed_exitcode: bool,
    explain: bool,
    diff: str | None,
    review: Path | None,
    resend: bool,
    all_items: bool,
) -> int:
    """Show what differs from what the recipients have, and why. Changes and sends nothing.

    \b
    Examples:
      stardust-gitops plan
      stardust-gitops plan --release 4006381333931 --explain
      stardust-gitops plan --release 4006381333931 --diff xml
      stardust-gitops plan --changed-since origin/main --format markdown
      stardust-gitops plan --out plan.json && stardust-gitops apply plan.json
      stardust-gitops plan --against origin/main
      stardust-gitops plan --resend --target spotify
    """
    if resend and not chosen.targets:
        raise UsageError("--resend needs --target NAME", hint="say who is to get it again")
    if explain and output_format != "text":
        raise UsageError("--explain is for people", hint="leave --format out")
    clock = outside(ctx).clock
    opened = (
        session(catalog, clock)
        if against is None
        else comparison(catalog, against, clock, environment)
    )
    with opened as here:
        plan, planner = make_plan(
            here,
            environment,
            chosen,
            resend=resend,
            changed_since=changed_since,
            review=read_review(review),
        )
        compared = compare_items(here, planner, plan, all_items=all_items) if diff else None
        if out is not None:
            _write_plan(out, here, plan, compared)
        show_plan(here, plan, output_format, all_items=all_items, compared=compared)
        if explain:
            from stardust_gitops.cli.explain import explain_plan

            explain_plan(here, planner, plan)
    if broken_policies(plan):
        return EXIT_POLICY
    changes = any(item.action in OPERATIONS for item in plan.items)
    return EXIT_CHANGES if detailed_exitcode and changes else 0


def make_plan(
    here: Reading,
    environment: str,
    chosen: Selection,
    *,
    resend: bool = False,
    allow: tuple[str, ...] = (),
    allow_plan: str | None = None,
    changed_since: str | None = None,
    review: Review = NOT_KNOWN,
    quiet: bool = False,
) -> tuple[Plan, Planner]:
    """The plan of a session, its findings with their places, and the planner that made it. With
    `quiet` no progress is told."""
    takedowns = frozenset(_allowed_takedown(entry) for entry in allow)
    planner = here.planner(environment)
    files = len(here.workspace.catalogue.release_files)
    with counting("reading releases", 0 if quiet else files) as advance:
        survey = planner.look(advance)
    affected = Affected(everything=True)
    if changed_since is not None:
        affected, scope = scope_since(here.workspace, survey, changed_since)
        chosen = replace(chosen, scope=scope)
    plan = planner.plan(
        PlanRequest(
            environment=environment,
            selection=chosen,
            permissions=Permissions(takedowns=takedowns, plan_hash=allow_plan),
            resend=resend,
            review=review,
        )
    )
    if here.past is not None:
        plan = here.past.compared(plan)
    findings = located(_about(plan, chosen, affected), here.workspace.root)
    return replace(plan, findings=tuple(findings)), planner


def _about(plan: Plan, chosen: Selection, affected: Affected) -> list[Finding]:
    """The findings that may concern what was chosen: of a file that could not be read nobody
    knows, unless only changed files were asked about."""
    releases = {item.release for item in plan.items} | {None}
    targets = {item.target for item in plan.items} | {None}
    return [
        finding
        for finding in plan.findings
        if chosen.everything
        or (
            finding.release in releases
            and finding.target in targets
            and (finding.release is not None or affected.concerns(finding))
        )
    ]


def _allowed_takedown(entry: str) -> str:
    kind, _, icpn = entry.partition(":")
    if kind != "takedown":
        raise UsageError(f"--allow {entry} is not known", hint="write --allow takedown:ICPN")
    return gtin14(icpn)


def show_plan(
    here: Reading,
    plan: Plan,
    output_format: str,
    *,
    all_items: bool = False,
    advise: bool = True,
    compared: Comparisons | None = None,
) -> None:
    """Print a plan on standard output; for people, with what to do next where `advise` says so.
    With `compared`, what its messages say otherwise than the last ones did."""
    descriptions = _descriptions(here)
    wanted = advise and output_format != "json"
    branch = awaiting_branch(here.workspace.in_environment(plan.environment)) if wanted else None
    if output_format == "json":
        from stardust_gitops.reports.plan_json import plan_json

        write_bytes(
            plan_json(
                plan,
                include_unchanged=all_items,
                compared=(compared or NONE).shown,
                descriptions=descriptions,
            )
        )
    elif output_format == "markdown":
        from stardust_gitops.reports.plan_markdown import plan_markdown

        text = plan_markdown(
            plan,
            descriptions=descriptions,
            include_unchanged=all_items,
            compared=(compared or NONE).shown,
            skipped=(compared or NONE).skipped,
            elsewhere="`--format json` has all of it.",
            branch=branch,
        )
        click.echo(text)
    else:
        from stardust_gitops.reports.plan_text import render_plan
        from stardust_gitops.reports.plan_words import file_errors

        render_plan(
            plan,
            console(),
            descriptions=descriptions,
            all_items=all_items,
            advise=advise,
            branch=branch,
        )
        show_findings(file_errors(plan), here.workspace.root)
        if here.workspace.repository is None:
            click.echo("The catalogue is not in git: no commit is recorded.")
        if compared is not None:
            show_comparisons(compared, "text", everything=all_items)


def _descriptions(here: Reading) -> dict[str, str]:
    from stardust_gitops.reconciler.settings import describe

    return {target.id: describe(target) for target in here.workspace.catalogue.targets.values()}


def _write_plan(path: Path, here: Reading, plan: Plan, compared: Comparisons | None) -> None:
    """The plan file: what `apply` and `report` read."""
    from stardust_gitops.reports.plan_json import plan_json

    data = plan_json(plan, compared=(compared or NONE).shown, descriptions=_descriptions(here))
    aside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        aside.write_bytes(data)
        aside.replace(path)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise GitOpsError(
            f"the plan file cannot be written: {error.strerror}", hint="choose another --out"
        ) from error
