"""The ledger in Amazon S3, or a store that speaks its language and has conditional writes:
``s3://bucket/prefix``, with ``?endpoint=URL`` and ``?region=NAME`` where they are needed.

Credentials come from where boto3 looks for them: a role of the job, the environment, a profile.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stardust_gitops.clock import Clock
from stardust_gitops.errors import UsageError
from stardust_gitops.ledger.contents import Contents
from stardust_gitops.ledger.drivers import must_have
from stardust_gitops.ledger.objects.bucket import LEDGER, Stored, named
from stardust_gitops.ledger.objects.opening import create_in, open_in
from stardust_gitops.ledger.objects.words import AbsentError, in_words
from stardust_gitops.ledger.segments.log import OutrunError
from stardust_gitops.ledger.urls import split_url
from stardust_gitops.objects import s3
from stardust_gitops.objects.failures import StoreError

if TYPE_CHECKING:
    from stardust_gitops.ledger.objects.opening import ObjectLedger

__all__ = ["create", "open_ledger"]

_OPTIONS = {"endpoint", "region"}
_MAY = (
    "give AWS credentials and a region, as AWS_REGION and a role of the job, that may"
    "  s3:GetObject, s3:PutObject and s3:ListBucket  there"
)


def create(
    location: str,
    catalogue_id: str,
    *,
    root: Path = Path(),
    clock: Clock | None = None,
    outside: Contents | None = None,
) -> ObjectLedger:
    """A new ledger in a bucket that is there. `SafetyError` where there is one."""
    return create_in(S3Bucket(location), catalogue_id, root=root, clock=clock, outside=outside)


def open_ledger(
    location: str,
    catalogue_id: str,
    *,
    root: Path = Path(),
    clock: Clock | None = None,
    outside: Contents | None = None,
) -> ObjectLedger:
    """The ledger in a bucket. `LedgerMissingError`, `WrongLedgerError`, `SafetyError` where it was
    rewritten, `LedgerError`."""
    return open_in(S3Bucket(location), catalogue_id, root=root, clock=clock, outside=outside)


class S3Bucket:
    """See `Bucket`."""

    def __init__(self, location: str, key: str = LEDGER) -> None:
        """`location` is ``//bucket/prefix?option=value``; it stands under `key` in stardust.yaml.
        `UsageError` where it makes no sense."""
        parts, options = split_url("s3", location)
        if not parts.netloc or "@" in parts.netloc or set(options) - _OPTIONS:
            # Not repeated: somebody may have put a key into it.
            raise UsageError(
                f"{key} s3: is not followed by a bucket and a prefix",
                hint=f"write  {key}: s3://bucket/prefix  (options: ?endpoint=URL and ?region=NAME)",
            )
        must_have("boto3", "aws")
        self._bucket = parts.netloc
        self._prefix = f"{parts.path.strip('/')}/".lstrip("/")
        elsewhere = f" at {options['endpoint']}" if "endpoint" in options else ""
        self._name = f"s3://{self._bucket}/{self._prefix.rstrip('/')}{elsewhere}"
        self._key, self._what = key, named(key, self._name)
        self._access = s3.S3Access(region=options.get("region"), endpoint=options.get("endpoint"))
        self._client = self._open(attempts=5)

    @cached_property
    def _once(self) -> Any:
        """A client that does not try again, for `swap`; what only keeps messages needs none."""
        return self._open(attempts=1)

    def _open(self, *, attempts: int) -> Any:
        try:
            session = s3.open_session(self._access)
            return s3.open_client(session, self._access, attempts=attempts)
        except StoreError as error:
            raise UsageError(
                f"no way to S3: {error.said}",
                hint="check ?endpoint=, ?region= and the AWS settings here",
            ) from error

    @property
    def name(self) -> str:
        """See `Bucket.name`."""
        return self._name

    def get(self, key: str) -> Stored | None:
        """See `Bucket.get`."""
        try:
            with self._in_words():
                answer = self._client.get_object(Bucket=self._bucket, Key=self._prefix + key)
                with answer["Body"] as body:
                    return Stored(body.read(), answer["ETag"])
        except AbsentError:
            return None

    def put(self, key: str, data: bytes) -> None:
        """See `Bucket.put`."""
        with self._in_words():
            self._client.put_object(Bucket=self._bucket, Key=self._prefix + key, Body=data)

    def swap(self, key: str, data: bytes, tag: str | None) -> str:
        """See `Bucket.swap`."""
        condition = {"IfNoneMatch": "*"} if tag is None else {"IfMatch": tag}
        try:
            with self._in_words():
                answer = self._once.put_object(
                    Bucket=self._bucket, Key=self._prefix + key, Body=data, **condition
                )
                return str(answer["ETag"])
        except AbsentError as error:
            raise OutrunError(f"{key} is gone") from error

    def delete(self, key: str) -> None:
        """See `Bucket.delete`."""
        with self._in_words():
            self._client.delete_object(Bucket=self._bucket, Key=self._prefix + key)

    def keys(self, prefix: str, after: str = "") -> Iterator[str]:
        """See `Bucket.keys`."""
        with self._in_words():
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket,
                Prefix=self._prefix + prefix,
                StartAfter=self._prefix + after,
            )
            for page in pages:
                for entry in page.get("Contents", ()):
                    yield str(entry["Key"]).removeprefix(self._prefix)

    def close(self) -> None:
        """See `Bucket.close`."""
        self._client.close()
        if "_once" in self.__dict__:
            self._once.close()

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        """Errors leave as `LedgerError`, but where an object is not there or has changed."""
        try:
            with s3.failures():
                yield
        except StoreError as error:
            place = "bucket" if self._key == LEDGER else None
            raise in_words(error, self._what, place=place, hint=_MAY) from error
