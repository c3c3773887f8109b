"""A recipient that is a bucket: Amazon S3, or a store that speaks its language."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from stardust_gitops.delivery.transports.base import (
    PermissionDeniedError,
    Progress,
    RemoteFile,
    Source,
    VerificationError,
)
from stardust_gitops.delivery.transports.checks import checked_blocks, file_parts, relative_parts
from stardust_gitops.delivery.transports.settings import S3Settings
from stardust_gitops.delivery.transports.stores.pieces import BLOCK_SIZE, SMALL, Told, noted
from stardust_gitops.delivery.transports.stores.s3_parts import (
    S3Upload,
    unfinished,
)
from stardust_gitops.delivery.transports.stores.s3_wire import (
    DAMAGED,
    Body,
    S3Wire,
    md5_of,
    must_agree,
)
from stardust_gitops.delivery.transports.stores.words import prefix_of, translated
from stardust_gitops.objects import s3
from stardust_gitops.objects.failures import Failure, StoreError
from stardust_gitops.objects.packages import must_have

LARGEST = 64 << 20
"""Bytes of a file that is put in one request; a larger one goes in parts."""

_DIGEST = "sha256"
_AT_ONCE = 1000
"""Keys that one request may delete."""

_CREDENTIALS = "access_key, secret_key, profile or role of the target (or what AWS finds here)"


def connect(settings: S3Settings) -> S3Transport:
    """Open the bucket and look into it, so that wrong credentials and names are noticed.

    Raises `AuthenticationError`, `PassingError` or `TransportError`; not being allowed to list is
    no error: an inbox may be for writing only.
    """
    must_have("boto3", "aws", "this target")
    with translated(f"s3://{settings.bucket}", credentials=_CREDENTIALS):
        session = s3.open_session(settings.access)
        client = s3.open_client(session, settings.access, attempts=2)
        try:
            with s3.failures():
                client.list_objects_v2(
                    Bucket=settings.bucket, Prefix=prefix_of(settings.path), MaxKeys=1
                )
        except StoreError as error:
            if error.failure is not Failure.FORBIDDEN:
                raise
        wire = S3Wire(session, client, settings.access, settings.bucket)
    return S3Transport(client, wire, settings)


class S3Transport:
    """See `base.Transport`.

    An object appears in one step, so nothing is ever put under the name `temporary`; what this
    deletes there is what a caller put there as a file.
    """

    def __init__(self, client: Any, wire: S3Wire, settings: S3Settings) -> None:
        self._client = client
        self._wire = wire
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
            aside = None if resume else self._key("/".join((*parts[:-1], temporary)))
            if source.size <= LARGEST:
                self._put_at_once(source, path, aside, progress)
                return
            if aside is not None:
                self._clear(aside)
            upload = S3Upload(
                client=self._client,
                wire=self._wire,
                bucket=self._settings.bucket,
                key=self._key(path),
                about=self._about(source),
                sums=self._settings.sums,
            )
            upload.put(source, progress, resume=resume)
            self._verify(source, path)

    def stat(self, path: str) -> RemoteFile | None:
        key = self._key("/".join(file_parts(path)))
        with self._translated(path):
            found = self._wire.head(key)
        if found is None:
            return None
        return RemoteFile(
            path=path,
            size=int(found.get("content-length", 0)),
            sha256=found.get(f"x-amz-meta-{_DIGEST}"),
            md5=md5_of(found),
            modified=_instant(found.get("last-modified")),
        )

    def read(self, path: str) -> Iterator[bytes]:
        key = self._key("/".join(file_parts(path)))
        with self._translated(path), s3.failures():
            answer = self._client.get_object(Bucket=self._settings.bucket, Key=key)
            with closing(answer["Body"]) as body:
                yield from body.iter_chunks(BLOCK_SIZE)

    def list(self, folder: str) -> list[RemoteFile]:
        relative_parts(folder)
        with self._translated(folder or "."):
            found = [
                RemoteFile(
                    path=entry["Key"].removeprefix(self._prefix),
                    size=entry["Size"],
                    modified=entry.get("LastModified"),
                )
                for entry in self._entries(folder)
                if not entry["Key"].endswith("/")  # how some consoles show an empty folder
            ]
        return sorted(found, key=lambda file: file.path)

    def delete(self, path: str) -> None:
        key = self._key("/".join(file_parts(path)))
        with self._translated(path):
            self._wire.delete(key)

    def remove_folder(self, folder: str) -> None:
        prefix = self._key("/".join(file_parts(folder))) + "/"
        with self._translated(folder):
            self._abort_below(prefix)
            keys = [entry["Key"] for entry in self._entries(folder)]
            for start in range(0, len(keys), _AT_ONCE):
                self._delete_all(keys[start : start + _AT_ONCE])

    def signed_url(self, path: str, seconds: int) -> str:
        """A URL by which anybody may read a file for so long; S3 grants 7 days, and no longer than
        the credentials last that sign it."""
        key = self._key("/".join(file_parts(path)))
        with self._translated(path), s3.failures():
            return str(
                self._client.generate_presigned_url(
                    "get_object",
                    Params={"Bucket": self._settings.bucket, "Key": key},
                    ExpiresIn=seconds,
                )
            )

    def close(self) -> None:
        self._client.close()
        self._wire.close()

    # -- writing

    def _put_at_once(
        self, source: Source, path: str, aside: str | None, progress: Progress
    ) -> None:
        with closing(checked_blocks(source, BLOCK_SIZE)) as blocks:
            digest = hashlib.md5(usedforsecurity=False)
            if source.size <= SMALL:
                data = b"".join(blocks)
                digest.update(data)
                md5: bytes | None = digest.digest()
                told = Told(iter([data]), progress)
            else:
                md5 = None if source.md5 is None else bytes.fromhex(source.md5)
                told = Told(
                    blocks if md5 or self._settings.sums else noted(blocks, digest), progress
                )
            if aside is not None:
                self._clear(aside)
            sums = self._settings.sums
            body = Body(told.chunks(), source.size, source.sha256.lower(), None if sums else md5)
            with told.sending(), self._no_damage(path):
                answer = self._wire.put(self._key(path), body, self._headers(source))
                if not sums:
                    must_agree(answer, body._replace(md5=md5 or digest.digest()))
        if md5_of(answer) is None and "x-amz-checksum-sha256" not in answer:
            self._verify(source, path)  # the store has told us nothing of what it took

    @contextmanager
    def _no_damage(self, path: str) -> Iterator[None]:
        """What the store took otherwise than it was sent does not stay."""
        try:
            yield
        except StoreError as error:
            if error.code == DAMAGED:
                self._wire.delete(self._key(path))
            raise

    def _clear(self, aside: str) -> None:
        """Delete what lies under the temporary name. Where that may not be, it matters only if
        something is there."""
        try:
            self._wire.delete(aside)
        except StoreError as error:
            if error.failure is not Failure.FORBIDDEN:
                raise
            with suppress(StoreError):
                if self._wire.head(aside) is None:
                    return
                raise PermissionDeniedError(
                    f"{aside} may not be deleted", hint="ask the recipient for s3:DeleteObject"
                ) from error

    def _verify(self, source: Source, path: str) -> None:
        try:
            found = self.stat(path)
        except PermissionDeniedError:
            return  # an inbox that cannot be looked into; the parts' digests were checked
        if found is None or found.size != source.size:
            size = "nothing" if found is None else f"{found.size} bytes"
            raise VerificationError(
                f"s3://{self._settings.bucket} holds {size} of {source.name}, not the"
                f" {source.size} sent",
                hint="run apply again; if it happens again, ask the recipient",
            )
        if found.sha256 is not None and found.sha256 != source.sha256.lower():
            raise VerificationError(
                f"{path} was completed by somebody else with other content",
                hint="make sure that nobody else writes to this folder, then run apply again",
            )

    def _headers(self, source: Source) -> dict[str, str]:
        """What goes with an object, as the headers of a request."""
        names = {
            "ServerSideEncryption": "x-amz-server-side-encryption",
            "SSEKMSKeyId": "x-amz-server-side-encryption-aws-kms-key-id",
            "ACL": "x-amz-acl",
            "StorageClass": "x-amz-storage-class",
        }
        about = self._about(source)
        headers = {header: str(about[name]) for name, header in names.items() if name in about}
        return headers | {f"x-amz-meta-{_DIGEST}": source.sha256.lower()}

    def _about(self, source: Source) -> dict[str, object]:
        """The same as the arguments of botocore's client."""
        settings = self._settings
        chosen: Mapping[str, object] = {
            "ServerSideEncryption": settings.encryption,
            "SSEKMSKeyId": settings.kms_key,
            "ACL": settings.acl,
            "StorageClass": settings.storage_class,
            "Metadata": {_DIGEST: source.sha256.lower()},
        }
        return {name: value for name, value in chosen.items() if value is not None}

    # -- deleting

    def _abort_below(self, prefix: str) -> None:
        """Unfinished uploads are files of ours as well, though nobody sees them. A store that does
        not list them, or not to us, drops them when it likes."""
        try:
            uploads = unfinished(self._client, self._settings.bucket, prefix)
        except StoreError as error:
            if error.failure in (Failure.FORBIDDEN, Failure.REFUSED):
                return
            raise
        for upload in uploads:
            with s3.failures():
                self._client.abort_multipart_upload(
                    Bucket=self._settings.bucket, Key=upload["Key"], UploadId=upload["UploadId"]
                )

    def _delete_all(self, keys: Sequence[str]) -> None:
        wanted = {"Objects": [{"Key": key} for key in keys], "Quiet": True}
        try:
            with s3.failures():
                answer = self._client.delete_objects(Bucket=self._settings.bucket, Delete=wanted)
        except StoreError as error:
            if error.failure is not Failure.REFUSED:
                raise
            for key in keys:  # some stores know no request for many, or want another checksum
                self._wire.delete(key)
            return
        for refused in answer.get("Errors", ()):
            raise s3.failure_of({"Error": refused})

    # -- looking

    def _key(self, path: str) -> str:
        return self._prefix + path

    def _entries(self, folder: str) -> Iterator[dict[str, Any]]:
        prefix = self._key(f"{folder}/" if folder else "")
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._settings.bucket, Prefix=prefix
        )
        with s3.failures():
            for page in pages:
                yield from page.get("Contents", ())

    def _translated(self, path: str) -> AbstractContextManager[None]:
        where = f"s3://{self._settings.bucket}/{self._prefix}{path}"
        renewed = self._settings.access.role is not None
        return translated(where, credentials=_CREDENTIALS, renewed=renewed)


def _instant(text: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(text) if text else None
    except ValueError:
        return None
