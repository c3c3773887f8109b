"""How much a recipient is sent in how much time, and how long it may take."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from stardust_gitops.catalog.models.scalars import Model, Positive, refuse

_UNITS = {"B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9}
_is_rate = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,3})?) ?(B|kB|MB|GB)/s").fullmatch
_is_span = re.compile(r"(?:([0-9]{1,3})h)?(?:([0-9]{1,5})m)?(?:([0-9]{1,7})s)?").fullmatch


def _rate(value: Any) -> int:
    match = _is_rate(str(value))
    rate = 0 if match is None else round(float(match[1]) * _UNITS[match[2]])
    if rate < 1:
        refuse("SG1147", f"{str(value)!r} is no bandwidth", "write bytes a second as 20 MB/s")
    return rate


def _span(value: Any) -> int:
    match = _is_span(str(value))
    hours, minutes, seconds = (int(n or 0) for n in match.groups()) if match else (0, 0, 0)
    span = hours * 3600 + minutes * 60 + seconds
    if span < 1:
        refuse("SG1147", f"{str(value)!r} is no length of time", "write it as 90s, 30m or 1h30m")
    return span


def _text(pattern: str) -> Any:
    """In an editor: the form in which the value is written."""
    return Annotated[str, Field(pattern=pattern)]


Bandwidth = Annotated[
    int,
    BeforeValidator(
        _rate, json_schema_input_type=_text(r"^[0-9]+(\.[0-9]{1,3})? ?(B|kB|MB|GB)/s$")
    ),
]
"""Bytes a second, written with a unit (1 MB is 1,000,000 bytes)."""
Span = Annotated[
    int,
    BeforeValidator(_span, json_schema_input_type=_text(r"^([0-9]+h)?([0-9]+m)?([0-9]+s)?$")),
]
"""Seconds, written with units."""


class Limits(Model):
    """What a recipient is not to be burdened with. `bandwidth` is of all connections together,
    `per_minute` counts messages, `per_day` those that are begun within 24 hours, and
    `back_catalogue_per_day` those of them that insert back catalogue. After so many `failures` in a
    row it is left alone for a while."""

    bandwidth: Bandwidth | None = None
    per_minute: Positive | None = None
    per_day: Positive | None = None
    back_catalogue_per_day: Positive | None = None
    failures: Positive = 5
