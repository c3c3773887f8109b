"""``stardust-gitops apply``."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import click

from stardust_gitops.cli.ending import told_where_it_ends_early
from stardust_gitops.cli.job_summary import add_apply_summary
from stardust_gitops.cli.notify import tell_of_run
from stardust_gitops.cli.options import (
    Duration,
    catalogue_option,
    environment_option,
    format_option,
    outside,
    selection_options,
)
from stardust_gitops.cli.output import print_json
from stardust_gitops.cli.plan import make_plan, show_plan
from stardust_gitops.cli.progress import terminal_reporter
from stardust_gitops.cli.results import result_document, show_result
from stardust_gitops.cli.review import EXIT_POLICY, read_review, review_option
from stardust_gitops.cli.session import Session, provenance, session
from stardust_gitops.clock import Clock
from stardust_gitops.delivery.reporting import EventWriter, Reporter, Reporters
from stardust_gitops.delivery.results import ApplyResult, Outcome
from stardust_gitops.errors import GitOpsError, SafetyError, UsageError
from stardust_gitops.planning.model import OPERATIONS, Action, Plan
from stardust_gitops.planning.plan_file import Stale, load_plan_file, narrow
from stardust_gitops.planning.policies import broken_policies
from stardust_gitops.planning.selection import Selection
from stardust_gitops.reconciler.planner import Planner
from stardust_gitops.reconciler.protected import refuse_other_commit

EXIT_PARTIAL, EXIT_LOCKED, EXIT_INTERRUPTED = 6, 5, 130


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How targets are worked on: so many at a time, waiting so long (seconds) for a lease, also
    those that are left alone for now."""

    parallelism: int
    lock_timeout: float
    retry_now: bool


@click.command("apply")
@click.argument(
    "plan_file", required=False, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@catalogue_option
@selection_options
@environment_option
@format_option("text", "json")
@click.option("--auto-approve", is_flag=True, help="Do not ask.")
@click.option("--allow", multiple=True, metavar="takedown:ICPN", help="Let this one past a guard.")
@click.option("--allow-plan", metavar="HASH", help="Let exactly this plan past the guards.")
@click.option("--allow-dirty", is_flag=True, help="Deliver uncommitted changes of the catalogue.")
@click.option("--allow-commit", is_flag=True, help="Deliver what is not the head of its branch.")
@click.option(
    "--resend", is_flag=True, help="Send again what is live, or was rejected (needs --target)."
)
@click.option("--retry-now", is_flag=True, help="Try targets that are left alone for now.")
@click.option(
    "--parallelism",
    type=click.IntRange(min=1),
    default=4,
    show_default=True,
    metavar="N",
    help="Targets at a time.",
)
@click.option(
    "--lock-timeout",
    type=Duration(),
    default="0s",
    show_default=True,
    metavar="DURATION",
    help="Wait so long (90s, 10m) for another apply to the same target to end.",
)
@click.option("--quiet", is_flag=True, help="Say nothing where nothing is to be sent, for cron.")
@review_option
@click.option("--events", type=click.Path(path_type=Path), help="Write what happens as NDJSON.")
@click.pass_context
def command(
    ctx: click.Context,
    plan_file: Path | None,
    catalog: Path,
    chosen: Selection,
    environment: str,
    output_format: str,
    auto_approve: bool,
    allow: tuple[str, ...],
    allow_plan: str | None,
    allow_dirty: bool,
    allow_commit: bool,
    resend: bool,
    retry_now: bool,
    parallelism: int,
    lock_timeout: float,
    quiet: bool,
    review: Path | None,
    events: Path | None,
) -> int:
    """Deliver what differs. Plans first, shows the plan and asks.

    With PLAN_FILE (of `plan --out`) only what the file and a new plan agree on is sent: a file
    narrows and never widens. An interrupted apply is carried on by running it again.

    \b
    Examples:
      stardust-gitops apply
      stardust-gitops apply plan.json
      stardust-gitops apply --target spotify --auto-approve --lock-timeout 10m --quiet
    """
    _must_name_targets(chosen, resend=resend)
    with _begun(catalog, environment, outside(ctx).clock) as (here, told):
        _refuse_commit(here, environment, allow_dirty=allow_dirty, allow_commit=allow_commit)
        plan, planner = make_plan(
            here,
            environment,
            chosen,
            resend=resend,
            allow=allow,
            allow_plan=allow_plan,
            review=read_review(review),
            quiet=quiet,
        )
        policies_hold = not broken_policies(plan)
        plan, stale = (plan, ()) if plan_file is None else _narrowed(here, plan, plan_file)
        text, idle = output_format == "text", not _to_send(plan, planner)
        result = ApplyResult(items=())
        code = _exit_code(plan, result, stale, policies_hold)
        if text and not (quiet and idle and not code and not plan.stops):
            show_plan(here, plan, "text", advise=idle)
        if not idle and not plan.stops:
            _ask(plan, approved=auto_approve or plan_file is not None)
            how = Manner(parallelism=parallelism, lock_timeout=lock_timeout, retry_now=retry_now)
            result = _run(here, planner, plan, how, events, quiet=not text)
            code = _exit_code(plan, result, stale, policies_hold)
        told |= tell_of_run(here.workspace, plan, planner, result, quiet=quiet)
        _refuse_stops(plan)
    _show(plan, result, stale, text=text, idle=idle, silent=quiet and idle and not code)
    return code


def _must_name_targets(chosen: Selection, *, resend: bool) -> None:
    if resend and not chosen.targets:
        raise UsageError("--resend needs --target NAME", hint="say who is to get it again")


@contextmanager
def _begun(folder: Path, environment: str, clock: Clock) -> Iterator[tuple[Session, set[str]]]:
    """Catalogue and ledger, and the events that people are told of; that this cannot be had, or
    ends early, is told as well."""
    with told_where_it_ends_early(folder, environment) as told, session(folder, clock) as here:
        yield here, told


def _show(
    plan: Plan,
    result: ApplyResult,
    stale: tuple[Stale, ...],
    *,
    text: bool,
    idle: bool,
    silent: bool,
) -> None:
    if not text:
        print_json(result_document(plan, result, stale))
    elif not idle or stale:
        show_result(plan, result, stale)
    if not silent:
        add_apply_summary(plan, result, stale)


def _narrowed(here: Session, plan: Plan, file: Path) -> tuple[Plan, tuple[Stale, ...]]:
    """What a plan and a plan file agree on, and what went stale."""
    config = here.workspace.catalogue.config
    approved = load_plan_file(file.read_bytes(), environment=plan.environment, catalogue=config.id)
    return narrow(plan, approved)


def _refuse_commit(
    here: Session, environment: str, *, allow_dirty: bool, allow_commit: bool
) -> None:
    """`SafetyError` for what is not committed, or not the head of the protected branch."""
    if not allow_dirty:
        _refuse_dirty(here.workspace.uncommitted())
    if not allow_commit:
        refuse_other_commit(here.workspace.in_environment(environment))


def _refuse_dirty(dirty: Sequence[str]) -> None:
    if not dirty:
        return
    shown = ", ".join(dirty[:3]) + (f" and {len(dirty) - 3} more" if len(dirty) > 3 else "")
    raise SafetyError(
        f"the catalogue has uncommitted changes: {shown}",
        hint="commit them, so that the ledger can say what was delivered, or give --allow-dirty",
        code="SG7001",
    )


def _refuse_stops(plan: Plan) -> None:
    if not plan.stops:
        return
    raise SafetyError(
        "; ".join(reason.text for reason in plan.stops),
        hint="allow a single takedown with --allow takedown:ICPN,"
        f" or exactly this plan with --allow-plan {plan.plan_hash}",
        code="SG7002",
    )


def _to_send(plan: Plan, planner: Planner) -> bool:
    """Whether there is work: items to send, or shipments that an earlier run left open."""
    assert planner.snapshot is not None
    return bool(planner.snapshot.batches) or any(item.action in OPERATIONS for item in plan.items)


def _ask(plan: Plan, *, approved: bool) -> None:
    if approved:
        return
    if not sys.stdin.isatty():
        raise UsageError(
            "apply asks before it acts, and there is no terminal to ask on",
            hint="give --auto-approve, or a plan file that somebody has approved",
        )
    count = sum(1 for item in plan.items if item.action in OPERATIONS)
    if not click.confirm(f"Send {count} {'message' if count == 1 else 'messages'}?"):
        raise click.Abort


def _run(
    here: Session,
    planner: Planner,
    plan: Plan,
    how: Manner,
    events: Path | None,
    *,
    quiet: bool,
) -> ApplyResult:
    from stardust_gitops.delivery.runner import apply_plan
    from stardust_gitops.reconciler.jobs import Jobs
    from stardust_gitops.reconciler.recipients import recipient_of

    workspace, clock = here.workspace, here.clock
    busy = {item.target for item in plan.items}
    recipients = {
        target.id: recipient_of(target, workspace.catalogue, os.environ)
        for target in workspace.catalogue.targets.values()
        if target.id in busy
    }
    names = {item.release: item.name for item in plan.items if item.action.sends}
    stop = threading.Event()
    with ExitStack() as stack:
        reporters: list[Reporter] = []
        if not quiet:
            reporters.append(stack.enter_context(terminal_reporter(names)))
        if events is not None:
            reporters.append(stack.enter_context(_event_writer(events, clock)))
        stack.enter_context(_stop_on_interrupt(stop))
        return apply_plan(
            plan,
            ledger=here.ledger,
            recipients=recipients,
            load=Jobs(planner, plan.environment).load,
            clock=clock,
            root=workspace.root,
            reporter=Reporters(*reporters),
            provenance=provenance(workspace),
            parallelism=how.parallelism,
            stop=stop,
            lease_wait=how.lock_timeout,
            retry_now=how.retry_now,
        )


def _event_writer(path: Path, clock: Clock) -> EventWriter:
    try:
        return EventWriter(path.open("ab"), clock)
    except OSError as error:
        raise GitOpsError(
            f"the events file cannot be written: {error.strerror}", hint="choose another --events"
        ) from error


@contextmanager
def _stop_on_interrupt(stop: threading.Event) -> Iterator[None]:
    """The first ^C (or SIGTERM) ends the run in good order, the second at once: an upload in
    another thread cannot be broken off, and a run that died is resumed like any other."""

    def handle(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            shown = b"\x1b[?25h" if sys.stderr.isatty() else b""  # progress hid the cursor
            os.write(2, shown + b"\ninterrupted; run the same command again to go on\n")
            os._exit(EXIT_INTERRUPTED)
        stop.set()
        click.echo("\nstopping after what is under way; once more stops at once", err=True)

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _exit_code(
    plan: Plan, result: ApplyResult, stale: tuple[Stale, ...], policies_hold: bool
) -> int:
    if result.interrupted:
        return EXIT_INTERRUPTED
    if not policies_hold:
        return EXIT_POLICY
    outcomes = {item.outcome for item in result.items}
    if outcomes and outcomes <= {Outcome.LOCKED}:
        return EXIT_LOCKED
    blocked = any(item.action is Action.BLOCKED for item in plan.items)
    unsound = any(finding.severity == "error" for finding in plan.findings)
    return 0 if result.succeeded and not blocked and not unsound and not stale else EXIT_PARTIAL
