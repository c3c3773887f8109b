"""Delivering to an HTTP API that the target describes: `description.Description`.

A file is one request. Where the API wants a delivery to be created first and committed last,
`create` is asked once for each shipment, and `commit` when the file comes that completes it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from stardust_gitops.delivery.transports.base import (
    NotOfferedError,
    Progress,
    Question,
    RemoteFile,
    Source,
    TransportError,
    VerificationError,
)
from stardust_gitops.delivery.transports.checks import checked_blocks, file_parts, relative_parts
from stardust_gitops.delivery.transports.http.answers import (
    Answer,
    at_pointer,
    number_at,
    text_at,
)
from stardust_gitops.delivery.transports.http.client import Client, Sending
from stardust_gitops.delivery.transports.http.description import Description, Request
from stardust_gitops.delivery.transports.http.message import message_values
from stardust_gitops.delivery.transports.http.sums import source_values
from stardust_gitops.delivery.transports.http.templates import Values, in_text

_BLOCK = 1 << 18
_MISSING = (404, 410)
_MOST_PAGES = 1000
_DIGESTS = {"sha256": re.compile(r"[0-9a-f]{64}"), "md5": re.compile(r"[0-9a-f]{32}")}


class HttpTransport:
    """The requests that a target describes, as a transport."""

    def __init__(self, client: Client, api: Description) -> None:
        self._client = client
        self._api = api
        self._deliveries: dict[str, str] = {}

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
        """As `Transport.put`. The recipient gets the last bytes only after all of them were found
        right, so that what it has before is an unfinished request, which it drops."""
        parts = file_parts(path, temporary)
        values = self._values(parts, source)
        if not resume and self._api.delete is not None:
            self.delete("/".join((*parts[:-1], temporary)))
        commit = self._api.commit if completes else None
        if commit is None:
            self._upload(source, path, values, progress)
            return
        with before_commit():
            if source.size and self._api.upload is not None:
                self._upload(source, path, values, progress)
            self._delivery(parts)
        self.commit(source, path, values)

    def commit(self, source: Source, path: str, values: Values) -> None:
        """Tell the recipient to begin."""
        request = _offered(self._api.commit, "commit")
        key = self._client.key("commit", path.partition("/")[0])
        self._client.ask(request, values, f"commit {path}", key=key)

    def told(self, source: Source, path: str) -> bool | None:
        """As `Telling.told`: by what its status says, or because to ask again does no harm."""
        begins = _offered(self._api.commit or self._api.upload, "upload")
        if self._api.status is not None:
            return self.is_begun(self._values(file_parts(path), source), path)
        if begins.again:
            return False
        if self._api.commit is None:
            return None
        raise NotOfferedError(
            f"nobody can ask the recipient whether {path} was committed",
            hint="describe status:, or say by idempotency_header: or repeatable: that commit: may"
            " be asked again",
        )

    def is_begun(self, values: Values, path: str) -> bool:
        """What the API's status says of a delivery."""
        request = _offered(self._api.status, "status")
        answer = self._client.ask(request, values, f"ask about {path}", also=_MISSING)
        if answer.status in _MISSING:
            return False
        pointer = request.answer.get("state")
        return pointer is None or str(at_pointer(answer.json(), pointer)) not in request.open

    def answer(self, question: Question, values: Mapping[str, str]) -> bytes | None:
        """As `Answering.answer`."""
        request = Request(
            method=question.method,
            path=question.path,
            headers=question.headers,
            expect=question.expect,
        )
        told = {**self._api.values, **values}
        known = {name: functools.partial(str, value) for name, value in told.items()}
        answer = self._client.ask(request, known, "ask what became of a message", also=_MISSING)
        return None if answer.status in _MISSING else answer.data

    def stat(self, path: str) -> RemoteFile | None:
        """The file, as the API tells of it, or as it stands in a listing."""
        parts = file_parts(path)
        request = self._api.stat
        if request is None:
            found = self.list("/".join(parts[:-1]))
            return next((file for file in found if file.path == path), None)
        values = self._values(parts)
        answer = self._client.ask(request, values, f"look at {path}", also=_MISSING)
        if answer.status in _MISSING:
            return None
        if request.method == "HEAD":
            length = answer.headers.get("content-length", "")
            if not (length.isascii() and length.isdigit()):
                raise TransportError(f"the recipient does not say how large {path} is")
            return RemoteFile(path=path, size=int(length))
        return _remote_file(answer.json(), request, path)

    def read(self, path: str) -> Iterator[bytes]:
        """The bytes of a file as they come."""
        parts = file_parts(path)
        request = _offered(self._api.read, "read")
        yield from self._client.stream(request, self._values(parts), f"read {path}")

    def list(self, folder: str) -> list[RemoteFile]:
        """All pages of the API's listing, as far as they are below `folder`."""
        parts = relative_parts(folder)
        request = _offered(self._api.list, "list")
        values = dict(self._values(parts))
        under = in_text(request.under, values)
        cursor, seen = "", {""}
        found: dict[str, RemoteFile] = {}
        for _ in range(_MOST_PAGES):
            page = self._client.ask(
                request,
                {**values, "cursor": functools.partial(str, cursor)},
                f"list {folder or 'everything'}",
                also=_MISSING,
            )
            if page.status in _MISSING:
                break
            document = page.json()
            for file in _entries(document, request, under):
                if not parts or file.path.startswith(f"{folder}/"):
                    found[file.path] = file
            cursor = _cursor(document, request)
            if not cursor:
                break
            if cursor in seen:
                raise TransportError(f"the recipient's listing of {folder} goes in a circle")
            seen.add(cursor)
        else:
            raise TransportError(f"the recipient's listing of {folder} has no end")
        return [found[path] for path in sorted(found)]

    def delete(self, path: str) -> None:
        """Delete a file, where the API can."""
        parts = file_parts(path)
        request = _offered(self._api.delete, "delete")
        self._client.ask(request, self._values(parts), f"delete {path}", also=_MISSING)

    def remove_folder(self, folder: str) -> None:
        """Delete a folder, at once or file by file."""
        parts = file_parts(folder)
        if self._api.delete_folder is not None:
            request = self._api.delete_folder
            self._client.ask(request, self._values(parts), f"delete {folder}", also=_MISSING)
            self._deliveries.pop(folder, None)
            return
        _offered(self._api.delete, "delete")
        for file in self.list(folder):
            self.delete(file.path)

    def close(self) -> None:
        """End all connections."""
        self._client.close()

    # -- what requests say

    def completing_values(self, path: str, source: Source) -> Values:
        """The values for what is said of a delivery when the file at `path` completes it."""
        return self._values(file_parts(path), source)

    def _values(self, parts: tuple[str, ...], source: Source | None = None) -> Values:
        api, client, path = self._api, self._client, "/".join(parts)
        folder = parts[0] if parts else ""
        values: dict[str, Callable[[], Any]] = {
            name: functools.partial(str, value) for name, value in api.values.items()
        }
        values |= {
            "path": lambda: path,
            "folder": lambda: folder,
            "inside": lambda: "/".join(parts[1:]),
            "name": lambda: parts[-1] if parts else "",
            "key": lambda: client.key(folder),
            "delivery": lambda: self._delivery(parts),
        }
        if source is not None:
            values |= source_values(source)
            said = source.operation or ""
            values["operation"] = lambda: api.operations.get(said, said)
            values |= message_values(source)
        return values

    def _delivery(self, parts: tuple[str, ...]) -> str:
        """What `create` returned for the shipment that a file is in. It is asked once, and gives
        the same when a run carries on."""
        create, folder = self._api.create, parts[0] if parts else ""
        if create is None:
            return ""
        if not folder:
            raise NotOfferedError("the recipient lists what is in a delivery, and not deliveries")
        if folder not in self._deliveries:
            values = {k: v for k, v in self._values(parts[:1]).items() if k != "delivery"}
            key = self._client.key("create", folder)
            answer = self._client.ask(create, values, f"create {folder}", key=key)
            pointer = create.answer.get("id")
            self._deliveries[folder] = (
                self._client.key(folder)
                if pointer is None
                else text_at(answer.json(), pointer, "id")
            )
        return self._deliveries[folder]

    def _upload(self, source: Source, path: str, values: Values, progress: Progress) -> None:
        request = _offered(self._api.upload, "upload")
        self._delivery(file_parts(path)[:1])
        if not source.size:
            list(checked_blocks(source, _BLOCK))
        sending = Sending(
            name=path.rpartition("/")[2],
            size=source.size,
            blocks=lambda: _verified(source, progress),
        )
        key = self._client.key("upload", path, source.sha256)
        answer = self._client.ask(request, values, f"put {path}", sending=sending, key=key)
        _compare(answer, request, source, path)


@contextmanager
def before_commit() -> Iterator[None]:
    """Whatever fails here, the recipient was not told to begin."""
    try:
        yield
    except TransportError as error:
        error.undone = True
        raise


def _offered(request: Request | None, name: str) -> Request:
    if request is None:
        raise NotOfferedError(
            f"the recipient's interface has no {name}",
            hint=f"if it has one, describe {name}: in the target's transport",
        )
    return request


def _verified(source: Source, progress: Progress) -> Iterator[bytes]:
    """The blocks of a source; the last one only when all were found right."""
    held = b""
    for block in checked_blocks(source, _BLOCK):
        if held:
            yield held
            progress(len(held))
        held = block
    if held:
        yield held
        progress(len(held))


def _compare(answer: Answer, request: Request, source: Source, path: str) -> None:
    """Hold what the API says of a file against what was sent."""
    if not request.answer.keys() & {"size", "sha256", "md5"}:
        return
    found = _remote_file(answer.json(), request, path, size=source.size)
    md5 = source.md5 or found.md5
    same = found.md5 in (None, md5) and found.sha256 in (None, source.sha256.lower())
    if not same or found.size != source.size:
        raise VerificationError(
            f"the recipient has {found.size} bytes of {path}, or others than the {source.size}"
            " that were sent",
            hint="run apply again; if it happens again, ask the recipient",
        )


def _remote_file(
    document: Any, request: Request, path: str, *, size: int | None = None
) -> RemoteFile:
    pointers = request.answer
    digests = {}
    for name, shape in _DIGESTS.items():
        said = at_pointer(document, pointers[name]) if name in pointers else None
        said = said.lower() if isinstance(said, str) else ""
        digests[name] = said if shape.fullmatch(said) else None
    if "size" in pointers or size is None:
        size = number_at(document, pointers.get("size", "/size"), "size")
    return RemoteFile(path=path, size=size, sha256=digests["sha256"], md5=digests["md5"])


def _entries(document: Any, request: Request, under: str) -> Iterator[RemoteFile]:
    entries = at_pointer(document, request.answer.get("items", ""))
    if not isinstance(entries, list):
        raise TransportError(
            "the recipient's listing is no list",
            hint="correct items: of list: in the target's transport",
        )
    for entry in entries:
        name = at_pointer(entry, request.answer.get("name", "/path"))
        if not isinstance(name, str) or not name or len(name) > 4000:
            raise TransportError(
                "the recipient's listing has an entry without a name",
                hint="correct name: of list: in the target's transport",
            )
        path = under + name
        yield _remote_file(entry, request, "/".join(file_parts(path)))


def _cursor(document: Any, request: Request) -> str:
    pointer = request.answer.get("next")
    if pointer is None or at_pointer(document, pointer) in (None, "", False):
        return ""
    return text_at(document, pointer, "cursor")
