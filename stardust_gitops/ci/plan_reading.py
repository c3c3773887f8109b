"""A plan's JSON, read back as a plan that can be shown.

It may come from the artifact of a run that nobody has reviewed: everything is limited and checked,
and all of it is shown as text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from stardust_gitops.diagnostics import Finding, Severity
from stardust_gitops.errors import SafetyError
from stardust_gitops.messages.comparison.difference import Comparison, Difference
from stardust_gitops.planning.model import Action, Change, Item, OpenCircuit, Plan, Reason
from stardust_gitops.reports.difference_words import Compared
from stardust_gitops.reports.markdown import shortened
from stardust_gitops.reports.wording import visible

LARGEST = 256 * 1024 * 1024
LARGEST_OF_OTHERS = 16 * 1024 * 1024
"""Bytes of a plan file: of ours, and of an artifact that nobody has reviewed."""

_LONGEST_ERROR = 500
_STEP = re.compile(r"([^/\[\]]+)(?:\[([^\]]*)\])?(?:/|$)")

_Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")]
_Target = Annotated[str, Field(min_length=1, max_length=200)]
_Commit = Annotated[str, Field(pattern=r"^[0-9a-f]{40}([0-9a-f]{24})?$")]
_Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_Number = Annotated[int, Field(ge=0, lt=2**63)]
_Text = Annotated[str, Field(max_length=1_000_000)]


class _Model(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")


class _Reason(_Model):
    code: _Text
    text: _Text


class _Change(_Model):
    path: _Text
    before: Any = None
    after: Any = None
    source: _Text | None = None
    commit: _Text | None = None


class _Finding(_Model):
    code: _Text
    severity: _Text
    message: _Text
    remedy: _Text
    file: _Text
    line: _Number | None = None
    column: _Number | None = None
    release: _Text | None = None
    target: _Text | None = None


class _Difference(_Model):
    path: _Text
    before: _Text | None
    after: _Text | None


class _Message(_Model):
    operation: _Text
    against: _Text | None = None
    new: dict[_Text, _Number] | None = None
    problem: _Text | None = None
    changes: list[_Difference] = []


class _Item(_Model):
    release: Annotated[str, Field(pattern=r"^[0-9]{14}$")]
    icpn: Annotated[str, Field(pattern=r"^[0-9]{1,14}$")]
    target: _Target
    title: _Text
    artist: _Text
    action: _Text
    operation: _Text | None = None
    reasons: list[_Reason] = []
    changes: list[_Change] = []
    tracks: _Number = 0
    with_files: bool = False
    upload_bytes: _Number = 0
    street_date: _Text | None = None
    not_before: _Text | None = None
    stream_version: _Number = 0
    back_catalogue: bool = False
    findings: list[_Finding] = []
    message: _Message | None = None


class _Circuit(_Model):
    target: _Target
    failures: _Number
    until: _Text
    due: bool
    code: _Text | None = None
    text: _Text | None = None


class _Plan(_Model):
    format_version: Annotated[str, Field(pattern=r"^1\.[0-9]{1,6}$")]
    catalogue: _Name
    environment: _Name
    catalog_commit: _Commit | None
    against: _Commit | None = None
    plan_hash: _Digest
    summary: dict[_Text, _Number]
    items: list[_Item]
    stops: list[_Reason] = []
    findings: list[_Finding] = []
    targets: dict[_Target, _Text] = {}
    circuits: list[_Circuit] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPlan:
    """A plan that was read. `summary` counts all items by action, unchanged ones too, which are
    not listed; `descriptions` say of targets what they are."""

    plan: Plan
    summary: Mapping[str, int]
    compared: tuple[Compared, ...]
    descriptions: Mapping[str, str]


def read_plan(path: Path, *, largest: int = LARGEST) -> ReadPlan:
    """The plan of a file. `SafetyError` (SG9031) where it is none, or too large."""
    try:
        with path.open("rb") as stream:
            data = stream.read(largest + 1)
    except OSError as error:
        raise _unusable(f"{path} cannot be read: {error.strerror}") from error
    if len(data) > largest:
        raise _unusable(f"{path} is larger than {largest >> 20} MiB")
    try:
        model = _Plan.model_validate(orjson.loads(data))
    except orjson.JSONDecodeError as error:
        raise _unusable(f"{path} is not JSON: {error}") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(step) for step in first["loc"])
        raise _unusable(f"{path} is no plan: {where}: {first['msg']}") from error
    try:
        return _read(model)
    except ValueError as error:
        raise _unusable(f"{path} is no plan: {error}") from error


def _unusable(why: str) -> SafetyError:
    """The error; what it repeats of the file can break no line of a log."""
    shown = visible(shortened(why, _LONGEST_ERROR))
    return SafetyError(shown, hint="write it with  stardust-gitops plan --out FILE", code="SG9031")


def _read(model: _Plan) -> ReadPlan:
    items = [(_item(entry), entry.message) for entry in model.items]
    plan = Plan(
        environment=model.environment,
        catalogue=model.catalogue,
        commit=model.catalog_commit,
        plan_hash=model.plan_hash,
        items=tuple(sorted((item for item, _ in items), key=lambda item: item.target)),
        stops=tuple(Reason(code=entry.code, text=entry.text) for entry in model.stops),
        findings=tuple(map(_finding, model.findings)),
        against=model.against,
        circuits=tuple(OpenCircuit(**entry.model_dump()) for entry in model.circuits),
    )
    return ReadPlan(
        plan=plan,
        summary={action.value: model.summary.get(action.value, 0) for action in Action},
        compared=tuple((item, _comparison(message)) for item, message in items if message),
        descriptions=model.targets,
    )


def _item(entry: _Item) -> Item:
    return Item(
        release=entry.release,
        icpn=entry.icpn,
        target=entry.target,
        title=entry.title,
        artist=entry.artist,
        action=Action(entry.action),
        reasons=tuple(Reason(code=reason.code, text=reason.text) for reason in entry.reasons),
        stream_version=entry.stream_version,
        operation=None if entry.operation is None else Action(entry.operation),
        tracks=entry.tracks,
        with_files=entry.with_files,
        upload_bytes=entry.upload_bytes,
        changes=tuple(Change(**dict(change)) for change in entry.changes),
        not_before=None if entry.not_before is None else datetime.fromisoformat(entry.not_before),
        street_date=entry.street_date,
        findings=tuple(map(_finding, entry.findings)),
        back_catalogue=entry.back_catalogue,
    )


def _finding(entry: _Finding) -> Finding:
    return Finding(
        code=entry.code,
        severity=Severity(entry.severity),
        message=entry.message,
        remedy=entry.remedy,
        file=entry.file,
        line=entry.line or 0,
        column=entry.column or 0,
        release=entry.release,
        target=entry.target,
    )


def _comparison(message: _Message) -> Comparison:
    return Comparison(
        operation=message.operation,
        against=message.against,
        new=message.new,
        differences=tuple(map(_difference, message.changes)),
        problem=message.problem,
    )


def _difference(entry: _Difference) -> Difference:
    """A difference by the text of its path. What is XML shows by its form."""
    steps = tuple((tag, name) for tag, name in _STEP.findall(entry.path))
    way = steps if "/".join(f"{t}[{n}]" if n else t for t, n in steps) == entry.path else ()
    value = entry.after if entry.after is not None else entry.before
    one_sided = entry.before is None or entry.after is None
    return Difference(
        way=way or ((entry.path, ""),),
        before=entry.before,
        after=entry.after,
        is_xml=one_sided and (value or "").startswith("<"),
    )
