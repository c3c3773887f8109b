"""From an HTTP API as a target describes it to the settings of its transport."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Protocol

from stardust_gitops.catalog.models.transports.http import (
    BodyRequest,
    HttpAuth,
    HttpRequest,
    HttpTransport,
    JsonBody,
    ListRequest,
    MultipartBody,
    StatusRequest,
)
from stardust_gitops.delivery.transports.http.description import (
    Auth,
    Body,
    Description,
    HeaderAuth,
    OAuth2,
    Request,
)
from stardust_gitops.delivery.transports.settings import AzureSettings, HttpSettings, S3Settings

_POINTERS = ("id", "size", "sha256", "md5", "items", "name", "next", "state")


class Revealing(Protocol):
    """What gives the secrets that an entry refers to."""

    root: Path

    def reveal(self, reference: str) -> str:
        """The secret of a reference."""
        ...

    def shown(self, text: str) -> str:
        """A value, which may be a reference."""
        ...


def http_settings(
    entry: HttpTransport, secrets: Revealing, staging: S3Settings | AzureSettings | None
) -> HttpSettings:
    """The settings of the transport; `staging` are those of its store, if it has one."""
    return HttpSettings(
        url=entry.url,
        auth=None if entry.auth is None else _auth(entry.auth, secrets),
        api=description(entry),
        staging=staging,
        url_lifetime=entry.url_lifetime * 3600,
        ca=None if entry.ca is None else str(secrets.root / entry.ca),
        timeout=float(entry.timeout),
        connections=entry.connections,
    )


def description(entry: HttpTransport) -> Description:
    """The requests, with the methods that go without saying."""
    return Description(
        create=_request(entry.create, "POST", "none"),
        upload=_request(entry.upload, "PUT", "raw"),
        commit=_request(entry.commit, "POST", "none"),
        status=_request(entry.status, "GET", "none"),
        stat=_request(entry.stat, "HEAD", "none"),
        list=_request(entry.list, "GET", "none"),
        read=_request(entry.read, "GET", "none"),
        delete=_request(entry.delete, "DELETE", "none"),
        delete_folder=_request(entry.delete_folder, "DELETE", "none"),
        values=entry.values,
        operations={str(name): word for name, word in entry.operations.items()},
    )


def _request(entry: HttpRequest | None, method: str, usual: Body) -> Request | None:
    if entry is None:
        return None
    body, content = usual, None
    if isinstance(entry, BodyRequest):
        match entry.body:
            case MultipartBody(multipart=fields):
                body, content = "multipart", fields
            case JsonBody():
                body, content = "json", entry.body.template
            case "raw" | "none" as said:
                body = said
    if body == "multipart" or (entry.method is None and method == "PUT" and body == "json"):
        method = "POST"
    pointers = {name: getattr(entry, name, None) for name in _POINTERS}
    sends = isinstance(entry, BodyRequest)
    return Request(
        method=entry.method or method,
        path=entry.path,
        headers=dict(entry.headers),
        body=body,
        content=content,
        expect=entry.expect,
        answer={name: pointer for name, pointer in pointers.items() if pointer is not None},
        idempotency_header=entry.idempotency_header if isinstance(entry, BodyRequest) else None,
        repeatable=sends and bool(getattr(entry, "repeatable", False)),
        open=entry.open if isinstance(entry, StatusRequest) else (),
        under=(entry.under or "") if isinstance(entry, ListRequest) else "",
    )


def _auth(entry: HttpAuth, secrets: Revealing) -> Auth | None:
    if entry.bearer is not None:
        token = secrets.reveal(entry.bearer)
        return HeaderAuth(header="Authorization", value=f"Bearer {token}", secret=token)
    if entry.basic is not None:
        name = secrets.shown(entry.basic.username)
        password = secrets.reveal(entry.basic.password)
        value = f"Basic {base64.b64encode(f'{name}:{password}'.encode()).decode()}"
        return HeaderAuth(header="Authorization", value=value, secret=password)
    if entry.api_key is not None:
        value = secrets.reveal(entry.api_key.value)
        return HeaderAuth(header=entry.api_key.header, value=value, secret=value)
    if entry.oauth2 is not None:
        return OAuth2(
            token_url=entry.oauth2.token_url,
            client_id=secrets.shown(entry.oauth2.client_id),
            client_secret=secrets.reveal(entry.oauth2.client_secret),
            scope=entry.oauth2.scope,
            audience=entry.oauth2.audience,
            in_body=entry.oauth2.in_body,
        )
    return None
