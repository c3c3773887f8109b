"""What distinguishes one ERN version from another, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Shape = Literal["3", "4"]
MESSAGES = ("NewReleaseMessage", "PurgeReleaseMessage")


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of ERN.

    `shape` is the family whose writer makes its messages. `namespace` is the root's; `types` the
    table of the structure. `avs_version` is the value of AvsVersionId (4.3 and later),
    `schema_version_id` that of MessageSchemaVersionId (3.x). `message_xsd` is the name of the
    official XSD and `values_xsd` that of the allowed value sets it imports (namespace
    `values_namespace`), as DDEX publishes them; `digests` are the SHA-256 of the files that we know
    by these names.
    """

    name: str
    shape: Shape
    folder: str
    namespace: str
    types: Mapping[str, str]
    message_xsd: str
    values_xsd: str
    values_namespace: str
    digests: Mapping[str, str]
    avs_version: str | None = None
    schema_version_id: str | None = None

    @property
    def roots(self) -> tuple[str, ...]:
        """The qualified names of the messages that can be written."""
        return tuple(self.root(name) for name in MESSAGES if name in self.types)

    def root(self, message: str) -> str:
        """The qualified name of a message's root, the only element in the namespace."""
        return f"{{{self.namespace}}}{message}"
