"""What distinguishes one ERN version from another, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of ERN.

    `namespace` is the root's; `avs_version` the value of AvsVersionId; `types` the table of the
    structure. `message_xsd` is the name of the official XSD and `values_xsd` that of the allowed
    value sets it imports (namespace `values_namespace`), as DDEX publishes them; `digests` are the
    SHA-256 of the files that we know by these names.
    """

    name: str
    folder: str
    namespace: str
    avs_version: str
    types: Mapping[str, str]
    message_xsd: str
    values_xsd: str
    values_namespace: str
    digests: Mapping[str, str]

    @property
    def root(self) -> str:
        """The qualified name of a NewReleaseMessage."""
        return f"{{{self.namespace}}}NewReleaseMessage"
