"""Our own check of a message's structure, for which no XSD needs to be installed."""

from __future__ import annotations

import functools

from lxml import etree

from stardust_gitops.catalog.vocabulary import allowed_values
from stardust_gitops.messages.ern.versions import version_named
from stardust_gitops.messages.problems import Problem
from stardust_gitops.messages.structure import Grammar


@functools.cache
def grammar(version: str) -> Grammar:
    """The compiled table of a version."""
    which = version_named(version)
    return Grammar(which.types, allowed_values(version), roots=which.roots)


def check_structure(root: etree._Element, version: str) -> list[Problem]:
    """What is wrong with order, cardinality, attributes and values; all of it, in order.

    Knows what we write and refuses everything else. Ids and references: `ern.references`.
    """
    return grammar(version).check(root)
