"""Ways to spoil a message: what a check has to notice, and what it may let pass."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lxml import etree

from tests.scale import LONG

VALUES = (
    "",
    " ",
    "x",
    "0",
    "-1",
    "007",
    " 1 ",
    "1.5",
    ".5",
    "1e3",
    "true",
    "TRUE",
    "Unknown",
    "UserDefined",
    "Worldwide",
    "UK",
    "stereo",
    " Stereo",
    "P",
    "P1",
    " P1",
    "A1",
    "R0",
    "T1 ",
    "V-1_x",
    "P 1",
    "PT0S",
    "PT",
    "P1DT",
    "PT1M30.5S",
    "P-1D",
    "2026",
    "0000",
    "2026-12",
    "2026-12-04",
    "2026-99-99",
    "2026-12-04T00:00:00",
    "2026-12-04T00:00:00Z",
    "2026-12-04T00:00:00+14:30",
    "2026-02-29T00:00:00",
    "2024-02-29T23:59:59.25",
    "2026-12-04T24:00:00",
    "2026-12-04T24:00:01",
    "2026-12-04T00:60:00",
    "en",
    "english",
    "zh-Hant-TW",
    "PADPIDA1",
    "PADPIDA-2011-X",
    "AudioFile",
    "00000000000",
)
"""Texts of every type, and texts that look like it."""

TRANSFORMATIONS = ("delete", "duplicate", "swap", "move", "text", "blank", "comment", "empty")
_FOREIGN = ("rename", "unknown", "namespace", "attribute")


@dataclass(frozen=True, slots=True)
class Mutant:
    """A spoiled copy. `foreign` tells that it may hold what the standard knows and we do not
    write, so that our check may be the stricter one."""

    root: etree._Element
    how: str
    foreign: bool = False


def paths(root: etree._Element) -> list[int]:
    """The number (in document order) of the first element of each kind: same names up to the
    root, same attributes."""
    seen: dict[tuple[str, ...], int] = {}
    for number, element in enumerate(root.iter("*")):
        names = (element.tag, *(ancestor.tag for ancestor in element.iterancestors()))
        seen.setdefault((*names, *sorted(map(str, element.keys()))), number)
    return list(seen.values())


def kinds(root: etree._Element) -> list[int]:
    """The number of the first element of each kind by its own and its parent's name."""
    seen: dict[tuple[str, str], int] = {}
    elements = list(root.iter("*"))
    for number in paths(root):
        element = elements[number]
        parent = element.getparent()
        seen.setdefault((element.tag, "" if parent is None else parent.tag), number)
    return list(seen.values())


def mutants(root: etree._Element, number: int) -> Iterator[Mutant]:
    """Every mutant of one element; of those with another value a seeded fifth, which differs from
    place to place, with ``STARDUST_LONG=1`` all."""
    for how in TRANSFORMATIONS + _FOREIGN:
        made = structural(root, number, how)
        if made is not None:
            yield made
    yield from _value_mutants(root, number)


def structural(root: etree._Element, number: int, how: str) -> Mutant | None:
    """One element deleted, moved, renamed…; ``None`` where that cannot be done to it."""
    spoiled = copy.deepcopy(root)
    element = _at(spoiled, number)
    parent = element.getparent()
    if parent is None:
        return None
    place = parent.index(element)
    if how == "delete":
        parent.remove(element)
    elif how == "duplicate":
        parent.insert(place, copy.deepcopy(element))
    elif how == "swap":
        if place == 0:
            return None
        parent.insert(place - 1, element)
    elif how == "move":
        if element is parent[-1]:
            return None
        parent.append(element)
    elif how == "text":
        parent.text = "stray"
    elif how == "blank":
        element.tail = "\n  "
    elif how == "comment":
        element.insert(0, etree.Comment("no matter"))
    elif how == "empty":
        for child in list(element):
            element.remove(child)
    else:
        _spoil_foreign(element, how)
    return Mutant(spoiled, f"{how} {element.tag} in {parent.tag}", how in _FOREIGN)


def _spoil_foreign(element: etree._Element, how: str) -> None:
    if how == "rename":
        element.tag = "ISRC" if element.tag != "ISRC" else "DisplayTitle"
    elif how == "unknown":
        etree.SubElement(element, "Invented")
    elif how == "namespace":
        element.tag = "{http://ddex.net/xml/ern/43}" + element.tag
    elif how == "attribute":
        element.set("Invented", "1")


def _values(place: str) -> Sequence[str]:
    return VALUES if LONG else random.Random(place).sample(VALUES, len(VALUES) // 5)


def _value_mutants(root: etree._Element, number: int) -> Iterator[Mutant]:
    original = _at(root, number)
    if not len(original):
        for value in _values(original.tag):
            spoiled = copy.deepcopy(root)
            _at(spoiled, number).text = value
            yield Mutant(spoiled, f"{original.tag} = {value!r}")
    for name in map(str, original.keys()):
        spoiled = copy.deepcopy(root)
        del _at(spoiled, number).attrib[name]
        yield Mutant(spoiled, f"no {original.tag}/@{name}")
        if name.startswith("{"):
            continue
        for value in _values(f"{original.tag}/@{name}"):
            spoiled = copy.deepcopy(root)
            _at(spoiled, number).set(name, value)
            yield Mutant(spoiled, f"{original.tag}/@{name} = {value!r}")


def _at(root: etree._Element, number: int) -> etree._Element:
    for place, element in enumerate(root.iter("*")):
        if place == number:
            return element
    raise IndexError(number)
