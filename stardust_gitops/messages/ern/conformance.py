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


def check_identity(root: etree._Element, version: str) -> list[Problem]:
    """Whether a message says the version that it is of. The XSDs let any text stand there, so
    this is no part of the structure."""
    which = version_named(version)
    expected = {
        "AvsVersionId": which.avs_version,
        "MessageSchemaVersionId": which.schema_version_id,
    }
    return [
        Problem(
            path=f"/*/@{name}",
            message=f"{said!r} is not the {name} of ERN {version}, which is {value!r}",
            source="version",
        )
        for name, value in expected.items()
        if value is not None and (said := root.get(name)) != value
    ]
