"""One of DDEX's official XSDs, as data: which files, which namespaces, where they are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """The XSD of a message, and the allowed value sets that it imports.

    `name` is for people (``ERN 4.3``), `folder` the place among those that the user installs
    (``ern/43``). `message_xsd` and `values_xsd` are named as DDEX publishes them; `digests` are the
    SHA-256 of the files that we know by these names. Where no value sets lie with the message's
    XSD, those in the folder `values_of` do. `retired` names sets that the message's XSD refers to
    and later value sets no longer hold: no message of ours has an element of their types.
    """

    name: str
    folder: str
    namespace: str
    message_xsd: str
    values_xsd: str
    values_namespace: str
    digests: Mapping[str, str]
    values_of: str | None = None
    retired: frozenset[str] = frozenset()
