"""Streams of the ledger that the catalogue says nothing of, and renames that nobody declared.

What is live and no longer in the catalogue is reported and left alone: nothing is taken down
unless the catalogue says so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from stardust_gitops.diagnostics import Finding
from stardust_gitops.ledger.state import Phase, StreamState
from stardust_gitops.planning.decide import decide
from stardust_gitops.planning.model import Action, Desired, Item, Reason
from stardust_gitops.planning.reasons import (
    FROM_LAST_CONTENT,
    INVALID,
    NEW_RELEASE,
    SETTLE,
    TAKEDOWN,
    unknown_reason,
)
from stardust_gitops.planning.settings import Permissions, Removal, TargetSettings


class Key(NamedTuple):
    """One release (GTIN-14) at one target."""

    target: str
    release: str


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Both sides of the plan, joined by key.

    `files` maps each release whose file stands in the catalogue to that file; `blocked` holds
    the findings of those that could not be read. `recipients` maps targets known to the ledger to
    the DPID of their recipient, `removals` what the user decided on releases whose files are gone.
    While `unreadable`, nothing new is reported orphaned.
    """

    wanted: Mapping[Key, Desired]
    states: Mapping[Key, StreamState]
    targets: Mapping[str, TargetSettings]
    files: Mapping[str, str]
    blocked: Mapping[str, tuple[Finding, ...]]
    recipients: Mapping[str, str]
    unreadable: bool
    removals: Mapping[str, Removal] = field(default_factory=dict)

    def is_orphan(self, key: Key) -> bool:
        """Whether a live stream has lost its place in the catalogue (reported or not)."""
        settings = self.targets.get(key.target)
        return (
            self.states[key].phase is Phase.LIVE
            and key not in self.wanted
            and key.release not in self.blocked
            and (settings is None or settings.enabled)
            and not self.is_moving(key)
        )

    def is_moving(self, key: Key) -> bool:
        """Whether a declared move takes the stream along to a target that wants the release."""
        return any(
            settings.moved_from == key.target and Key(settings.id, key.release) in self.wanted
            for settings in self.targets.values()
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Successor:
    """The release that the catalogue puts in the place of another one (``replaces``); `arrived`
    tells that the target has it."""

    icpn: str
    arrived: bool

    @property
    def awaited(self) -> str | None:
        """Its ICPN while it has not arrived."""
        return None if self.arrived else self.icpn


def successors(world: World) -> dict[Key, Successor]:
    """What takes the place of which release, target by target."""
    found: dict[Key, Successor] = {}
    for key, wish in world.wanted.items():
        if wish.replaces and wish.status in _STAYING:
            state = world.states.get(key)
            arrived = state is not None and state.phase is Phase.LIVE
            found[Key(key.target, wish.replaces)] = Successor(icpn=wish.icpn, arrived=arrived)
    return found


_STAYING = ("active", "hold", "archived")


def stray_items(
    world: World,
    replaced: Mapping[Key, Successor],
    *,
    now: datetime,
    permissions: Permissions,
) -> list[Item]:
    """The items of streams without a wish: interrupted, blocked with their file, replaced by
    another release, orphaned."""
    found: list[Item | None] = []
    for key in world.states:
        if key in world.wanted:
            continue
        successor, removal = replaced.get(key), world.removals.get(key.release)
        permitted = key.release in permissions.takedowns
        if successor is not None and _is_gone(world, key):
            found.append(_replaced(world, key, successor, now, permitted=permitted))
        elif removal is not None and removal.holds_at(key.target) and _is_gone(world, key):
            found.append(_removed(world, key, removal, now, permitted=permitted))
        else:
            found.append(_stray(world, key))
    return [item for item in found if item is not None]


def _is_gone(world: World, key: Key) -> bool:
    """Whether the file of what is live is really gone, and not just unreadable."""
    return world.is_orphan(key) and not world.unreadable and key.release not in world.files


def _replaced(
    world: World, key: Key, successor: Successor, now: datetime, *, permitted: bool
) -> Item | None:
    """The takedown of a release whose file has become that of its successor: made from what was
    sent last, as soon as the successor has arrived."""
    item = _takedown(world, key, now, permitted=permitted, awaits=successor.awaited)
    if item is None:
        return None
    by = Reason(code="replaced", text=f"is replaced by {successor.icpn}")
    kept = tuple(r for r in item.reasons if r not in (TAKEDOWN, FROM_LAST_CONTENT))
    if item.action is Action.HELD:
        return item._replace(reasons=kept)
    return item._replace(reasons=(by, *kept) if item.action.sends else (*kept, by))


def _removed(
    world: World, key: Key, removal: Removal, now: datetime, *, permitted: bool
) -> Item | None:
    """What the user has decided on a release whose file is gone."""
    settings, state = world.targets.get(key.target), world.states[key]
    by = Reason(code="removed", text=f"is removed from the catalogue: {removal.reason}")
    if not removal.takedown:
        return _item(key, state, Action.UNCHANGED, by)
    if settings is None or not settings.takes_part:
        return _stray(world, key)  # nobody says how to reach it
    item = _takedown(world, key, now, permitted=permitted)
    if item is None:
        return None
    kept = tuple(r for r in item.reasons if r not in (TAKEDOWN, FROM_LAST_CONTENT))
    return item._replace(reasons=(by, *kept))


def _takedown(
    world: World, key: Key, now: datetime, *, permitted: bool, awaits: str | None = None
) -> Item | None:
    """The takedown of what has no file any more."""
    wish = Desired(
        release=key.release,
        icpn=shown_icpn(key.release),
        target=key.target,
        title="",
        artist="",
        file="",
        status="takedown",
        message_fingerprint=None,
        assets_fingerprint=None,
        recordings=None,
        tracks=0,
        files=0,
        upload_bytes=0,
    )
    target = world.targets[key.target]
    return decide(wish, world.states[key], target, now, permitted=permitted, awaits=awaits)


def _stray(world: World, key: Key) -> Item | None:
    state = world.states[key]
    settings = world.targets.get(key.target)
    if settings is not None and not settings.enabled:
        return None
    if state.open is not None and (state.marker_begun or state.unknown):
        operation = Action(state.open.operation)
        if state.unknown or settings is None:
            reason = unknown_reason(shown_icpn(key.release), key.target)
            return _item(key, state, Action.BLOCKED, reason, operation=operation)
        settled = _item(key, state, operation, SETTLE, operation=operation)
        return settled._replace(
            resumes=True,
            message_fingerprint=state.open.message_fingerprint,
            assets_fingerprint=state.open.assets_fingerprint,
        )
    errors = world.blocked.get(key.release)
    if errors is not None and state.phase is Phase.LIVE:
        return _item(key, state, Action.BLOCKED, INVALID)._replace(findings=errors)
    if world.unreadable or not world.is_orphan(key):
        return None
    return _item(key, state, Action.ORPHANED, _orphan_reason(world, key))


def _orphan_reason(world: World, key: Key) -> Reason:
    ends = "set `status: takedown`, or `ledger forget` it"
    if key.target not in world.targets:
        text = f"live, but the file of the target is gone: bring it back, or {ends}"
        return Reason(code="target_gone", text=text)
    if not world.targets[key.target].takes_part:
        text = (
            f"live, but {key.target} is no target of this environment any more: "
            f"list it in `environments:`, or {ends}"
        )
        return Reason(code="target_elsewhere", text=text)
    if key.release in world.files:
        text = (
            f"live, but the release no longer lists {key.target}, or is a draft there: "
            f"list it again, or {ends}"
        )
        return Reason(code="target_unlisted", text=text)
    text = f"live, but its file is gone: bring it back, or decide in `removed:`, or {ends}"
    return Reason(code="file_gone", text=text)


def _item(
    key: Key,
    state: StreamState,
    action: Action,
    reason: Reason,
    *,
    operation: Action | None = None,
) -> Item:
    return Item(
        release=key.release,
        icpn=shown_icpn(key.release),
        target=key.target,
        title="",
        artist="",
        action=action,
        reasons=(reason,),
        stream_version=state.version,
        operation=operation,
    )


def shown_icpn(release: str) -> str:
    """A GTIN-14 of a release that the catalogue no longer writes, as people know it."""
    return release[1:] if len(release) == 14 and release.startswith("0") else release


def block_renames(world: World, items: Iterable[Item]) -> list[Item]:
    """Replace what looks like a rename that nobody declared by findings on both of its sides."""
    items = list(items)
    blocks = _renamed_releases(world, items) | _renamed_targets(world)
    if not blocks:
        return items
    return [_rename_block(item, blocks.get(Key(item.target, item.release))) for item in items]


def _rename_block(item: Item, reason: Reason | None) -> Item:
    waits = item.operation if item.action is Action.HELD else item.action
    if reason is None or waits not in (Action.INSERT, Action.ORPHANED):
        return item
    return item._replace(
        action=Action.BLOCKED,
        reasons=(reason,),
        operation=Action.INSERT if waits is Action.INSERT else None,
        resumes=False,
    )


def _renamed_releases(world: World, items: Iterable[Item]) -> dict[Key, Reason]:
    """New releases with just the recordings of an orphan at the same target."""
    orphans: dict[tuple[str, str], list[Key]] = {}
    for key in sorted(world.states):
        baseline = world.states[key].baseline
        if baseline is not None and world.is_orphan(key):
            orphans.setdefault((key.target, baseline.recordings), []).append(key)
    reasons: dict[Key, Reason] = {}
    for item in items if orphans else ():
        wish = world.wanted.get(Key(item.target, item.release))
        if wish is None or wish.recordings is None or NEW_RELEASE not in item.reasons:
            continue
        twins = orphans.get((item.target, wish.recordings), [])
        if not twins or any(twin.release == wish.replaces for twin in twins):
            continue
        reasons[Key(item.target, item.release)] = _renamed(wish.icpn, twins[0].release)
        reasons |= {twin: _renamed(wish.icpn, twin.release) for twin in twins}
    return reasons


def _renamed(icpn: str, old: str) -> Reason:
    old = shown_icpn(old)
    return Reason(
        code="renamed",
        text=f"{icpn} has the recordings of {old}, which is live and no longer in the catalogue: "
        f'declare `replaces: "{old}"` in {icpn}, or bring {old} back',
    )


def _renamed_targets(world: World) -> dict[Key, Reason]:
    """All of a new target, and of the target that has gone, where both look like one recipient."""
    started = {key.target for key, state in world.states.items() if state.version}
    gone: dict[str, list[Key]] = {}
    for key in sorted(world.states):
        if key.target not in world.targets and world.states[key].phase is Phase.LIVE:
            gone.setdefault(key.target, []).append(key)
    reasons: dict[Key, Reason] = {}
    for settings in sorted(world.targets.values(), key=lambda target: target.id):
        if settings.id in started or settings.moved_from:
            continue
        if not (settings.enabled and settings.takes_part):
            continue
        for old, keys in gone.items():
            if _same_recipient(world, settings, old, keys):
                reason = _renamed_target(settings.id, old)
                mine = (key for key in world.wanted if key.target == settings.id)
                reasons |= dict.fromkeys((*mine, *keys), reason)
                break
    return reasons


def _same_recipient(
    world: World, settings: TargetSettings, old: str, keys: Collection[Key]
) -> bool:
    """By DPID; where the ledger does not know the old one, by content that is live there."""
    if old in world.recipients:
        return world.recipients[old] == settings.recipient_dpid
    for key in keys:
        wish = world.wanted.get(Key(settings.id, key.release))
        baseline = world.states[key].baseline
        if (
            wish is not None
            and baseline is not None
            and wish.message_fingerprint == baseline.message_fingerprint
            and wish.assets_fingerprint == baseline.assets_fingerprint
        ):
            return True
    return False


def _renamed_target(new: str, old: str) -> Reason:
    return Reason(
        code="target_renamed",
        text=f"{new} looks like {old}, whose file is gone and where releases are live: declare "
        f"`moved_from: {old}` in {new} and run `ledger move {old} {new}`; if it is another "
        f"recipient, bring the file of {old} back with `enabled: false`",
    )
