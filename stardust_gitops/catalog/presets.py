"""What is publicly known of recipients, as defaults for target files: ``preset: spotify``.

The facts are data, a file for each recipient in ``recipients/presets``; they are read here, below
the models, because a target is only whole with its preset.

A preset holds nothing that decides what a recipient is told of a release (offers, prices, genre
map): so a preset corrected in a later version of this program sends nothing by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import PurePosixPath
from typing import Any

from stardust_gitops.catalog.locate import locate
from stardust_gitops.catalog.models.scalars import Date, Model, Text
from stardust_gitops.catalog.yaml_nodes import Place
from stardust_gitops.catalog.yaml_strict import YamlInvalid, parse
from stardust_gitops.diagnostics import Pointer

GENERIC = "generic"
"""The preset that all others stand on: what holds where nothing public says otherwise."""

_PRESET: Pointer = ("preset",)
_FOLDER = files("stardust_gitops").joinpath("recipients", "presets")


class Fact(Model):
    """Something known of a recipient. `keys` are the values of the preset that rest on it, `date`
    is the day on which it was noted from a copy of its source."""

    keys: tuple[Text, ...] = ()
    says: Text
    source: Text
    date: Date


class PresetFile(Model):
    """A file of ``recipients/presets``. `values` stand as in a target file."""

    name: Text
    values: dict[str, Any]
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A recipient as it is publicly known. `values` are its own, without the generic ones."""

    id: str
    name: str
    values: Mapping[str, Any]
    facts: tuple[Fact, ...]

    def fact(self, pointer: Pointer) -> Fact | None:
        """What the value at this place rests on; ``None`` for a bare name."""
        for length in range(len(pointer), 0, -1):
            key = ".".join(map(str, pointer[:length]))
            for fact in self.facts:
                if key in fact.keys:
                    return fact
        return None

    @property
    def date(self) -> str:
        """The day on which the latest of its facts was noted."""
        return max(fact.date for fact in self.facts)


@lru_cache(maxsize=1)
def preset_names() -> tuple[str, ...]:
    """The presets that there are: the generic one first, the others by the alphabet."""
    names = (PurePosixPath(entry.name) for entry in _FOLDER.iterdir())
    return tuple(
        sorted((n.stem for n in names if n.suffix == ".yaml"), key=lambda n: (n != GENERIC, n))
    )


@lru_cache(maxsize=32)
def load_preset(name: str) -> Preset:
    """The preset of a name that `preset_names` has; `KeyError` for any other."""
    if name not in preset_names():
        raise KeyError(name)
    data = _FOLDER.joinpath(f"{name}.yaml").read_bytes()
    file = PresetFile.model_validate(parse(data, f"{name}.yaml"))
    return Preset(id=name, name=file.name, values=file.values, facts=file.facts)


def chain(name: str) -> tuple[Preset, ...]:
    """The presets that a target with this one takes values from, the nearest first."""
    return tuple(map(load_preset, dict.fromkeys((name, GENERIC))))


def with_preset(document: Any) -> Any:
    """A target's document upon its preset's values; as it is where it names none that there is.

    Mappings are merged key by key; a list, a text and a key left empty replace what they stand on,
    and a transport of another protocol the whole of it.
    """
    name = document.get("preset") if isinstance(document, dict) else None
    if not isinstance(name, str) or name not in preset_names():
        return document
    for preset in chain(name):
        document = _upon(_of_protocol(preset.values, document), document)
    return document


def _of_protocol(values: Mapping[str, Any], document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The values without their transport, if the document goes another way."""
    known, said = values.get("transport"), document.get("transport")
    protocol = said.get("protocol") if isinstance(said, dict) else None
    if known is None or protocol in (None, known["protocol"]):
        return values
    return {key: value for key, value in values.items() if key != "transport"}


def _upon(lower: Mapping[str, Any], upper: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(lower)
    for key, value in upper.items():
        below = merged.get(key)
        both = isinstance(below, dict) and isinstance(value, dict)
        merged[key] = _upon(below, value) if both and below is not None else value
    return merged


def node_at(document: Any, pointer: Pointer) -> Any:
    """What stands at a place of a document, ``None`` where nothing does."""
    for step in pointer:
        if isinstance(document, dict):
            document = document.get(str(step))
        elif isinstance(document, list) and isinstance(step, int) and step < len(document):
            document = document[step]
        else:
            return None
    return document


def locate_preset(data: bytes, pointers: Iterable[Pointer]) -> dict[Pointer, Place]:
    """For values that a target's preset says, and not its file: where the file names the preset."""
    try:
        document = parse(data, "")
    except YamlInvalid:
        return {}  # findings of its form know their own places
    whole = with_preset(document)
    said = {
        pointer
        for pointer in pointers
        if node_at(document, pointer) is None and node_at(whole, pointer) is not None
    }
    return dict.fromkeys(said, locate(data, [_PRESET])[_PRESET]) if said else {}
