"""Azure Blob Storage: opening a container, and what its errors mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from stardust_gitops.objects.failures import Failure, StoreError, unanswered, wished_pause

if TYPE_CHECKING:
    from azure.core.credentials import AzureSasCredential, TokenCredential
    from azure.core.exceptions import HttpResponseError
    from azure.storage.blob import ContainerClient

_FAILURES: Mapping[str, Failure] = {
    "BlobNotFound": Failure.ABSENT,
    "ResourceNotFound": Failure.ABSENT,
    "ContainerNotFound": Failure.NO_BUCKET,
    "ContainerBeingDeleted": Failure.NO_BUCKET,
    "AuthenticationFailed": Failure.CREDENTIALS,
    "InvalidAuthenticationInfo": Failure.CREDENTIALS,
    "NoAuthenticationInformation": Failure.CREDENTIALS,
    "AccountIsDisabled": Failure.CREDENTIALS,
    "AuthorizationFailure": Failure.CREDENTIALS,
    "AuthorizationSourceIPMismatch": Failure.CREDENTIALS,
    "AuthorizationPermissionMismatch": Failure.FORBIDDEN,
    "InsufficientAccountPermissions": Failure.FORBIDDEN,
    "RequestBodyTooLarge": Failure.FULL,
    "BlockCountExceedsLimit": Failure.FULL,
    "Md5Mismatch": Failure.BUSY,
    "OperationTimedOut": Failure.UNREACHABLE,
    "InternalError": Failure.UNREACHABLE,
    "InvalidBlockList": Failure.BUSY,
    "ServerBusy": Failure.BUSY,
}
"""The codes of "Status and error codes" of the Blob service's REST API."""

_PIECE = 4 << 20
"""Bytes that are held in memory when a blob is read."""

_STATUS: Mapping[int, Failure] = {
    401: Failure.CREDENTIALS,
    403: Failure.FORBIDDEN,
    404: Failure.ABSENT,
    412: Failure.CHANGED,
    413: Failure.FULL,
    429: Failure.BUSY,
    503: Failure.BUSY,
    507: Failure.FULL,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AzureAccess:
    """Who asks, and for which container. One of `key`, `sas` and `connection_string`, else
    azure-identity looks for a role of the job or a login. `seconds` bounds each answer."""

    container: str
    endpoint: str = ""
    key: str | None = field(default=None, repr=False)
    sas: str | None = field(default=None, repr=False)
    connection_string: str | None = field(default=None, repr=False)
    seconds: float = 20.0


def open_container(access: AzureAccess, *, retries: int) -> ContainerClient:
    """A client that asks again so many times. `StoreError` where the settings make no sense."""
    from azure.storage.blob import ContainerClient

    seconds = int(access.seconds)
    with failures():
        if access.connection_string is not None:
            return ContainerClient.from_connection_string(
                access.connection_string,
                access.container,
                retry_total=retries,
                connection_timeout=seconds,
                read_timeout=seconds,
                max_single_get_size=_PIECE,
            )
        return ContainerClient(
            access.endpoint,
            access.container,
            credential=_credential(access),
            retry_total=retries,
            initial_backoff=1,
            increment_base=2,
            connection_timeout=seconds,
            read_timeout=seconds,
            max_single_get_size=_PIECE,
        )


def _credential(access: AzureAccess) -> str | AzureSasCredential | TokenCredential:
    if access.key is not None:
        return access.key
    if access.sas is not None:
        from azure.core.credentials import AzureSasCredential

        return AzureSasCredential(access.sas.removeprefix("?"))
    from azure.identity import DefaultAzureCredential

    return DefaultAzureCredential()


@contextmanager
def failures() -> Iterator[None]:
    """What Azure's libraries raise, as `StoreError`."""
    from azure.core.exceptions import AzureError, ClientAuthenticationError, HttpResponseError

    try:
        yield
    except ClientAuthenticationError as error:
        if error.response is not None:
            raise _failure_of(error) from error
        raise StoreError(Failure.CREDENTIALS, _first_line(error.message)) from error
    except HttpResponseError as error:
        raise _failure_of(error) from error
    except AzureError as error:
        raise unanswered(_first_line(error.message)) from error
    except ValueError as error:
        raise StoreError(Failure.CREDENTIALS, str(error)) from error


def _failure_of(error: HttpResponseError) -> StoreError:
    code = getattr(error, "error_code", None)
    code = str(getattr(code, "value", code) or "")
    status = error.status_code or 0
    headers = getattr(error.response, "headers", {})
    said = code or str(error.reason or status)
    return StoreError(
        _kind(code, status), said, code=code, retry_after=wished_pause(headers.get("Retry-After"))
    )


def _kind(code: str, status: int) -> Failure:
    if code in _FAILURES:
        return _FAILURES[code]
    if status == 409 and code.endswith(("AlreadyExists", "ConditionNotMet")):
        return Failure.CHANGED
    # A failure with a good status is an answer that broke off.
    broken = status >= 500 or status < 300
    return _STATUS.get(status, Failure.UNREACHABLE if broken else Failure.REFUSED)


def _first_line(text: str) -> str:
    return text.splitlines()[0] if text else "no answer"
