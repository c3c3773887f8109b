"""The releases and targets that a change of files concerns: ``plan --changed-since``.

Names that files were known by before the change count too: who used them gets something else now,
or is orphaned, and no file says so any more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from stardust_gitops.catalog.loading import Catalogue
from stardust_gitops.catalog.models.label import LabelFile
from stardust_gitops.catalog.models.party import PartyFile
from stardust_gitops.catalog.models.release import ReleaseFile
from stardust_gitops.catalog.models.target import TargetFile
from stardust_gitops.catalog.yaml_strict import YamlInvalid, parse
from stardust_gitops.identifiers.icpn import to_gtin14
from stardust_gitops.planning.selection import Scope
from stardust_gitops.reconciler.affected import Affected, affected_by, changed_since
from stardust_gitops.reconciler.survey import Survey
from stardust_gitops.reconciler.workspace import Workspace
from stardust_gitops.rules.index import CatalogueIndex

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Before:
    """The changed YAML files as they were."""

    contents: Mapping[str, bytes]

    def models(self, folder: str, model: type[M]) -> Iterator[tuple[str, M | None]]:
        """The files that a folder had, as their model; ``None`` where one did not read."""
        for file, data in self.contents.items():
            if file.startswith(f"{folder}/"):
                try:
                    yield file, model.model_validate(parse(data, file))
                except (YamlInvalid, ValidationError):
                    yield file, None


def scope_since(workspace: Workspace, survey: Survey, ref: str) -> tuple[Affected, Scope | None]:
    """What changed since a commit: the files, and the part of a plan that they concern, ``None``
    where that is all of it. `UsageError` outside git, or where `ref` is no commit."""
    catalogue, index = workspace.catalogue, survey.shelf.whole()
    changed = changed_since(workspace, ref)
    affected = affected_by(changed, catalogue, index)
    assert workspace.repository is not None  # or `changed_since` would have refused
    described = {path for path in changed if path.endswith((".yaml", ".yml"))}
    before = Before(workspace.repository.read_at(ref, workspace.root, described))
    if (
        affected.everything
        or _names_went(before, catalogue)
        or _owners_moved(before, affected, catalogue)
    ):
        return Affected(everything=True), None
    releases = {*_releases_now(affected, survey, index), *_releases_before(before)}
    targets = affected.targets | {
        model.id or PurePosixPath(file).stem
        for file, model in before.models("targets", TargetFile)
        if model is not None
    }
    return affected, Scope(releases=frozenset(releases), targets=targets)


def _releases_now(affected: Affected, survey: Survey, index: CatalogueIndex) -> Iterator[str]:
    for row in index.releases:
        if row.release is not None and row.file in affected.files:
            yield row.release
    for finding in survey.findings:
        elsewhere = finding.target not in affected.targets  # a target is concerned as a whole
        if finding.release is not None and elsewhere and affected.concerns(finding):
            yield finding.release


def _releases_before(before: Before) -> Iterator[str]:
    """Those of files that are gone, or say another ICPN now."""
    for _, model in before.models("releases", ReleaseFile):
        if model is not None and model.icpn:
            yield to_gtin14(model.icpn)


def _names_went(before: Before, catalogue: Catalogue) -> bool:
    """Whether a party or label is no longer called what it was: any release may have named it."""
    now = {
        **{party.file: _names(party.file, party.model) for party in catalogue.parties.values()},
        **{label.file: _names(label.file, label.model) for label in catalogue.labels.values()},
    }
    return any(
        model is None or not _names(file, model) <= now.get(file, frozenset())
        for file, model in (
            *before.models("parties", PartyFile),
            *before.models("labels", LabelFile),
        )
    )


def _names(file: str, model: PartyFile | LabelFile) -> frozenset[str]:
    local = model.names if isinstance(model, PartyFile) else ()
    key = model.id or PurePosixPath(file).stem
    return frozenset({key, model.name, *(entry.name for entry in local)})


def _owners_moved(before: Before, affected: Affected, catalogue: Catalogue) -> bool:
    """Whether a recipient came or went that parties have ids of: these are told to it alone, so
    every target is told something else."""
    owners = {owner for party in catalogue.parties.values() for owner in party.model.ids}
    now = {target.file: target.model.recipient.dpid for target in catalogue.targets.values()}
    old = {
        file: model.recipient.dpid
        for file, model in before.models("targets", TargetFile)
        if model is not None
    }
    return any(
        old.get(file) != now.get(file) and not owners.isdisjoint((old.get(file), now.get(file)))
        for file in affected.files
    )
