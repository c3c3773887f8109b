"""All ERN versions that can be written."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from stardust_gitops.messages.ern.v42 import ERN_42
from stardust_gitops.messages.ern.v43 import ERN_43
from stardust_gitops.messages.ern.v382 import ERN_382
from stardust_gitops.messages.ern.v383 import ERN_383
from stardust_gitops.messages.ern.v432 import ERN_432
from stardust_gitops.messages.ern.version import Version
from stardust_gitops.messages.problems import MessageError

VERSIONS: Mapping[str, Version] = MappingProxyType(
    {each.name: each for each in (ERN_382, ERN_383, ERN_42, ERN_43, ERN_432)}
)


def version_named(name: str) -> Version:
    """The version ``4.3``. Raises `MessageError` where there is no such."""
    try:
        return VERSIONS[name]
    except KeyError:
        raise MessageError(
            f"ERN {name} is not known",
            hint=f"versions that can be written: {', '.join(VERSIONS)}",
            code="SG4004",
        ) from None
