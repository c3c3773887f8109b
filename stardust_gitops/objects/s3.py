"""Amazon S3, and stores that speak its language: opening them, and what their errors mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from stardust_gitops.objects.failures import Failure, StoreError, unanswered, wished_pause

_ROLE_SESSION = "stardust-gitops"

_FAILURES: Mapping[Failure, frozenset[str]] = {
    Failure.ABSENT: frozenset({"NoSuchKey", "NotFound", "404"}),
    Failure.NO_BUCKET: frozenset({"NoSuchBucket"}),
    Failure.CHANGED: frozenset({"PreconditionFailed", "412", "ConditionalRequestConflict"}),
    Failure.CREDENTIALS: frozenset(
        {
            *("InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken"),
            *("ExpiredTokenException", "InvalidClientTokenId", "TokenRefreshRequired"),
            *("RequestTimeTooSkewed", "RequestExpired", "NotSignedUp", "InvalidSecurity", "401"),
            *("UnrecognizedClientException", "InvalidAccessKey"),
        }
    ),
    Failure.FORBIDDEN: frozenset(
        {"AccessDenied", "AllAccessDisabled", "AccountProblem", "Forbidden", "403"}
    ),
    Failure.FULL: frozenset(
        {
            *("EntityTooLarge", "QuotaExceeded", "InsufficientCapacity", "InsufficientStorage"),
            *("XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", "TooManyParts", "507"),
        }
    ),
    # Some of these may be tried again as they are; the others arrived damaged, or were withdrawn
    # meanwhile.
    Failure.BUSY: frozenset(
        {
            *("SlowDown", "ServiceUnavailable", "TooManyRequests", "RequestLimitExceeded"),
            *("Throttling", "ThrottlingException", "OperationAborted", "429", "503"),
            *("BadDigest", "InvalidDigest", "XAmzContentSHA256Mismatch", "NoSuchUpload"),
            *("XAmzContentChecksumMismatch", "IncompleteBody", "RequestTimeout"),
        }
    ),
    Failure.UNREACHABLE: frozenset({"InternalError"}),
}
"""The codes of Amazon S3's "Error responses", of AWS STS, and of MinIO (``XMinio…``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Access:
    """Who asks, and where. What is left out comes from where boto3 looks for it: a role of the
    job, the environment, a profile. `role` is taken on with what was found, under `external_id`
    where its owner wants one. With `path_style` the bucket stands in the path of the address, else
    in its host; ``None`` is as the store likes it. `seconds` bounds the wait for a connection and
    for each answer."""

    region: str | None = None
    endpoint: str | None = None
    path_style: bool | None = None
    profile: str | None = None
    access_key: str | None = field(default=None, repr=False)
    secret_key: str | None = field(default=None, repr=False)
    session_token: str | None = field(default=None, repr=False)
    role: str | None = None
    external_id: str | None = field(default=None, repr=False)
    seconds: float = 20.0


def open_session(access: S3Access) -> Any:
    """A boto3 session, in the role that is asked for. `StoreError`."""
    import boto3
    from botocore.config import Config

    with failures():
        session = boto3.session.Session(
            aws_access_key_id=access.access_key,
            aws_secret_access_key=access.secret_key,
            aws_session_token=access.session_token,
            region_name=access.region,
            profile_name=access.profile,
            botocore_session=_library(),
        )
        if access.role is None:
            return session
        more = {} if access.external_id is None else {"ExternalId": access.external_id}
        answer = session.client("sts", config=Config(**_limits(access, 2))).assume_role(
            RoleArn=access.role, RoleSessionName=_ROLE_SESSION, **more
        )
        given = answer["Credentials"]
        return boto3.session.Session(
            aws_access_key_id=given["AccessKeyId"],
            aws_secret_access_key=given["SecretAccessKey"],
            aws_session_token=given["SessionToken"],
            region_name=session.region_name,
            botocore_session=_library(),
        )


def _library() -> Any:
    """A session of botocore's. Reading its descriptions of services takes it longer than all else
    of making a connection, so all sessions share them."""
    from botocore.session import get_session

    session = get_session()
    session.register_component("data_loader", _descriptions())
    return session


@cache
def _descriptions() -> Any:
    from botocore.loaders import create_loader

    return create_loader()


def open_client(session: Any, access: S3Access, *, attempts: int) -> Any:
    """A client of S3 that asks `attempts` times. `StoreError`."""
    with failures():
        return session.client(
            "s3", endpoint_url=access.endpoint, config=_config(access, attempts=attempts)
        )


def _config(access: S3Access, *, attempts: int) -> Any:
    from botocore.config import Config

    # Other stores refuse the checksums that newer versions of botocore add unasked; older
    # versions do not know the settings.
    wanted = ("request_checksum_calculation", "response_checksum_validation")
    only = {name: "when_required" for name in wanted if name in Config.OPTION_DEFAULTS}
    by_path = access.endpoint is not None if access.path_style is None else access.path_style
    return Config(
        **_limits(access, attempts),
        max_pool_connections=16,
        signature_version="s3v4",
        s3={"addressing_style": "path" if by_path else "virtual"},
        **only,
    )


def _limits(access: S3Access, attempts: int) -> dict[str, Any]:
    return {
        "retries": {"mode": "standard", "total_max_attempts": attempts},
        "connect_timeout": access.seconds,
        "read_timeout": access.seconds,
    }


@contextmanager
def failures() -> Iterator[None]:
    """What botocore raises, as `StoreError`."""
    from botocore.exceptions import (
        BotoCoreError,
        ClientError,
        HTTPClientError,
        IncompleteReadError,
        ParamValidationError,
        ReadTimeoutError,
    )
    from botocore.exceptions import ConnectionError as NoConnectionError

    try:
        yield
    except ClientError as error:
        raise failure_of(error.response) from error
    except (HTTPClientError, NoConnectionError, IncompleteReadError, ReadTimeoutError) as error:
        raise unanswered(str(error)) from error
    except ParamValidationError as error:
        raise StoreError(Failure.REFUSED, str(error)) from error
    except (BotoCoreError, ValueError) as error:
        raise StoreError(Failure.CREDENTIALS, str(error)) from error


def failure_of(response: Mapping[str, Any]) -> StoreError:
    """The error of an answer as botocore parses it."""
    told = response.get("Error", {})
    about = response.get("ResponseMetadata", {})
    code, status = str(told.get("Code", "")), int(about.get("HTTPStatusCode", 0))
    headers = about.get("HTTPHeaders", {})
    said = f"{code}: {told.get('Message', '')}".rstrip(": ")
    if region := headers.get("x-amz-bucket-region"):
        said = f"{said} (the bucket is in {region})"
    return StoreError(
        _kind(code, status), said, code=code, retry_after=wished_pause(headers.get("retry-after"))
    )


def _kind(code: str, status: int) -> Failure:
    for word in (code, str(status)):
        for failure, codes in _FAILURES.items():
            if word in codes:
                return failure
    return Failure.UNREACHABLE if status >= 500 else Failure.REFUSED
