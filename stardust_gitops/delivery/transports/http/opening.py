"""Making an HTTP transport of its settings."""

from __future__ import annotations

from contextlib import ExitStack

from stardust_gitops.clock import SystemClock
from stardust_gitops.delivery.transports.base import Transport, TransportError
from stardust_gitops.delivery.transports.http.client import Client
from stardust_gitops.delivery.transports.http.staged import StagedTransport
from stardust_gitops.delivery.transports.http.transport import HttpTransport
from stardust_gitops.delivery.transports.settings import HttpSettings


def connect(settings: HttpSettings, store: Transport | None) -> Transport:
    """A transport to the recipient, and to the store that it pulls files from, if it does.

    Nothing is asked of the recipient itself yet, but a token is fetched where one is needed.
    """
    with ExitStack() as opened:
        if store is not None:
            opened.callback(store.close)
        client = _client(settings)
        opened.callback(client.close)
        client.log_in()
        opened.pop_all()
    api = HttpTransport(client, settings.api)
    return api if store is None else StagedTransport(store, api, settings.url_lifetime)


def _client(settings: HttpSettings) -> Client:
    try:
        return Client(settings, SystemClock())
    except OSError as error:
        raise TransportError(
            f"the certificates {settings.ca} cannot be used: {error}",
            hint="ca: names a PEM file of the recipient's certificate authority",
        ) from error
