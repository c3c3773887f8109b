"""``stardust-gitops validate``."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stardust_gitops.catalog.findings import located
from stardust_gitops.catalog.loading import InvalidCatalogueError
from stardust_gitops.cli.judge import Judgement, judge_messages, scoped_to, tell
from stardust_gitops.cli.options import (
    ENVIRONMENT,
    catalogue_option,
    environment_option,
    format_option,
    outside,
    selection_options,
)
from stardust_gitops.cli.output import (
    failed,
    failing,
    print_json,
    show_findings,
    write_bytes,
)
from stardust_gitops.cli.progress import counting
from stardust_gitops.cli.session import open_catalogue_at
from stardust_gitops.diagnostics import Finding
from stardust_gitops.errors import UsageError
from stardust_gitops.planning.selection import Selection

if TYPE_CHECKING:
    from stardust_gitops.reconciler.survey import Survey
    from stardust_gitops.reconciler.workspace import Workspace
from stardust_gitops.reports.wording import counted


@click.command("validate")
@catalogue_option
@click.option("--strict", is_flag=True, help="Let warnings fail, too.")
@click.option(
    "--changed-since",
    metavar="REF",
    help="Tell only what concerns files changed since this commit, and all that uses them.",
)
@click.option("--list-rules", is_flag=True, help="List every rule and code.")
@click.option("--explain", metavar="CODE", help="Say what a rule or code is about.")
@click.option("--messages", is_flag=True, help="Render and judge every message, too.")
@click.option(
    "--with",
    "others",
    type=click.Choice(["workbench"]),
    help="Ask this service about each message, too: the whole message is sent to it.",
)
@selection_options
@environment_option
@format_option("text", "json", "github", "sarif", "junit")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.pass_context
def command(
    ctx: click.Context,
    catalog: Path,
    strict: bool,
    changed_since: str | None,
    list_rules: bool,
    explain: str | None,
    messages: bool,
    others: str | None,
    chosen: Selection,
    environment: str,
    output_format: str,
    files: tuple[Path, ...],
) -> int:
    """Check the catalogue; finds every mistake at once.

    Reads files and their locks, opens no audio, needs no ledger and no network. With FILES, as
    pre-commit gives them, or --changed-since, everything is read but only what concerns these
    files is told. --release, --target, --label and --exclude choose messages.

    \b
    Examples:
      stardust-gitops validate
      stardust-gitops validate --strict --format json
      stardust-gitops validate --changed-since origin/main --format github
      stardust-gitops validate --messages --target spotify
      stardust-gitops validate --explain SG2107
    """
    _must_go_together(messages, others, chosen)
    if list_rules or explain is not None:
        return _tell_rules(explain, output_format)
    try:
        workspace = open_catalogue_at(catalog).in_environment(environment)
    except InvalidCatalogueError as error:
        if output_format == "text" or not error.findings:
            raise
        _report(error.findings, error.root, output_format, strict, ())
        return 3
    changed = None if changed_since is None else _changed(workspace, changed_since)
    testing, clock = environment != ENVIRONMENT, outside(ctx).clock
    survey = _survey(workspace, clock.now(), testing=testing)
    found = _chosen(survey, workspace, files, changed)
    judgement = Judgement()
    if messages:
        scoped = scoped_to(chosen, workspace, survey, changed_since)
        judgement = judge_messages(
            workspace, clock, scoped, files, workbench=others is not None, testing=testing
        )
    findings = located([*found, *judgement.findings], workspace.root)
    if output_format != "text":
        _report(findings, workspace.root, output_format, strict, workspace.files())
    else:
        _show(findings, workspace, strict)
        if messages:
            tell(judgement)
    if judgement.failure is not None:
        raise judgement.failure
    return 3 if failed(findings, strict=strict) else 0


def _must_go_together(messages: bool, others: str | None, chosen: Selection) -> None:
    if not messages and others is not None:
        raise UsageError("--with is asked about messages", hint="write --messages --with workbench")
    if not messages and not chosen.everything:
        raise UsageError(
            "--release, --target, --label and --exclude choose messages",
            hint="add --messages; files are chosen by naming them",
        )


def _survey(workspace: Workspace, now: datetime, *, testing: bool) -> Survey:
    from stardust_gitops.reconciler.survey import survey_releases
    from stardust_gitops.reconciler.surveyor import Surveyor

    with counting("reading releases", len(workspace.catalogue.release_files)) as advance:
        surveyor = Surveyor(workspace, now, desired=False, testing=testing)
        return survey_releases(surveyor, workspace, advance)


def _tell_rules(explain: str | None, output_format: str) -> int:
    from stardust_gitops.catalog.suggest import did_you_mean
    from stardust_gitops.reports import rules_text
    from stardust_gitops.rules.book import rule_book

    book = rule_book()
    if output_format not in ("text", "json"):
        raise UsageError("rules are told as text or JSON", hint="use --format text or json")
    if explain is None:
        rules = book.values()
        if output_format == "json":
            print_json(rules_text.rules_document(rules))
        else:
            click.echo(rules_text.rules_table(rules))
        return 0
    rule = book.get(explain.strip().upper())
    if rule is None:
        near = did_you_mean(explain, book)
        hint = f"did you mean {near}?" if near else "see  stardust-gitops validate --list-rules"
        raise UsageError(f"there is no rule or code {explain!r}", hint=hint)
    if output_format == "json":
        print_json(rules_text.rule_document(rule))
    else:
        click.echo(rules_text.rule_text(rule))
    return 0


def _changed(workspace: Workspace, ref: str) -> set[str]:
    from stardust_gitops.reconciler.affected import changed_since

    return changed_since(workspace, ref)


def _chosen(
    survey: Survey, workspace: Workspace, files: Sequence[Path], changed: set[str] | None
) -> Iterable[Finding]:
    findings: Iterable[Finding] = survey.findings
    if changed is not None:
        from stardust_gitops.reconciler.affected import affected_by

        affected = affected_by(changed, workspace.catalogue, survey.shelf.whole())
        findings = [finding for finding in findings if affected.concerns(finding)]
    if files:
        wanted = {file.resolve() for file in files}
        findings = [f for f in findings if (workspace.root / f.file).resolve() in wanted]
    return findings


def _show(findings: Sequence[Finding], workspace: Workspace, strict: bool) -> None:
    """For people."""
    if findings:
        show_findings(findings, workspace.root, stderr=False, by_rule=True)
    if not failed(findings, strict=strict):
        releases = counted(len(workspace.catalogue.release_files), "release")
        targets = counted(len(workspace.catalogue.targets), "target")
        click.echo(f"Valid: {releases}, {targets}.")


def _report(
    findings: Sequence[Finding],
    root: Path,
    output_format: str,
    strict: bool,
    files: Collection[str],
) -> None:
    """For programs. `files` are those that were looked at."""
    from stardust_gitops.reconciler.workspace import prefix_of

    if output_format == "json":
        from stardust_gitops.reports.findings_json import findings_document

        print_json(findings_document(findings))
    elif output_format == "github":
        from stardust_gitops.cli.job_summary import add_validate_summary
        from stardust_gitops.reports.findings_github import github_annotations

        add_validate_summary(root.resolve().name, findings)
        write_bytes(github_annotations(findings, prefix=prefix_of(root)).encode())
    elif output_format == "sarif":
        from stardust_gitops.reports.findings_sarif import sarif_document

        print_json(sarif_document(findings, prefix=prefix_of(root)))
    else:
        from stardust_gitops.reports.findings_junit import junit_xml

        write_bytes(junit_xml(findings, files, failing=failing(strict)))
