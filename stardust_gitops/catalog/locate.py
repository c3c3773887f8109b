"""From a pointer to the line and column where it stands: only used when something is shown."""

from __future__ import annotations

from collections.abc import Iterable

from yaml import YAMLError
from yaml.events import CollectionStartEvent, DocumentStartEvent

from stardust_gitops.catalog.yaml_nodes import MAX_BYTES, MAX_DEPTH, Place, place, visits
from stardust_gitops.diagnostics import Pointer


def locate(
    data: bytes, pointers: Iterable[Pointer], *, at_key: bool = False
) -> dict[Pointer, Place]:
    """The 1-based line and column of each node; of its nearest ancestor, where there is none.

    An entry of a mapping is found at its value, with `at_key` at its key (for a key that is
    unknown or in the wrong place). Never raises: in a file that cannot be read to its end, what
    lies behind the trouble is found at the last ancestor before it, or at (1, 1).
    """
    places = _places(data, at_key)
    return {pointer: places[_nearest(pointer, places)] for pointer in pointers}


def _nearest(pointer: Pointer, places: dict[Pointer, Place]) -> Pointer:
    while pointer not in places:
        pointer = pointer[:-1]
    return pointer


def _places(data: bytes, at_key: bool) -> dict[Pointer, Place]:
    """The place of every node; the root is always among them."""
    places: dict[Pointer, Place] = {}
    documents = 0
    try:
        for visit in visits(data[: MAX_BYTES + 1]):
            if isinstance(visit.event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    break
                continue
            if not visit.is_key:
                shown = visit.key if at_key and visit.key is not None else visit.event
                places.setdefault(visit.pointer, place(shown))
            if visit.depth >= MAX_DEPTH and isinstance(visit.event, CollectionStartEvent):
                break
    except YAMLError:
        # Its findings are those of `yaml_strict.parse`; here it only ends what can be located.
        return {(): (1, 1), **places}
    return {(): (1, 1), **places}
