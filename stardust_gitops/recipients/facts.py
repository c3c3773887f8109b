"""What is publicly known of a recipient, value by value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from stardust_gitops.catalog.models.target import TargetFile
from stardust_gitops.catalog.presets import Preset, chain, node_at, with_preset
from stardust_gitops.diagnostics import Pointer, format_pointer


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A value under its path in the target. `origin` is what says so: target, preset, catalogue
    (``stardust.yaml``) or default; then `file` and `line`, or `preset` with `source` and `date`
    of its fact. A secret is its reference, never what it refers to."""

    path: str
    value: str
    origin: str
    file: str | None = None
    line: int | None = None
    preset: str | None = None
    source: str | None = None
    date: str | None = None

    @property
    def said_by(self) -> str:
        """The origin in words, such as ``preset spotify (source, date)``."""
        if self.file is not None:
            return f"{self.origin} ({self.file}:{self.line})"
        if self.preset is None:
            return self.origin
        facts = [fact for fact in (self.source, self.date) if fact]
        return f"preset {self.preset}" + (f" ({', '.join(facts)})" if facts else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A preset on one line. `generic` names what no public source of this recipient says."""

    preset: str
    name: str
    version: str
    choreography: str
    takedown: str
    generic: tuple[str, ...]
    source: str
    date: str

    def marked(self, name: str) -> str:
        """One of its texts, with a star where it is the generic value."""
        text: str = getattr(self, name)
        return text + ("*" if name in self.generic else "")


def preset_value(pointer: Pointer, presets: tuple[Preset, ...]) -> Value | None:
    """The value of the nearest preset that has one at a place of a target."""
    for preset in presets:
        value = node_at(preset.values, pointer)
        if value is not None:
            fact = preset.fact(pointer)
            return Value(
                path=format_pointer(pointer),
                value=shown(value),
                origin="preset",
                preset=preset.id,
                source=fact.source if fact else None,
                date=fact.date if fact else None,
            )
    return None


def known_values(preset: Preset) -> tuple[Value, ...]:
    """All values that a target takes from a preset, the generic ones among them; in the order of
    a target file."""
    presets = chain(preset.id)
    whole = with_preset({"preset": preset.id})
    document = {key: whole[key] for key in TargetFile.model_fields if key in whole}
    found = (preset_value(pointer, presets) for pointer, _ in leaves(document))
    return tuple(value for value in found if value is not None)


def summary(preset: Preset) -> Summary:
    """A preset on one line."""
    values = {value.path: value for value in known_values(preset)}
    decisive = {
        "version": "message.version",
        "choreography": "choreography.layout",
        "takedown": "takedown",
    }
    more = ("choreography.completion", "choreography.manifest_version")
    fact = preset.fact(("message", "version")) or preset.facts[0]
    return Summary(
        preset=preset.id,
        name=preset.name,
        version=values["message.version"].value,
        choreography=" ".join(
            values[path].value for path in (decisive["choreography"], *more) if path in values
        ),
        takedown=values["takedown"].value,
        generic=tuple(name for name, path in decisive.items() if values[path].preset != preset.id),
        source=fact.source,
        date=preset.date,
    )


def leaves(value: Any, pointer: Pointer = ()) -> Iterator[tuple[Pointer, Any]]:
    """The values of a document with their places; lists of texts stay whole."""
    if isinstance(value, dict):
        for key, entry in value.items():
            yield from leaves(entry, (*pointer, key))
    elif isinstance(value, list | tuple) and any(isinstance(entry, dict) for entry in value):
        for index, entry in enumerate(value):
            yield from leaves(entry, (*pointer, index))
    elif value not in ("", (), []):
        yield pointer, value


def shown(value: Any) -> str:
    """A value as a line of text."""
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)
