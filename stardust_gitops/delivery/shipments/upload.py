"""Putting one file at the recipient, and clearing away what must not stay there."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from contextlib import nullcontext
from functools import partial
from pathlib import PurePosixPath

from stardust_gitops.delivery.limits import Watch
from stardust_gitops.delivery.retry import HaltedError, ItemTimeoutError, Line
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

_LONGEST = 255
"""Bytes of a name, on all usual file systems."""
_TEMPORARY = re.compile(r"\.part-[0-9]+$|\.[0-9a-f]{16}\.part$", re.ASCII)


def temporary_name(path: str, fence: int) -> str:
    """The name beside `path` that bytes are written to. The fencing number tells the leftovers of
    a process that lost its lease from what is being written."""
    return _beside(path, f".part-{fence}")


def partial_name(path: str, sha256: str) -> str:
    """The name beside `path` that a file is written to which can be carried on. It belongs to
    these bytes alone, so that whoever carries on, and whoever does not know yet that they lost
    their lease, write the same."""
    return _beside(path, f".{sha256[:16]}.part")


def _beside(path: str, ending: str) -> str:
    """A name beside `path`, which is shortened where file systems would not take it."""
    name = PurePosixPath(path).name.encode()[: _LONGEST - len(ending)]
    return name.decode(errors="ignore") + ending


def is_temporary(path: str) -> bool:
    """Whether a file at the recipient is one of our unfinished ones."""
    return _TEMPORARY.search(path) is not None


def send(
    session: Session,
    line: Line,
    member: Member,
    path: str,
    source: Source,
    batch: str,
    *,
    resumed: bool,
) -> None:
    """Put a file unless it is there already, whole. Errors as of `Transport.put`.

    Where its shipment is not `resumed`, nothing can be there before the first attempt, and the
    recipient is not asked: that is a third of what a small file costs.
    """
    session.halt.check()
    about = {"release": member.release, "path": path, "size": source.size}
    session.report("file_started", **about)
    watch = session.watches.of(member.release)

    may_be_there = resumed

    def place(transport: Transport) -> bool:
        nonlocal may_be_there
        if may_be_there and _is_there(session, transport, path, source):
            return True
        may_be_there = True
        _place(session, transport, member, path, source, watch)
        return False

    with watch.running() if watch else nullcontext():
        skipped = line.do(place, watch=watch)
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
    session: Session,
    transport: Transport,
    member: Member,
    path: str,
    source: Source,
    watch: Watch | None,
) -> None:
    """Put the file, and read it back where that is asked for."""
    done = 0

    def progress(count: int) -> None:
        nonlocal done
        done += count
        session.sent(count)
        session.report(
            "file_progress", release=member.release, path=path, sent=done, size=source.size
        )
        if session.halt():
            raise HaltedError
        if watch is not None and watch.left() <= 0:
            raise ItemTimeoutError.of(watch)

    temporary = partial_name(path, source.sha256)
    transport.put(source, path, temporary=temporary, progress=progress, resume=True)
    if session.recipient.verify == "read" and digest_of(transport, path) != source.sha256:
        transport.delete(path)
        raise VerificationError(
            f"{path} differs from what was sent when it is read back",
            hint="try again; if it stays so, ask the recipient about their server",
        )


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
