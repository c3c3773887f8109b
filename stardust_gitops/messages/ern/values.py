"""Values that a version does not know and a later one does: DDEX's ``UserDefined``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from lxml import etree

from stardust_gitops.catalog.vocabulary import is_told, known_since, lacking
from stardust_gitops.messages.xml import add


class Word(NamedTuple):
    """How a value is told: itself, another, or ``UserDefined`` and what is meant by it."""

    value: str
    attributes: Mapping[str, str] | None = None

    def __str__(self) -> str:
        if self.attributes is None:
            return self.value
        meant = f"{self.attributes['Namespace']}: {self.attributes['UserDefinedValue']}"
        return f"{self.value} ({meant})"


def newer_value(set_name: str, value: str, version: str) -> dict[str, str] | None:
    """The attributes beside ``UserDefined`` that tell a value of a set which `version` lacks: the
    value, and as its namespace the first later version that knows it (``ern/432``). ``None`` where
    the version knows the value, or where it must not be told like this."""
    if value not in lacking(set_name, version) or not is_told(set_name, version):
        return None
    since = known_since(set_name, value, version)
    if since is None:
        return None
    return {"Namespace": f"ern/{since.replace('.', '')}", "UserDefinedValue": value}


def add_value(parent: etree._Element, name: str, set_name: str, value: str, version: str) -> None:
    """Append a value of one of DDEX's sets as `version` can say it. `xml.add` otherwise."""
    attributes = newer_value(set_name, value, version)
    add(parent, name, value if attributes is None else "UserDefined", attributes)
