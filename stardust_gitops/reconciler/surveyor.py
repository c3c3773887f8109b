"""One release file: what each target should have of it, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, time
from zoneinfo import ZoneInfo

from stardust_gitops.catalog.loading import Target, read_release
from stardust_gitops.catalog.models.release import ReleaseFile
from stardust_gitops.catalog.models.target import STANDARD_OFFERS
from stardust_gitops.content.canonical import Document
from stardust_gitops.content.effective import placed
from stardust_gitops.content.fingerprint import (
    assets_fingerprint,
    message_fingerprint,
    recordings_digest,
)
from stardust_gitops.content.labels import Labels
from stardust_gitops.content.problems import Problems
from stardust_gitops.content.resolve import Base, Resolver
from stardust_gitops.content.titles import full_title
from stardust_gitops.diagnostics import Finding, Severity
from stardust_gitops.identifiers.icpn import to_gtin14
from stardust_gitops.planning.model import Desired
from stardust_gitops.reconciler.locks import Locks
from stardust_gitops.reconciler.workspace import Workspace
from stardust_gitops.rules.book import rule_book
from stardust_gitops.rules.index import CatalogueIndex, SealedRow, release_row, seal
from stardust_gitops.rules.registry import run_rules
from stardust_gitops.rules.severities import RuleSettings
from stardust_gitops.rules.subjects import (
    CatalogueSubject,
    ConfigSubject,
    Frame,
    ReleaseSubject,
    Subject,
    TargetFileSubject,
    TargetSubject,
)
from stardust_gitops.rules.suppressions import Suppression, Suppressor, by_file, holding


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseSurvey:
    """What one release file amounts to. `release` is ``None`` where the file does not say, `row`
    where it does not read. `suppressions` are those of the file that hold, `used` those, of
    shared recordings too, that were of use."""

    file: str
    release: str | None
    desired: tuple[Desired, ...] = ()
    findings: tuple[Finding, ...] = ()
    row: SealedRow | None = None
    suppressions: tuple[Suppression, ...] = ()
    used: frozenset[Suppression] = frozenset()


class Surveyor:
    """Surveys the releases of a workspace. `now` decides which suppressions have expired and what
    rules about the present say; nobody asks the clock where it is ``None``. Without `desired` only
    findings are wanted; with `errors_only` rules that can only warn do not run. `testing` tells
    that nothing real is sent, so that made-up identifiers will do."""

    def __init__(
        self,
        workspace: Workspace,
        now: datetime | None = None,
        *,
        desired: bool = True,
        errors_only: bool = False,
        testing: bool = False,
    ) -> None:
        catalogue = workspace.catalogue
        self._wants_desired = desired
        self._workspace = workspace
        self._resolver = Resolver(catalogue)
        self._locks = Locks(workspace)
        self._zone = ZoneInfo(catalogue.config.defaults.timezone)
        self._enabled = catalogue.enabled_targets
        self.errors_only = errors_only
        self._settings = RuleSettings(catalogue.config, errors_only=errors_only)
        book = rule_book()
        self._frame = Frame(
            catalogue=catalogue,
            targets=frozenset(catalogue.targets) | catalogue.broken_targets,
            offers=frozenset(STANDARD_OFFERS).union(
                *(target.model.offers or () for target in catalogue.targets.values())
            ),
            rules=frozenset(book),
            fixed_rules=frozenset(name for name, rule in book.items() if rule.fixed),
            today=now.astimezone(self._zone).date() if now is not None else None,
            testing=testing,
            labels=Labels(catalogue),
        )
        self.shared_suppressions = tuple(
            entry
            for recording in catalogue.recordings.values()
            for entry in holding(recording.file, recording.model.suppress, self._frame.today)
        )
        self._shared = by_file(self.shared_suppressions)
        self._target_errors = {
            target.id: tuple(self._judge(TargetFileSubject(frame=self._frame, target=target)))
            for target in catalogue.targets.values()
        }

    def _judge(self, subject: Subject) -> list[Finding]:
        settings = self._settings
        return run_rules(settings.rules(subject.scope), subject, settings.severities)

    @property
    def frame_findings(self) -> tuple[Finding, ...]:
        """What is wrong with the settings of the catalogue and of its targets."""
        groups = (*self._target_errors.values(), self._judge(ConfigSubject(frame=self._frame)))
        return tuple(finding for group in groups for finding in group)

    def across(self, index: CatalogueIndex) -> list[Finding]:
        """What is wrong among all releases; of a draft, no more than notes."""
        found = self._judge(CatalogueSubject(frame=self._frame, index=index))
        if not found:
            return found
        drafts = {row.file for row in index.releases if row.draft}
        fixed = self._frame.fixed_rules
        return [
            replace(entry, severity=Severity.NOTE)
            if entry.file in drafts and entry.code not in fixed
            else entry
            for entry in found
        ]

    def _suppressor(self, file: str, model: ReleaseFile) -> Suppressor:
        entries = tuple(holding(file, model.suppress, self._frame.today))
        return Suppressor(about=entries, within=self._shared)

    def base(self, file: str, model: ReleaseFile) -> Base:
        """The release resolved as far as it is equal for all targets, with all its findings."""
        return self._base(file, model, self._suppressor(file, model))

    def _base(self, file: str, model: ReleaseFile, suppressor: Suppressor) -> Base:
        release = to_gtin14(model.icpn) if model.icpn else None
        problems = Problems(file, release)
        locked = self._locks.assets_of(file, model, problems)
        base = self._resolver.base(file, model, locked)
        found = self._judge(ReleaseSubject(frame=self._frame, base=base, release=release))
        findings = placed((*base.findings, *found, *problems.findings), file, base.taken)
        return replace(base, findings=suppressor.keep(findings))

    def content(self, base: Base, target: Target) -> tuple[Document | None, tuple[Finding, ...]]:
        """The content document for one target, and what that recipient's rules say."""
        suppressor = self._suppressor(base.file, base.model)
        return self._content(self._resolver.for_target(base, target), target, suppressor)

    def _content(
        self, base: Base, target: Target, suppressor: Suppressor
    ) -> tuple[Document | None, tuple[Finding, ...]]:
        document, findings = self._resolver.content(base, target)
        if document is None:
            return None, suppressor.keep(placed(findings, base.file, base.taken))
        found = self._judge(
            TargetSubject(frame=self._frame, base=base, target=target, document=document)
        )
        findings = placed((*findings, *found), base.file, base.taken)
        return document, suppressor.keep(findings)

    @property
    def resolver(self) -> Resolver:
        """The resolver, for those who need a whole delivery."""
        return self._resolver

    def survey(self, file: str) -> ReleaseSurvey:
        """What one release file amounts to."""
        model, findings = read_release(self._workspace.root, file)
        if model is None:
            return ReleaseSurvey(file=file, release=None, findings=findings)
        suppressor = self._suppressor(file, model)
        base = self._base(file, model, suppressor)
        model = base.model
        release = to_gtin14(model.icpn) if model.icpn else None
        names = model.targets_among(self._enabled)
        statuses = {name: model.status_for(name) for name in names}
        live = [
            self._workspace.catalogue.targets[name]
            for name in names
            if name in self._enabled and statuses[name] != "draft"
        ]
        found = list(base.findings)
        desired: list[Desired] = []
        if release is not None:
            fixed = self._fixed(base, release) if self._wants_desired else None
            for target in live:
                own = self._resolver.for_target(base, target)
                content = self._content(own, target, suppressor)
                found.extend(content[1])
                if fixed is not None:
                    usual = fixed if own is base else self._fixed(own, release)
                    status = statuses[target.id]
                    desired.append(self._desired(own, target, status, usual, content))
        draft = not live and "draft" in (*statuses.values(), model.status_for("default"))
        if draft:
            found = [replace(entry, severity=Severity.NOTE) for entry in found]
        return ReleaseSurvey(
            file=file,
            release=release,
            desired=tuple(desired),
            findings=tuple(found),
            row=seal(release_row(base, draft=draft)),
            suppressions=tuple(suppressor.about),
            used=frozenset(suppressor.used),
        )

    def _fixed(self, base: Base, release: str) -> Desired:
        """The parts of `Desired` that are equal for all targets that leave out alike."""
        model, document = base.model, base.document or {}
        return Desired(
            release=release,
            icpn=model.icpn or "",
            target="",
            title=full_title(model.title or "", model.version),
            artist=document.get("display_artist", model.display_artist or ""),
            file=base.file,
            status="",
            message_fingerprint=None,
            assets_fingerprint=assets_fingerprint(base.asset_keys()) if base.complete else None,
            recordings=recordings_digest(track.isrc for track in base.tracks),
            tracks=len(base.tracks),
            files=len(base.assets),
            upload_bytes=sum(asset.file.size for _, _, asset in base.assets),
            street_date=model.release_date,
            prevent_takedown=model.prevent_takedown,
            label=self._resolver.label_name(model),
            replaces=to_gtin14(model.replaces) if model.replaces else None,
        )

    def _desired(
        self,
        base: Base,
        target: Target,
        status: str,
        fixed: Desired,
        content: tuple[Document | None, tuple[Finding, ...]],
    ) -> Desired:
        document, findings = content
        errors, warnings = by_severity((*base.findings, *self._target_errors[target.id], *findings))
        model = base.model
        # Its end is in the content, so that its arrival needs no message. What does not resolve can
        # announce nothing: it is taken down when the day has come, whatever is wrong with it.
        ends = (
            status == "takedown"
            and model.takedown_day(target.id) is not None
            and target.model.future_takedown == "end_date"
            and not errors
        )
        if ends:
            status = "active"
        not_before, text = self._not_before(model, status, target.id)
        return fixed._replace(
            target=target.id,
            status=status,
            ends=ends,
            message_fingerprint=message_fingerprint(document) if document else None,
            not_before=not_before,
            not_before_text=text,
            purge=model.purge_reason(target.id) if status == "takedown" else None,
            errors=errors,
            warnings=warnings,
        )

    def _not_before(
        self, model: ReleaseFile, status: str, target: str
    ) -> tuple[datetime | None, str | None]:
        if status == "takedown":
            moment, name = model.takedown_day(target), "takedown_from"
        else:
            moment, name = model.send_from, "send_from"
        if moment is None:
            return None, None
        when = datetime.fromisoformat(moment)
        if "T" not in moment:
            when = datetime.combine(when.date(), time())
        zone = str(self._zone) if when.tzinfo is None else when.tzname()
        if when.tzinfo is None:
            when = when.replace(tzinfo=self._zone)
        said = f"{when:%Y-%m-%d %H:%M} {zone}" if "T" in moment else moment
        return when, f"until {said} ({name})"


def by_severity(
    findings: Iterable[Finding],
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """The errors and the warnings."""
    errors, warnings = [], []
    for finding in findings:
        if finding.severity is Severity.ERROR:
            errors.append(finding)
        elif finding.severity is Severity.WARNING:
            warnings.append(finding)
    return tuple(errors), tuple(warnings)
