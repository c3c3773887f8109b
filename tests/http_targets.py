"""Targets with an HTTP API, as a file describes them, made into settings as a run does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from stardust_gitops.catalog.models.transports.http import HttpTransport
from stardust_gitops.delivery.transports.base import Transport
from stardust_gitops.delivery.transports.registry import TransportSettings, open_transport
from stardust_gitops.reconciler.reaching import transport_settings
from tests.http_servers import CLIENT_ID, CLIENT_SECRET, STATIC_TOKEN

ENVIRON = {"CLIENT": CLIENT_ID, "SECRET": CLIENT_SECRET, "TOKEN": STATIC_TOKEN}
LOGINS: dict[str, Any] = {
    "none": None,
    "bearer": {"bearer": "env:TOKEN"},
    "basic": {"basic": {"username": "env:CLIENT", "password": "env:SECRET"}},
    "key": {"api_key": {"header": "X-Api-Key", "value": "env:TOKEN"}},
}


def oauth2(url: str, **more: Any) -> dict[str, Any]:
    """OAuth 2.0 with the server's own tokens."""
    found = {"token_url": f"{url}/token", "client_id": "env:CLIENT", "client_secret": "env:SECRET"}
    return {"oauth2": {**found, **more}}


def settings_of(
    url: str, description: dict[str, Any], root: Path, **more: Any
) -> TransportSettings:
    """The settings of a target."""
    document = {"protocol": "http", "url": url, "timeout": "5", **description, **more}
    entry = HttpTransport.model_validate(document)
    return transport_settings(entry, root, ENVIRON)[0]


def reach(url: str, description: dict[str, Any], root: Path, **more: Any) -> Transport:
    """A connection to a target."""
    return open_transport(settings_of(url, description, root, **more))
