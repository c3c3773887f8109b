"""What a store of objects refuses, as the errors of a ledger."""

from __future__ import annotations

from stardust_gitops.ledger.segments.log import OutrunError, UnreachableError
from stardust_gitops.ledger.store import LedgerError, LedgerMissingError
from stardust_gitops.objects.failures import Failure, StoreError


class AbsentError(Exception):
    """There is no such object."""


def in_words(error: StoreError, what: str, *, place: str | None, hint: str) -> Exception:
    """The exception to raise for `what` is kept there; of a ledger, which is lost with its bucket
    or container, that is the `place`. `hint` says what access it needs."""
    match error.failure:
        case Failure.ABSENT:
            return AbsentError()
        case Failure.CHANGED:
            return OutrunError(error.said)
        case Failure.NO_BUCKET if place is not None:
            return LedgerMissingError(
                f"there is no {what.removeprefix('the ')}: there is no such {place}",
                hint=f"check `ledger:`; for a new ledger make the {place}, then run"
                " `stardust-gitops ledger init`",
            )
        case Failure.BUSY | Failure.UNREACHABLE | Failure.UNTRUSTED:
            return UnreachableError(
                f"{what} does not answer: {error.said}",
                hint="check the network and the place that stardust.yaml names, and run it again",
            )
        case _:
            happened = "refuses us" if error.code else "cannot be reached"
            return LedgerError(f"{what} {happened}: {error.said}", hint=hint, code="SG5017")
