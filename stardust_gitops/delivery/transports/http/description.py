"""How a recipient's HTTP API is described: which requests it has, and who asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Body = Literal["none", "raw", "multipart", "json"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request. `path`, `headers`, `content` and `under` are templates (`templates`).

    `content` are the fields of a multipart body, or the value of a JSON one. `expect` are the
    statuses of success. `answer` names by JSON pointers (RFC 6901) what is taken from the answer.
    `idempotency_header` carries a key that is the same whenever the same is asked again. `open`
    are the states in which a recipient has not been told to begin yet. `repeatable` says that to
    ask again changes nothing. `under` is what stands before the names of a listing.
    """

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Body = "none"
    content: Any = None
    expect: tuple[int, ...] = (200, 201, 202, 204)
    answer: Mapping[str, str] = field(default_factory=dict)
    idempotency_header: str | None = None
    repeatable: bool = False
    open: tuple[str, ...] = ()
    under: str = ""

    @property
    def again(self) -> bool:
        """Whether to ask twice has one effect."""
        return self.repeatable or self.idempotency_header is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderAuth:
    """A header that says who asks: a bearer token, name and password, or an API key. `secret` is
    what in it must not be shown."""

    header: str
    value: str = field(repr=False)
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuth2:
    """OAuth 2.0 client credentials (RFC 6749, 4.4). The id and secret go in a Basic header, or,
    for servers that want it so, `in_body`."""

    token_url: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str | None = None
    audience: str | None = None
    in_body: bool = False


Auth = HeaderAuth | OAuth2


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """The requests that the API has; what is ``None`` it does not offer.

    `values` are the target's own words for templates, `operations` its words for ours.
    """

    upload: Request | None = None
    create: Request | None = None
    commit: Request | None = None
    status: Request | None = None
    stat: Request | None = None
    list: Request | None = None
    read: Request | None = None
    delete: Request | None = None
    delete_folder: Request | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    operations: Mapping[str, str] = field(default_factory=dict)
