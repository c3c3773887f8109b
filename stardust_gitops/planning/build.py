"""The plan: what the catalogue wants, joined with what the ledger knows. Pure and deterministic."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from stardust_gitops.diagnostics import Finding
from stardust_gitops.ledger.state import StreamState
from stardust_gitops.ledger.store import Snapshot
from stardust_gitops.planning.caps import Caps
from stardust_gitops.planning.decide import decide
from stardust_gitops.planning.guards import Guards
from stardust_gitops.planning.hashing import plan_hash
from stardust_gitops.planning.model import Action, Desired, Item, Plan, Reason
from stardust_gitops.planning.ordering import in_order
from stardust_gitops.planning.selection import Candidate, Selection
from stardust_gitops.planning.settings import Permissions, Removal, Safety, TargetSettings
from stardust_gitops.planning.strays import (
    Key,
    Successor,
    World,
    block_renames,
    shown_icpn,
    stray_items,
    successors,
)

FRESH = StreamState()


def build_plan(
    desired: Iterable[Desired],
    snapshot: Snapshot,
    *,
    environment: str,
    catalogue: str,
    commit: str | None,
    targets: Mapping[str, TargetSettings],
    safety: Safety,
    permissions: Permissions,
    now: datetime,
    selection: Selection,
    unreadable: bool,
    releases: Mapping[str, str],
    blocked_releases: Mapping[str, tuple[Finding, ...]] | None = None,
    recipients: Mapping[str, str] | None = None,
    removals: Mapping[str, Removal] | None = None,
    findings: Iterable[Finding] = (),
    resend: bool = False,
    finish: Callable[[list[Item]], list[Item]] | None = None,
) -> Plan:
    """The plan for one environment, in the order of delivery within each target.

    `desired` must be the whole catalogue for the selected releases, every target of theirs: what is
    missing there counts as unlisted. `releases` maps every release (GTIN-14) whose file stands in
    the catalogue to that file; `blocked_releases` holds those that could not be resolved, with why;
    `unreadable` says that some file could not even be named. `recipients` gives the DPID of targets
    that the ledger knows, so that a renamed target is recognised; `removals` are the user's
    decisions on releases (GTIN-14) whose files are gone. `finish` adds to the items what only the
    caller knows, and may keep some from being sent: guards and the plan's name are about the rest.
    `UsageError` where the selection matches nothing.
    """
    world = World(
        wanted=_by_key(desired),
        states=_states(snapshot, environment),
        targets=targets,
        files=releases,
        blocked=blocked_releases or {},
        recipients=recipients or {},
        removals=removals or {},
        unreadable=unreadable,
    )
    selection.check(_candidates(world))
    items = _selected(world, selection, _all_items(world, now, permissions, resend))
    items = items if finish is None else finish(items)
    caps = Caps(world=world, recent=snapshot.recent, now=now)
    ordered = caps.held(in_order(items, now))
    name = plan_hash(environment, ordered)
    guards = _guards(world, environment, snapshot, safety, permissions, now)
    return Plan(
        environment=environment,
        catalogue=catalogue,
        commit=commit,
        plan_hash=name,
        items=ordered,
        stops=guards.stops(ordered, name),
        findings=tuple(sorted(findings, key=Finding.sort_key)),
        narrowed=not selection.everything,
    )


def _guards(
    world: World,
    environment: str,
    snapshot: Snapshot,
    safety: Safety,
    permissions: Permissions,
    now: datetime,
) -> Guards:
    return Guards(
        environment=environment,
        snapshot=snapshot,
        targets=world.targets,
        files=world.files.keys() | world.blocked.keys(),
        safety=safety,
        permissions=permissions,
        now=now,
    )


def _by_key(desired: Iterable[Desired]) -> dict[Key, Desired]:
    ordered = sorted(desired, key=lambda wish: (wish.target, wish.release, wish.file))
    return {Key(wish.target, wish.release): wish for wish in ordered}


def _states(snapshot: Snapshot, environment: str) -> dict[Key, StreamState]:
    return {
        Key(stream.target, stream.subject): state
        for stream, state in sorted(snapshot.releases.items(), key=lambda entry: entry[0])
        if stream.environment == environment and not stream.is_batch
    }


def _all_items(world: World, now: datetime, permissions: Permissions, resend: bool) -> list[Item]:
    replaced = successors(world)
    strays = stray_items(world, replaced, now=now, permissions=permissions)
    return block_renames(world, _decided(world, replaced, now, permissions, resend) + strays)


def _decided(
    world: World,
    replaced: Mapping[Key, Successor],
    now: datetime,
    permissions: Permissions,
    resend: bool,
) -> list[Item]:
    items = []
    for key, wish in world.wanted.items():
        settings = world.targets[key.target]
        moved = _moved_state(world, key, settings)
        successor = replaced.get(key)
        item = decide(
            wish,
            moved or world.states.get(key, FRESH),
            settings,
            now,
            resend=resend,
            permitted=key.release in permissions.takedowns,
            awaits=None if successor is None else successor.awaited,
        )
        if item is not None:
            items.append(item if moved is None else _await_move(item, settings))
    return items


def _moved_state(world: World, key: Key, settings: TargetSettings) -> StreamState | None:
    """The state under the target's old name, while the ledger has not moved it."""
    if settings.moved_from is None or key in world.states:
        return None
    return world.states.get(Key(settings.moved_from, key.release))


def _await_move(item: Item, settings: TargetSettings) -> Item:
    """Nothing is sent on a stream that still has the target's old name."""
    if not item.action.sends:
        return item
    move = f"ledger move {settings.moved_from} {settings.id}"
    reason = Reason(code="target_moved", text=f"the ledger has to follow first: `{move}`")
    return item._replace(action=Action.BLOCKED, reasons=(reason,), resumes=False)


def _candidates(world: World) -> Iterable[Candidate]:
    """Everything that a selection can name: what is wanted, what the ledger knows, and releases
    that stand in the catalogue without a wish because they could not be read."""
    for key, wish in world.wanted.items():
        yield _candidate(key, wish)
    for key in world.states:
        if key not in world.wanted:
            yield _candidate(key, None)
    for release in world.files.keys() | world.blocked.keys():
        for target in (name for name, known in world.targets.items() if known.takes_part):
            yield _candidate(Key(target, release), world.wanted.get(Key(target, release)))


def _candidate(key: Key, wish: Desired | None) -> Candidate:
    icpn = shown_icpn(key.release) if wish is None else wish.icpn
    label = None if wish is None else wish.label
    return Candidate(release=key.release, icpn=icpn, target=key.target, label=label)


def _selected(world: World, selection: Selection, items: list[Item]) -> list[Item]:
    if selection.everything:
        return items
    keyed = ((item, Key(item.target, item.release)) for item in items)
    return [
        item for item, key in keyed if selection.selects(_candidate(key, world.wanted.get(key)))
    ]
