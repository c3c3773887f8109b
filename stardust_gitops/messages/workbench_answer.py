"""What DDEX Workbench answers, checked for its shape and cut to what can be shown."""

from __future__ import annotations

from dataclasses import dataclass

import orjson
from pydantic import BaseModel, ConfigDict, StrictBool, StrictStr, ValidationError

from stardust_gitops.diagnostics import Severity

_LONGEST = 300
_MOST = 100
_SEVERITIES = {
    "error": Severity.ERROR,
    "fatal": Severity.ERROR,
    "critical": Severity.ERROR,
    "info": Severity.NOTE,
    "note": Severity.NOTE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """One thing that the service says about a message, in words that stand alone."""

    severity: Severity
    text: str


class _Problem(BaseModel):
    model_config = ConfigDict(extra="ignore")

    message: StrictStr
    severity: StrictStr = "error"
    rule: StrictStr | None = None
    line: float | None = None
    column: float | None = None


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore")

    valid: StrictBool
    errors: list[_Problem] = []


class _Reason(BaseModel):
    model_config = ConfigDict(extra="ignore")

    code: StrictStr | None = None
    message: StrictStr = ""


class _Refusal(BaseModel):
    model_config = ConfigDict(extra="ignore")

    error: _Reason | StrictStr


def opinions(answer: bytes) -> list[Opinion]:
    """What an answer says; `ValueError` where it is not one."""
    try:
        read = _Answer.model_validate(orjson.loads(answer))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "the answer"
        raise ValueError(f"{place}: {first['msg']}"[:_LONGEST]) from None
    except orjson.JSONDecodeError:
        raise ValueError("it is not JSON") from None
    found = [_opinion(problem) for problem in read.errors[:_MOST]]
    left = len(read.errors) - len(found)
    if left:
        found.append(Opinion(severity=Severity.NOTE, text=f"and {left:,} more of DDEX Workbench"))
    if not read.valid and not read.errors:
        text = "DDEX Workbench takes the message for invalid and does not say why"
        found.append(Opinion(severity=Severity.ERROR, text=text))
    return found


def _opinion(problem: _Problem) -> Opinion:
    severity = _SEVERITIES.get(problem.severity.lower(), Severity.WARNING)
    place = f"line {problem.line:.0f} of the message: " if problem.line else ""
    rule = f" ({problem.rule[:_LONGEST]})" if problem.rule else ""
    return Opinion(severity=severity, text=f"{place}{problem.message[:_LONGEST]}{rule}")


def refusal(answer: bytes) -> str:
    """The reason that an answer other than 200 gives, as far as one can be read."""
    try:
        said = _Refusal.model_validate(orjson.loads(answer)).error
    except (ValidationError, orjson.JSONDecodeError):
        return "it does not say why"
    if isinstance(said, str):
        return said[:_LONGEST]
    return " ".join(part for part in (said.code, said.message) if part)[:_LONGEST]
