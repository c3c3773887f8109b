"""A recipient's HTTP API, described request by request."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, model_validator

from stardust_gitops.catalog.models.scalars import Flag, Model, Positive, Text, refuse
from stardust_gitops.catalog.models.transports.staging import Staging
from stardust_gitops.catalog.models.transports.values import Address, RelativePath, Secret

_VARIABLE = re.compile(r"\{([A-Za-z][A-Za-z0-9_]*)\}")
_CONSTANTS = frozenset({"true", "false", "null"})
_PLACE = frozenset({"path", "folder", "inside", "name", "key"})
_FILE = frozenset({"size", "sha256", "md5", "sha256_base64", "md5_base64"})
MESSAGE = frozenset(
    {
        *("message", "message_id", "message_type", "version", "created", "test"),
        *("title", "artist", "icpn", "releases"),
    }
)
"""Variables that are about the message which completes a delivery."""
_STAGED = frozenset(
    {*(f"{kind}_urls" for kind in ("audio", "image", "video", "file")), "files", "message_url"}
)
_RESERVED = frozenset(
    {
        *("authorization", "connection", "content-encoding", "content-length", "cookie", "host"),
        *("proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade"),
    }
)


def _place(value: str) -> str:
    if not re.fullmatch(r"/(?!/)[!-~]*", value) or "#" in value or "\\" in value:
        refuse(
            "SG1141",
            f"{value!r} is no path of a request",
            "begin it with one slash, percent-encode what is not ASCII",
        )
    return value


def _header(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}", name) or name.lower() in _RESERVED:
        refuse(
            "SG1141",
            f"the header {name!r} is not for a description to set",
            "who asks stands under auth:, and the length of a body is known",
        )
    return name


def _pointer(value: str) -> str:
    if value and not value.startswith("/"):
        refuse("SG1141", f"{value!r} is no JSON pointer", "write it as /data/id (RFC 6901)")
    return value


def _status(value: int) -> int:
    if not 200 <= value <= 599:
        refuse("SG1141", f"{value} is no status of an answer", "write it as 201, or as 409")
    return value


def _some(values: tuple[int, ...]) -> tuple[int, ...]:
    if not values:
        refuse("SG1141", "no status would be a good one", "list them, or leave expect: out")
    return values


def _hours(value: Any) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,2}h", str(value)) or int(str(value)[:-1]) > 168:
        refuse(
            "SG1141",
            f"{value!r} is no time that an address can live",
            "write hours as 48h; no store signs for more than 168h",
        )
    return int(str(value)[:-1])


Method = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
Place = Annotated[Text, AfterValidator(_place)]
HeaderName = Annotated[str, AfterValidator(_header)]
Pointer = Annotated[str, AfterValidator(_pointer)]
Status = Annotated[Positive, AfterValidator(_status)]
Hours = Annotated[int, BeforeValidator(_hours, json_schema_input_type=str)]


class MultipartBody(Model):
    """A form; the field whose value is ``{file}`` is the file."""

    multipart: dict[Text, Text]


class JsonBody(Model):
    """A JSON body; ``{true}``, ``{false}`` and ``{null}`` are JSON's own."""

    model_config = ConfigDict(populate_by_name=True)

    template: Any = Field(alias="json")


class HttpRequest(Model):
    """One request. `path` is put behind the transport's `url`; `expect` are the good statuses."""

    method: Method | None = None
    path: Place
    headers: dict[HeaderName, Text] = Field(default_factory=dict)
    expect: Annotated[tuple[Status, ...], AfterValidator(_some)] = (200, 201, 202, 204)

    def templates(self) -> Iterator[Any]:
        """Everything in it that has variables."""
        yield self.path
        yield dict(self.headers)


class BodyRequest(HttpRequest):
    """A request that changes something. `idempotency_header` carries a key that is the same when
    it is asked again; `repeatable` says that asking again does no harm anyway."""

    body: Literal["raw", "none"] | MultipartBody | JsonBody | None = None
    idempotency_header: HeaderName | None = None
    repeatable: Flag = False

    def templates(self) -> Iterator[Any]:
        """Those of the body too."""
        yield from super().templates()
        if isinstance(self.body, MultipartBody):
            yield {name: text for name, text in self.body.multipart.items() if text != "{file}"}
        elif isinstance(self.body, JsonBody):
            yield self.body.template


class CreateRequest(BodyRequest):
    """Begins a delivery; `id` is where its answer has the delivery's id."""

    id: Pointer | None = None


class UploadRequest(BodyRequest):
    """Sends a file. What the answer says of it is compared."""

    size: Pointer | None = None
    sha256: Pointer | None = None
    md5: Pointer | None = None


class StatusRequest(HttpRequest):
    """Asks whether a delivery was committed: not where it is unknown (404), or where `state` is one
    of `open`."""

    state: Pointer | None = None
    open: tuple[Text, ...] = ()


class StatRequest(HttpRequest):
    """Asks about a file: HEAD for its Content-Length, else JSON."""

    size: Pointer = "/size"
    sha256: Pointer | None = None
    md5: Pointer | None = None


class ListRequest(HttpRequest):
    """Lists files. `next` is where the answer has the ``{cursor}`` of the next page, `under` what
    stands before its names to make them paths below the target."""

    items: Pointer = ""
    name: Pointer = "/path"
    size: Pointer = "/size"
    sha256: Pointer | None = None
    md5: Pointer | None = None
    next: Pointer | None = None
    under: Text | None = None


class BasicAuth(Model):
    """Name and password (RFC 7617)."""

    username: Text
    password: Secret


class ApiKey(Model):
    """A header of the recipient's own."""

    header: HeaderName
    value: Secret


class OAuth2(Model):
    """OAuth 2.0 client credentials. `in_body` is for servers that want the secret in the form."""

    token_url: Address
    client_id: Text
    client_secret: Secret
    scope: Text | None = None
    audience: Text | None = None
    in_body: Flag = False


class HttpAuth(Model):
    """Who asks: one of these."""

    bearer: Secret | None = None
    basic: BasicAuth | None = None
    api_key: ApiKey | None = None
    oauth2: OAuth2 | None = None

    @model_validator(mode="after")
    def _one(self) -> HttpAuth:
        if sum(way is not None for way in (self.bearer, self.basic, self.api_key, self.oauth2)) > 1:
            refuse("SG1141", "auth: has several ways to log in", "keep the one that holds")
        return self


class HttpTransport(Model):
    """An HTTP API. What is not described, the engine does not ask for. With `staging` files go into
    a bucket, and `commit` tells the recipient of their signed addresses, which live for
    `url_lifetime`. `values` are words of one's own for templates, `operations` the recipient's
    words for insert, update, resend, takedown and purge."""

    protocol: Literal["http"]
    url: Address
    auth: HttpAuth | None = None
    create: CreateRequest | None = None
    upload: UploadRequest | None = None
    commit: BodyRequest | None = None
    status: StatusRequest | None = None
    stat: StatRequest | None = None
    list: ListRequest | None = None
    read: HttpRequest | None = None
    delete: HttpRequest | None = None
    delete_folder: HttpRequest | None = None
    values: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")], Text] = Field(
        default_factory=dict
    )
    operations: dict[Literal["insert", "update", "resend", "takedown", "purge"], Text] = Field(
        default_factory=dict
    )
    staging: Staging | None = None
    url_lifetime: Hours = 48
    ca: RelativePath | None = None
    connections: Positive = 2
    timeout: Positive = 60

    @model_validator(mode="after")
    def _complete(self) -> HttpTransport:
        if self.staging is None and self.upload is None:
            refuse("SG1141", "transport.upload is missing", "describe how a file is sent: upload:")
        if self.staging is not None and self.commit is None:
            refuse("SG1141", "transport.commit is missing", "describe who is told of the files")
        if self.create is not None and not self._recognised(self.create):
            refuse(
                "SG1141",
                "create: would begin another delivery each time it is asked",
                "put {key} or {folder} into it, or give it an idempotency_header:",
            )
        for name in ("create", "upload", "commit", "status", "list", *_SIMPLE):
            request = getattr(self, name)
            if request is not None:
                self._known(name, request)
        return self

    @property
    def tells_message(self) -> bool:
        """Whether a request says something of the message that completes a delivery."""
        requests = (self.commit, self.status)
        return any(used(list_of(each)) & MESSAGE for each in requests if each is not None)

    def _recognised(self, request: BodyRequest) -> bool:
        named = used(list_of(request)) & {"key", "folder"}
        return bool(named) or request.repeatable or request.idempotency_header is not None

    def _known(self, name: str, request: HttpRequest) -> None:
        known = _PLACE | self.values.keys() | _OF_REQUEST.get(name, frozenset())
        if self.create is not None and name != "create":
            known |= {"delivery"}
        if self.staging is not None and name == "commit":
            known |= _STAGED
        for variable in sorted(used(list_of(request)) - known):
            refuse(
                "SG1141",
                f"{name}: there is no {{{variable}}} for this request",
                f"give it under values:, as  values: {{{variable}: …}}, or use one of"
                f" {', '.join(sorted(known))}",
            )


_SIMPLE = ("stat", "read", "delete", "delete_folder")
_BEGINS = _FILE | MESSAGE | {"operation"}
_OF_REQUEST: Mapping[str, frozenset[str]] = {
    "upload": _FILE,
    "commit": _BEGINS,
    "status": _BEGINS,
    "list": frozenset({"cursor"}),
}


def list_of(request: HttpRequest) -> tuple[Any, ...]:
    """Everything in a request that has variables."""
    under = request.under if isinstance(request, ListRequest) else None
    return (*request.templates(), under)


def used(template: Any) -> set[str]:
    """The variables in a template, at every depth."""
    if isinstance(template, str):
        return set(_VARIABLE.findall(template)) - _CONSTANTS
    if isinstance(template, Mapping):
        return {name for entry in template.values() for name in used(entry)}
    if isinstance(template, tuple | list):
        return {name for entry in template for name in used(entry)}
    return set()
