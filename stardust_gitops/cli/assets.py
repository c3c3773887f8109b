"""``stardust-gitops assets``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from stardust_gitops.assets.lock import lock_path
from stardust_gitops.assets.measure import KnownFile, LockJob, LockOutcome, update_locks
from stardust_gitops.catalog.findings import located
from stardust_gitops.catalog.loading import read_release
from stardust_gitops.cli.options import catalogue_option, format_option
from stardust_gitops.cli.output import print_json, show_findings
from stardust_gitops.cli.progress import counting
from stardust_gitops.cli.session import open_catalogue_at
from stardust_gitops.diagnostics import Finding, Pointer
from stardust_gitops.reconciler.locks import Reference, recording_references, release_references
from stardust_gitops.reconciler.stray_locks import remove_stray_locks
from stardust_gitops.reconciler.workspace import Workspace
from stardust_gitops.reports.findings_json import findings_document
from stardust_gitops.reports.wording import visible


@click.group("assets")
def command() -> None:
    """Measure the audio, videos, art and texts.

    What is measured of each file stands in a lock file beside the release or track file that
    refers to it. `validate` and `plan` read the lock and open none of them.
    """


@command.command("lock")
@catalogue_option
@click.option("--force", is_flag=True, help="Measure everything anew.")
@click.option("--check", is_flag=True, help="Write nothing; exit with 3 if a lock would change.")
@format_option("text", "json")
def lock(catalog: Path, force: bool, check: bool, output_format: str) -> int:
    """Measure what changed, write the lock files, remove those whose release or track is gone.

    \b
    Examples:
      stardust-gitops assets lock
      stardust-gitops assets lock --check
    """
    workspace = open_catalogue_at(catalog)
    findings: list[Finding] = list(workspace.catalogue.findings)
    places: dict[tuple[str, str], Pointer] = {}
    jobs = list(lock_jobs(workspace, findings, places))
    known = {
        path: KnownFile(blob_id=blob)
        for path, blob in workspace.git_ids.items()
        if path not in workspace.modified
    }
    outcomes: list[LockOutcome] = []
    references = sum(len(job.references) for job in jobs)
    with counting("measuring", references, least=1) as advance:
        outcomes.extend(
            update_locks(
                workspace.root, jobs, known=known, force=force, write=not check, progress=advance
            )
        )
    findings.extend(
        error.as_finding(
            file=outcome.job.file, pointer=places.get((outcome.job.file, error.reference), ())
        )
        for outcome in outcomes
        for error in outcome.result.errors
    )
    removed, kept = remove_stray_locks(workspace.root, write=not check)
    findings = located([*findings, *kept], workspace.root)
    changed = [lock_path(outcome.job.file) for outcome in outcomes if outcome.changed]
    measured = [path for outcome in outcomes for path in outcome.result.measured]
    if output_format == "json":
        sums = {"measured": measured, "changed": changed, "removed": removed, "written": not check}
        print_json(findings_document(findings) | sums)
    else:
        if findings:
            show_findings(findings, workspace.root)
        would = "would be " if check else ""
        for file in removed:
            click.echo(f"{visible(file)} {would}removed: the file that it was for is gone.")
        done = f"{len(changed)} of {len(jobs)} lock files {would}written"
        click.echo(f"{len(measured)} files measured, {done}.")
    return 3 if findings or (check and (changed or removed)) else 0


def lock_jobs(
    workspace: Workspace, findings: list[Finding], places: dict[tuple[str, str], Pointer]
) -> Iterator[LockJob]:
    """One job for each release and track file, with all assets that it mentions itself; `places`
    is told where each (file, path) stands."""
    catalogue = workspace.catalogue
    for recording in catalogue.recordings.values():
        every = recording_references(recording.file, (), recording.model)
        yield _job(recording.file, list(every), places)
    for file in catalogue.release_files:
        model, problems = read_release(workspace.root, file)
        findings.extend(problems)
        if model is not None:
            every = release_references(file, model, catalogue)
            yield _job(file, [reference for reference in every if reference.file == file], places)


def _job(file: str, references: list[Reference], places: dict[tuple[str, str], Pointer]) -> LockJob:
    places.update({(file, reference.path): reference.pointer for reference in references})
    pairs = dict.fromkeys((reference.path, reference.kind) for reference in references)
    return LockJob(file=file, references=tuple(pairs))
