"""Values that the settings of several transports have."""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator

from stardust_gitops.catalog.models.scalars import Text, refuse
from stardust_gitops.secrets.references import parse_reference


def _secret(value: str) -> str:
    try:
        parse_reference(value)
    except ValueError as error:
        refuse(
            "SG1118",
            str(error),
            "keep the secret outside the catalogue: env:NAME or file:PATH"
            " (docs/secrets.md has more)",
        )
    return value


def _relative_path(value: str) -> str:
    if re.search(r"(^|/)\.\.(/|$)", value) or "\0" in value or "\\" in value:
        refuse("SG1119", f"{value!r} leads outside its folder", "write a path without ..")
    return value


def is_safe_address(url: str) -> bool:
    """Whether what is sent there is encrypted, or stays on this machine; without a password, query
    or fragment."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    if not host or parts.username or parts.password or parts.query or parts.fragment:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False  # the name of another machine


def _address(value: str) -> str:
    if not is_safe_address(value) or re.search(r"\s", value):
        refuse(
            "SG1140",
            f"{value!r} is no address that a delivery may go to",
            "write https://host/path without user, query or fragment; http:// is for localhost",
        )
    return value.rstrip("/")


Secret = Annotated[str, AfterValidator(_secret)]
"""A reference to a secret, which is resolved when a connection is made."""

RelativePath = Annotated[str, AfterValidator(_relative_path)]
"""A path below the folder that the target names, without a way out."""

Address = Annotated[Text, AfterValidator(_address)]
"""An address that deliveries and who asks for them may go to."""
