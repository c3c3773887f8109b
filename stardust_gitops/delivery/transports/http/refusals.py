"""What a status of HTTP means for a delivery (RFC 9110, 15; RFC 6585)."""

from __future__ import annotations

from stardust_gitops.delivery.transports.base import (
    AuthenticationError,
    NoSpaceError,
    PassingError,
    PermissionDeniedError,
    RejectedError,
    TransportError,
)
from stardust_gitops.delivery.transports.http.answers import Answer

LATER = "run apply again later: it goes on where it stopped"
"""What to do about an error that may pass."""

_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
_FULL = frozenset({413, 507})
_REJECTED = frozenset({400, 422})


def refusal(answer: Answer, what: str, words: str) -> TransportError:
    """The error of an answer that is none of those expected. `what` was asked, `words` are the
    recipient's, safe to show."""
    error = _error(answer, f"{what}: it answered {answer.status}: {words}")
    # A conflict may mean that it was done before, and a 5xx anything; where it names the time at
    # which to ask again, it has not begun.
    refused = 300 <= answer.status < 500 and answer.status != 409
    error.undone = refused or (answer.status == 503 and answer.retry_after is not None)
    return error


def _error(answer: Answer, text: str) -> TransportError:
    status = answer.status
    if status in _PASSING:
        passing = PassingError(text, hint=LATER)
        passing.retry_after = answer.retry_after
        return passing
    if status == 401:
        return AuthenticationError(text, hint="check the secrets under auth: of the transport")
    if status in (402, 403):
        return PermissionDeniedError(text, hint="ask the recipient what this account may do")
    if status in _FULL:
        return NoSpaceError(text, hint="ask the recipient about its limits of size and space")
    if status in _REJECTED:
        return RejectedError(text, hint="correct what it says, then apply again")
    if 300 <= status < 400:
        return TransportError(text, hint="no redirect is followed: correct url: of the transport")
    if status == 409:
        return TransportError(
            text, hint="if that means it is there already, add 409 to expect: of the request"
        )
    return TransportError(text, hint="check url: and path: of the target's transport")
