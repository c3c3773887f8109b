"""Servers that no honest program is: what they say is written down here by hand."""

from __future__ import annotations

import struct
from collections.abc import Callable

import pytest

from stardust_gitops.delivery.transports import sftp_wire as wire
from stardust_gitops.delivery.transports.base import PassingError
from stardust_gitops.delivery.transports.sftp_session import (
    LIMITS,
    MAX_REQUEST_SIZE,
    SAFE_REQUEST_SIZE,
    SftpSession,
)
from stardust_gitops.delivery.transports.sftp_wire import Attributes, SftpStatus, string

NO_ATTRIBUTES = struct.pack(">I", 0)
Reply = Callable[[int, bytes], bytes]
"""From the kind of a request and its fields to the packets that answer it, `ID` for its number."""

ID = b"\xfe\xed\xfa\xce"


def packet(kind: int, body: bytes) -> bytes:
    return struct.pack(">IB", len(body) + 1, kind) + body


def status(code: int) -> bytes:
    return packet(wire.STATUS, ID + struct.pack(">I", code))


def name(*names: bytes) -> bytes:
    entries = b"".join(string(n) + string(b"") + NO_ATTRIBUTES for n in names)
    return packet(wire.NAME, ID + struct.pack(">I", len(names)) + entries)


class Server:
    """A stream whose other end answers every request as it is told to."""

    def __init__(
        self,
        reply: Reply = lambda kind, fields: status(wire.OK),
        *,
        greeting: bytes = packet(wire.VERSION, struct.pack(">I", 3)),
    ) -> None:
        self._reply = reply
        self._requests = bytearray()
        self._answers = greeting
        self.kinds: list[int] = []

    def send(self, data: bytes) -> int:
        data = data[:1000]  # takes little at a time
        self._requests += data
        while len(self._requests) >= 4:
            size = int.from_bytes(self._requests[:4], "big")
            if len(self._requests) < 4 + size:
                break
            request = bytes(self._requests[4 : 4 + size])
            del self._requests[: 4 + size]
            self.kinds.append(request[0])
            if request[0] != wire.INIT:
                self._answers += self._reply(request[0], request[5:]).replace(ID, request[1:5])
        return len(data)

    def recv(self, size: int) -> bytes:
        piece, self._answers = self._answers[:3], self._answers[3:]  # gives little at a time
        return piece


def test_a_server_that_names_no_limits_gets_requests_of_the_safe_size() -> None:
    assert SftpSession(Server()).request_size == SAFE_REQUEST_SIZE


@pytest.mark.parametrize(
    ("limit", "size"),
    [(0, MAX_REQUEST_SIZE), (1000, 1000), (261120, 261120), (1 << 40, MAX_REQUEST_SIZE)],
)
def test_the_limits_of_the_server_are_kept(limit: int, size: int) -> None:
    greeting = packet(wire.VERSION, struct.pack(">I", 3) + string(LIMITS) + string(b"1"))
    limits = packet(wire.EXTENDED_REPLY, ID + struct.pack(">QQQQ", 262144, 261120, limit, 0))
    session = SftpSession(Server(lambda kind, fields: limits, greeting=greeting))
    assert session.request_size == size


@pytest.mark.parametrize(
    "greeting",
    [
        b"",
        b"This account is currently not available.\n",
        packet(wire.STATUS, struct.pack(">II", 0, 0)),
        packet(wire.VERSION, b"\0"),
        packet(wire.VERSION, struct.pack(">II", 3, 1 << 30)),
        struct.pack(">I", 0),
    ],
)
def test_a_greeting_that_is_none(greeting: bytes) -> None:
    with pytest.raises(PassingError):
        SftpSession(Server(greeting=greeting))


def test_names_that_lead_elsewhere_are_left_out() -> None:
    names = [b".", b"..", b"../../etc/passwd", b"/etc", b"a/b", b"good", b"\xff"]
    answers = iter([packet(wire.HANDLE, ID + string(b"h")), name(*names), status(wire.EOF)])
    session = SftpSession(Server(lambda kind, fields: next(answers, status(wire.OK))))
    unknown = Attributes(size=None, mode=None)
    assert session.entries(b"x") == [(b"good", unknown), (b"\xff", unknown)]


@pytest.mark.parametrize(
    "answer",
    [
        packet(wire.ATTRS, ID),
        packet(wire.ATTRS, ID + struct.pack(">I", 1)),
        packet(wire.ATTRS, ID + struct.pack(">II", 0x80000000, 1 << 31)),
        packet(wire.HANDLE, ID + string(b"h")),
        status(wire.OK),
        packet(wire.ATTRS, b"\0\0\xff\xff" + NO_ATTRIBUTES),
        packet(wire.ATTRS, b""),
        struct.pack(">I", 1 << 31),
        b"",
    ],
    ids=["empty", "cut", "endless", "other kind", "no answer", "unasked", "no id", "huge", "end"],
)
def test_an_answer_that_is_none(answer: bytes) -> None:
    session = SftpSession(Server(lambda kind, fields: answer))
    with pytest.raises(PassingError):
        session.stat(b"x")


def test_a_write_that_is_refused_in_the_middle_is_not_lost() -> None:
    """paramiko's client reads the answers to the last writes and forgets them."""
    writes = 0

    def reply(kind: int, fields: bytes) -> bytes:
        nonlocal writes
        writes += kind == wire.WRITE
        return status(wire.FAILURE if kind == wire.WRITE and writes == 5 else wire.OK)

    server = Server(reply)
    session = SftpSession(server)
    with pytest.raises(SftpStatus) as caught:
        session.write(b"x", b"h", [b"data"] * 8, lambda _: None)
    assert caught.value.code == wire.FAILURE
    assert server.kinds.count(wire.CLOSE) == 1
    session.remove(b"x")  # all answers were taken: the next one is the right one
    assert server.kinds[-1] == wire.REMOVE


def test_a_reader_that_is_given_less_than_it_asked_for() -> None:
    content = bytes(range(256)) * 700

    def reply(kind: int, fields: bytes) -> bytes:
        if kind == wire.OPEN:
            return packet(wire.HANDLE, ID + string(b"h"))
        if kind != wire.READ:
            return status(wire.OK)
        offset, size = struct.unpack(">QI", fields[5:])
        data = content[offset : offset + min(size, 10_001)]
        return packet(wire.DATA, ID + string(data)) if data else status(wire.EOF)

    server = Server(reply)
    assert b"".join(SftpSession(server).read(b"x")) == content
    assert server.kinds[-1] == wire.CLOSE
