"""One pass over all releases: what each target should have, and what is wrong.

Reads release by release, in as many processes as there are cores, and keeps only what a plan
needs of each: the catalogue may be larger than the memory.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, time
from zoneinfo import ZoneInfo

from stardust_gitops.catalog.loading import CONFIG_NAME, Target, read_release
from stardust_gitops.catalog.models.release import ReleaseFile
from stardust_gitops.content.canonical import Document
from stardust_gitops.content.deals import STANDARD_OFFERS
from stardust_gitops.content.fingerprint import (
    assets_fingerprint,
    message_fingerprint,
    recordings_digest,
)
from stardust_gitops.content.problems import Problems
from stardust_gitops.content.resolve import Base, Resolver
from stardust_gitops.diagnostics import Finding, Severity
from stardust_gitops.identifiers.icpn import to_gtin14
from stardust_gitops.planning.model import Desired
from stardust_gitops.reconciler.locks import Locks
from stardust_gitops.reconciler.workspace import Workspace
from stardust_gitops.rules.recipient import check_content, check_dpid, check_target
from stardust_gitops.rules.release import check_release

_FILES_WORTH_A_PROCESS = 150
_CHUNK = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseSurvey:
    """What one release file amounts to. `release` is ``None`` where the file does not say."""

    file: str
    release: str | None
    desired: tuple[Desired, ...] = ()
    findings: tuple[Finding, ...] = ()
    readable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What the catalogue wants. `releases` maps each GTIN-14 to its file, drafts included;
    `unreadable` tells that some file could not be read, so that nothing may pass for gone."""

    desired: tuple[Desired, ...]
    releases: dict[str, str]
    findings: tuple[Finding, ...]
    unreadable: bool


class Surveyor:
    """Surveys the releases of a workspace."""

    def __init__(self, workspace: Workspace) -> None:
        catalogue = workspace.catalogue
        self._workspace = workspace
        self._resolver = Resolver(catalogue)
        self._locks = Locks(workspace)
        self._zone = ZoneInfo(catalogue.config.defaults.timezone)
        self._enabled = catalogue.enabled_targets
        self._known_targets = frozenset(catalogue.targets) | catalogue.broken_targets
        self._offers = frozenset(STANDARD_OFFERS).union(
            *(target.model.offers or () for target in catalogue.targets.values())
        )
        self._target_errors = {
            target.id: tuple(_target_findings(target)) for target in catalogue.targets.values()
        }

    @property
    def frame_findings(self) -> tuple[Finding, ...]:
        """What is wrong with the settings of the catalogue and of its targets."""
        problems = Problems(CONFIG_NAME)
        sender = self._workspace.catalogue.config.sender
        check_dpid(sender.dpid, ("sender", "dpid"), problems)
        groups = (*self._target_errors.values(), problems.findings)
        return tuple(finding for group in groups for finding in group)

    def base(self, file: str, model: ReleaseFile) -> Base:
        """The release resolved as far as it is equal for all targets, with all its findings."""
        release = to_gtin14(model.icpn) if model.icpn else None
        problems = Problems(file, release)
        check_release(model, problems, targets=self._known_targets, offers=self._offers)
        locked = self._locks.assets_of(file, model, problems)
        base = self._resolver.base(file, model, locked)
        return replace(base, findings=(*base.findings, *problems.findings))

    def content(self, base: Base, target: Target) -> tuple[Document | None, tuple[Finding, ...]]:
        """The content document for one target, and what that recipient's rules say."""
        document, findings = self._resolver.content(base, target)
        if document is None:
            return None, findings
        problems = Problems(base.file, document["icpn"], target.id)
        check_content(base, document, target, problems)
        return document, (*findings, *problems.findings)

    @property
    def resolver(self) -> Resolver:
        """The resolver, for those who need a whole delivery."""
        return self._resolver

    def survey(self, file: str) -> ReleaseSurvey:
        """What one release file amounts to."""
        model, findings = read_release(self._workspace.root, file)
        if model is None:
            return ReleaseSurvey(file=file, release=None, findings=findings, readable=False)
        base = self.base(file, model)
        release = to_gtin14(model.icpn) if model.icpn else None
        names = self._enabled if model.targets is None else sorted(set(model.targets))
        statuses = {name: model.status_for(name) for name in names}
        live = [
            self._workspace.catalogue.targets[name]
            for name in names
            if name in self._enabled and statuses[name] != "draft"
        ]
        found = list(base.findings)
        desired: list[Desired] = []
        if release is not None:
            fixed = self._fixed(base, release)
            for target in live:
                entry, about = self._desired(base, target, statuses[target.id], fixed)
                desired.append(entry)
                found.extend(about)
        if not live and "draft" in (*statuses.values(), model.status.get("default")):
            found = [replace(entry, severity=Severity.NOTE) for entry in found]
        return ReleaseSurvey(
            file=file, release=release, desired=tuple(desired), findings=tuple(found)
        )

    def _fixed(self, base: Base, release: str) -> Desired:
        """The parts of `Desired` that are equal for all targets."""
        model, document = base.model, base.document or {}
        complete = len(base.assets) == len(base.tracks) + 1
        return Desired(
            release=release,
            icpn=model.icpn or "",
            target="",
            title=model.title or "",
            artist=document.get("display_artist", model.display_artist or ""),
            file=base.file,
            status="",
            message_fingerprint=None,
            assets_fingerprint=assets_fingerprint(base.asset_keys()) if complete else None,
            recordings=recordings_digest(track.isrc for track in base.tracks),
            tracks=len(base.tracks),
            files=len(base.assets),
            upload_bytes=sum(asset.file.size for _, _, asset in base.assets),
            street_date=model.release_date,
            prevent_takedown=model.prevent_takedown,
            label=model.label or self._workspace.catalogue.config.defaults.label,
            replaces=to_gtin14(model.replaces) if model.replaces else None,
        )

    def _desired(
        self, base: Base, target: Target, status: str, fixed: Desired
    ) -> tuple[Desired, tuple[Finding, ...]]:
        document, findings = self.content(base, target)
        errors, warnings = _by_severity(
            (*base.findings, *self._target_errors[target.id], *findings)
        )
        model = base.model
        # Its end is in the content, so that its arrival needs no message. What does not resolve can
        # announce nothing: it is taken down when the day has come, whatever is wrong with it.
        ends = (
            status == "takedown"
            and model.takedown_from is not None
            and target.model.future_takedown == "end_date"
            and not errors
        )
        if ends:
            status = "active"
        not_before, text = self._not_before(model, status)
        return (
            replace(
                fixed,
                target=target.id,
                status=status,
                ends=ends,
                message_fingerprint=message_fingerprint(document) if document else None,
                not_before=not_before,
                not_before_text=text,
                errors=errors,
                warnings=warnings,
            ),
            findings,
        )

    def _not_before(self, model: ReleaseFile, status: str) -> tuple[datetime | None, str | None]:
        if status == "takedown":
            moment, name = model.takedown_from, "takedown_from"
        else:
            moment, name = model.send_from, "send_from"
        if moment is None:
            return None, None
        when = datetime.fromisoformat(moment)
        if "T" not in moment:
            when = datetime.combine(when.date(), time())
        if when.tzinfo is None:
            when = when.replace(tzinfo=self._zone)
        return when, f"{name}: {moment}"


def _target_findings(target: Target) -> Iterable[Finding]:
    problems = Problems(target.file, None, target.id)
    check_target(target, problems)
    return problems.findings


def _by_severity(
    findings: Iterable[Finding],
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    errors, warnings = [], []
    for finding in findings:
        if finding.severity is Severity.ERROR:
            errors.append(finding)
        elif finding.severity is Severity.WARNING:
            warnings.append(finding)
    return tuple(errors), tuple(warnings)


_surveyor: Surveyor | None = None
"""Set before the pool forks, so that each process inherits the frame instead of receiving it."""


def _survey_files(files: Sequence[str]) -> list[ReleaseSurvey]:
    assert _surveyor is not None
    return [_surveyor.survey(file) for file in files]


def _survey_all(surveyor: Surveyor, files: Sequence[str]) -> Iterator[ReleaseSurvey]:
    global _surveyor
    _surveyor = surveyor
    workers = min(os.cpu_count() or 1, len(files) // _FILES_WORTH_A_PROCESS)
    # Only Linux forks safely; elsewhere one process does the work.
    if workers < 2 or sys.platform != "linux":
        yield from _survey_files(files)
        return
    chunks = [files[start : start + _CHUNK] for start in range(0, len(files), _CHUNK)]
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        for surveys in pool.map(_survey_files, chunks):
            yield from surveys


def survey_releases(
    surveyor: Surveyor, workspace: Workspace, progress: Callable[[str], None] | None = None
) -> Survey:
    """All releases of the catalogue, with what is wrong across them. `progress` is called with
    each file that was read."""
    catalogue = workspace.catalogue
    desired: list[Desired] = []
    releases: dict[str, str] = {}
    findings = [*catalogue.findings, *surveyor.frame_findings]
    unreadable = bool(catalogue.broken_targets or catalogue.broken_recordings)
    twice: dict[str, list[str]] = {}
    for entry in _survey_all(surveyor, catalogue.release_files):
        if progress is not None:
            progress(entry.file)
        findings.extend(entry.findings)
        unreadable |= not entry.readable
        if entry.release is None:
            continue
        if entry.release in releases:
            twice.setdefault(entry.release, [releases[entry.release]]).append(entry.file)
        else:
            releases[entry.release] = entry.file
            desired.extend(entry.desired)
    if twice:
        extra = [finding for icpn, files in twice.items() for finding in _duplicates(icpn, files)]
        findings.extend(extra)
        about = {finding.release: finding for finding in extra}
        desired = [
            replace(entry, errors=(*entry.errors, about[entry.release]))
            if entry.release in about
            else entry
            for entry in desired
        ]
    return Survey(
        desired=tuple(desired),
        releases=releases,
        findings=tuple(dict.fromkeys(findings)),
        unreadable=unreadable,
    )


def _duplicates(icpn: str, files: Sequence[str]) -> Iterator[Finding]:
    for file in files:
        others = ", ".join(name for name in files if name != file)
        yield Finding(
            code="SG1204",
            severity=Severity.ERROR,
            message=f"the same release is also in {others}",
            remedy="an ICPN stands in one file; a UPC and its EAN form are the same ICPN",
            file=file,
            pointer=("icpn",),
            release=icpn,
        )
