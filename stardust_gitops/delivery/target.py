"""One target's run: open shipments first, then what the plan asks for, takedowns leading."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from stardust_gitops.delivery.circuit import Breaker, CircuitOpenError, circuit_of
from stardust_gitops.delivery.limits import Bandwidth, Pace, Watches
from stardust_gitops.delivery.lines import Crew, Lines
from stardust_gitops.delivery.phases import work
from stardust_gitops.delivery.recipient import Recipient
from stardust_gitops.delivery.results import ItemResult, Outcome
from stardust_gitops.delivery.retry import HaltedError, Line
from stardust_gitops.delivery.session import Desk, Halt, Outcomes, Session
from stardust_gitops.delivery.transports.base import TransportError
from stardust_gitops.errors import GitOpsError, LockedError
from stardust_gitops.ledger.circuit import circuit_stream
from stardust_gitops.ledger.events import Provenance, StreamId
from stardust_gitops.ledger.journal import Journal
from stardust_gitops.ledger.lease import Wait, holding_lease
from stardust_gitops.ledger.state import StreamState
from stardust_gitops.ledger.store import LeaseHeldError, LeaseLostError
from stardust_gitops.planning.model import Action, Item

_SENT_BY_ANOTHER = "another run has sent it"
_STALE = "another run was at it since it was planned; plan again"


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetResult:
    """What came of one target's run; `problem` is what ended it early, if anything did."""

    items: tuple[ItemResult, ...]
    bytes_sent: int
    problem: GitOpsError | None


@dataclass(slots=True, kw_only=True)
class Left:
    """What earlier runs left at a target: the shipments that are open, and the instants of the
    messages that they sent of late."""

    batches: list[StreamId] = field(default_factory=list)
    sent: list[datetime] = field(default_factory=list)


def run_target(
    desk: Desk,
    recipient: Recipient,
    items: Sequence[Item],
    left: Left,
    *,
    halt: Halt,
    provenance: Provenance,
    lease_wait: float,
) -> TargetResult:
    """Deliver what `items` say to one recipient, after what earlier runs `left`.

    Whatever happens at this target is in the result; only bugs are raised.
    """
    outcomes = Outcomes(desk.reporter)
    sending = [item for item in items if item.action.sends]
    desk.reporter.event("target_started", target=recipient.id, items=len(sending))
    problem: GitOpsError | None = None
    try:
        _must_not_be_open(desk, recipient.id)
        with holding_lease(
            desk.ledger,
            desk.environment,
            recipient.id,
            provenance=provenance,
            lost=halt.lease_lost,
            wait=_wait(desk, recipient.id, halt, lease_wait),
        ) as lease:
            journal = Journal(desk.ledger, lease=lease, clock=desk.clock, provenance=provenance)
            session = _session(desk, recipient, journal, halt, outcomes, items, left)
            _work_and_remember(session, left.batches)
            if journal.wrote:
                desk.ledger.checkpoint()
    except HaltedError:
        if halt.lease_lost.is_set():
            problem = LeaseLostError(f"the lease of {recipient.id} was taken over")
    except GitOpsError as error:
        problem = error
    _account_for_the_rest(desk, recipient, sending, outcomes, problem)
    return TargetResult(items=outcomes.results(), bytes_sent=outcomes.bytes_sent, problem=problem)


def _must_not_be_open(desk: Desk, target: str) -> None:
    """`CircuitOpenError` where the target is to be left alone for now."""
    circuit = circuit_of(desk.ledger, desk.environment, target)
    if circuit.is_open(desk.clock.now()) and not desk.retry_now:
        raise CircuitOpenError.of(target, circuit)


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
    left: Left,
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

    limits, clock = recipient.limits, desk.clock
    circuit = Breaker(
        journal,
        circuit_stream(desk.environment, recipient.id),
        circuit_of(desk.ledger, desk.environment, recipient.id),
        failures=limits.failures,
    )
    lines = Lines(line, recipient.connections, narrow=circuit.probing)
    return Session(
        desk=desk,
        recipient=recipient,
        journal=journal,
        lines=lines,
        crew=Crew(lines.count),
        circuit=circuit,
        watches=Watches(limits.item_timeout, clock),
        halt=halt,
        outcomes=outcomes,
        items={item.release: item for item in items},
        bandwidth=None if limits.bandwidth is None else Bandwidth(limits.bandwidth, clock),
        pace=None if limits.per_minute is None else Pace(limits.per_minute, clock, left.sent),
    )


def _work_and_remember(session: Session, batches: Iterable[StreamId]) -> None:
    """Work, and put on record how the target has answered."""
    circuit = session.circuit
    try:
        _skip_stale(session)
        work(session, batches)
    except TransportError as error:
        circuit.failed(error)
        circuit.remember()
        raise
    except HaltedError:
        circuit.remember()
        raise
    finally:
        session.crew.close()
        session.lines.close()
    circuit.remember()


def _skip_stale(session: Session) -> None:
    """An item counts only as long as its stream is as it was when it was planned. Where another run
    has done just that work since, nothing is left to be done."""
    for item in session.due():
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
        outcome = Outcome.INTERRUPTED if problem is None else _outcome_of(problem)
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


def _outcome_of(problem: GitOpsError) -> Outcome:
    """What becomes of an item that was not come to."""
    if isinstance(problem, LockedError):
        return Outcome.LOCKED
    return Outcome.SKIPPED if isinstance(problem, CircuitOpenError) else Outcome.FAILED
