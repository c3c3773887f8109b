"""``stardust-gitops validate``."""

from __future__ import annotations

from pathlib import Path

import click

from stardust_gitops.cli.options import catalogue_option, format_option
from stardust_gitops.cli.output import failed, print_json, show_findings
from stardust_gitops.cli.progress import counting
from stardust_gitops.cli.session import open_catalogue_at


@click.command("validate")
@catalogue_option
@click.option("--strict", is_flag=True, help="Let warnings fail, too.")
@format_option("text", "json")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
def command(catalog: Path, strict: bool, output_format: str, files: tuple[Path, ...]) -> int:
    """Check the catalogue; finds every mistake at once.

    Reads files and their locks, opens no audio, needs no ledger and no network. With FILES, as
    pre-commit gives them, everything is read but only what concerns these files is told.

    \b
    Examples:
      stardust-gitops validate
      stardust-gitops validate --strict --format json
    """
    from stardust_gitops.catalog.findings import located
    from stardust_gitops.reconciler.survey import Surveyor, survey_releases

    workspace = open_catalogue_at(catalog)
    files_to_read = len(workspace.catalogue.release_files)
    with counting("reading releases", files_to_read) as advance:
        survey = survey_releases(Surveyor(workspace), workspace, advance)
    findings = located(survey.findings, workspace.root)
    if files:
        wanted = {file.resolve() for file in files}
        findings = [f for f in findings if (workspace.root / f.file).resolve() in wanted]
    if output_format == "json":
        from stardust_gitops.reports.findings_json import findings_document

        print_json(findings_document(findings))
    elif findings:
        show_findings(findings, workspace.root, stderr=False)
    if output_format == "text" and not failed(findings, strict=strict):
        releases, targets = len(workspace.catalogue.release_files), len(workspace.catalogue.targets)
        click.echo(f"{releases} releases and {targets} targets are valid.")
    return 3 if failed(findings, strict=strict) else 0
