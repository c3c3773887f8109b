"""What a message says in several places: here everything is written out wherever it is meant."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeAlias, TypeVarTuple

from lxml import etree

Element: TypeAlias = etree._Element
Said = TypeVarTuple("Said")


class Pieces:
    """The pieces of one message that were written so far. What is said again is copied, which
    costs a quarter of writing it."""

    def __init__(self) -> None:
        self._made: dict[Hashable, list[Element]] = {}

    def add(self, parent: Element, write: Callable[[Element, *Said], None], *said: *Said) -> None:
        """The same as ``write(parent, *said)``; `write` only appends to its parent, and what it
        appends follows from what is `said` alone."""
        key = (write, said)
        made = self._made.get(key)
        if made is None:
            before = len(parent)
            write(parent, *said)
            self._made[key] = list(parent)[before:]
            return
        for element in made:
            # copy.copy() and deepcopy() end here too, and cost twice as much
            parent.append(element.__copy__())  # type: ignore[attr-defined]
