"""What a recipient sees of what is delivered, looked at by other means than the transport's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import pytest
from azure.storage.blob import ContainerClient

from stardust_gitops.delivery.transports.registry import TransportSettings
from tests.object_servers import AzureServer, S3Server


class Inbox(Protocol):
    """A place that one transport delivers to."""

    @property
    def settings(self) -> TransportSettings:
        """How a transport reaches it."""
        ...

    @property
    def folder(self) -> Path:
        """The folder that it is, of this machine. Skips the test where it is none."""
        ...

    def names(self) -> list[str]:
        """All files, whole or not, by name."""
        ...

    def read(self, path: str) -> bytes:
        """The bytes of a file."""
        ...

    def write(self, path: str, data: bytes) -> None:
        """Put a file there, which is not ours."""
        ...


@dataclass(frozen=True)
class FolderInbox:
    """A folder of this machine, behind whatever server."""

    folder: Path
    settings: TransportSettings

    def names(self) -> list[str]:
        """See `Inbox`."""
        found = (file for file in self.folder.rglob("*") if not file.is_dir())
        return sorted(file.relative_to(self.folder).as_posix() for file in found)

    def read(self, path: str) -> bytes:
        """See `Inbox`."""
        return (self.folder / path).read_bytes()

    def write(self, path: str, data: bytes) -> None:
        """See `Inbox`."""
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_bytes(data)


class _Store:
    """What stores of objects have in common: nothing is a folder."""

    @property
    def folder(self) -> Path:
        """See `Inbox`."""
        pytest.skip("a store of objects has no folders")


PREFIX = "an inbox"
"""The folder of a bucket that is delivered to."""


class BucketInbox(_Store):
    """A new bucket."""

    def __init__(self, server: S3Server, *, sums: bool) -> None:
        self._client = server.client()
        self.one_line = not server.signed
        """Whether its names must not have line breaks."""
        self._bucket = server.make_bucket(f"b-{uuid4().hex}")
        self.settings: TransportSettings = server.settings(self._bucket, PREFIX, sums=sums)

    def names(self) -> list[str]:
        """See `Inbox`; unfinished uploads are not among them."""
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket)
        keys = (entry["Key"] for page in pages for entry in page.get("Contents", ()))
        return sorted(key.removeprefix(f"{PREFIX}/") for key in keys)

    def uploads(self) -> list[str]:
        """Keys of the uploads that were not finished."""
        found = self._client.list_multipart_uploads(Bucket=self._bucket).get("Uploads", ())
        return [upload["Key"].removeprefix(f"{PREFIX}/") for upload in found]

    def read(self, path: str) -> bytes:
        """See `Inbox`."""
        answer = self._client.get_object(Bucket=self._bucket, Key=f"{PREFIX}/{path}")
        return bytes(answer["Body"].read())

    def write(self, path: str, data: bytes) -> None:
        """See `Inbox`."""
        self._client.put_object(Bucket=self._bucket, Key=f"{PREFIX}/{path}", Body=data)


class ContainerInbox(_Store):
    """A new container."""

    def __init__(self, server: AzureServer) -> None:
        settings = server.settings(server.make_container(f"c-{uuid4().hex}"), PREFIX)
        self.settings: TransportSettings = settings
        access = settings.access
        self._client = ContainerClient(access.endpoint, access.container, credential=access.key)

    def names(self) -> list[str]:
        """See `Inbox`."""
        found: Iterator[str] = self._client.list_blob_names()
        return sorted(name.removeprefix(f"{PREFIX}/") for name in found)

    def read(self, path: str) -> bytes:
        """See `Inbox`."""
        return bytes(self._client.download_blob(f"{PREFIX}/{path}").readall())

    def write(self, path: str, data: bytes) -> None:
        """See `Inbox`."""
        self._client.upload_blob(f"{PREFIX}/{path}", data, overwrite=True)
