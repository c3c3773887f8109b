"""What a store of objects refuses, as the errors of a transport."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from stardust_gitops.delivery.transports.base import (
    AuthenticationError,
    HostKeyError,
    NoSpaceError,
    PassingError,
    PermissionDeniedError,
    TransportError,
)
from stardust_gitops.objects.failures import Failure, StoreError


def prefix_of(path: str) -> str:
    """What all names below a target's `path` begin with."""
    return f"{path.strip('/')}/".lstrip("/")


@contextmanager
def translated(where: str, *, credentials: str, renewed: bool = False) -> Iterator[None]:
    """`StoreError` as a `TransportError` about `where`. `credentials` names the settings that say
    who asks; `renewed` says that a new connection gets new ones, so that expired ones pass."""
    try:
        yield
    except StoreError as error:
        if renewed and _is_expired(error):
            error.failure = Failure.BUSY
        raise in_words(error, where, credentials=credentials) from error


def in_words(error: StoreError, where: str, *, credentials: str) -> TransportError:
    """The exception to raise."""
    raised = _in_words(error, where, credentials)
    raised.undone = error.failure is not Failure.UNREACHABLE
    return raised


def _in_words(error: StoreError, where: str, credentials: str) -> TransportError:
    text = f"{where}: {error.said}"
    match error.failure:
        case Failure.BUSY | Failure.UNREACHABLE:
            passing = PassingError(text, hint="run apply again later: it goes on where it stopped")
            passing.retry_after = error.retry_after
            return passing
        case Failure.UNTRUSTED:
            return HostKeyError(
                text,
                hint="ask the recipient; a private authority's certificate goes into a file that"
                " REQUESTS_CA_BUNDLE names",
            )
        case Failure.CREDENTIALS:
            return AuthenticationError(text, hint=_wrong_credentials(error, credentials))
        case Failure.FORBIDDEN:
            return PermissionDeniedError(
                text,
                hint="ask the recipient to let this account do that there, or correct the path",
            )
        case Failure.FULL:
            return NoSpaceError(text, hint="ask the recipient for room, or what size they take")
        case Failure.NO_BUCKET:
            return TransportError(
                text, hint="correct the bucket or container, the region and the account"
            )
        case Failure.REFUSED:
            return TransportError(text, hint="correct the target's region, bucket and path")
        case _:
            return TransportError(text)


def _wrong_credentials(error: StoreError, settings: str) -> str:
    if error.code in ("RequestTimeTooSkewed", "RequestExpired"):
        return "set this machine's clock"
    if _is_expired(error):
        return f"get a new token, then check {settings}"
    return f"check {settings}, and the secrets that they refer to"


def _is_expired(error: StoreError) -> bool:
    return error.code.startswith("ExpiredToken")
