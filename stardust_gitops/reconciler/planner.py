"""Plans: the survey of the catalogue joined with the ledger, and what changed where."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from stardust_gitops.catalog.findings import located
from stardust_gitops.catalog.loading import CONFIG_NAME, InvalidCatalogueError, read_release
from stardust_gitops.clock import Clock, instant_text
from stardust_gitops.content.canonical import Document, load_delivery
from stardust_gitops.content.model import Delivery
from stardust_gitops.content.resolve import Base
from stardust_gitops.diagnostics import Severity
from stardust_gitops.errors import CatalogueError
from stardust_gitops.ledger.events import StreamId
from stardust_gitops.ledger.records import Records
from stardust_gitops.ledger.state import Sent
from stardust_gitops.ledger.store import MISSING_BYTES, LedgerError, Snapshot
from stardust_gitops.messages.mead.described import NOBODY, described_in
from stardust_gitops.planning.build import build_plan
from stardust_gitops.planning.differences import with_changes
from stardust_gitops.planning.model import Action, Item, Plan
from stardust_gitops.planning.policies import Review, judged
from stardust_gitops.planning.reasons import content_lost_reason
from stardust_gitops.planning.selection import Selection
from stardust_gitops.planning.settings import Permissions, TargetSettings
from stardust_gitops.reconciler.circuits import with_circuits
from stardust_gitops.reconciler.names import words_sent
from stardust_gitops.reconciler.origins import Origins
from stardust_gitops.reconciler.promotion import EventsOf, promotion
from stardust_gitops.reconciler.settings import (
    policies,
    removals,
    safety_settings,
    target_settings,
)
from stardust_gitops.reconciler.survey import Survey, survey_releases
from stardust_gitops.reconciler.surveyor import Surveyor
from stardust_gitops.reconciler.workspace import Workspace

GUARD_WINDOW = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRequest:
    """What a plan is asked for."""

    environment: str
    selection: Selection = field(default_factory=Selection)
    permissions: Permissions = field(default_factory=Permissions)
    resend: bool = False
    review: Review = field(default_factory=Review)


class Planner:
    """Makes plans for one workspace against one ledger; `testing` as for a `Surveyor`. `events`
    tells what happened in a stream, to see what was accepted elsewhere; without it nothing has to
    be."""

    def __init__(
        self,
        workspace: Workspace,
        ledger: Records,
        clock: Clock,
        *,
        testing: bool = False,
        events: EventsOf | None = None,
    ) -> None:
        self._workspace = workspace
        self._ledger = ledger
        self._clock = clock
        self._events = events
        self.surveyor = Surveyor(workspace, clock.now(), errors_only=True, testing=testing)
        self.survey: Survey | None = None
        self.snapshot: Snapshot | None = None
        self._last_base: Base | None = None

    def plan(self, request: PlanRequest) -> Plan:
        """The plan, with the field changes of its updates."""
        catalogue, now = self._workspace.catalogue, self._clock.now()
        survey = self.look()
        self.snapshot = snapshot = self._ledger.snapshot(
            request.environment, since=instant_text(now - GUARD_WINDOW)
        )
        plan = build_plan(
            survey.desired,
            snapshot,
            environment=request.environment,
            catalogue=catalogue.config.id,
            commit=self._workspace.commit,
            targets=self.targets(),
            safety=safety_settings(catalogue),
            permissions=request.permissions,
            now=now,
            selection=request.selection,
            unreadable=survey.unreadable,
            releases=survey.releases,
            recipients=_recipients(snapshot),
            removals=removals(catalogue),
            findings=survey.findings,
            resend=request.resend,
            finish=lambda items: self._finished(items, request, now),
        )
        events = self._events
        return plan if events is None else with_circuits(plan, self._ledger, events, now)

    def _finished(self, items: list[Item], request: PlanRequest, now: datetime) -> list[Item]:
        """The items with their changes, those held or blocked that have to be."""
        catalogue = self._workspace.catalogue
        held = None if self._events is None else promotion(catalogue, self._events)
        if held is not None:
            items = held(items)
        return judged(
            self._all_changes(request.environment, items),
            policies(catalogue),
            environment=request.environment,
            review=request.review,
            now=now.astimezone(ZoneInfo(catalogue.config.defaults.timezone)),
        )

    def targets(self) -> dict[str, TargetSettings]:
        """All targets of the catalogue, as planning sees them."""
        catalogue = self._workspace.catalogue
        zone = catalogue.config.defaults.timezone
        return {
            target.id: target_settings(
                target, takes_part=catalogue.takes_part(target.id), timezone=zone
            )
            for target in catalogue.targets.values()
        }

    def look(self, progress: Callable[[str], None] | None = None) -> Survey:
        """The survey of the catalogue, made once; `progress` is called with each file read."""
        if self.survey is None:
            self._require_settings()
            self.survey = survey_releases(self.surveyor, self._workspace, progress)
        return self.survey

    def _require_settings(self) -> None:
        """`InvalidCatalogueError` where ``stardust.yaml`` has errors: they stop everything."""
        found = self.surveyor.frame_findings
        errors = [f for f in found if f.file == CONFIG_NAME and f.severity is Severity.ERROR]
        if errors:
            raise InvalidCatalogueError(
                f"{CONFIG_NAME} is not valid",
                tuple(located(errors, self._workspace.root)),
                hint="nothing was planned; correct it first",
                root=self._workspace.root,
            )

    def recipient_dpid(self, target: str) -> str:
        """The DPID of a target's recipient."""
        return self._workspace.catalogue.targets[target].model.recipient.dpid

    def _all_changes(self, environment: str, items: list[Item]) -> list[Item]:
        """The items with their changes; release by release, so that each is read once."""
        origins = Origins(self._workspace, self.surveyor.resolver)
        items = [self._named(environment, item) for item in items]
        updates = [
            index
            for index, item in enumerate(items)
            if item.action is Action.UPDATE or item.operation is Action.UPDATE
        ]
        for index in sorted(updates, key=lambda index: items[index].release):
            items[index] = self._with_changes(environment, items[index], origins)
        return items

    def _named(self, environment: str, item: Item) -> Item:
        """What has no file any more is called as it was when it was sent last; what is to be left
        alone needs no name, so that its content is not fetched time and again."""
        if item.title or item.action is Action.UNCHANGED or self.snapshot is None:
            return item
        state = self.snapshot.releases.get(StreamId(environment, item.target, item.release))
        if state is None or state.baseline is None:
            return item
        words = words_sent(self._ledger, state.baseline.content)
        return item._replace(title=words.title, artist=words.artist)

    def _with_changes(self, environment: str, item: Item, origins: Origins) -> Item:
        assert self.snapshot is not None
        state = self.snapshot.releases.get(StreamId(environment, item.target, item.release))
        if state is None or state.baseline is None:
            return item  # its stream has the target's old name until the ledger moves it
        try:
            before = self.stored(state.baseline)
        except LedgerError as error:
            if error.code != MISSING_BYTES:
                raise
            return item._replace(
                action=Action.BLOCKED, reasons=(*item.reasons, content_lost_reason(error.message))
            )
        resolved = self._resolve(item.release, item.target)
        if resolved is None:
            return item
        base, document = resolved
        files = [
            {
                "role": role,
                "track": number,
                "sha256": asset.file.sha256,
                "facts": {"duration": getattr(asset.facts, "duration", None)},
            }
            for role, number, asset in base.assets
        ]
        changed = with_changes(item, before, {"content": document, "assets": files}, file=base.file)
        target = self._workspace.catalogue.targets[item.target]
        return changed._replace(changes=origins.trace(changed.changes, base, target))

    def stored(self, sent: Sent) -> dict[str, Any]:
        """A delivery as it was stored."""
        stored = self._ledger.fetch(sent.content, sent.named("the content"))
        document: dict[str, Any] = orjson.loads(stored)
        return document

    def base(self, file: str) -> Base:
        """A release file resolved so far as it is equal for all targets."""
        known = self._last_base
        if known is not None and known.file == file:
            return known
        model, findings = read_release(self._workspace.root, file)
        if model is None:
            raise CatalogueError(
                f"{file}: {findings[0].message}", hint=findings[0].remedy, code=findings[0].code
            )
        base = self.surveyor.base(file, model)
        # Releases are looked at one after the other, each for all its targets: the last one is
        # enough. Threads may overwrite each other's; each goes on with its own.
        self._last_base = base
        return base

    def resolve(self, release: str, target: str) -> tuple[Base, Delivery] | None:
        """The present content of a release (GTIN-14) for a target, ``None`` where it does not
        resolve."""
        resolved = self._resolve(release, target)
        if resolved is None:
            return None
        base, document = resolved
        known = self._workspace.catalogue.targets[target]
        return base, self.surveyor.resolver.delivery(base, known, document)

    def _resolve(self, release: str, target: str) -> tuple[Base, Document] | None:
        known = self._workspace.catalogue.targets.get(target)
        file = self.look().releases.get(release)
        if known is None or file is None:
            return None
        base = self.surveyor.resolver.for_target(self.base(file), known)
        document, _ = self.surveyor.content(base, known)
        return None if document is None else (base, document)

    def known_icpn(self, item: Item, environment: str) -> str | None:
        """The ICPN under which the target knows a release, in the form that was sent first;
        ``None`` where it knows of none."""
        baseline = self._ledger.state(StreamId(environment, item.target, item.release)).baseline
        return None if baseline is None else str(self.stored(baseline)["icpn"])

    def described(self, item: Item, environment: str) -> frozenset[str]:
        """What of a release the target was told of in a MEAD message (`mead.described`)."""
        baseline = self._ledger.state(StreamId(environment, item.target, item.release)).baseline
        if baseline is None:
            return NOBODY
        return described_in(self.stored(baseline)["content"])

    def last_sent(self, item: Item, environment: str) -> Delivery:
        """The last content that completed, from the ledger's store."""
        state = self._ledger.state(StreamId(environment, item.target, item.release))
        sent = state.open or state.baseline
        assert sent is not None  # an item that takes down was delivered before
        return load_delivery(self._ledger.fetch(sent.content, sent.named("the content")))


def _recipients(snapshot: Snapshot) -> Mapping[str, str]:
    """The DPID of each target that the ledger knows, to recognise one that was renamed."""
    return {
        stream.target: state.baseline.recipient
        for stream, state in snapshot.releases.items()
        if state.baseline is not None and state.baseline.recipient is not None
    }
