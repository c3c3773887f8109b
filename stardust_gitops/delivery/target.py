"""One target's run: open shipments first, then what the plan asks for, takedowns leading."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from stardust_gitops.delivery.intentions import Draft, prepare, record
from stardust_gitops.delivery.recipient import Recipient
from stardust_gitops.delivery.results import ItemResult, Outcome
from stardust_gitops.delivery.retry import HaltedError, Line, Lines
from stardust_gitops.delivery.session import Desk, Halt, Outcomes, Session
from stardust_gitops.delivery.shipments.recovery import recover
from stardust_gitops.delivery.shipments.shipping import ship
from stardust_gitops.errors import GitOpsError, LockedError, SafetyError
from stardust_gitops.ledger.events import Provenance, StreamId
from stardust_gitops.ledger.journal import Journal
from stardust_gitops.ledger.lease import Wait, holding_lease
from stardust_gitops.ledger.state import StreamState
from stardust_gitops.ledger.store import LeaseHeldError, LeaseLostError
from stardust_gitops.messages.problems import SchemaError
from stardust_gitops.planning.model import OPERATIONS, Action, Item

_TAKEDOWNS, _PURGES = frozenset({Action.TAKEDOWN}), frozenset({Action.PURGE})
_DELIVERIES = frozenset(OPERATIONS) - _TAKEDOWNS - _PURGES
_SENT_BY_ANOTHER = "another run has sent it"
_STALE = "another run was at it since it was planned; plan again"


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetResult:
    """What came of one target's run; `problem` is what ended it early, if anything did."""

    items: tuple[ItemResult, ...]
    bytes_sent: int
    problem: GitOpsError | None


def run_target(
    desk: Desk,
    recipient: Recipient,
    items: Sequence[Item],
    batches: Iterable[StreamId],
    *,
    halt: Halt,
    provenance: Provenance,
    lease_wait: float,
) -> TargetResult:
    """Deliver what `items` say to one recipient, after the open shipments `batches`.

    Whatever happens at this target is in the result; only bugs are raised.
    """
    outcomes = Outcomes(desk.reporter)
    sending = [item for item in items if item.action.sends]
    desk.reporter.event("target_started", target=recipient.id, items=len(sending))
    problem: GitOpsError | None = None
    try:
        with holding_lease(
            desk.ledger,
            desk.environment,
            recipient.id,
            provenance=provenance,
            lost=halt.lease_lost,
            wait=_wait(desk, recipient.id, halt, lease_wait),
        ) as lease:
            journal = Journal(desk.ledger, lease=lease, clock=desk.clock, provenance=provenance)
            _work(_session(desk, recipient, journal, halt, outcomes, items), batches)
            if journal.wrote:
                desk.ledger.checkpoint()
    except HaltedError:
        if halt.lease_lost.is_set():
            problem = LeaseLostError(f"the lease of {recipient.id} was taken over")
    except GitOpsError as error:
        problem = error
    _account_for_the_rest(desk, recipient, sending, outcomes, problem)
    return TargetResult(items=outcomes.results(), bytes_sent=outcomes.bytes_sent, problem=problem)


def _wait(desk: Desk, target: str, halt: Halt, seconds: float) -> Wait:
    def tell(error: LeaseHeldError) -> None:
        desk.reporter.event("target_waiting", target=target, seconds=seconds, error=str(error))

    return Wait(seconds=seconds, clock=desk.clock, halted=halt, told=tell)


def _session(
    desk: Desk,
    recipient: Recipient,
    journal: Journal,
    halt: Halt,
    outcomes: Outcomes,
    items: Sequence[Item],
) -> Session:
    def announce(attempt: int, seconds: float, error: BaseException) -> None:
        desk.reporter.event(
            "retry", target=recipient.id, attempt=attempt, seconds=seconds, error=str(error)
        )

    def line() -> Line:
        return Line(
            recipient.connect,
            attempts=recipient.attempts,
            clock=desk.clock,
            halted=halt,
            on_retry=announce,
        )

    return Session(
        desk=desk,
        recipient=recipient,
        journal=journal,
        lines=Lines(line, recipient.connections),
        halt=halt,
        outcomes=outcomes,
        items={item.release: item for item in items},
    )


def _work(session: Session, batches: Iterable[StreamId]) -> None:
    try:
        _skip_stale(session)
        recover(session, batches)
        due = [item for item in _due(session) if item.release not in session.outcomes]
        for actions in (_TAKEDOWNS, _PURGES, _DELIVERIES):
            queue = deque(item for item in due if item.action in actions)
            while queue:
                _ship_some(_apart(session) if actions is _PURGES else session, queue)
    finally:
        session.lines.close()


def _apart(session: Session) -> Session:
    """The same session for what no manifest may name."""
    recipient = session.recipient
    apart = replace(recipient, choreography=recipient.choreography.apart)
    return replace(session, recipient=apart)


def _due(session: Session) -> list[Item]:
    return [item for item in session.items.values() if item.action.sends]


def _skip_stale(session: Session) -> None:
    """An item counts only as long as its stream is as it was when it was planned. Where another run
    has done just that work since, nothing is left to be done."""
    for item in _due(session):
        stream = session.stream(item.release)
        if session.journal.version(stream) != item.stream_version:
            done = _is_done(item, session.ledger.state(stream))
            session.outcomes.add(
                ItemResult(
                    release=item.release,
                    target=item.target,
                    operation=str(item.action),
                    outcome=Outcome.EQUAL if done else Outcome.SKIPPED,
                    text=_SENT_BY_ANOTHER if done else _STALE,
                )
            )


def _is_done(item: Item, state: StreamState) -> bool:
    """Whether what the item wants was completed since it was planned. The operation stands for the
    status too: what is removed has that of a takedown, what is sent has not."""
    sent = state.baseline
    if sent is None or state.open is not None:
        return False
    # What is resumed was intended before it was planned; a resend looks like what it repeats.
    since = sent.version > item.stream_version
    return (since or (item.resumes and item.action is not Action.RESEND)) and (
        (sent.operation, sent.message_fingerprint, sent.assets_fingerprint)
        == (str(item.action), item.message_fingerprint, item.assets_fingerprint)
    )


def _ship_some(session: Session, queue: deque[Item]) -> None:
    """One shipment of the next items; nothing where none of them has anything to send."""
    session.halt.check()
    desk, choreography = session.desk, session.recipient.choreography
    batch = desk.batch_ids.take(
        desk.ledger, desk.environment, session.recipient.id, desk.clock.now()
    )
    drafts: list[Draft] = []
    while queue and len(drafts) < choreography.capacity:
        session.halt.check()
        draft = _draft(session, queue[0], batch=batch)
        queue.popleft()
        if draft is not None:
            drafts.append(draft)
    if drafts:
        # A recipient that refuses us is noticed before anything is on record.
        with session.lines.borrow() as line:
            line.do(lambda transport: None)
        shipment = record(session, batch, drafts)
        sources = {path: source for d in drafts for path, source in d.sources.items()}
        ship(session, shipment, shipment.members, sources)


def _draft(session: Session, item: Item, *, batch: str) -> Draft | None:
    """The draft of an item; ``None`` where there is none, which is then in the results."""
    try:
        return prepare(session, item, batch=batch)
    except (SafetyError, LockedError, SchemaError):
        raise  # somebody else writes to this stream or has our lease, or no message can be judged
    except GitOpsError as error:
        session.refuse(item.release, str(item.action), error)
        return None


def _account_for_the_rest(
    desk: Desk,
    recipient: Recipient,
    sending: Sequence[Item],
    outcomes: Outcomes,
    problem: GitOpsError | None,
) -> None:
    """A result for every item that the run did not come to."""
    if problem is not None:
        desk.reporter.event(
            "target_failed",
            target=recipient.id,
            code=problem.code,
            error=problem.message,
            hint=problem.hint,
        )
    for item in sending:
        if item.release in outcomes:
            continue
        outcome = Outcome.INTERRUPTED
        if problem is not None:
            outcome = Outcome.LOCKED if isinstance(problem, LockedError) else Outcome.FAILED
        outcomes.add(
            ItemResult(
                release=item.release,
                target=item.target,
                operation=str(item.action),
                outcome=outcome,
                text=problem.message if problem else "stopped before it was finished",
                code=problem.code if problem else None,
                hint=problem.hint if problem else "`stardust-gitops apply` carries it on",
            )
        )
