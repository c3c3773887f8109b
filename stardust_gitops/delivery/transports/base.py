"""What every transport can do, and how it fails.

Paths are relative to the target's configured folder, with slashes. Nothing appears under its
final name before it is whole: `put` writes to a temporary name beside it and renames.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, ClassVar, Protocol

from stardust_gitops.errors import GitOpsError

Progress = Callable[[int], None]
"""Called with the number of bytes just sent."""


class TransportError(GitOpsError):
    """The recipient could not be reached, or refused. `passing` errors are worth another try."""

    default_code = "SG6000"
    passing: ClassVar[bool] = False


class PassingError(TransportError):
    """Connection lost, time-out, server busy: the same thing may work in a moment."""

    default_code = "SG6001"
    passing = True


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


class VerificationError(TransportError):
    """What arrived, or what was read to be sent, is not what it should be."""

    default_code = "SG6006"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteFile:
    """A file at the recipient; `size` in bytes."""

    path: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Bytes to send, opened when they are sent. `sha256` is checked while they are read, and `md5`
    where it is given: where the recipient is told that one."""

    name: str
    size: int
    sha256: str
    open: Callable[[], BinaryIO]
    md5: str | None = None

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

    def put(self, source: Source, path: str, *, temporary: str, progress: Progress) -> None:
        """Stream `source` to `path`, making folders as needed.

        The bytes go to the name `temporary` in the same folder first; only when their number and
        SHA-256 are those of `source` (else `VerificationError`) and the size at the other end
        agrees, the file is renamed to `path`, replacing what is there. On an error the temporary
        file is deleted where that is possible.
        """
        ...

    def stat(self, path: str) -> RemoteFile | None:
        """The file at `path`, or ``None`` where there is none."""
        ...

    def read(self, path: str) -> Iterator[bytes]:
        """The bytes of a file, in pieces."""
        ...

    def list(self, folder: str) -> list[RemoteFile]:
        """All files below `folder`, recursively, sorted by path; empty where it does not exist."""
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
