"""What every transport can do, and how it fails.

Paths are relative to the target's configured folder, with slashes. Nothing appears under its
final name before it is whole: `put` writes to a temporary name beside it and renames, or, at stores
without renaming, commits what was uploaded in one step.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, ClassVar, Protocol, cast, runtime_checkable

from stardust_gitops.errors import GitOpsError

Progress = Callable[[int], None]
"""Called with the number of bytes just sent."""


class TransportError(GitOpsError):
    """The recipient could not be reached, or refused. `passing` errors are worth another try.

    `undone` says that, for certain, nothing came of what was asked: the recipient has said so, or
    was never reached. Else that is for the evidence to tell. `unreached` says that not even a
    connection was made.
    """

    default_code = "SG6000"
    passing: ClassVar[bool] = False
    undone: bool = False
    unreached: bool = False


class PassingError(TransportError):
    """Connection lost, time-out, server busy: the same thing may work in a moment, or, where the
    server says when, after `retry_after` seconds."""

    default_code = "SG6001"
    passing = True
    retry_after: float | None = None


class AuthenticationError(TransportError):
    """The server refused the user, key or password."""

    default_code = "SG6002"


class HostKeyError(TransportError):
    """The server shows another host key than the target pins."""

    default_code = "SG6003"


class NoSpaceError(TransportError):
    """The server or disk is full."""

    default_code = "SG6004"


class PermissionDeniedError(TransportError):
    """The server does not let us do that there."""

    default_code = "SG6005"


class NotOfferedError(PermissionDeniedError):
    """The recipient's interface has no such thing: an API that takes files and lists none."""

    default_code = "SG6008"


class RejectedError(TransportError):
    """The recipient has read what we sent and does not take it: sending it again is of no use."""

    default_code = "SG6007"


class VerificationError(TransportError):
    """What arrived is not what was sent."""

    default_code = "SG6006"


class ChangedError(VerificationError):
    """What was read to be sent is not what was recorded of it: the file has changed since."""

    default_code = "SG6009"
    undone = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteFile:
    """A file at the recipient; `size` in bytes. `sha256` and `md5` (hexadecimal) and the instant
    of its last change are what the protocol tells without reading it, else ``None``; two listings
    of one file are equal whether or not they tell."""

    path: str
    size: int
    sha256: str | None = field(default=None, compare=False)
    md5: str | None = field(default=None, compare=False)
    modified: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Bytes to send, opened when they are sent. `sha256` is checked while they are read, and `md5`
    where it is given: where the recipient is told that one. `operation` is what the file that
    completes a delivery asks for, where that is one thing: some interfaces want to be told."""

    name: str
    size: int
    sha256: str
    open: Callable[[], BinaryIO]
    md5: str | None = None
    operation: str | None = None

    @classmethod
    def of_bytes(cls, name: str, data: bytes) -> Source:
        """A source of a few bytes in memory: a message or a manifest."""
        digest = hashlib.sha256(data).hexdigest()
        return cls(name=name, size=len(data), sha256=digest, open=lambda: io.BytesIO(data))

    @classmethod
    def of_file(cls, path: Path, *, size: int, sha256: str, md5: str | None = None) -> Source:
        """A source that streams a file of the catalogue."""
        return cls(name=path.name, size=size, sha256=sha256, open=lambda: path.open("rb"), md5=md5)


class Transport(Protocol):
    """One connection to one recipient. Not for use by two threads at once."""

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
        """Stream `source` to `path`, making folders as needed.

        The bytes go to the name `temporary` in the same folder first; only when their number and
        SHA-256 are those of `source` (else `ChangedError`) and the size at the other end
        agrees (else `VerificationError`), the file is renamed to `path`, replacing what is there.
        At a store that does not rename, what lies under `temporary` is gone before `path` appears.

        With `resume` the name `temporary` is used for this very source alone: what lies there is
        its beginning, and where the protocol can, only the rest is sent, and `progress` hears of
        that alone. What an error leaves under `temporary` stays for that; without
        `resume` it is deleted where that is possible.

        `completes` says that this file tells the recipient to begin: an interface that has a
        request for that makes it when the file is there.
        """
        ...

    def stat(self, path: str) -> RemoteFile | None:
        """The file at `path`, or ``None`` where there is none."""
        ...

    def read(self, path: str) -> Iterator[bytes]:
        """The bytes of a file, in pieces."""
        ...

    def list(self, folder: str) -> list[RemoteFile]:
        """All files below `folder`, recursively, sorted by path; empty where it does not exist.

        Where the target's own folder (``""``) has to exist, that it does not is a `TransportError`.
        """
        ...

    def delete(self, path: str) -> None:
        """Delete a file; nothing happens where there is none."""
        ...

    def remove_folder(self, folder: str) -> None:
        """Delete a folder with all it holds; nothing happens where there is none."""
        ...

    def close(self) -> None:
        """End the connection."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A request that asks about one message. `path`, with its query, and the values of `headers`
    are templates, in which ``{name}`` stands for a value; `expect` are the statuses of an answer.
    """

    path: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    expect: tuple[int, ...] = (200,)


@runtime_checkable
class Answering(Protocol):
    """A transport to an interface that can be asked what became of a message."""

    def answer(self, question: Question, values: Mapping[str, str]) -> bytes | None:
        """What it says, or ``None`` where it does not know of it (yet). `values` are put into the
        templates as such. `TransportError` where it cannot be asked."""
        ...


class Telling(Protocol):
    """A transport that tells the recipient to begin by a request, and not by a name that a file
    gets last: neither the file nor an unfinished one beside it is evidence of that."""

    def told(self, source: Source, path: str) -> bool | None:
        """Whether the recipient was told to begin with `source` at `path`. ``False`` too where
        telling it again has no second effect; ``None`` where the file itself, if it is there, is
        the evidence. `NotOfferedError` where there is no way to know."""
        ...


def telling(transport: Transport) -> Telling | None:
    """The transport, if it is one that tells by a request."""
    return cast(Telling, transport) if hasattr(transport, "told") else None


@runtime_checkable
class Signing(Protocol):
    """A transport to a store that others can read from by signed addresses."""

    def signed_url(self, path: str, seconds: int) -> str:
        """An address at which anybody can read the file at `path` for so many seconds. It is a
        secret as long as it lives."""
        ...
