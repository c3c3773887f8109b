"""``stardust-gitops fmt``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from stardust_gitops.catalog.format_cache import FormatCache
from stardust_gitops.catalog.format_files import (
    Formatted,
    Job,
    catalogue_files,
    difference,
    format_files,
)
from stardust_gitops.catalog.formatter import format_file, is_catalogue_file
from stardust_gitops.catalog.loading import find_root
from stardust_gitops.catalog.yaml_nodes import MAX_BYTES
from stardust_gitops.catalog.yaml_strict import YamlInvalid
from stardust_gitops.cli.options import catalogue_option, format_option
from stardust_gitops.cli.output import print_json, show_findings, write_bytes
from stardust_gitops.cli.progress import counting
from stardust_gitops.errors import CatalogueError, UsageError
from stardust_gitops.reports.findings_json import findings_document
from stardust_gitops.reports.wording import counted, visible

STDIN = "<stdin>"
_INVALID = 3


@click.command("fmt")
@catalogue_option
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 if a file would change.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
@format_option("text", "json")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))
def command(
    catalog: Path, check: bool, diff: bool, output_format: str, files: tuple[Path, ...]
) -> int:
    """Bring files into their canonical form: all of the catalogue, or FILES and folders.

    Keys in the order of the documentation, two blanks to a level, quotes where a reader could
    take a text for something else, identifiers as they are stored. Comments stay with what they
    are about; what the files say never changes. With - standard input goes to standard output.

    \b
    Examples:
      stardust-gitops fmt
      stardust-gitops fmt --check --diff
      stardust-gitops fmt releases/4006381333931.yaml
      stardust-gitops fmt - < draft.yaml
    """
    if Path("-") in files:
        if len(files) > 1 or output_format != "text":
            raise UsageError("- stands alone", hint="give files, or - for standard input")
        return _format_stdin(check, diff)
    root = find_root(catalog)
    chosen = _chosen(root, files)
    cache = FormatCache(root)
    done: list[Formatted] = []
    with counting("formatting", len(chosen)) as advance:
        job = Job(root=root, write=not (check or diff), diff=diff)
        for formatted in format_files(job, chosen, cache):
            advance(formatted.file)
            done.append(formatted)
    cache.save(everything=not files)
    done.sort(key=lambda formatted: formatted.file)
    if output_format == "json":
        _print_json(done, job)
    else:
        _print_text(done, root, job)
    if any(formatted.findings for formatted in done):
        return _INVALID
    return int(check and any(formatted.changed for formatted in done))


def _chosen(root: Path, files: Sequence[Path]) -> list[str]:
    """The files that were asked for, relative to the catalogue's root, each once."""
    try:
        every = catalogue_files(root)
    except OSError as error:
        raise CatalogueError(
            f"the catalogue cannot be listed: {error}", hint="check the folder's permissions"
        ) from error
    if not files:
        return every
    chosen: dict[str, None] = {}
    for path in files:
        # Not the file itself is resolved: it may be a link, and goes by the name it has here.
        place = path.parent.resolve() / path.name if path.name not in ("", "..") else path.resolve()
        file = place.relative_to(root).as_posix() if place.is_relative_to(root) else None
        if place.is_dir() and file is not None:
            below = [name for name in every if file == "." or name.startswith(f"{file}/")]
            chosen.update(dict.fromkeys(below))
        elif file is None or not is_catalogue_file(file):
            raise UsageError(
                f"{visible(str(path))} is no YAML file of the catalogue {visible(str(root))}",
                hint="give files of releases, tracks, targets, genre_maps, or stardust.yaml",
            )
        else:
            chosen[file] = None
    return list(chosen)


def _format_stdin(check: bool, diff: bool) -> int:
    before = sys.stdin.buffer.read(MAX_BYTES + 1)
    try:
        after = format_file(before, STDIN)
    except YamlInvalid as error:
        show_findings(error.findings, None)
        return _INVALID
    if diff:
        _print_diff(difference(before, after, "stdin"))
    elif not check:
        write_bytes(after)
    return int(check and after != before)


def _print_json(done: Sequence[Formatted], job: Job) -> None:
    document = findings_document(finding for formatted in done for finding in formatted.findings)
    document["files"] = len(done)
    document["changed"] = [formatted.file for formatted in done if formatted.changed]
    document["written"] = job.write
    if job.diff:
        document["diffs"] = {formatted.file: formatted.diff for formatted in done if formatted.diff}
    print_json(document)


def _print_text(done: Sequence[Formatted], root: Path, job: Job) -> None:
    findings = [finding for formatted in done for finding in formatted.findings]
    if findings:
        show_findings(findings, root)
    changed = [formatted for formatted in done if formatted.changed]
    verb = "formatted" if job.write else "would be formatted"
    for formatted in changed:
        if job.diff:
            _print_diff(formatted.diff)
        else:
            click.echo(f"{visible(formatted.file)} {verb}")
    click.echo(_summary(done, len(changed), verb), err=job.diff)


def _summary(done: Sequence[Formatted], changed: int, verb: str) -> str:
    """``1 file formatted, 9 files as they should be.``"""
    broken = sum(1 for formatted in done if formatted.findings)
    fine = len(done) - changed - broken
    parts = [
        f"{counted(number, 'file')} {what}"
        for number, what in (
            (changed, verb),
            (broken, "left alone, with errors"),
            (fine, "in canonical form already"),
        )
        if number
    ]
    return f"{', '.join(parts) or 'No files'}."


def _print_diff(diff: str) -> None:
    """A diff with colours, which `click` leaves out where no terminal is."""
    colours = {"+": "green", "-": "red", "@": "cyan"}
    for line in diff.split("\n")[:-1]:
        # A line's own end (CR) and invisible characters are part of the diff for a program.
        shown = visible(line) if sys.stdout.isatty() else line
        bold = line.startswith(("+++", "---"))
        click.secho(shown, fg=None if bold else colours.get(line[:1]), bold=bold)
