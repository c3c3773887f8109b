"""The ledger in Azure Blob Storage: ``azure://container/prefix?account=NAME``.

The account may also come from ``AZURE_STORAGE_ACCOUNT``. Its key comes from ``AZURE_STORAGE_KEY``;
without one azure-identity looks for a role of the job or a login. ``?endpoint=URL`` is for stores
that speak Azure's language elsewhere.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from stardust_gitops.clock import Clock
from stardust_gitops.errors import UsageError
from stardust_gitops.ledger.contents import Contents
from stardust_gitops.ledger.drivers import must_have
from stardust_gitops.ledger.objects.bucket import LEDGER, Stored, named
from stardust_gitops.ledger.objects.opening import create_in, open_in
from stardust_gitops.ledger.objects.words import AbsentError, in_words
from stardust_gitops.ledger.segments.log import OutrunError
from stardust_gitops.ledger.urls import split_url
from stardust_gitops.objects import azure
from stardust_gitops.objects.failures import StoreError

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient

    from stardust_gitops.ledger.objects.opening import ObjectLedger

__all__ = ["create", "open_ledger"]

_OPTIONS = {"account", "endpoint"}
_MAY = "give AZURE_STORAGE_KEY, or a role or login that may read and write blobs there"


def create(
    location: str,
    catalogue_id: str,
    *,
    root: Path = Path(),
    clock: Clock | None = None,
    outside: Contents | None = None,
) -> ObjectLedger:
    """A new ledger in a container that is there. `SafetyError` where there is one."""
    return create_in(AzureBucket(location), catalogue_id, root=root, clock=clock, outside=outside)


def open_ledger(
    location: str,
    catalogue_id: str,
    *,
    root: Path = Path(),
    clock: Clock | None = None,
    outside: Contents | None = None,
) -> ObjectLedger:
    """The ledger in a container. `LedgerMissingError`, `WrongLedgerError`, `SafetyError` where it
    was rewritten, `LedgerError`."""
    return open_in(AzureBucket(location), catalogue_id, root=root, clock=clock, outside=outside)


class AzureBucket:
    """See `Bucket`."""

    def __init__(self, location: str, key: str = LEDGER) -> None:
        """`location` is ``//container/prefix?option=value``; it stands under `key` in
        stardust.yaml. `UsageError` where it is something else."""
        parts, options = split_url("azure", location)
        account = options.get("account", os.environ.get("AZURE_STORAGE_ACCOUNT", ""))
        known = account or options.get("endpoint")
        if not parts.netloc or "@" in parts.netloc or set(options) - _OPTIONS or not known:
            # Not repeated: somebody may have put a key into it.
            raise UsageError(
                f"{key} azure: is not followed by a container, a prefix and an account",
                hint=f"write  {key}: azure://container/prefix?account=NAME",
            )
        must_have("azure.storage.blob", "azure")
        self._prefix = f"{parts.path.strip('/')}/".lstrip("/")
        endpoint = options.get("endpoint") or f"https://{account}.blob.core.windows.net"
        self._name = f"azure://{parts.netloc}/{self._prefix.rstrip('/')} at {endpoint}"
        self._key, self._what = key, named(key, self._name)
        self._access = azure.AzureAccess(
            container=parts.netloc, endpoint=endpoint, key=os.environ.get("AZURE_STORAGE_KEY")
        )
        self._container = self._open(retries=4)

    @cached_property
    def _once(self) -> ContainerClient:
        """A client that does not try again, for `swap`; what only keeps messages needs none."""
        return self._open(retries=0)

    def _open(self, *, retries: int) -> ContainerClient:
        try:
            return azure.open_container(self._access, retries=retries)
        except StoreError as error:
            raise UsageError(
                f"no way to Azure: {error.said}", hint="check ?account= and ?endpoint="
            ) from error

    @property
    def name(self) -> str:
        """See `Bucket.name`."""
        return self._name

    def get(self, key: str) -> Stored | None:
        """See `Bucket.get`."""
        try:
            with self._in_words():
                stream = self._container.download_blob(self._prefix + key)
                return Stored(stream.readall(), str(stream.properties.etag))
        except AbsentError:
            return None

    def put(self, key: str, data: bytes) -> None:
        """See `Bucket.put`."""
        with self._in_words():
            self._container.upload_blob(self._prefix + key, data, overwrite=True)

    def swap(self, key: str, data: bytes, tag: str | None) -> str:
        """See `Bucket.swap`."""
        from azure.core import MatchConditions

        blob = self._once.get_blob_client(self._prefix + key)
        try:
            with self._in_words():
                if tag is None:
                    answer = blob.upload_blob(data, overwrite=False)
                else:
                    same = MatchConditions.IfNotModified
                    answer = blob.upload_blob(data, overwrite=True, etag=tag, match_condition=same)
                return str(answer["etag"])
        except AbsentError as error:
            raise OutrunError(f"{key} is gone") from error

    def delete(self, key: str) -> None:
        """See `Bucket.delete`."""
        with suppress(AbsentError), self._in_words():
            self._container.delete_blob(self._prefix + key)

    def keys(self, prefix: str, after: str = "") -> Iterator[str]:
        """See `Bucket.keys`."""
        with self._in_words():
            for name in self._container.list_blob_names(name_starts_with=self._prefix + prefix):
                key = str(name).removeprefix(self._prefix)
                if key > after:
                    yield key

    def close(self) -> None:
        """See `Bucket.close`."""
        self._container.close()
        if "_once" in self.__dict__:
            self._once.close()

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        """Errors leave as `LedgerError`, but where a blob is not there or has changed."""
        try:
            with azure.failures():
                yield
        except StoreError as error:
            place = "container" if self._key == LEDGER else None
            raise in_words(error, self._what, place=place, hint=_MAY) from error
