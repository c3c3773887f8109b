"""Making and opening a ledger in a store of objects."""

from __future__ import annotations

import hashlib
from pathlib import Path

from stardust_gitops.clock import Clock, SystemClock
from stardust_gitops.ledger.contents import Contents
from stardust_gitops.ledger.objects.bucket import Bucket
from stardust_gitops.ledger.objects.log import ObjectLog
from stardust_gitops.ledger.segments.ledger import SegmentLedger

_COPIES = ".stardust/objects"
"""Where the tables that follow the log are, below the catalogue."""


class ObjectLedger(SegmentLedger):
    """A ledger in a store of objects."""

    def __init__(
        self,
        path: Path,
        catalogue_id: str,
        log: ObjectLog,
        clock: Clock,
        outside: Contents | None = None,
    ) -> None:
        """As `SegmentLedger`."""
        self._objects = log
        super().__init__(path, catalogue_id, log, clock=clock, outside=outside)

    def close(self) -> None:
        """See `LedgerStore.close`."""
        super().close()
        self._objects.close()


def create_in(
    bucket: Bucket,
    catalogue_id: str,
    *,
    root: Path,
    clock: Clock | None,
    outside: Contents | None,
) -> ObjectLedger:
    """A new ledger. `SafetyError` where there is one."""
    log = ObjectLog(bucket, catalogue_id)
    try:
        log.create()
    except BaseException:
        log.close()
        raise
    return _open(log, bucket, catalogue_id, root, clock, outside)


def open_in(
    bucket: Bucket,
    catalogue_id: str,
    *,
    root: Path,
    clock: Clock | None,
    outside: Contents | None,
) -> ObjectLedger:
    """A ledger that is there; errors as in `Backend.open_ledger`."""
    log = ObjectLog(bucket, catalogue_id)
    return _open(log, bucket, catalogue_id, root, clock, outside)


def _open(
    log: ObjectLog,
    bucket: Bucket,
    catalogue_id: str,
    root: Path,
    clock: Clock | None,
    outside: Contents | None,
) -> ObjectLedger:
    path = root / _COPIES / f"{hashlib.sha256(bucket.name.encode()).hexdigest()[:32]}.db"
    try:
        if not path.exists():  # else what it knew tells a lost ledger from one that never was
            log.must_exist()
            path.parent.mkdir(parents=True, exist_ok=True)
        return ObjectLedger(path, catalogue_id, log, clock or SystemClock(), outside)
    except BaseException:
        log.close()
        raise
