"""Who asks: a header that stays, or a token that is fetched, kept until it expires and renewed."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol
from urllib.parse import quote, urlencode, urlsplit

from stardust_gitops.clock import Clock
from stardust_gitops.delivery.transports.base import AuthenticationError, TransportError
from stardust_gitops.delivery.transports.http.answers import Answer, at_pointer
from stardust_gitops.delivery.transports.http.description import Auth, HeaderAuth, OAuth2

Post = Callable[[str, Mapping[str, str], bytes], Answer]
"""Posts a form: address, headers, body."""

_EARLY = 30.0
"""Seconds before its end at which a token is not used any more."""
_WRONG_SERVER = "check token_url: of the transport"
_USUAL_LIFE = 300.0
"""Seconds that a token of unknown life is kept; RFC 6749, 5.1, only recommends `expires_in`."""


class Credentials(Protocol):
    """What says who asks."""

    def header(self) -> tuple[str, str] | None:
        """The header's name and value, if there is one."""
        ...

    def renew(self) -> bool:
        """Forget what was refused; whether there may be better now."""
        ...

    def secrets(self) -> Iterator[str]:
        """What must not be shown."""
        ...


def credentials(auth: Auth | None, post: Post, clock: Clock) -> Credentials:
    """The credentials that a target's `auth:` describes."""
    if isinstance(auth, OAuth2):
        return Token(auth, post, clock)
    return Fixed(auth)


class Fixed:
    """A header that stays as it is, or none."""

    def __init__(self, auth: HeaderAuth | None) -> None:
        if auth is not None and not (auth.value.isascii() and auth.value.isprintable()):
            raise AuthenticationError(
                "the secret under auth: cannot stand in a header: it is not printable ASCII",
                hint="check the secret: a line break at its end, perhaps",
            )
        self._auth = auth

    def header(self) -> tuple[str, str] | None:
        """Always the same."""
        return None if self._auth is None else (self._auth.header, self._auth.value)

    def renew(self) -> bool:
        """There is no other."""
        return False

    def secrets(self) -> Iterator[str]:
        """The secret, and the value as it stands in the header, after its scheme too."""
        if self._auth is not None:
            yield self._auth.secret
            yield self._auth.value
            yield self._auth.value.partition(" ")[2]


class Token:
    """A bearer token of an OAuth 2.0 server."""

    def __init__(self, auth: OAuth2, post: Post, clock: Clock) -> None:
        self._auth = auth
        self._post = post
        self._clock = clock
        self._token = ""
        self._until = 0.0

    def header(self) -> tuple[str, str]:
        """With a token that lives for a while yet."""
        if not self._token or self._clock.monotonic() >= self._until:
            self._fetch()
        return "Authorization", f"Bearer {self._token}"

    def renew(self) -> bool:
        """The next header has another token."""
        self._token = ""
        return True

    def secrets(self) -> Iterator[str]:
        """The client's secret and the token."""
        yield self._auth.client_secret
        yield self._token

    def _fetch(self) -> None:
        auth = self._auth
        form = {"grant_type": "client_credentials", "scope": auth.scope, "audience": auth.audience}
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if auth.in_body:
            form |= {"client_id": auth.client_id, "client_secret": auth.client_secret}
        else:
            # Both are form-encoded before they are put together (RFC 6749, 2.3.1).
            pair = f"{quote(auth.client_id, safe='')}:{quote(auth.client_secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        body = urlencode({name: value for name, value in form.items() if value is not None})
        answer = self._post(auth.token_url, headers, body.encode())
        host = urlsplit(auth.token_url).hostname
        if answer.status in (400, 401, 403):
            raise AuthenticationError(
                f"no token: {host} answered {answer.status}: {answer.words()}",
                hint="check client_id: and client_secret: of the transport, and its scope:",
            )
        document = answer.json()
        token, kind = at_pointer(document, "/access_token"), at_pointer(document, "/token_type")
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise TransportError(f"{host} gives no access_token", hint=_WRONG_SERVER)
        if not token or (isinstance(kind, str) and kind.lower() != "bearer"):
            raise TransportError(f"{host} gives no bearer token", hint=_WRONG_SERVER)
        life = at_pointer(document, "/expires_in")
        life = float(life) if isinstance(life, int | float) and life >= 0 else _USUAL_LIFE
        self._token = token
        self._until = self._clock.monotonic() + max(life - _EARLY, life / 2)
