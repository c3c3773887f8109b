"""Plan files: what someone approved, and what of it still holds. A file narrows, never widens."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Annotated, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from stardust_gitops.errors import SafetyError
from stardust_gitops.planning.document import FORMAT_VERSION
from stardust_gitops.planning.hashing import plan_hash
from stardust_gitops.planning.model import OPERATIONS, Action, Item, Plan

LARGEST = 256 * 1024 * 1024
"""Bytes; a plan file of a million items is smaller."""

_HINT = "Write a new one with `stardust-gitops plan --out FILE`."

Fingerprint = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Model(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")


class _ItemModel(_Model):
    release: Annotated[str, Field(pattern=r"^[0-9]{14}$")]
    target: Annotated[str, Field(min_length=1, max_length=200)]
    action: str
    operation: str | None
    stream_version: Annotated[int, Field(ge=0)]
    message_fingerprint: Fingerprint | None
    assets_fingerprint: Fingerprint | None


class _PlanModel(_Model):
    catalogue: str
    environment: str
    catalog_commit: str | None
    against: str | None = None
    plan_hash: Fingerprint
    items: list[_ItemModel]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovedItem:
    """One approved operation, with the content and the place in the stream that it was seen at."""

    release: str
    target: str
    operation: Action
    message_fingerprint: str | None
    assets_fingerprint: str | None
    stream_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovedPlan:
    """A plan file that was read: what it approves, and the name and commit of the plan."""

    plan_hash: str
    commit: str | None
    items: tuple[ApprovedItem, ...]


StaleCode = Literal["content_changed", "operation_changed", "ledger_moved_on", "not_sent_now"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale:
    """An approved operation that no longer holds and is skipped: which, and why."""

    release: str
    target: str
    operation: Action
    code: StaleCode
    text: str


def load_plan_file(data: bytes, *, environment: str, catalogue: str) -> ApprovedPlan:
    """Read a plan file for this catalogue and environment.

    Raises `SafetyError` for anything else: no plan at all (SG7010), a newer format (SG7011), of
    another catalogue or environment (SG7012), altered after it was written (SG7013).
    """
    model = _parse(data)
    if model.against is not None:
        raise _no_plan("it compares two commits, and nobody looked at what was sent")
    for what, theirs, ours in (
        ("catalogue", model.catalogue, catalogue),
        ("environment", model.environment, environment),
    ):
        if theirs != ours:
            raise SafetyError(
                f"the plan file is of {what} {theirs!r}, this is {ours!r}",
                hint=_HINT,
                code="SG7012",
            )
    items = tuple(_approved(item) for item in model.items if item.action in OPERATIONS)
    if len({(item.target, item.release) for item in items}) != len(items):
        raise _no_plan("a release stands in it twice for one target")
    if _hash(environment, items) != model.plan_hash:
        raise SafetyError(
            "the plan file was altered: its items are not those that its plan_hash names",
            hint=_HINT,
            code="SG7013",
        )
    return ApprovedPlan(plan_hash=model.plan_hash, commit=model.catalog_commit, items=items)


def _parse(data: bytes) -> _PlanModel:
    if len(data) > LARGEST:
        raise _no_plan(f"it is larger than {LARGEST >> 20} MiB")
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise _no_plan(f"it is not JSON: {error}") from error
    version = document.get("format_version") if isinstance(document, dict) else None
    if not isinstance(version, str):
        raise _no_plan("it has no format_version")
    if version.partition(".")[0] != FORMAT_VERSION.partition(".")[0]:
        raise SafetyError(
            f"the plan file has format {version[:20]!r}, this program reads {FORMAT_VERSION}",
            hint="Use the version of stardust-gitops that wrote it, or plan again.",
            code="SG7011",
        )
    try:
        return _PlanModel.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(step) for step in first["loc"])
        raise _no_plan(f"{where}: {first['msg']}") from error


def _no_plan(why: str) -> SafetyError:
    return SafetyError(f"this is not a plan file: {why}", hint=_HINT, code="SG7010")


def _approved(item: _ItemModel) -> ApprovedItem:
    return ApprovedItem(
        release=item.release,
        target=item.target,
        operation=Action(item.action),
        message_fingerprint=item.message_fingerprint,
        assets_fingerprint=item.assets_fingerprint,
        stream_version=item.stream_version,
    )


def _hash(environment: str, items: Iterable[ApprovedItem]) -> str:
    return plan_hash(
        environment,
        (
            Item(
                release=item.release,
                icpn=item.release,
                target=item.target,
                title="",
                artist="",
                action=item.operation,
                reasons=(),
                stream_version=item.stream_version,
                message_fingerprint=item.message_fingerprint,
                assets_fingerprint=item.assets_fingerprint,
            )
            for item in items
        ),
    )


def narrow(plan_now: Plan, approved: ApprovedPlan) -> tuple[Plan, tuple[Stale, ...]]:
    """The part of the present plan that was approved, and what was approved but is stale.

    An item is kept where operation, content and stream version are equal. What is in the present
    plan alone is left out without a word: nobody approved it. Guards that stop the present plan
    stop the narrowed one too.
    """
    present = {(item.target, item.release): item for item in plan_now.items}
    kept: set[tuple[str, str]] = set()
    stale = []
    for old in approved.items:
        found = _staleness(old, present.get((old.target, old.release)))
        if found is None:
            kept.add((old.target, old.release))
        else:
            stale.append(found)
    items = tuple(item for item in plan_now.items if (item.target, item.release) in kept)
    name = plan_hash(plan_now.environment, items)
    return replace(plan_now, items=items, plan_hash=name, narrowed=True), tuple(stale)


def _staleness(old: ApprovedItem, now: Item | None) -> Stale | None:
    code: StaleCode
    if now is None or not now.action.sends:
        why = "" if now is None or not now.reasons else f" ({now.reasons[0].text})"
        state = "no longer planned" if now is None else f"now {now.action}{why}"
        code, text = "not_sent_now", state
    elif now.action is not old.operation:
        code, text = "operation_changed", f"was {old.operation}, is now {now.action}"
    elif now.stream_version != old.stream_version:
        code = "ledger_moved_on"
        text = f"the ledger has moved on from version {old.stream_version} to {now.stream_version}"
    elif (now.message_fingerprint, now.assets_fingerprint) != (
        old.message_fingerprint,
        old.assets_fingerprint,
    ):
        code, text = "content_changed", "the content has changed since it was approved"
    else:
        return None
    return Stale(
        release=old.release, target=old.target, operation=old.operation, code=code, text=text
    )
