"""``stardust-gitops new``."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import get_args

import click

from stardust_gitops.assets.facts import AssetKind
from stardust_gitops.assets.lock import lock_path
from stardust_gitops.assets.measure import LockJob, update_locks
from stardust_gitops.catalog.findings import located
from stardust_gitops.catalog.models.overrides import Status
from stardust_gitops.catalog.models.recordings import ParentalWarningEntry
from stardust_gitops.catalog.models.release import ReleaseFile
from stardust_gitops.cli.intake import Intake, copy_all, look_at, recording_kind
from stardust_gitops.cli.options import catalogue_option
from stardust_gitops.cli.output import failed, show_findings
from stardust_gitops.cli.progress import counting
from stardust_gitops.cli.release_draft import (
    NewRelease,
    NewTrack,
    assess,
    icpn_of,
    refuse_existing,
    write_release,
)
from stardust_gitops.cli.session import open_catalogue_at
from stardust_gitops.diagnostics import Finding, Severity
from stardust_gitops.errors import UsageError
from stardust_gitops.identifiers.isrc import normalise
from stardust_gitops.reconciler.locks import release_references
from stardust_gitops.reconciler.workspace import Workspace
from stardust_gitops.reports.wording import counted, visible

_TRACK = (str, str, str)
_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.group("new")
def command() -> None:
    """Add a release to the catalogue."""


@command.command("release")
@click.argument("icpn")
@catalogue_option
@click.option("--title", metavar="TEXT")
@click.option("--version", metavar="TEXT", help="Part of the title, as Deluxe Edition.")
@click.option("--artist", "artists", multiple=True, metavar="NAME", help="Main artist.  [repeat]")
@click.option(
    "--featuring", "featured", multiple=True, metavar="NAME", help="Featured artist.  [repeat]"
)
@click.option("--type", metavar="TYPE", help="Single, EP, Album… as DDEX says it.")
@click.option("--label", metavar="NAME")
@click.option("--genre", metavar="CODE", help="A code of your genre maps.")
@click.option("--release-date", metavar="DATE", help="As 2026-12-04.")
@click.option("--p-line", metavar="TEXT", help='As "2026 Alpha Tide".')
@click.option("--c-line", metavar="TEXT", help='As "2026 Alpha Tide".')
@click.option("--language", metavar="TAG", help="The language of the metadata, as en.")
@click.option("--cover", type=_FILE, metavar="FILE", help="JPEG, PNG or TIFF.")
@click.option("--booklet", type=_FILE, metavar="FILE", help="PDF.")
@click.option(
    "--track",
    "tracks",
    type=_TRACK,
    multiple=True,
    metavar="ISRC TITLE FILE",
    help='FLAC, WAV or AIFF, or a video; "" for an ISRC or file that is not there yet.  [repeat]',
)
@click.option(
    "--lyrics",
    type=(str, _FILE),
    multiple=True,
    metavar="ISRC FILE",
    help="TTML, LRC, SRT, WebVTT or plain text.  [repeat]",
)
@click.option(
    "--parental-warning",
    type=click.Choice(get_args(ParentalWarningEntry)),
    help="Of all tracks.",
)
@click.option(
    "--deal",
    "offers",
    multiple=True,
    metavar="OFFER",
    help="Worldwide from the release date: streaming, download…  [repeat]",
)
@click.option(
    "--send-from",
    metavar="TIME",
    help="Not sent to anybody before; as 2026-11-20T09:00, in the catalogue's timezone.",
)
@click.option(
    "--status",
    type=click.Choice(get_args(Status)),
    help="[default: draft while something is missing, else active]",
)
def release(
    icpn: str,
    catalog: Path,
    artists: tuple[str, ...],
    featured: tuple[str, ...],
    cover: Path | None,
    booklet: Path | None,
    tracks: tuple[tuple[str, str, str], ...],
    lyrics: tuple[tuple[str, Path], ...],
    parental_warning: str | None,
    offers: tuple[str, ...],
    status: str | None,
    **values: str | None,
) -> int:
    """Write the file of the release ICPN, and bring its audio, videos, texts and cover.

    Files from elsewhere are copied to assets/ and measured. What is not given stays out, nothing
    is made up: until all is there the release is a draft, and what is missing is listed.

    \b
    Examples:
      stardust-gitops new release 4006381333931 --title Breakwater --artist "Kestrel & Sons" \\
        --type Single --label "Alpha Tide" --genre HOUSE-00 --release-date 2026-12-04 \\
        --p-line "2026 Alpha Tide" --c-line "2026 Alpha Tide" --language en --cover cover.jpg \\
        --track GBXYZ2600001 Breakwater master.flac --parental-warning NotExplicit --deal streaming
    """
    if parental_warning is not None and not tracks:
        raise UsageError("--parental-warning is said of tracks", hint="give a --track as well")
    asked = NewRelease(
        icpn=icpn_of(icpn),
        values=values,
        artists=artists,
        featured=featured,
        offers=offers,
        tracks=[NewTrack(isrc=isrc, title=name) for isrc, name, _ in tracks],
        parental_warning=parental_warning,
    )
    asked.checked()
    workspace = open_catalogue_at(catalog)
    refuse_existing(workspace, asked.icpn)
    files = list(zip((file for *_, file in tracks), _in_order(asked, lyrics), strict=True))
    return _add(workspace, *_with_assets(workspace.root, asked, files, cover, booklet), status)


def _in_order(asked: NewRelease, lyrics: Sequence[tuple[str, Path]]) -> list[Path | None]:
    """The lyrics of each track. `UsageError` for an ISRC that no track has."""
    places = {normalise(track.isrc): n for n, track in enumerate(asked.tracks) if track.isrc}
    found: list[Path | None] = [None] * len(asked.tracks)
    for isrc, file in lyrics:
        place = None
        with suppress(ValueError):
            place = places.get(normalise(isrc))
        if place is None:
            raise UsageError(f"no track has the ISRC {isrc!r}", hint="give it with --track as well")
        found[place] = file
    return found


def _with_assets(
    root: Path,
    asked: NewRelease,
    files: Sequence[tuple[str, Path | None]],
    cover: Path | None,
    booklet: Path | None,
) -> tuple[NewRelease, list[Intake]]:
    """The release with its references, and the files that they are: of each track its recording
    (an empty text: not there yet) and its lyrics, the cover, the booklet. Writes nothing."""
    intakes: list[Intake] = []

    def taken(source: Path | None, stem: str, kind: AssetKind) -> str | None:
        if source is None:
            return None
        intakes.append(look_at(root, source, stem, kind))
        return intakes[-1].reference

    tracks: list[NewTrack] = []
    with counting("checking", len(files) + 1, least=1) as advance:
        for number, (track, (name, lyrics)) in enumerate(
            zip(asked.tracks, files, strict=True), start=1
        ):
            file = Path(name) if name else None
            stem = f"{asked.icpn}_01_{number:03d}"
            kind = recording_kind(file) if file else "audio"
            main, words = taken(file, stem, kind), taken(lyrics, f"{stem}_lyrics", "text")
            track = replace(track, lyrics=words)
            is_video = kind == "video"
            tracks.append(replace(track, video=main) if is_video else replace(track, audio=main))
            advance(str(file))
        asked = replace(
            asked,
            tracks=tracks,
            cover=taken(cover, asked.icpn, "image"),
            booklet=taken(booklet, f"{asked.icpn}_booklet", "text"),
        )
    return asked, intakes


def _add(
    workspace: Workspace, asked: NewRelease, intakes: Sequence[Intake], status: str | None
) -> int:
    """Copy, measure, judge, write; the exit code. The file comes last: what is interrupted before
    leaves no release behind."""
    root, file = workspace.root, asked.file
    model, document = asked.checked()
    with counting("copying", len(intakes), least=1) as advance:
        copy_all(root, intakes, advance)
    findings = [*_measure(workspace, file, model), *assess(workspace, file, model)]
    incomplete = failed(findings)
    status = status or ("draft" if incomplete else None)
    write_release(root, file, document, status=status)
    if status == "draft":
        findings = [replace(finding, severity=Severity.NOTE) for finding in findings]
    _tell(asked, intakes, status)
    if findings:
        click.echo()
        show_findings(located(findings, root), root, stderr=False)
    _next_steps(file, status, incomplete=incomplete)
    return 3 if failed(findings) else 0


def _measure(workspace: Workspace, file: str, model: ReleaseFile) -> list[Finding]:
    """Write the lock file; what could not be measured."""
    references = [
        (ref.path, ref.kind) for ref in release_references(file, model, workspace.catalogue)
    ]
    if not references:
        return []
    job = LockJob(file=file, references=tuple(dict.fromkeys(references)))
    with counting("measuring", len(job.references), least=1) as advance:
        outcomes = list(update_locks(workspace.root, [job], progress=advance))
    return [error.as_finding(file=file) for outcome in outcomes for error in outcome.result.errors]


def _tell(asked: NewRelease, intakes: Sequence[Intake], status: str | None) -> None:
    click.echo(f"{asked.file}   {status or 'active'}, {counted(len(asked.tracks), 'track')}")
    for intake in intakes:
        where = f"copied from {intake.source}" if intake.copied else "was there"
        click.echo(f"{visible(intake.reference)}   {visible(where)}")
    if intakes:
        click.echo(f"{lock_path(asked.file)}   {counted(len(intakes), 'file')} measured")


def _next_steps(file: str, status: str | None, *, incomplete: bool) -> None:
    if status == "draft":
        what = f"Add what is missing to {file}, then" if incomplete else "Nothing is missing:"
        click.echo(f"A draft is never delivered. {what} remove the line  status: draft")
    elif not incomplete:
        click.echo("Nothing is missing. `stardust-gitops plan` shows what would be sent.")
