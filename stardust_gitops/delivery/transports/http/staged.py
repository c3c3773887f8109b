"""Recipients that pull: files are put into a bucket, and the message tells where they are."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from stardust_gitops.delivery.transports.base import (
    Progress,
    Question,
    RemoteFile,
    Signing,
    Source,
    Transport,
    TransportError,
)
from stardust_gitops.delivery.transports.http.templates import Values
from stardust_gitops.delivery.transports.http.transport import HttpTransport, before_commit

_KINDS = {
    "audio": (".flac", ".wav", ".aif", ".aiff", ".mp3", ".m4a", ".aac", ".ogg", ".wma", ".dsf"),
    "image": (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".gif", ".webp"),
    "video": (".mp4", ".mov", ".m4v", ".mpg", ".mpeg", ".mkv", ".mxf", ".avi", ".webm"),
}

STAGED_VARIABLES = frozenset(
    {*(f"{kind}_urls" for kind in _KINDS), "file_urls", "files", "message_url"}
)
"""What a template may say of staged files."""


class StagedTransport:
    """A store that holds the files, and an API that is told of them once all are there.

    `lifetime` is in seconds, for the addresses that the recipient is told.
    """

    def __init__(self, store: Transport, api: HttpTransport, lifetime: int) -> None:
        self._store = store
        self._api = api
        self._lifetime = lifetime

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
        """As `Transport.put`: into the store. What completes the delivery is told to the API."""

        def store() -> None:
            self._store.put(
                source,
                path,
                temporary=temporary,
                progress=progress,
                resume=resume,
                completes=completes,
            )

        if not completes:
            store()
            return
        with before_commit():
            if source.size:
                store()
            values = {**self._api.completing_values(path, source), **self._addresses(path)}
        self._api.commit(source, path, values)

    def told(self, source: Source, path: str) -> bool | None:
        """As `Telling.told`: the file in the store is no evidence."""
        return self._api.told(source, path)

    def answer(self, question: Question, values: Mapping[str, str]) -> bytes | None:
        """As `Answering.answer`: the API knows."""
        return self._api.answer(question, values)

    def stat(self, path: str) -> RemoteFile | None:
        """What the store has."""
        return self._store.stat(path)

    def read(self, path: str) -> Iterator[bytes]:
        """What the store has."""
        return self._store.read(path)

    def list(self, folder: str) -> list[RemoteFile]:
        """What the store has."""
        return self._store.list(folder)

    def delete(self, path: str) -> None:
        """From the store."""
        self._store.delete(path)

    def remove_folder(self, folder: str) -> None:
        """From the store."""
        self._store.remove_folder(folder)

    def close(self) -> None:
        """End both connections."""
        try:
            self._store.close()
        finally:
            self._api.close()

    def _addresses(self, path: str) -> Values:
        """Signed addresses of the files in the folder of `path`, which completes it."""
        store = self._store
        if not isinstance(store, Signing):
            raise TransportError(
                "this kind of staging gives no signed addresses", hint="use protocol: s3 or azure"
            )
        sign = functools.partial(_signed, store, self._lifetime)
        folder = path.partition("/")[0]

        @functools.cache
        def files() -> tuple[RemoteFile, ...]:
            found = store.list(folder)
            return tuple(f for f in found if f.path != path and not f.path.endswith(".part"))

        def of_kind(kind: str) -> list[str]:
            return [sign(f.path) for f in files() if _suffix(f.path) in _KINDS[kind]]

        values: dict[str, Callable[[], Any]] = {
            f"{kind}_urls": functools.partial(of_kind, kind) for kind in _KINDS
        }
        return {
            **values,
            "file_urls": lambda: [sign(file.path) for file in files()],
            "files": lambda: [_told(file, folder, sign(file.path)) for file in files()],
            "message_url": lambda: sign(path),
        }


def _signed(store: Signing, seconds: int, path: str) -> str:
    return store.signed_url(path, seconds)


def _told(file: RemoteFile, folder: str, url: str) -> dict[str, Any]:
    """A file as ``{files}`` lists it: its path in the delivery, and how to get and check it."""
    told: dict[str, Any] = {
        "path": file.path.removeprefix(f"{folder}/"),
        "size": file.size,
        "url": url,
        "sha256": file.sha256,
        "md5": file.md5,
    }
    return {name: value for name, value in told.items() if value is not None}


def _suffix(path: str) -> str:
    return PurePosixPath(path).suffix.lower()
