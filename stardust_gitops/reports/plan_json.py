"""The plan as JSON, and the schema that describes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Any

import orjson

from stardust_gitops.planning.document import plan_document
from stardust_gitops.planning.model import Plan
from stardust_gitops.reports.difference_words import Compared, comparison_document

__all__ = ["plan_document", "plan_json", "plan_schema"]


def plan_json(
    plan: Plan,
    *,
    include_unchanged: bool = False,
    compared: Iterable[Compared] = (),
    descriptions: Mapping[str, str] | None = None,
) -> bytes:
    """The published JSON of a plan, indented, ending in a newline; items that were `compared` say
    how their message differs from the last one. `descriptions` say of targets what they are."""
    document = plan_document(plan, include_unchanged=include_unchanged)
    if descriptions is not None:
        document["targets"] = dict(sorted(descriptions.items()))
    found = {(item.release, item.target): comparison for item, comparison in compared}
    for item in document["items"]:
        comparison = found.get((item["release"], item["target"]))
        if comparison is not None:
            item["message"] = comparison_document(comparison)
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def plan_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of `plan_json` and of plan files."""
    data = files("stardust_gitops.reports").joinpath("schemas/plan.schema.json").read_bytes()
    schema: dict[str, Any] = orjson.loads(data)
    return schema
