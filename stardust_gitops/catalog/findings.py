"""From pydantic's errors to findings with a place in the file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from stardust_gitops.catalog.locate import locate
from stardust_gitops.catalog.presets import locate_preset
from stardust_gitops.catalog.suggest import did_you_mean
from stardust_gitops.diagnostics import Finding, Pointer, Severity, format_pointer

UNKNOWN_KEY = "SG1102"

_EXPECTED = {
    "string_type": "a text",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "dict_type": "a mapping",
    "tuple_type": "a list",
    "list_type": "a list",
}


def _kind(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping"
    return "a list" if isinstance(value, list | tuple) else "a text"


def _clean(location: tuple[str | int, ...], document: object) -> Pointer:
    """Pydantic puts names of union members into a location; keep what the document has."""
    pointer: list[str | int] = []
    node = document
    for place, step in enumerate(location):
        last = place == len(location) - 1
        if isinstance(node, dict) and (step in node or last):
            pointer.append(step)
            node = node.get(step)
        elif isinstance(node, list) and isinstance(step, int):
            pointer.append(step)
            node = node[step] if step < len(node) else None
    return tuple(pointer)


@lru_cache(maxsize=16)
def _field_names(model: type[BaseModel]) -> tuple[str, ...]:
    names: set[str] = set()
    seen: set[type[BaseModel]] = set()
    todo: list[Any] = [model]
    while todo:
        entry = todo.pop()
        if isinstance(entry, type) and issubclass(entry, BaseModel):
            if entry not in seen:
                seen.add(entry)
                names.update(field.alias or name for name, field in entry.model_fields.items())
                todo.extend(field.annotation for field in entry.model_fields.values())
        else:
            todo.extend(getattr(entry, "__args__", ()))
    return tuple(sorted(names))


def _describe(
    error: ErrorDetails, model: type[BaseModel], pointer: Pointer
) -> tuple[str, str, str]:
    kind, name = error["type"], format_pointer(pointer)
    context = error.get("ctx", {})
    if kind.startswith("SG"):
        return kind, f"{name}: {context['message']}", str(context["remedy"])
    if kind == "missing":
        return "SG1101", f"{name} is missing", f"add {pointer[-1]}: …"
    if kind == "extra_forbidden":
        hint = did_you_mean(str(pointer[-1]), _field_names(model))
        remedy = f"did you mean {hint}?" if hint else "remove it; see `schema` for the known keys"
        return UNKNOWN_KEY, f"unknown key {name}", remedy
    if kind in _EXPECTED:
        found = _kind(error.get("input"))
        remedy = "give a value or remove the key" if found == "nothing" else "see the example files"
        return "SG1103", f"{name} must be {_EXPECTED[kind]}, found {found}", remedy
    if kind in ("literal_error", "union_tag_invalid"):
        expected = str(context.get("expected") or context.get("expected_tags"))
        value = str(context.get("tag") or error.get("input"))
        choices = [part.strip(" '") for part in expected.replace(" or ", ", ").split(",")]
        hint = did_you_mean(value, choices)
        remedy = f"did you mean {hint}?" if hint else f"use one of {', '.join(choices)}"
        return "SG1104", f"{name}: {value!r} is not one of {', '.join(choices)}", remedy
    if kind == "union_tag_not_found":
        key = str(context.get("discriminator", "")).strip("'")
        return "SG1101", f"{name}.{key} is missing", f"add {key}: …"
    return "SG1104", f"{name}: {error['msg']}", "see `stardust-gitops schema` for the shape"


def model_findings(
    error: ValidationError, model: type[BaseModel], document: object, file: str
) -> Iterator[Finding]:
    """One finding for each thing that does not fit the model."""
    for detail in error.errors(include_url=False):
        pointer = _clean(detail["loc"], document)
        if detail["type"] == "union_tag_invalid":
            pointer = (*pointer, detail["ctx"]["discriminator"].strip("'"))
        code, message, remedy = _describe(detail, model, pointer)
        yield Finding(
            code=code,
            severity=Severity.ERROR,
            message=message,
            remedy=remedy,
            file=file,
            pointer=pointer,
        )


def located(findings: Iterable[Finding], root: Path) -> list[Finding]:
    """The findings in order of file and place, each with line and column where the file has them.

    Files are read again only here, so that reading a sound catalogue keeps no positions.
    """
    by_file: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_file[finding.file].append(finding)
    result: list[Finding] = []
    for file, group in by_file.items():
        keys = {f.pointer for f in group if not f.line and f.code == UNKNOWN_KEY}
        nodes = {f.pointer for f in group if not f.line} - keys
        try:
            data = (root / file).read_bytes() if keys or nodes else b""
        except OSError:
            data = b""  # an unreadable file has a finding of its own that says so
        places = locate(data, nodes) | locate(data, keys, at_key=True)
        if file.startswith("targets/"):
            places |= locate_preset(data, nodes)
        for finding in group:
            if not finding.line and finding.pointer in places:
                line, column = places[finding.pointer]
                finding = replace(finding, line=line, column=column)
            result.append(finding)
    return sorted(result, key=Finding.sort_key)
