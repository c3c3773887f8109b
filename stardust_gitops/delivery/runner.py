"""Applying a plan: all targets, a few at a time, each under its own lease."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from pathlib import Path

from stardust_gitops.clock import Clock, instant_text
from stardust_gitops.delivery.limits import MINUTE
from stardust_gitops.delivery.recipient import Recipient
from stardust_gitops.delivery.reporting import Reporter
from stardust_gitops.delivery.results import ApplyResult, ItemResult, Outcome, outcome_counts
from stardust_gitops.delivery.session import Check, Desk, Halt, Load
from stardust_gitops.delivery.shipments.shipment import BatchIds
from stardust_gitops.delivery.target import Left, TargetResult, run_target
from stardust_gitops.errors import SafetyError
from stardust_gitops.ledger.events import Provenance
from stardust_gitops.ledger.store import LedgerStore
from stardust_gitops.messages.check import check_message
from stardust_gitops.planning.model import Item, Plan


def apply_plan(
    plan: Plan,
    *,
    ledger: LedgerStore,
    recipients: Mapping[str, Recipient],
    load: Load,
    clock: Clock,
    root: Path,
    reporter: Reporter,
    provenance: Provenance,
    parallelism: int = 4,
    stop: threading.Event | None = None,
    check: Check = check_message,
    lease_wait: float = 0.0,
    retry_now: bool = False,
) -> ApplyResult:
    """Send what the plan says, and bring to an end what earlier runs left open.

    `recipients` are the targets that may be contacted; `root` is the catalogue's. A target whose
    lease somebody else holds is waited for `lease_wait` seconds; one that is left alone because it
    failed too often is tried all the same with `retry_now`. Setting `stop` (or ^C) ends the
    run soon, with a ledger that the next run carries on from. Problems of items and targets are
    in the result. Raises `SafetyError` where a guard has stopped the plan, and `LedgerError`
    where the ledger cannot even be read.
    """
    _must_not_be_stopped(plan)
    stop = threading.Event() if stop is None else stop
    desk = Desk(
        environment=plan.environment,
        catalogue=plan.catalogue,
        ledger=ledger,
        clock=clock,
        root=root,
        load=load,
        check=check,
        reporter=reporter,
        batch_ids=BatchIds(recipients),
        retry_now=retry_now,
    )
    left = _left(desk)
    work = _by_target(plan.items, left, recipients)
    sends = sum(1 for item in plan.items if item.action.sends)
    reporter.event("run_started", environment=plan.environment, items=sends, targets=len(work))

    def run(target: str) -> TargetResult:
        return run_target(
            desk,
            recipients[target],
            work[target],
            left.get(target, Left()),
            halt=Halt(stop=stop),
            provenance=provenance,
            lease_wait=lease_wait,
        )

    results = _run_all(run, list(work), stop=stop, parallelism=parallelism)
    return _conclude(plan, results, reporter, interrupted=stop.is_set())


def _must_not_be_stopped(plan: Plan) -> None:
    if plan.stops:
        raise SafetyError(
            "; ".join(reason.text for reason in plan.stops),
            hint="allow what is meant with --allow or --allow-plan",
        )


def _left(desk: Desk) -> dict[str, Left]:
    """What earlier runs left at each target."""
    since = instant_text(desk.clock.now() - timedelta(seconds=MINUTE))
    snapshot = desk.ledger.snapshot(desk.environment, since=since)
    found: dict[str, Left] = {}
    for stream in snapshot.batches:
        found.setdefault(stream.target, Left()).batches.append(stream)
    for each in snapshot.recent:
        found.setdefault(each.target, Left()).sent.append(datetime.fromisoformat(each.time))
    return found


def _by_target(
    items: Sequence[Item],
    left: Mapping[str, Left],
    recipients: Mapping[str, Recipient],
) -> dict[str, list[Item]]:
    """All items of each target that has something to send or to bring to an end."""
    found: dict[str, list[Item]] = {}
    for item in items:
        found.setdefault(item.target, []).append(item)
    return {
        target: found.get(target, [])
        for target in recipients
        if left.get(target, Left()).batches or any(i.action.sends for i in found.get(target, []))
    }


def _run_all(
    run: Callable[[str], TargetResult],
    targets: Sequence[str],
    *,
    stop: threading.Event,
    parallelism: int,
) -> dict[str, TargetResult]:
    """The result of each target, a few at a time."""
    with ThreadPoolExecutor(max(1, parallelism), thread_name_prefix="target") as pool:
        futures = {target: pool.submit(run, target) for target in targets}
        _wait(list(futures.values()), stop)
    return {target: future.result() for target, future in futures.items()}


def _wait(futures: list[Future[TargetResult]], stop: threading.Event) -> None:
    """Wait for all. The first ^C asks them to stop, a second one is passed on."""
    while True:
        try:
            wait(futures)
        except KeyboardInterrupt:
            if stop.is_set():
                raise
            stop.set()
        else:
            return


def _conclude(
    plan: Plan, results: Mapping[str, TargetResult], reporter: Reporter, *, interrupted: bool
) -> ApplyResult:
    """One result, in the order of the plan; what only the recovery met comes last."""
    known = {
        (item.target, item.release): item for result in results.values() for item in result.items
    }
    ordered = []
    for item in plan.items:
        key = (item.target, item.release)
        if key in known:
            ordered.append(known.pop(key))
        elif item.action.sends:
            ordered.append(_unreached(item))
    result = ApplyResult(
        items=(*ordered, *known.values()),
        bytes_sent=sum(each.bytes_sent for each in results.values()),
        interrupted=interrupted,
        problems=tuple(
            (target, each.problem) for target, each in results.items() if each.problem is not None
        ),
    )
    reporter.event(
        "run_done",
        interrupted=interrupted,
        bytes=result.bytes_sent,
        outcomes=outcome_counts(result.items),
    )
    return result


def _unreached(item: Item) -> ItemResult:
    return ItemResult(
        release=item.release,
        target=item.target,
        operation=str(item.action),
        outcome=Outcome.FAILED,
        text=f"there is no way to reach {item.target}",
        code="SG6015",
        hint="describe the target's transport in its file",
    )
