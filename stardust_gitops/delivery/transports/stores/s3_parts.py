"""A file that is put in parts, and carried on where a part of them has arrived.

S3 does not tell of an unfinished upload what content it is of. So the size of its parts does: it
is chosen by the content's digest, and an upload with parts of another size is of another content.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from stardust_gitops.delivery.transports.base import ChangedError, Progress, Source
from stardust_gitops.delivery.transports.checks import checked_blocks
from stardust_gitops.delivery.transports.stores.pieces import (
    BLOCK_SIZE,
    Piece,
    Way,
    filled,
    send_all,
)
from stardust_gitops.delivery.transports.stores.s3_wire import Body, S3Wire, base64_of, md5_of
from stardust_gitops.objects import s3
from stardust_gitops.objects.failures import Failure, StoreError

LARGEST = 32 << 20
"""Bytes of a part, at most, and of a file that is put at once."""

MOST = 10_000
"""Parts that an upload may have."""

_SPREAD = 5
"""Hexadecimal digits of the digest by which a part is smaller than the largest one: up to 1 MiB."""

Part = Mapping[str, Any]


def part_size(source: Source) -> int:
    """The size of the parts of this content, in bytes."""
    own = LARGEST - int(source.sha256[:_SPREAD] or "0", 16)
    return max(own, -(-source.size // MOST))


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Upload:
    """An upload in parts to `key`. `about` are the arguments of its beginning; `sums` says that
    the store checks SHA-256, else it checks MD5."""

    client: Any
    wire: S3Wire
    bucket: str
    key: str
    about: Mapping[str, Any]
    sums: bool

    def put(self, source: Source, progress: Progress, *, resume: bool) -> None:
        """Send what the store has not, and complete it. What an error leaves stays only with
        `resume`. `StoreError`, `ChangedError`."""
        size = part_size(source)
        stays = False
        upload, there = None, dict[int, Part]()
        if resume:
            stays, upload, there = self._unfinished(source, size)
        if upload is None:
            upload = self._begin()
        sending = _Sending(self, upload, there)
        try:
            with closing(checked_blocks(source, BLOCK_SIZE)) as blocks:
                parts = send_all(filled(blocks, size), sending.send, progress)
            self._complete(upload, parts)
        except BaseException as error:
            if not stays or isinstance(error, ChangedError):
                with suppress(StoreError):  # what led here is what the user has to know
                    self.abort(upload)
            raise

    def abort(self, upload: str) -> None:
        """Have the store forget the parts of an upload. `StoreError`."""
        with s3.failures():
            self.client.abort_multipart_upload(**self._where, UploadId=upload)

    @property
    def _where(self) -> dict[str, str]:
        return {"Bucket": self.bucket, "Key": self.key}

    def _begin(self) -> str:
        more = {"ChecksumAlgorithm": "SHA256"} if self.sums else {}
        with s3.failures():
            answer = self.client.create_multipart_upload(**self._where, **self.about, **more)
        return str(answer["UploadId"])

    def _complete(self, upload: str, parts: list[Part]) -> None:
        with s3.failures():
            self.client.complete_multipart_upload(
                **self._where, UploadId=upload, MultipartUpload={"Parts": parts}
            )

    def _unfinished(self, source: Source, size: int) -> tuple[bool, str | None, dict[int, Part]]:
        """Whether unfinished uploads can be found at all; the one of this content, if there is
        one; and its parts. Those of another content are aborted."""
        found: str | None = None
        parts: dict[int, Part] = {}
        try:
            for upload in unfinished(self.client, self.bucket, self.key):
                if upload["Key"] != self.key:
                    continue
                there = self._parts(upload["UploadId"])
                if found is None and there and _is_of(there, source, size):
                    found, parts = upload["UploadId"], there
                else:
                    self.abort(upload["UploadId"])
        except StoreError as error:
            if error.failure not in (Failure.FORBIDDEN, Failure.REFUSED):
                raise
            return False, None, {}
        return True, found, parts

    def _parts(self, upload: str) -> dict[int, Part]:
        pages = self.client.get_paginator("list_parts").paginate(**self._where, UploadId=upload)
        try:
            with s3.failures():
                return {
                    part["PartNumber"]: part for page in pages for part in page.get("Parts", ())
                }
        except StoreError as error:
            if error.code == "NoSuchUpload":  # completed or aborted since it was listed
                return {}
            raise


@dataclass(frozen=True, slots=True)
class _Sending:
    """The parts of one upload under way; `there` are those that the store had before."""

    upload: S3Upload
    id: str
    there: Mapping[int, Part]

    def send(self, piece: Piece, way: Way) -> Part:
        """A part as the completion names it; sent unless it is there."""
        number, data = piece
        there = self.there.get(number)
        if there is not None and _same(there, data):
            return _named(number, there["ETag"], there.get("ChecksumSHA256"))
        sums = self.upload.sums
        body = Body(
            way.chunks(data),
            len(data),
            sha256=hashlib.sha256(data).hexdigest() if sums else None,
            md5=None if sums else hashlib.md5(data, usedforsecurity=False).digest(),
        )
        query = f"partNumber={number}&uploadId={quote(self.id, safe='-_.~')}"
        answer = self.upload.wire.put(self.upload.key, body, query=query)
        checksum = base64_of(body.sha256) if body.sha256 is not None else None
        return _named(number, answer.get("etag", ""), checksum)


def unfinished(client: Any, bucket: str, prefix: str) -> list[dict[str, Any]]:
    """The unfinished uploads to keys that begin with `prefix`. `StoreError`."""
    pages = client.get_paginator("list_multipart_uploads").paginate(Bucket=bucket, Prefix=prefix)
    try:
        with s3.failures():
            return [upload for page in pages for upload in page.get("Uploads", ())]
    except StoreError as error:
        if error.code == "NoSuchUpload":  # how rclone says that there is none
            return []
        raise


def _is_of(parts: Mapping[int, Part], source: Source, size: int) -> bool:
    count = -(-source.size // size)
    last = source.size - (count - 1) * size
    return all(
        number <= count and part["Size"] == (last if number == count else size)
        for number, part in parts.items()
    )


def _same(part: Part, data: bytes) -> bool:
    """Whether the store has these bytes, by the best digest that it tells."""
    if part["Size"] != len(data):
        return False
    if checksum := part.get("ChecksumSHA256"):
        return bool(checksum == base64_of(hashlib.sha256(data).hexdigest()))
    tag = md5_of({"etag": str(part["ETag"])})
    return tag is not None and tag == hashlib.md5(data, usedforsecurity=False).hexdigest()


def _named(number: int, tag: str, checksum: str | None) -> Part:
    named = {"PartNumber": number, "ETag": tag}
    return named if checksum is None else {**named, "ChecksumSHA256": checksum}
