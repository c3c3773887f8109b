"""One conversation in the SSH File Transfer Protocol, version 3.

After draft-ietf-secsh-filexfer-02 and OpenSSH's PROTOCOL file, section 4. paramiko's own client
is not used: it drops the status of pipelined writes, the status codes and the list of the
server's extensions, all of which a delivery has to know.
"""

from __future__ import annotations

import contextlib
import struct
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Protocol

from paramiko import SSHException

from stardust_gitops.delivery.transports import sftp_wire as wire
from stardust_gitops.delivery.transports.base import PassingError, Progress
from stardust_gitops.delivery.transports.sftp_wire import Answer, Attributes, SftpStatus, string

POSIX_RENAME = b"posix-rename@openssh.com"
LIMITS = b"limits@openssh.com"
STATVFS = b"statvfs@openssh.com"

SAFE_REQUEST_SIZE = 32668
"""Bytes of data per request that every server takes (draft, section 3: 32768), and that leave
room for the header in one SSH packet of 32768 bytes."""

MAX_REQUEST_SIZE = 261120
"""OpenSSH's own limit: 2.5 times the throughput of 32 KiB requests on a fast line."""

IN_FLIGHT = 32
"""Requests sent before the first answer is awaited. The channel's window bounds them as well."""

MAX_PACKET = 1 << 20
"""No honest answer is larger; a larger one is not buffered."""

_SEND_SIZE = 32704  # paramiko's channel takes that much at once; a larger slice is only copied


class Stream(Protocol):
    """The SSH channel: a socket in all but name."""

    def send(self, data: bytes, /) -> int:
        """Send some of it; how much."""
        ...

    def recv(self, size: int, /) -> bytes:
        """Receive up to so many bytes; none at the end."""
        ...


class SftpSession:
    """Requests and their answers over `stream`. For one thread.

    Methods raise `SftpStatus` for what the server refuses and `PassingError` when the connection
    fails; after the latter, or an interruption in the middle of a message, `broken` is true and
    every call fails.
    """

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._outgoing = bytearray()
        self._received = bytearray()
        self._expected: set[int] = set()
        self._answers: dict[int, Answer] = {}
        self._last = 0
        self.broken = False
        self.extensions = self._greet()
        self.request_size = self._agreed_request_size()

    # -- files

    def open(self, path: bytes, flags: int) -> bytes:
        """Open a file and return its handle."""
        return self._call(
            wire.OPEN, string(path), struct.pack(">II", flags, 0), expect=wire.HANDLE
        ).string()

    def write(
        self,
        path: bytes,
        handle: bytes,
        blocks: Iterable[bytes],
        progress: Progress,
        *,
        offset: int = 0,
    ) -> int | None:
        """Write `blocks` (each at most `request_size`) to the file `path`, open as `handle`, from
        `offset` on, and close it. Return its size as the server then tells it, ``None`` if it does
        not.

        `progress` hears of each block once it is sent; when this returns, the server has confirmed
        every one. On any failure the file is closed too.
        """
        waiting: deque[int] = deque()
        try:
            for block in blocks:
                head = string(handle) + struct.pack(">QI", offset, len(block))
                waiting.append(self._send(wire.WRITE, head, block))
                offset += len(block)
                progress(len(block))
                if len(waiting) >= IN_FLIGHT:
                    self._confirm(waiting.popleft())
            waiting.append(self._send(wire.CLOSE, string(handle)))
            handle = b""
            waiting.append(self._send(wire.STAT, string(path)))
            while len(waiting) > 1:
                self._confirm(waiting.popleft())
            with contextlib.suppress(SftpStatus):
                return self._answer(waiting.popleft(), wire.ATTRS).attributes().size
            return None
        finally:
            self._abandon(waiting, handle)

    def read(self, path: bytes) -> Iterator[bytes]:
        """The content of a file. More requests are kept under way the longer it proves to be."""
        handle = self.open(path, wire.FOR_READING)
        waiting: deque[tuple[int, int, int]] = deque()
        ahead, asked, size = 1, 0, SAFE_REQUEST_SIZE
        try:
            while True:
                while len(waiting) < ahead:
                    waiting.append((self._ask_data(handle, asked, size), asked, size))
                    asked += size
                number, offset, wanted = waiting.popleft()
                data = self._data(number)
                # A server may answer with less than was asked; only then are requests small.
                while data and len(data) < wanted:
                    yield data
                    offset, wanted = offset + len(data), wanted - len(data)
                    data = self._data(self._ask_data(handle, offset, wanted))
                if not data:
                    return
                yield data
                ahead = min(2 * ahead, IN_FLIGHT)
        finally:
            self._abandon([number for number, _, _ in waiting], handle)

    def stat(self, path: bytes, *, follow: bool = True) -> Attributes:
        """What the server says of `path`."""
        return self._call(
            wire.STAT if follow else wire.LSTAT, string(path), expect=wire.ATTRS
        ).attributes()

    def remove(self, path: bytes) -> None:
        """Delete a file or a link."""
        self._call(wire.REMOVE, string(path))

    def rename(self, old: bytes, new: bytes) -> None:
        """Rename; over an existing file only where the server knows `POSIX_RENAME`."""
        names = string(old) + string(new)
        if POSIX_RENAME in self.extensions:
            self._call(wire.EXTENDED, string(POSIX_RENAME), names)
        else:
            self._call(wire.RENAME, names)

    # -- folders

    def make_folder(self, path: bytes) -> None:
        """Make one folder; its parent has to be there."""
        self._call(wire.MKDIR, string(path), struct.pack(">I", 0))

    def remove_folder(self, path: bytes) -> None:
        """Delete an empty folder."""
        self._call(wire.RMDIR, string(path))

    def entries(self, path: bytes) -> list[tuple[bytes, Attributes]]:
        """Names in a folder and what they are, links not followed."""
        handle = self._call(wire.OPENDIR, string(path), expect=wire.HANDLE).string()
        found: list[tuple[bytes, Attributes]] = []
        try:
            while True:
                answer = self._call(wire.READDIR, string(handle), expect=wire.NAME)
                for _ in range(answer.number()):
                    name, _longname = answer.string(), answer.string()
                    found.append((name, answer.attributes()))
        except SftpStatus as status:
            if status.code != wire.EOF:
                raise
        finally:
            self._abandon([], handle)
        # A name with a slash would lead somewhere else.
        return [entry for entry in found if entry[0] not in (b".", b"..") and b"/" not in entry[0]]

    def free_bytes(self, path: bytes) -> int | None:
        """Room left for us where `path` is, in bytes; ``None`` where the server does not tell."""
        if STATVFS not in self.extensions:
            return None
        answer = self._call(
            wire.EXTENDED, string(STATVFS), string(path), expect=wire.EXTENDED_REPLY
        )
        _bsize, frsize, _blocks, _bfree, bavail = (answer.number(8) for _ in range(5))
        return frsize * bavail

    # -- messages

    def _greet(self) -> dict[bytes, bytes]:
        """Exchange versions (draft, section 4); the server's extensions and their data."""
        self._outgoing += struct.pack(">IBI", 5, wire.INIT, 3)
        answer = self._receive()
        if answer.kind != wire.VERSION:
            raise PassingError("the server does not answer in SFTP")
        answer.number()
        extensions = {}
        while answer.more():
            name = answer.string()
            extensions[name] = answer.string()
        return extensions

    def _agreed_request_size(self) -> int:
        """The largest write that the server says it takes, or the one that every server does."""
        if LIMITS not in self.extensions:
            return SAFE_REQUEST_SIZE
        answer = self._call(wire.EXTENDED, string(LIMITS), expect=wire.EXTENDED_REPLY)
        _packet, _read, write = (answer.number(8) for _ in range(3))
        return min(write, MAX_REQUEST_SIZE) or MAX_REQUEST_SIZE  # 0: no limit

    def _call(self, kind: int, *fields: bytes, expect: int = wire.STATUS) -> Answer:
        return self._answer(self._send(kind, *fields), expect)

    def _confirm(self, number: int) -> None:
        self._answer(number, wire.STATUS)

    def _ask_data(self, handle: bytes, offset: int, size: int) -> int:
        return self._send(wire.READ, string(handle), struct.pack(">QI", offset, size))

    def _data(self, number: int) -> bytes:
        try:
            return self._answer(number, wire.DATA).string()
        except SftpStatus as status:
            if status.code == wire.EOF:
                return b""
            raise

    def _abandon(self, numbers: Iterable[int], handle: bytes) -> None:
        """Take the answers that nobody waits for any more, and close `handle` if there is one."""
        if self.broken:
            return
        pending = list(numbers)
        if handle:
            pending.append(self._send(wire.CLOSE, string(handle)))
        for number in pending:
            # What went wrong is known already, or did not matter.
            with contextlib.suppress(SftpStatus):
                self._answer(number, None)

    def _send(self, kind: int, *fields: bytes) -> int:
        self._last = number = self._last + 1 & 0xFFFFFFFF
        head = struct.pack(">IBI", 5 + sum(map(len, fields)), kind, number)
        self._outgoing += b"".join((head, *fields))  # at once: ^C must not leave half a message
        self._expected.add(number)
        self._flush(_SEND_SIZE)
        return number

    def _answer(self, number: int, expect: int | None) -> Answer:
        """The answer to request `number`; those to other requests are kept until asked for."""
        while number not in self._answers:
            answer = self._receive()
            answered = answer.number()
            if answered not in self._expected:
                self.broken = True
                raise PassingError("the server answered something that was not asked")
            self._expected.remove(answered)
            self._answers[answered] = answer
        answer = self._answers.pop(number)
        if answer.kind == wire.STATUS:
            code = answer.number()
            if code != wire.OK:
                text = answer.string() if answer.more() else b""
                raise SftpStatus(code, text.decode("utf-8", "replace"))
        if expect not in (None, answer.kind):
            raise PassingError(f"the server gave an SFTP answer of kind {answer.kind} to that")
        return answer

    def _receive(self) -> Answer:
        self._flush(1)
        size = int.from_bytes(self._read_in(4), "big")
        if not 0 < size <= MAX_PACKET:
            self.broken = True
            raise PassingError("the server sent something that is not SFTP")
        body = self._read_in(size)
        return Answer(body[0], body[1:])

    def _flush(self, least: int) -> None:
        """Send what has gathered, as long as it is at least `least` bytes. Short requests wait
        for company until an answer is wanted: a packet for each would cost more than its content.
        """
        if len(self._outgoing) < least:
            return
        sent = 0
        with self._whole():
            while len(self._outgoing) - sent >= least:
                count = self._stream.send(bytes(self._outgoing[sent : sent + _SEND_SIZE]))
                if not count:
                    raise EOFError("the server ended the session")
                sent += count
            del self._outgoing[:sent]

    def _read_in(self, count: int) -> bytes:
        if len(self._received) < count:
            with self._whole():
                while len(self._received) < count:
                    piece = self._stream.recv(1 << 18)
                    if not piece:
                        raise EOFError("the server ended the session")
                    self._received += piece
        taken = bytes(self._received[:count])
        del self._received[:count]
        return taken

    @contextlib.contextmanager
    def _whole(self) -> Iterator[None]:
        """A message is sent or received whole, or the conversation is over."""
        if self.broken:
            raise PassingError("the connection is closed")
        self.broken = True
        try:
            yield
        except (OSError, EOFError, SSHException) as error:
            raise PassingError(f"connection lost: {_reason(error)}") from error
        self.broken = False


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "the server did not answer in time"
    return str(error) or type(error).__name__
