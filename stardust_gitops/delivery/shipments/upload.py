"""Putting one file at the recipient, and clearing away what must not stay there."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from functools import partial
from pathlib import PurePosixPath

from stardust_gitops.delivery.retry import HaltedError, Line
from stardust_gitops.delivery.session import Session
from stardust_gitops.delivery.shipments.shipment import Member
from stardust_gitops.delivery.transports.base import (
    PermissionDeniedError,
    RemoteFile,
    Source,
    Transport,
    VerificationError,
)
from stardust_gitops.ledger.events import Kind
from stardust_gitops.ledger.journal import Entry

_TEMPORARY = re.compile(r"\.part-[0-9]+$", re.ASCII)


def temporary_name(path: str, fence: int) -> str:
    """The name beside `path` that bytes are written to. The fencing number tells the leftovers of
    a process that lost its lease from what is being written."""
    return f"{PurePosixPath(path).name}.part-{fence}"


def is_temporary(path: str) -> bool:
    """Whether a file at the recipient is one of our unfinished ones."""
    return _TEMPORARY.search(path) is not None


def send(
    session: Session, line: Line, member: Member, path: str, source: Source, batch: str
) -> None:
    """Put a file unless it is there already, whole. Errors as of `Transport.put`."""
    session.halt.check()
    about = {"release": member.release, "path": path, "size": source.size}
    session.report("file_started", **about)
    skipped = line.do(lambda transport: _place(session, transport, member, path, source))
    if not skipped:
        data = {"path": path, "size": source.size, "sha256": source.sha256, "batch": batch}
        session.journal.advise(Entry(member.stream, Kind.FILE_UPLOADED, data))
    session.report("file_done", **about, skipped=skipped)


def digest_of(transport: Transport, path: str) -> str:
    """SHA-256 of what the recipient has at `path`."""
    digest = hashlib.sha256()
    for block in transport.read(path):
        digest.update(block)
    return digest.hexdigest()


def sweep(session: Session, line: Line, files: Iterable[RemoteFile]) -> None:
    """Delete the unfinished files among `files`. What may not be deleted stays, with a word."""
    for file in files:
        if is_temporary(file.path):
            try:
                line.do(partial(_delete, path=file.path))
            except PermissionDeniedError as error:
                session.report("cleanup_failed", folder=file.path, error=error.message)


def _delete(transport: Transport, *, path: str) -> None:
    transport.delete(path)


def _place(
    session: Session, transport: Transport, member: Member, path: str, source: Source
) -> bool:
    """Whether the file was there already; if not, it is now."""
    if _is_there(session, transport, path, source):
        return True
    done = 0

    def progress(count: int) -> None:
        nonlocal done
        done += count
        session.outcomes.sent(count)
        session.report(
            "file_progress", release=member.release, path=path, sent=done, size=source.size
        )
        if session.halt():
            raise HaltedError

    temporary = temporary_name(path, session.journal.fence)
    transport.put(source, path, temporary=temporary, progress=progress)
    if session.recipient.verify == "read" and digest_of(transport, path) != source.sha256:
        transport.delete(path)
        raise VerificationError(
            f"{path} differs from what was sent when it is read back",
            hint="try again; if it stays so, ask the recipient about their server",
        )
    return False


def _is_there(session: Session, transport: Transport, path: str, source: Source) -> bool:
    """Whether a run before this one has put the file. A file has its final name only when it is
    whole, and only we write to this folder, so its size is enough unless more is asked for."""
    if session.recipient.verify == "none":
        return False
    try:
        file = transport.stat(path)
        if file is None or file.size != source.size:
            return False
        return session.recipient.verify == "size" or digest_of(transport, path) == source.sha256
    except PermissionDeniedError:
        return False  # a write-only inbox: it is put again
