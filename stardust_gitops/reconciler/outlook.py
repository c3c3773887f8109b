"""A plan looked at by the clock, with what the catalogue says of its schedule."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from stardust_gitops.clock import Clock
from stardust_gitops.planning.model import Plan
from stardust_gitops.planning.outlook import Outlook, Watch
from stardust_gitops.planning.strays import Key
from stardust_gitops.reconciler.planner import Planner
from stardust_gitops.reconciler.workspace import Workspace


def outlook_of(plan: Plan, planner: Planner, workspace: Workspace, clock: Clock) -> Outlook:
    """What comes of a plan that this planner has made."""
    config = workspace.catalogue.config
    assert planner.snapshot is not None  # the plan was made of it
    watch = Watch(
        wishes={Key(wish.target, wish.release): wish for wish in planner.look().desired},
        targets=planner.targets(),
        states={
            Key(stream.target, stream.subject): state
            for stream, state in planner.snapshot.releases.items()
            if stream.environment == plan.environment
        },
        now=clock.now().astimezone(ZoneInfo(config.defaults.timezone)),
        every=None if config.schedule is None else config.schedule.interval,
    )
    return watch.outlook(plan, planner.snapshot)
