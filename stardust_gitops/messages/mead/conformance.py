"""Our own check of a MEAD message, for which no XSD needs to be installed."""

from __future__ import annotations

import functools
from collections.abc import Iterator

from lxml import etree

from stardust_gitops.catalog.vocabulary import allowed_values, mead_values
from stardust_gitops.messages.mead.version import ROOT, SETS, TYPES
from stardust_gitops.messages.problems import Problem
from stardust_gitops.messages.structure import Grammar

_IDS = (
    ("ResourceInformation", "ResourceSummary/ResourceId/ISRC"),
    ("ReleaseInformation", "ReleaseSummary/ReleaseId/ICPN"),
)
"""What a message tells about, and the id that says which."""


@functools.cache
def _grammar() -> Grammar:
    header = {"MessageControlType": allowed_values("4.3.2")["MessageControlType"]}
    return Grammar(TYPES, {name: mead_values(name) for name in SETS} | header, roots=[ROOT])


def check_structure(root: etree._Element) -> list[Problem]:
    """What is wrong with order, cardinality, attributes and values; all of it, in order.

    Knows what we write and refuses everything else.
    """
    return _grammar().check(root)


def check_references(root: etree._Element) -> list[Problem]:
    """What no XSD says: each piece of information names what it is about, and nothing is told of
    twice, for a message of sound structure. A message about nothing is refused."""
    problems = list(_check_ids(root))
    if root.find("*/ResourceInformation") is None and root.find("*/ReleaseInformation") is None:
        problems.append(Problem(path="/", message="it tells of nothing", source="references"))
    return problems


def _check_ids(root: etree._Element) -> Iterator[Problem]:
    for tag, way in _IDS:
        seen: set[str] = set()
        for element in root.iter(tag):
            name = (element.findtext(way) or "").strip()
            path = element.getroottree().getpath(element)
            if not name:
                kind = way.rpartition("/")[2]
                yield Problem(path=path, message=f"has no {kind}", source="references")
            elif name in seen:
                yield Problem(path=path, message=f"{name} is told of twice", source="references")
            seen.add(name)
