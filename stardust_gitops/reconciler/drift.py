"""What lies at the targets, beside what the ledger says was delivered there. Nothing is recorded.

Each target is listed once; what is kept in memory is one listing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from stardust_gitops.catalog.loading import Catalogue, Target
from stardust_gitops.catalog.models.transports.directory import DirectoryTransport
from stardust_gitops.catalog.models.transports.http import HttpTransport
from stardust_gitops.clock import Clock
from stardust_gitops.delivery.probe import is_trial
from stardust_gitops.delivery.retry import Line
from stardust_gitops.delivery.shipments.upload import is_temporary
from stardust_gitops.delivery.transports.base import (
    NotOfferedError,
    PermissionDeniedError,
    RemoteFile,
    TransportError,
)
from stardust_gitops.errors import GitOpsError
from stardust_gitops.messages.receipts.reading import Reader
from stardust_gitops.planning.drift import Drift, Ground, drift_of, unknown
from stardust_gitops.reconciler.recipients import recipient_of
from stardust_gitops.reconciler.shipped import Shipments

_STANDARD_FOLDER = "acknowledgements"
"""Where recipients put their answers beside what they are about (ERN-C)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Lists what lies at targets; `told` hears what is tried again."""

    catalogue: Catalogue
    clock: Clock
    environ: Mapping[str, str]
    told: Callable[[str], None]

    def __call__(self, target: Target) -> Sequence[RemoteFile]:
        """All files at a target. `GitOpsError` where it cannot be reached, or lets nobody look."""
        entry = target.model.transport
        if isinstance(entry, DirectoryTransport):
            _must_be_there(self.catalogue.root / entry.path)
        if isinstance(entry, HttpTransport) and entry.staging is not None:
            raise NotOfferedError(
                "the recipient fetches files from a store of ours, and shows none"
            )
        recipient = recipient_of(target, self.catalogue, self.environ)

        def again(attempt: int, seconds: float, error: BaseException) -> None:
            self.told(f"{target.id}: trying again in {seconds:.0f} s: {error}")

        line = Line(
            recipient.connect,
            attempts=recipient.attempts,
            clock=self.clock,
            halted=lambda: False,
            on_retry=again,
        )
        try:
            return line.do(lambda transport: transport.list(""))
        finally:
            line.close()


class Comparison:
    """Compares targets with the ledger, one after the other.

    `listing` lists a target. Raises what is wrong with the ledger; what is wrong with a target is
    in its `Drift`.
    """

    def __init__(
        self,
        targets: Mapping[str, Target],
        shipments: Shipments,
        listing: Callable[[Target], Sequence[RemoteFile]],
    ) -> None:
        self._targets, self._shipments, self._listing = targets, shipments, listing

    def of(self, name: str) -> Drift:
        """The drift of a target."""
        target = self._targets.get(name)
        if target is None:
            return unknown(name, self._shipments.of(name), _no_target(name), failed=False)
        try:
            seen = self._listing(target)
        except PermissionDeniedError as error:
            return unknown(name, self._shipments.of(name), _words(error), failed=False)
        except GitOpsError as error:
            return unknown(name, self._shipments.of(name), _words(error), failed=True)
        told_md5 = any(file.md5 is not None and file.sha256 is None for file in seen)
        self._shipments.catch_up()  # an apply may have begun something before we looked
        ground = Ground(
            folders=self._shipments.folders,
            is_acknowledgement=acknowledgements_of(target),
            is_temporary=_is_ours_unfinished,
        )
        return drift_of(name, self._shipments.of(name, with_md5=told_md5), seen, ground)


def acknowledgements_of(target: Target) -> Callable[[str], bool]:
    """How to know a recipient's answers among the files of its folder: they lie where the target
    says, whatever else they put there, or where the standard says (ERN-C): in a folder
    ``acknowledgements``."""
    entry = target.model.acknowledgements
    own = None if entry is None or entry.path is None else Reader(entry=entry)
    below = None if own is None or not own.folder else f"{own.folder}/"

    def is_one(path: str) -> bool:
        if _STANDARD_FOLDER in path.split("/")[:-1]:
            return True
        return own is not None and (
            own.takes(path) or (below is not None and path.startswith(below))
        )

    return is_one


def _is_ours_unfinished(path: str) -> bool:
    """What an upload or `target test` left behind."""
    return is_temporary(path) or is_trial(path)


def _must_be_there(folder: Path) -> None:
    """A folder that is not mounted looks as if all had been taken. It is made with the first
    delivery, so that it has to be there after one."""
    if not os.path.isdir(folder):  # noqa: PTH112 -- False also where it may not be looked at
        raise TransportError(f"the folder {folder} is not there", hint="is it mounted?")


def _no_target(name: str) -> str:
    return f"the catalogue has no valid target {name!r} any more: nobody knows how to reach it"


def _words(error: GitOpsError) -> str:
    return f"{error.code} {error.message}" + (f"; {error.hint}" if error.hint else "")
