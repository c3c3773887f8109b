"""Fetching the answers of a target: what is new in its folder, read within limits, recorded."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from operator import methodcaller

from stardust_gitops.delivery.retry import Line
from stardust_gitops.delivery.transports.base import (
    Answering,
    NotOfferedError,
    PassingError,
    PermissionDeniedError,
    Question,
    RemoteFile,
    Transport,
    TransportError,
)
from stardust_gitops.messages.receipts.reading import Reader
from stardust_gitops.messages.receipts.receipt import MOST_BYTES, Receipt, ReceiptError
from stardust_gitops.planning.strays import shown_icpn
from stardust_gitops.reconciler.receipts.known import FileRead, Known, known_of
from stardust_gitops.reconciler.receipts.matching import Message
from stardust_gitops.reconciler.receipts.recording import Recorded, Recorder

MOST_FILES = 1000
MOST_TOGETHER = 32 * 2**20
"""What is read before it is recorded: files and bytes."""


@dataclass(slots=True)
class Pulled:
    """What a pull found at a target: files that it knew, what it read, what it could not read now,
    what it deleted there."""

    target: str
    known: int = 0
    recorded: list[Recorded] = field(default_factory=list)
    refused: dict[str, TransportError] = field(default_factory=dict)
    deleted: int = 0


Counted = Callable[[int], AbstractContextManager[Callable[[str], None]]]
"""Told how many files are to be read; what it gives is called with each."""


def pull_into(
    result: Pulled,
    line: Line,
    reader: Reader,
    recorder: Recorder,
    *,
    again: bool = False,
    counted: Counted = lambda total: nullcontext(lambda path: None),
) -> None:
    """Read and record what is new; with `again` all that is there. At the recipient nothing changes
    unless the target wants files deleted that were read.

    `TransportError` where the recipient cannot be reached or listed, `LeaseHeldError` where
    somebody is applying to the target; what came of it until then is in `result`.
    """
    known = known_of(recorder.ledger, recorder.environment, recorder.target)
    if reader.entry.request is not None:
        _ask_into(result, line, reader, recorder, known, counted)
        return
    listed = line.do(lambda transport: transport.list(reader.folder))
    files = [file for file in listed if reader.takes(file.path) and _has_a_name(file, result)]
    fresh = [file for file in files if again or not known.has_read(file)]
    result.known = len(files) - len(fresh)
    with counted(len(fresh)) as advance:
        for reads in _together(_read(line, reader, fresh, result, advance)):
            result.recorded += recorder.record(reads)
    if reader.entry.delete:
        _delete(line, files, known, result)


def _has_a_name(file: RemoteFile, result: Pulled) -> bool:
    """Whether the file's name is text. One that is not could not be put on record."""
    shown = file.path.encode("utf-8", "backslashreplace").decode()
    if shown != file.path:
        result.refused[shown] = TransportError("its name is not UTF-8")
    return shown == file.path


def _ask_into(
    result: Pulled,
    line: Line,
    reader: Reader,
    recorder: Recorder,
    known: Known,
    counted: Counted,
) -> None:
    """Ask about each message that may have an answer; nothing is recorded that is not new."""
    assert reader.entry.request is not None
    messages = recorder.messages().waiting(recorder.clock.now())
    asked = reader.entry.request
    question = Question(
        method=asked.method or "GET",
        path=asked.path,
        headers=dict(asked.headers),
        expect=asked.expect,
    )
    with counted(len(messages)) as advance:
        reads = (
            read
            for message in messages
            if (read := _ask(line, reader, question, message, advance)) and known.is_news(read)
        )
        for some in _together(reads):
            result.recorded += recorder.record(some)
    result.known = len(messages) - len(result.recorded)


def _ask(
    line: Line,
    reader: Reader,
    question: Question,
    message: Message,
    advance: Callable[[str], None],
) -> FileRead | None:
    """What an interface says of a message; ``None`` where it says nothing yet."""
    advance(message.message_id)
    icpn = shown_icpn(message.stream.subject)
    values = {"message_id": message.message_id, "icpn": icpn, "batch": message.batch or ""}
    data = line.do(lambda transport: _answering(transport).answer(question, values))
    if data is None:
        return None
    file = RemoteFile(path=f"asked/{message.message_id}", size=len(data))
    named = {name: value for name, value in values.items() if value}
    return _understood(file, data, lambda: reader.read_about(named, data))


def _answering(transport: Transport) -> Answering:
    if not isinstance(transport, Answering):
        raise NotOfferedError(
            "the recipient is not reached by an interface that can be asked",
            hint="say  path:  instead of  request:  in the target's acknowledgements",
        )
    return transport


def _read(
    line: Line,
    reader: Reader,
    files: list[RemoteFile],
    result: Pulled,
    advance: Callable[[str], None],
) -> Iterator[FileRead]:
    for file in files:
        advance(file.path)
        try:
            read = _read_one(line, reader, file)
        except PermissionDeniedError as error:
            result.refused[file.path] = error
            continue
        if read is not None:
            yield read


def _read_one(line: Line, reader: Reader, file: RemoteFile) -> FileRead | None:
    """A file; ``None`` where it has gone since it was listed."""
    try:
        data = None if file.size > MOST_BYTES else line.do(lambda there: _bytes(there, file.path))
    except (PassingError, PermissionDeniedError):
        raise
    except TransportError:
        if line.do(lambda there: there.stat(file.path)) is not None:
            raise
        return None
    if data is None:
        text = f"it is larger than {MOST_BYTES // 2**20} MB, which no acknowledgement is"
        return FileRead(file=file, problem=text)
    return _understood(file, data, lambda: reader.read(file.path, data))


def _understood(file: RemoteFile, data: bytes, read: Callable[[], list[Receipt]]) -> FileRead:
    sha256 = hashlib.sha256(data).hexdigest()
    try:
        receipts = tuple(read())
    except ReceiptError as error:
        return FileRead(file=file, sha256=sha256, data=data, problem=error.message)
    problem = None if receipts else "it says nothing of any message"
    return FileRead(file=file, sha256=sha256, data=data, receipts=receipts, problem=problem)


def _bytes(transport: Transport, path: str) -> bytes | None:
    """The bytes of a file; ``None`` where there are more than we take, whatever its size was said
    to be."""
    found = bytearray()
    blocks = transport.read(path)
    try:
        for block in blocks:
            found += block
            if len(found) > MOST_BYTES:
                return None
    finally:
        if isinstance(blocks, Generator):
            blocks.close()
    return bytes(found)


def _together(reads: Iterator[FileRead]) -> Iterator[list[FileRead]]:
    some: list[FileRead] = []
    size = 0
    for read in reads:
        some.append(read)
        size += len(read.data or b"")
        if len(some) >= MOST_FILES or size >= MOST_TOGETHER:
            yield some
            some, size = [], 0
    if some:
        yield some


def _delete(line: Line, files: list[RemoteFile], known: Known, result: Pulled) -> None:
    """Delete at the recipient what is on record and could be read."""
    sound = {each.read.file.path for each in result.recorded if each.read.problem is None}
    sound |= {file.path for file in files if known.has_read(file, sound=True)}
    for path in sorted(sound):
        line.do(methodcaller("delete", path))
        result.deleted += 1
