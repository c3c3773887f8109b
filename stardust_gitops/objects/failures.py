"""What goes wrong at a store of objects, in terms that are the same for all of them."""

from __future__ import annotations

from enum import Enum


class Failure(Enum):
    """Why a store did not do what it was asked."""

    ABSENT = "there is no such object"
    NO_BUCKET = "there is no such bucket or container"
    CHANGED = "a condition of the request does not hold"
    CREDENTIALS = "the credentials are missing, wrong or expired"
    FORBIDDEN = "the credentials are good, and not for this"
    FULL = "a quota, or what an object may hold, is used up"
    BUSY = "it may work in a moment"
    UNREACHABLE = "there was no answer: whether it was done, nobody knows"
    UNTRUSTED = "its certificate is not one that is trusted: it was told nothing"
    REFUSED = "anything else"


class StoreError(Exception):
    """A store's refusal or silence. `said` is what it or its library says, `code` the store's own
    word for it (none where its library did not even ask), `retry_after` its wish in seconds."""

    def __init__(
        self, failure: Failure, said: str, *, code: str = "", retry_after: float | None = None
    ) -> None:
        super().__init__(said)
        self.failure = failure
        self.said = said
        self.code = code
        self.retry_after = retry_after


def unanswered(said: str) -> StoreError:
    """The error where a connection did not come about, or broke, in the library's words."""
    # Both libraries hide the exception of the certificate in one that may be anything else.
    untrusted = "CERTIFICATE_VERIFY_FAILED" in said or "doesn't match" in said
    return StoreError(Failure.UNTRUSTED if untrusted else Failure.UNREACHABLE, said)


def wished_pause(value: object) -> float | None:
    """The seconds of a ``Retry-After`` header; ``None`` where it has none (or names a date)."""
    text = str(value or "")
    return float(text) if text.isdecimal() and len(text) < 6 else None
