"""One pass over all releases: what each target should have, and what is wrong.

Reads release by release, in as many processes as there are cores, and keeps only what a plan
needs of each: the catalogue may be larger than the memory.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from types import MappingProxyType

from stardust_gitops.diagnostics import Finding, Severity
from stardust_gitops.planning.model import Desired
from stardust_gitops.reconciler.stray_locks import stray_lock_findings
from stardust_gitops.reconciler.surveyor import ReleaseSurvey, Surveyor, by_severity
from stardust_gitops.reconciler.workspace import Workspace
from stardust_gitops.rules.index import Shelf
from stardust_gitops.rules.suppressions import Suppression, Suppressor, by_file, useless

_FILES_WORTH_A_PROCESS = 150
_CHUNK = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What the catalogue wants. `releases` maps each GTIN-14 to its file, drafts included;
    `unreadable` tells that some file could not be read, so that nothing may pass for gone; `shelf`
    holds what the releases are compared by. `entries` has what each file amounts to by itself."""

    desired: tuple[Desired, ...]
    releases: dict[str, str]
    findings: tuple[Finding, ...]
    unreadable: bool
    shelf: Shelf
    entries: Mapping[str, ReleaseSurvey]


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
    surveyor: Surveyor,
    workspace: Workspace,
    progress: Callable[[str], None] | None = None,
    *,
    known: Mapping[str, ReleaseSurvey] = MappingProxyType({}),
) -> Survey:
    """All releases of the catalogue, with what is wrong across them. `progress` is called with
    each file that was read. Files that are `known` are not read again."""
    catalogue = workspace.catalogue
    gathered = _Gathered(
        findings=[*catalogue.findings, *surveyor.frame_findings],
        unreadable=bool(catalogue.broken_targets or catalogue.broken_recordings),
    )
    fresh = _survey_all(surveyor, [f for f in catalogue.release_files if f not in known])
    for file in catalogue.release_files:
        entry = known[file] if file in known else next(fresh)
        if progress is not None:
            progress(entry.file)
        gathered.add(entry)
    across, suppressor = gathered.compare(surveyor)
    gathered.findings.extend(across)
    if not surveyor.errors_only:
        gathered.findings.extend(gathered.useless(surveyor.shared_suppressions, suppressor.used))
        gathered.findings.extend(stray_lock_findings(workspace.root))
    return Survey(
        desired=_with_findings(gathered.desired, across),
        releases=gathered.releases,
        findings=tuple(dict.fromkeys(gathered.findings)),
        unreadable=gathered.unreadable,
        shelf=gathered.shelf,
        entries=gathered.entries,
    )


@dataclass(slots=True, kw_only=True)
class _Gathered:
    """What has come in of a survey."""

    findings: list[Finding]
    unreadable: bool
    desired: list[Desired] = field(default_factory=list)
    releases: dict[str, str] = field(default_factory=dict)
    shelf: Shelf = field(default_factory=Shelf)
    entries: dict[str, ReleaseSurvey] = field(default_factory=dict)
    suppressions: dict[str, tuple[Suppression, ...]] = field(default_factory=dict)
    used: set[Suppression] = field(default_factory=set)

    def add(self, entry: ReleaseSurvey) -> None:
        """One more release; of two with one ICPN only the first is desired."""
        self.entries[entry.file] = entry
        self.findings.extend(entry.findings)
        if entry.row is None:
            self.unreadable = True
            return
        self.shelf.add(entry.row)
        self.used |= entry.used
        if entry.suppressions:
            self.suppressions[entry.file] = entry.suppressions
        if entry.release is not None and entry.release not in self.releases:
            self.releases[entry.release] = entry.file
            self.desired.extend(entry.desired)

    def compare(self, surveyor: Surveyor) -> tuple[tuple[Finding, ...], Suppressor]:
        """What is wrong among the releases, without what they suppress."""
        entries = [entry for group in self.suppressions.values() for entry in group]
        suppressor = Suppressor(
            within=by_file((*entries, *surveyor.shared_suppressions)), used=self.used
        )
        return suppressor.keep(surveyor.across(self.shelf.sharing())), suppressor

    def useless(
        self, shared: Sequence[Suppression], used: Collection[Suppression]
    ) -> Iterator[Finding]:
        """Notes on suppressions that suppress nothing; but not where an error may have kept a rule
        from looking."""
        failed = {entry.file for entry in self.findings if entry.severity is Severity.ERROR}
        entries = [] if failed else list(shared)
        for file, group in self.suppressions.items():
            if file not in failed:
                entries.extend(group)
        return useless(entry for entry in entries if entry not in used)


def _with_findings(desired: Sequence[Desired], found: Sequence[Finding]) -> tuple[Desired, ...]:
    """What is wanted, with what was found about each release when all were compared."""
    if not found:
        return tuple(desired)
    about: dict[str | None, list[Finding]] = defaultdict(list)
    for finding in found:
        about[finding.release].append(finding)
    result = []
    for entry in desired:
        if entry.release in about:
            errors, warnings = by_severity(about[entry.release])
            entry = entry._replace(errors=entry.errors + errors, warnings=entry.warnings + warnings)
        result.append(entry)
    return tuple(result)
