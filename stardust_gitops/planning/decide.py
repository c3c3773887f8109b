"""What causes a message: the table of the design's section 7, for one release at one target.

The order of the questions is the order of precedence: a begun marker before anything else, then
what the catalogue says (draft, archived, hold, takedown, active), then what the ledger says.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from stardust_gitops.diagnostics import Finding
from stardust_gitops.ledger.state import Phase, Sent, StreamState
from stardust_gitops.planning.model import Action, Desired, Item, Reason
from stardust_gitops.planning.reasons import (
    AFTER_REJECTION,
    ARCHIVED,
    ASSETS_CHANGED,
    AUDIO_REPLACED,
    EQUAL,
    FROM_LAST_CONTENT,
    INVALID,
    METADATA_CHANGED,
    NEVER_DELIVERED,
    NEW_RELEASE,
    ON_HOLD,
    PURGE_NOT_TAKEN,
    PURGED,
    RE_RELEASE,
    RESEND_ASKED,
    SETTLE,
    STAYS_ON_HOLD,
    SUPERSEDED,
    TAKEDOWN,
    TAKEN_DOWN,
    protected_reason,
    unknown_reason,
    waits_for_reason,
)
from stardust_gitops.planning.rejections import (
    is_about,
    may_repeat,
    rejected_reason,
    wants_message_only,
)
from stardust_gitops.planning.settings import TargetSettings
from stardust_gitops.planning.timing import (
    hold_reason,
    is_back_catalogue,
    late_finding,
    wait_of,
    waits,
)

REMOVALS = frozenset({Action.TAKEDOWN, Action.PURGE})


class Case(NamedTuple):
    """One row of the plan before it is decided: the two sides, and what the recipient wants.

    `awaits` is the ICPN of the release that is to take the place of this one and has not yet."""

    desired: Desired
    state: StreamState
    target: TargetSettings
    now: datetime
    resend: bool = False
    permitted: bool = False
    awaits: str | None = None

    @property
    def removal(self) -> Action:
        """How the recipient is told to remove the release: purged on request alone."""
        asked = self.desired.purge is not None and self.target.takedown == "purge"
        return Action.PURGE if asked else Action.TAKEDOWN

    @property
    def assets_differ(self) -> bool:
        """Whether the files differ from those of the baseline."""
        baseline = self.state.baseline
        return baseline is None or baseline.assets_fingerprint != self.desired.assets_fingerprint

    @property
    def protected(self) -> bool:
        """Whether the release may not be taken down; the ledger remembers what was protected."""
        return (self.state.protected or self.desired.prevent_takedown) and not self.permitted

    @property
    def repeats(self) -> bool:
        """Whether what was rejected is sent again as it is, because the user asks."""
        return self.resend and may_repeat(self.state.rejected)

    @property
    def without_files(self) -> bool:
        """Whether what was rejected is sent again, and the recipient has its files."""
        return self.resend and wants_message_only(self.state.rejected, self.desired)

    def with_files(self, operation: Action) -> bool:
        """Whether audio and art travel with an operation."""
        if self.without_files:
            return False
        match operation:
            case Action.INSERT:
                returns = self.state.phase is Phase.TAKEN_DOWN and self.state.rejected is None
                return self.target.files_in_re_release if returns else True
            case Action.UPDATE:
                return self.assets_differ or self.target.files_in_updates
            case Action.RESEND:
                return True
        return False

    def item(
        self,
        action: Action,
        *reasons: Reason,
        operation: Action | None = None,
        findings: tuple[Finding, ...] = (),
        resumes: bool = False,
    ) -> Item:
        """The item that carries this decision. `operation` is what waits where nothing is sent."""
        desired = self.desired
        carried = action if action.sends else operation
        files = carried is not None and self.with_files(carried)
        return Item(
            release=desired.release,
            icpn=desired.icpn,
            target=desired.target,
            title=desired.title,
            artist=desired.artist,
            action=action,
            reasons=reasons,
            stream_version=self.state.version,
            operation=carried,
            tracks=desired.tracks,
            with_files=files,
            upload_bytes=desired.upload_bytes if files else 0,
            message_fingerprint=desired.message_fingerprint,
            assets_fingerprint=desired.assets_fingerprint,
            not_before=desired.not_before if action is Action.HELD else None,
            street_date=desired.street_date,
            resumes=resumes,
            findings=findings or desired.warnings,
            back_catalogue=is_back_catalogue(carried, desired.street_date, self.now.date()),
        )


def decide(
    desired: Desired,
    state: StreamState,
    target: TargetSettings,
    now: datetime,
    *,
    resend: bool = False,
    permitted: bool = False,
    awaits: str | None = None,
) -> Item | None:
    """The item of one release at one target; ``None`` where there is nothing to say.

    `resend` was asked for by the user; `permitted` lifts the protection of a release against
    takedown. A takedown waits until the release `awaits` (an ICPN) has taken its place, unless it
    is permitted. `now` is an instant with a zone.
    """
    if not target.enabled:
        return None
    case = Case(
        desired=desired,
        state=state,
        target=target,
        now=now,
        resend=resend,
        permitted=permitted,
        awaits=awaits,
    )
    if state.open is not None and (state.marker_begun or state.unknown):
        return _begun(case, state.open)
    match desired.status:
        case "draft":
            return None
        case "archived":
            return case.item(Action.UNCHANGED, ARCHIVED)
        case "hold":
            return _on_hold(case)
        case "takedown":
            return _takedown(case)
    return _active(case)


def _begun(case: Case, opened: Sent) -> Item:
    """A marker begun: settled by evidence, or the user says what happened. Nothing else counts."""
    operation = Action(opened.operation)
    if case.state.unknown:
        return case.item(
            Action.BLOCKED, unknown_reason(case.desired.icpn, case.target.id), operation=operation
        )
    settled = case.item(operation, SETTLE, resumes=True)
    return settled._replace(
        message_fingerprint=opened.message_fingerprint,
        assets_fingerprint=opened.assets_fingerprint,
    )


def _on_hold(case: Case) -> Item:
    """On hold nothing is sent; what is live stays as it is."""
    wanted = _active(case)
    if wanted.action is Action.UNCHANGED:
        return wanted._replace(reasons=(STAYS_ON_HOLD,))
    return wanted._replace(action=Action.HELD, reasons=(ON_HOLD,), resumes=False, not_before=None)


def _takedown(case: Case) -> Item:
    """Status takedown: no rule, window or missing file stops it, only protection."""
    state = case.state
    purges = case.removal is Action.PURGE and state.phase is Phase.TAKEN_DOWN
    if state.phase is not Phase.LIVE and not purges:
        settled = {
            Phase.NEVER: NEVER_DELIVERED,
            Phase.TAKEN_DOWN: TAKEN_DOWN,
            Phase.PURGED: PURGED,
        }
        dropped = (SUPERSEDED,) if state.open else ()
        return case.item(Action.UNCHANGED, *dropped, settled[state.phase])
    if case.desired.message_fingerprint is None and state.baseline is None:
        return _invalid(case)
    case, why = _takedown_content(case)
    return _removal(case, why)


def _takedown_content(case: Case) -> tuple[Case, tuple[Reason, ...]]:
    """The content that a takedown is made from: the present one, or the last one sent."""
    desired, baseline = case.desired, case.state.baseline
    if baseline is None or not (desired.errors or desired.message_fingerprint is None):
        return case, (TAKEDOWN,)
    source = baseline
    opened = case.state.open
    if opened is not None and Action(opened.operation) in REMOVALS:
        source = opened  # its message is fixed already: an error in the catalogue changes nothing
    last = desired._replace(
        message_fingerprint=source.message_fingerprint,
        assets_fingerprint=source.assets_fingerprint,
        warnings=desired.errors + desired.warnings,
    )
    return case._replace(desired=last), (TAKEDOWN, FROM_LAST_CONTENT)


def _removal(case: Case, why: tuple[Reason, ...]) -> Item:
    """A takedown of what is live, whose content is known."""
    state, desired, target, operation = case.state, case.desired, case.target, case.removal
    if desired.purge is not None:
        asked = Reason(code="purge_asked", text=f"a purge is asked for: {desired.purge}")
        why = (*why, asked) if operation is Action.PURGE else (*why, asked, PURGE_NOT_TAKEN)
    if _was_rejected(case, removal=operation) and not case.repeats:
        return case.item(Action.BLOCKED, _rejection(case), operation=operation)
    if case.protected:
        return case.item(Action.BLOCKED, protected_reason(desired.icpn), operation=operation)
    resumed = _resumed(case, removal=operation)
    if resumed is None and state.open is not None:
        why = (SUPERSEDED, *why)
    announced = target.sends_takedowns_ahead and FROM_LAST_CONTENT not in why
    if waits(desired, case.now) and not announced:
        held = hold_reason(desired, "takedown_from")
        return case.item(Action.HELD, held, *why, operation=operation)
    if case.awaits is not None and not case.permitted and state.phase is Phase.LIVE:
        return case.item(
            Action.HELD, waits_for_reason(desired.icpn, case.awaits), *why, operation=operation
        )
    return resumed or case.item(operation, *why)


def _active(case: Case) -> Item:
    """Status active: insert, update, resend or nothing."""
    state, desired = case.state, case.desired
    if desired.errors or desired.message_fingerprint is None:
        return _invalid(case)
    operation, reasons = _compare(case)
    rejected = _was_rejected(case, removal=None)
    if rejected and not case.repeats:
        return case.item(Action.BLOCKED, _rejection(case), operation=_again(case))
    if rejected and operation.sends and (state.phase is not Phase.LIVE or case.without_files):
        reasons = (RESEND_ASKED,)
    elif case.resend and state.phase is Phase.LIVE:
        changed = reasons if operation is Action.UPDATE else ()
        operation, reasons = Action.RESEND, (RESEND_ASKED, *changed)
    resumed = _resumed(case, removal=None)
    item = resumed or case.item(operation, *reasons)
    if resumed is None and state.open is not None:
        item = item._replace(reasons=(SUPERSEDED, *item.reasons))
    if desired.ends and state.phase is Phase.LIVE and item.action.sends and case.protected:
        return case.item(Action.BLOCKED, protected_reason(desired.icpn), operation=item.action)
    return _timed(case, item)


def _compare(case: Case) -> tuple[Action, tuple[Reason, ...]]:
    """The heart of the table: what an active release needs, by what the recipient has."""
    state, desired = case.state, case.desired
    baseline = state.baseline
    refused = state.rejected is not None and Action(state.rejected.operation) not in REMOVALS
    corrected = (AFTER_REJECTION,) if refused else ()
    if state.phase is Phase.NEVER or baseline is None:
        return Action.INSERT, (NEW_RELEASE, *corrected)
    if state.phase is Phase.TAKEN_DOWN:
        return Action.INSERT, (RE_RELEASE, *corrected)
    if state.phase is Phase.PURGED:
        # A purge is final. Only a status that has changed to active since then sends again.
        again = baseline.status != "active"
        return (Action.INSERT, (RE_RELEASE, *corrected)) if again else (Action.UNCHANGED, (PURGED,))
    reasons: tuple[Reason, ...] = ()
    if baseline.message_fingerprint != desired.message_fingerprint:
        reasons = (METADATA_CHANGED,)
    if case.assets_differ:
        same = desired.recordings is not None and desired.recordings == baseline.recordings
        reasons = (*reasons, AUDIO_REPLACED if same else ASSETS_CHANGED)
    if not reasons:
        return Action.UNCHANGED, (EQUAL,)
    return Action.UPDATE, (*reasons, *corrected)


def _again(case: Case) -> Action:
    """The operation that was rejected and waits."""
    rejected = case.state.rejected
    return Action.UPDATE if rejected is None else Action(rejected.operation)


def _is_such(operation: str, removal: Action | None) -> bool:
    """Whether an operation is this removal, or, without one, any that removes nothing."""
    return operation == removal if removal else Action(operation) not in REMOVALS


def _was_rejected(case: Case, *, removal: Action | None) -> bool:
    """Whether the recipient has said no to just this: same content, same direction."""
    rejected = case.state.rejected
    return (
        rejected is not None
        and _is_such(rejected.operation, removal)
        and is_about(rejected, case.desired)
    )


def _resumed(case: Case, *, removal: Action | None) -> Item | None:
    """The open intention carried on, where it still is what the catalogue says."""
    opened, desired = case.state.open, case.desired
    if (
        opened is None
        or not _is_such(opened.operation, removal)
        or opened.message_fingerprint != desired.message_fingerprint
        or opened.assets_fingerprint != desired.assets_fingerprint
    ):
        return None
    text = "carries on a delivery that was not finished"
    if case.state.failure:
        text += f": {case.state.failure}"
    return case.item(Action(opened.operation), Reason(code="resumed", text=text), resumes=True)


def _invalid(case: Case) -> Item:
    """Errors in the catalogue block what depends on them."""
    waiting = None if case.state.phase is Phase.LIVE else Action.INSERT
    findings = case.desired.errors + case.desired.warnings
    return case.item(Action.BLOCKED, INVALID, operation=waiting, findings=findings)


def _rejection(case: Case) -> Reason:
    return rejected_reason(case.state.rejected, case.desired.icpn, case.target.id)


def _timed(case: Case, item: Item) -> Item:
    """Hold what may not go yet, and warn of what comes too late. Windows never hold what announces
    a takedown. What was begun keeps its message while it is held."""
    if not item.action.sends:
        return item
    desired, target, state = case.desired, case.target, case.state
    announces = desired.ends and state.phase is Phase.LIVE
    wait = wait_of(desired, None if announces else target.windows, case.now)
    late = late_finding(desired, target, item.action, case.now, wait and wait.until)
    if late is not None:
        item = item._replace(findings=(*item.findings, late))
    if wait is None:
        return item
    return item._replace(
        action=Action.HELD,
        operation=item.action,
        reasons=(wait.reason, *item.reasons),
        not_before=wait.until,
    )
