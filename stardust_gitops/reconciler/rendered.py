"""Every message that the catalogue makes, rendered and judged: ``validate --messages``."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from stardust_gitops.catalog.loading import read_release
from stardust_gitops.catalog.models.release import ReleaseFile
from stardust_gitops.content.resolve import Base
from stardust_gitops.diagnostics import Finding, Severity, has_errors
from stardust_gitops.errors import GitOpsError
from stardust_gitops.identifiers.icpn import to_gtin14
from stardust_gitops.messages.check import check_message
from stardust_gitops.messages.mead.version import MEAD_11
from stardust_gitops.messages.workbench import Workbench
from stardust_gitops.planning.model import Action
from stardust_gitops.planning.selection import Candidate, Selection
from stardust_gitops.reconciler.preview import render_delivery
from stardust_gitops.reconciler.surveyor import Surveyor
from stardust_gitops.reconciler.workspace import Workspace

_REMEDY = "correct the release; if it is right, please report this as a bug"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A message and what is wrong with it: of our own checks and of the official XSD, where it is
    installed. `message` is ``None`` where it could not be made; `mead` is the MEAD message that
    travels beside it, if one does, and judged with it."""

    file: str
    release: str
    target: str
    version: str
    message: bytes | None
    findings: tuple[Finding, ...]
    mead: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Messages:
    """The messages of a catalogue that `chosen` and `files` (``None``: all) select.

    A release is rendered for each of its enabled targets, taken down where it says so, as it would
    be sent first; what does not resolve, which `validate` tells, is left out.
    """

    workspace: Workspace
    surveyor: Surveyor
    chosen: Selection
    files: Collection[str] | None = None

    def judged(self) -> Iterator[Judged]:
        """Each message. `UsageError` where a pattern of the selection matches nothing."""
        self.chosen.check(each for _, _, each in self._candidates())
        base: Base | None = None
        for file, model, candidate in self._candidates():
            if self.chosen.selects(candidate):
                if base is None or base.file != file:  # the same for all targets of a release
                    base = self.surveyor.base(file, model)
                yield from self._judge(base, candidate)

    def _candidates(self) -> Iterator[tuple[str, ReleaseFile, Candidate]]:
        enabled = self.workspace.catalogue.enabled_targets
        for file in self.workspace.catalogue.release_files:
            if self.files is not None and file not in self.files:
                continue
            model, _ = read_release(self.workspace.root, file)
            if model is None or not model.icpn:
                continue
            for target in model.targets_among(enabled):
                if target in enabled and model.status_for(target) not in ("draft", "archived"):
                    yield (
                        file,
                        model,
                        Candidate(
                            release=to_gtin14(model.icpn),
                            icpn=model.icpn,
                            target=target,
                            label=self.surveyor.resolver.label_name(model),
                        ),
                    )

    def _judge(self, base: Base, of: Candidate) -> Iterator[Judged]:
        target = self.workspace.catalogue.targets[of.target]
        document, findings = self.surveyor.content(base, target)
        if document is None or has_errors((*base.findings, *findings)):
            return
        taken_down = base.model.status_for(of.target) == "takedown"
        version = target.model.message.version
        message, mead, found = None, None, []
        try:
            delivery = self.surveyor.resolver.delivery(base, target, document)
            action = Action.TAKEDOWN if taken_down else Action.INSERT
            rendered = render_delivery(self.workspace, base.model, delivery, target, action)
            message, mead = rendered.message, rendered.mead
        except GitOpsError as error:
            found.append(_finding(base.file, of, error.code, error.message, remedy=error.hint))
        else:  # an XSD that cannot be used is no finding about the release
            for data, known in ((message, version), (mead, MEAD_11.name)):
                for problem in check_message(data, known) if data is not None else ():
                    found.append(_finding(base.file, of, "SG4070", str(problem)))
        yield Judged(
            file=base.file,
            release=of.release,
            target=of.target,
            version=version,
            message=message,
            findings=tuple(found),
            mead=mead,
        )


def second_opinion(judged: Judged, workbench: Workbench) -> list[Finding]:
    """What DDEX Workbench says of a message that passed our own checks."""
    if judged.message is None or judged.findings:
        return []
    return [
        _finding(
            judged.file,
            judged,
            "SG4071",
            opinion.text,
            severity=opinion.severity,
            remedy="see what it says; our own checks and the official XSD decide what is sent",
        )
        for opinion in workbench.validate(judged.message, judged.version)
    ]


def _finding(
    file: str,
    of: Candidate | Judged,
    code: str,
    message: str,
    *,
    severity: Severity = Severity.ERROR,
    remedy: str | None = None,
) -> Finding:
    return Finding(
        code=code,
        severity=severity,
        message=message,
        remedy=remedy or _REMEDY,
        file=file,
        release=of.release,
        target=of.target,
    )
