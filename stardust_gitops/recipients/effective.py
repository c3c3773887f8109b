"""Every value that holds for a target, and where it comes from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from stardust_gitops.catalog.loading import CONFIG_NAME, Catalogue, Target, read_bytes
from stardust_gitops.catalog.locate import locate
from stardust_gitops.catalog.models.target import STANDARD_OFFERS
from stardust_gitops.catalog.presets import chain, node_at
from stardust_gitops.catalog.yaml_strict import YamlInvalid, parse
from stardust_gitops.diagnostics import Pointer, format_pointer
from stardust_gitops.recipients.facts import Value, leaves, preset_value, shown


def effective_values(catalogue: Catalogue, target: Target) -> tuple[Value, ...]:
    """The values of a target in the order of its model; what is empty is left out."""
    sources = _Sources(catalogue, target)
    taken = target.model.offers or STANDARD_OFFERS
    whole = target.model.model_copy(update={"offers": taken})
    document = whole.model_dump(by_alias=True, exclude_none=True)
    return tuple(sources.value(pointer, value) for pointer, value in leaves(document))


class _Sources:
    """What the values of a target may come from: its file, its presets, the catalogue."""

    def __init__(self, catalogue: Catalogue, target: Target) -> None:
        self._root = catalogue.root
        self._file = target.file
        self._offers = catalogue.config.offers
        self._document = _read(catalogue.root, target.file)
        self._presets = chain(target.model.preset) if target.model.preset else ()

    def value(self, pointer: Pointer, value: Any) -> Value:
        """A value with what says so; as it is written there, a default as it is understood."""
        path, written = format_pointer(pointer), node_at(self._document, pointer)
        if pointer[0] == "offers":
            return self._offer(pointer, value, written)
        if written is not None:
            return self._placed(pointer, written, "target", self._file)
        known = preset_value(pointer, self._presets)
        return known or Value(path=path, value=shown(value), origin="default")

    def _offer(self, pointer: Pointer, pairs: Any, written: Any) -> Value:
        """The pairs of an offer; one that is only named, the catalogue may say."""
        if written:
            return self._placed(pointer, pairs, "target", self._file)
        if self._document.get("offers") and pointer[1] in self._offers:
            return self._placed(pointer, pairs, "catalogue", CONFIG_NAME)
        return Value(path=format_pointer(pointer), value=shown(pairs), origin="default")

    def _placed(self, pointer: Pointer, value: Any, origin: str, file: str) -> Value:
        line = locate(_bytes(self._root, file), [pointer])[pointer][0]
        path = format_pointer(pointer)
        return Value(path=path, value=shown(value), origin=origin, file=file, line=line)


def _bytes(root: Path, file: str) -> bytes:
    try:
        return read_bytes(root, file)
    except OSError:
        return b""  # gone since it was read: told without its line


def _read(root: Path, file: str) -> dict[str, Any]:
    try:
        return parse(_bytes(root, file), file)
    except YamlInvalid:
        return {}  # changed since it was read: nothing is known of it
