"""Values of the command line that will stand in a file: checked by the file's own model."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from stardust_gitops.catalog.findings import model_findings
from stardust_gitops.errors import UsageError

M = TypeVar("M", bound=BaseModel)


def checked(model: type[M], document: dict[str, Any]) -> M:
    """The document as its model; `UsageError` that says all that is wrong with the values."""
    try:
        return model.model_validate(document)
    except ValidationError as error:
        findings = list(model_findings(error, model, document, ""))
    if len(findings) == 1:
        first = findings[0]
        raise UsageError(first.message, hint=first.remedy, code=first.code)
    lines = [f"{f.code} {f.message}; {f.remedy}" for f in findings]
    raise UsageError(f"{len(findings)} values are not valid", hint="\n  ".join(lines))
