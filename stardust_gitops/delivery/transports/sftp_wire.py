"""The vocabulary of the SSH File Transfer Protocol, version 3 (draft-ietf-secsh-filexfer-02)."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from stardust_gitops.delivery.transports.base import PassingError

INIT, VERSION, OPEN, CLOSE, READ, WRITE, LSTAT = 1, 2, 3, 4, 5, 6, 7
OPENDIR, READDIR, REMOVE, MKDIR, RMDIR, STAT, RENAME = 11, 12, 13, 14, 15, 17, 18
STATUS, HANDLE, DATA, NAME, ATTRS, EXTENDED, EXTENDED_REPLY = 101, 102, 103, 104, 105, 200, 201

OK, EOF, NO_SUCH_FILE, PERMISSION_DENIED, FAILURE = 0, 1, 2, 3, 4
NO_SUCH_PATH, NO_SPACE, QUOTA_EXCEEDED = 10, 14, 15
"""Codes of later drafts, which some servers send in version 3 as well."""

FOR_READING, FOR_CARRYING_ON = 0x01, 0x02
"""Open flags: READ; WRITE."""

FOR_REPLACING, FOR_CREATING = 0x02 | 0x08 | 0x10, 0x02 | 0x08 | 0x20
"""WRITE and CREAT with TRUNC, or with EXCL."""


class SftpStatus(Exception):  # noqa: N818 -- a refusal, turned into a `TransportError` above
    """The server answered a request with a status other than OK."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(f"{text or 'no reason given'} (SFTP status {code})")
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributes:
    """What the server says of a file; ``None`` where it says nothing."""

    size: int | None
    mode: int | None


class Answer:
    """The body of an answer, read from left to right."""

    def __init__(self, kind: int, body: bytes) -> None:
        self.kind = kind
        self._body = body
        self._at = 0

    def number(self, size: int = 4) -> int:
        """An unsigned integer of `size` bytes."""
        return int.from_bytes(self._take(size), "big")

    def string(self) -> bytes:
        """A counted string."""
        return self._take(self.number())

    def attributes(self) -> Attributes:
        """An ATTRS structure (draft, section 5)."""
        flags = self.number()
        size = self.number(8) if flags & 0x1 else None
        if flags & 0x2:
            self._take(8)  # owner and group
        mode = self.number() if flags & 0x4 else None
        if flags & 0x8:
            self._take(8)  # times
        if flags & 0x80000000:
            for _ in range(self.number()):
                self.string(), self.string()
        return Attributes(size=size, mode=mode)

    def more(self) -> bool:
        """Whether anything is left."""
        return self._at < len(self._body)

    def _take(self, count: int) -> bytes:
        if self._at + count > len(self._body):
            raise PassingError("the server sent an SFTP answer that is cut short")
        self._at += count
        return self._body[self._at - count : self._at]


def string(value: bytes) -> bytes:
    """`value`, counted."""
    return struct.pack(">I", len(value)) + value
