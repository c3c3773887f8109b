"""A recipient that is a container of Azure Blob Storage."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from stardust_gitops.clock import SystemClock
from stardust_gitops.delivery.transports.base import (
    NotOfferedError,
    PermissionDeniedError,
    Progress,
    RemoteFile,
    Source,
    TransportError,
    VerificationError,
)
from stardust_gitops.delivery.transports.checks import checked_blocks, file_parts, relative_parts
from stardust_gitops.delivery.transports.settings import AzureSettings
from stardust_gitops.delivery.transports.stores.azure_blocks import AzureBlocks, about
from stardust_gitops.delivery.transports.stores.pieces import BLOCK_SIZE, filled, room_for
from stardust_gitops.delivery.transports.stores.words import prefix_of, translated
from stardust_gitops.objects import azure
from stardust_gitops.objects.failures import Failure, StoreError
from stardust_gitops.objects.packages import must_have

if TYPE_CHECKING:
    from azure.storage.blob import BlobClient, BlobProperties, ContainerClient

LARGEST = 4 << 20
"""Bytes of a file that is put at once; a larger one is staged in blocks."""

_DIGEST = "sha256"
_FOLDER = "hdi_isfolder"
"""What marks a folder of an account with a hierarchical namespace, which lists it as a blob."""

_CREDENTIALS = "account_key, sas or connection_string of the target (or the login that Azure finds)"


def connect(settings: AzureSettings) -> AzureTransport:
    """Open the container and look into it, so that wrong credentials and names are noticed.

    Raises `AuthenticationError`, `PassingError` or `TransportError`; not being allowed to list is
    no error: an inbox may be for writing only.
    """
    must_have("azure.storage.blob", "azure", "this target")
    container = None
    try:
        with translated(f"azure://{settings.access.container}", credentials=_CREDENTIALS):
            container = azure.open_container(settings.access, retries=0)
            _look(container, prefix_of(settings.path))
    except BaseException:
        if container is not None:
            container.close()
        raise
    return AzureTransport(container, settings)


def _look(container: ContainerClient, prefix: str) -> None:
    try:
        with azure.failures():
            names = container.list_blob_names(name_starts_with=prefix, results_per_page=1)
            next(iter(names), None)
    except StoreError as error:
        if error.failure is not Failure.FORBIDDEN:
            raise


class AzureTransport:
    """See `base.Transport`.

    A blob appears in one step, so nothing is ever put under the name `temporary`; what this
    deletes there is what a caller put there as a file. Blocks of a blob that was never committed
    are seen by nobody; the service drops them after a week.
    """

    def __init__(self, container: ContainerClient, settings: AzureSettings) -> None:
        self._container = container
        self._settings = settings
        self._prefix = prefix_of(settings.path)

    def put(
        self,
        source: Source,
        path: str,
        *,
        temporary: str,
        progress: Progress,
        resume: bool = False,
        completes: bool = False,
    ) -> None:
        parts = file_parts(path, temporary)
        with self._translated(path):
            aside = None if resume else "/".join((*parts[:-1], temporary))
            if source.size <= LARGEST:
                self._put_at_once(source, path, aside, progress)
                return
            AzureBlocks(self._blob(path)).put(
                source,
                progress,
                resume=resume,
                before=lambda: self._clear(aside),
            )
            self._verify(source, path)

    def stat(self, path: str) -> RemoteFile | None:
        file_parts(path)
        try:
            with self._translated(path), azure.failures():
                found = self._blob(path).get_blob_properties()
        except TransportError as error:
            if _is_absent(error):
                return None
            raise
        return None if _is_folder(found) else _remote(path, found)

    def read(self, path: str) -> Iterator[bytes]:
        file_parts(path)
        with self._translated(path), azure.failures():
            yield from self._blob(path).download_blob(max_concurrency=1).chunks()

    def list(self, folder: str) -> list[RemoteFile]:
        relative_parts(folder)
        with self._translated(folder or "."):
            found = [
                _remote(entry.name.removeprefix(self._prefix), entry)
                for entry in self._entries(folder)
                if not _is_folder(entry)
            ]
        return sorted(found, key=lambda file: file.path)

    def delete(self, path: str) -> None:
        file_parts(path)
        with self._translated(path):
            self._delete(self._prefix + path)

    def remove_folder(self, folder: str) -> None:
        file_parts(folder)
        with self._translated(folder):
            # What lies in a folder of a hierarchical namespace goes before the folder does.
            for name in sorted((entry.name for entry in self._entries(folder)), reverse=True):
                self._delete(name)

    def signed_url(self, path: str, seconds: int) -> str:
        """A URL by which anybody may read a file for so long: signed with the account's key, or
        with one that the service gives a login for at most 7 days."""
        from azure.storage.blob import BlobSasPermissions, generate_blob_sas

        file_parts(path)
        blob = self._blob(path)
        with self._translated(path), azure.failures():
            signature = generate_blob_sas(
                str(blob.account_name),
                blob.container_name,
                blob.blob_name,
                permission=BlobSasPermissions(read=True),
                expiry=SystemClock().now() + timedelta(seconds=seconds),
                **self._signing_key(seconds),
            )
        return f"{blob.url.partition('?')[0]}?{signature}"

    def close(self) -> None:
        self._container.close()

    # -- writing

    def _put_at_once(
        self, source: Source, path: str, aside: str | None, progress: Progress
    ) -> None:
        with room_for(source.size):
            with closing(checked_blocks(source, BLOCK_SIZE)) as blocks:
                (data,) = filled(blocks, LARGEST + 1)
            self._clear(aside)
            progress(len(data))
            digest = hashlib.md5(data, usedforsecurity=False).digest()
            with azure.failures():
                answer = self._blob(path).upload_blob(
                    data, overwrite=True, validate_content=True, **about(source, digest)
                )
        if answer.get("content_md5") != digest:
            self._verify(source, path)

    def _clear(self, aside: str | None) -> None:
        """Delete what lies under the temporary name. Where that may not be, it matters only if
        something is there."""
        if aside is None:
            return
        try:
            self._delete(self._prefix + aside)
        except StoreError as error:
            if error.failure is not Failure.FORBIDDEN:
                raise
            with suppress(PermissionDeniedError):
                if self.stat(aside) is not None:
                    raise

    def _verify(self, source: Source, path: str) -> None:
        try:
            found = self.stat(path)
        except PermissionDeniedError:
            return  # an inbox that cannot be looked into; the blocks' digests were checked
        if found is None or found.size != source.size:
            size = "nothing" if found is None else f"{found.size} bytes"
            raise VerificationError(
                f"azure://{self._container.container_name} holds {size} of {source.name}, not the"
                f" {source.size} sent",
                hint="run apply again; if it happens again, ask the recipient",
            )

    def _delete(self, name: str) -> None:
        try:
            with azure.failures():
                self._container.delete_blob(name, delete_snapshots="include")
        except StoreError as error:
            if error.failure is not Failure.ABSENT:
                raise

    # -- looking

    def _blob(self, path: str) -> BlobClient:
        return self._container.get_blob_client(self._prefix + path)

    def _entries(self, folder: str) -> Iterator[BlobProperties]:
        prefix = f"{self._prefix}{folder}/" if folder else self._prefix
        with azure.failures():
            yield from self._container.list_blobs(name_starts_with=prefix, include=["metadata"])

    def _signing_key(self, seconds: int) -> dict[str, Any]:
        key = getattr(self._container.credential, "account_key", None)
        if key is not None:
            return {"account_key": key}
        access = self._settings.access
        if access.sas is not None:
            raise NotOfferedError(
                "a shared access signature cannot sign addresses for others",
                hint="give account_key, or a login that may generate a user delegation key",
            )
        from azure.storage.blob import BlobServiceClient

        now = SystemClock().now()
        with BlobServiceClient(access.endpoint, self._container.credential) as service:
            delegated = service.get_user_delegation_key(now, now + timedelta(seconds=seconds))
        return {"user_delegation_key": delegated}

    def _translated(self, path: str) -> AbstractContextManager[None]:
        where = f"azure://{self._container.container_name}/{self._prefix}{path}"
        return translated(where, credentials=_CREDENTIALS)


def _is_absent(error: TransportError) -> bool:
    cause = error.__cause__
    return isinstance(cause, StoreError) and cause.failure is Failure.ABSENT


def _is_folder(found: BlobProperties) -> bool:
    return (found.metadata or {}).get(_FOLDER) == "true"


def _remote(path: str, found: BlobProperties) -> RemoteFile:
    md5 = found.content_settings.content_md5
    return RemoteFile(
        path=path,
        size=found.size,
        sha256=(found.metadata or {}).get(_DIGEST),
        md5=bytes(md5).hex() if md5 else None,
        modified=found.last_modified,
    )
