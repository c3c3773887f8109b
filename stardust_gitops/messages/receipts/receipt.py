"""One answer of a recipient about one message, in our words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from stardust_gitops.catalog.models.acknowledgements import AnswerStatus
from stardust_gitops.errors import GitOpsError

MOST_BYTES = 20 * 2**20
MOST_RECEIPTS = 10_000
"""Of one file. Larger ones are no acknowledgement that anybody sent on purpose."""

_LONGEST = 1000
_LONGEST_ID = 200


class ReceiptError(GitOpsError):
    """A file of the recipient's cannot be read as an answer."""

    default_code = "SG6030"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a recipient says about a message.

    `message_id`, `batch` (a BatchId) and `release` (ICPN, GRid, or an id of the recipient's own)
    are as it tells them. `code` is its own word for `status`, `text` why, `action` the
    ProposedActionType. `time` is the recipient's.
    """

    status: AnswerStatus
    message_id: str | None = None
    batch: str | None = None
    release: str | None = None
    code: str | None = None
    text: str | None = None
    time: datetime | None = None
    action: str | None = None


_DDEX: Mapping[str, AnswerStatus] = {
    "FileOK": "accepted",
    "DeliveredToReleaseDistributor": "received",
    "ReleaseReceivedByReleaseDistributor": "received",
    "InDeliveryToReleaseDistributor": "processing",
    "InPreparationForDelivery": "processing",
    "InPreparationForDeliveryToReleaseDistributor": "processing",
    "OrderPlaced": "processing",
    "OrderPlacedAtReleaseCreator": "processing",
    "SuccessfullyIngestedByReleaseDistributor": "accepted",
    "ReleaseStagedForPublication": "accepted",
    "ReleaseMadeAvailableToConsumers": "live",
    **dict.fromkeys(
        (
            # ReleaseStatus
            "ProcessingErrorAtReleaseCreator",
            "ProcessingErrorAtReleaseDistributor",
            "ReleaseViolatesTermsOfService",
            "RightsConflict",
            # ErncFileStatus: all but FileOK
            "ArtistRoleUnknown",
            "CommercialReleaseDateInvalid",
            "ConflictingAvailabilityPeriods",
            "DuplicatedPublisherNames",
            "ErnMissing",
            "IdentifierInvalid",
            "IdentifierSyntaxInvalid",
            "InternalError",
            "MetadataMissing",
            "NewReleaseMessageInvalid",
            "NoDealForTrackRelease",
            "NoDealInNewReleaseMessage",
            "OriginalReleaseDateLaterThanReleaseDate",
            "PrimaryArtistNameMissing",
            "ResourceCorrupt",
            "ResourceMissing",
            "ResourceNotMeetingSpecifications",
            "SignatureOrHashSumWrongOrMissing",
            "UnsupportedUsage",
        ),
        "rejected",
    ),
}
"""DDEX's values (ERN-C 1.4 to 1.8). ReleaseNotAvailable is good news of a takedown and bad news of
all else, so it is not here."""

_OWN: tuple[AnswerStatus, ...] = ("received", "processing", "accepted", "live", "rejected")
_KNOWN = {word.lower(): status for word, status in _DDEX.items()} | {each: each for each in _OWN}


class Statuses:
    """From a recipient's words to ours; the target's own table goes first. Case does not count."""

    def __init__(self, told: Mapping[str, AnswerStatus]) -> None:
        self._told = {word.lower(): status for word, status in told.items()}

    def of(self, word: str) -> AnswerStatus:
        """What a word means; ``unknown`` where nobody says."""
        word = word.strip().lower()
        return self._told.get(word) or _KNOWN.get(word, "unknown")


_FORWARD: tuple[AnswerStatus, ...] = (
    "unknown",
    "received",
    "processing",
    "accepted",
    "live",
    "rejected",
)


def decisive(told: Iterable[tuple[str, AnswerStatus]]) -> tuple[str, AnswerStatus] | None:
    """Of several words about one message the one that counts: a no, else what is furthest on."""
    return max(told, key=lambda one: _FORWARD.index(one[1]), default=None)


_BLANKS = re.compile(r"\s+")


def plain(text: str | None, longest: int = _LONGEST) -> str | None:
    """A text of the recipient's on one line, without what cannot be shown; ``None`` if empty."""
    if text is None:
        return None
    kept = "".join(char if char.isprintable() else " " for char in text[: longest * 4])
    shown = _BLANKS.sub(" ", kept).strip()
    return (shown if len(shown) <= longest else f"{shown[:longest]}…") or None


def identifier(text: str | None) -> str | None:
    """An id of the recipient's telling. One that is too long is none of ours."""
    shown = plain(text, _LONGEST)
    return shown if shown is not None and len(shown) <= _LONGEST_ID else None


def instant(text: str | None) -> datetime | None:
    """A moment (ISO 8601, as xs:dateTime); without a zone it is UTC. ``None`` where it is none."""
    try:
        found = datetime.fromisoformat((text or "").strip())
        found = found if found.tzinfo else found.replace(tzinfo=UTC)
        return found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


_BATCH = re.compile(r"(?<![0-9])[0-9]{17}(?![0-9])")


def batch_in(text: str | None) -> str | None:
    """The BatchId (``YYYYMMDDhhmmssnnn``) in a folder's name or a path; the first of several."""
    found = _BATCH.search(text or "")
    return found[0] if found else None
