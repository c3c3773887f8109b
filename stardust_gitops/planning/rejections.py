"""What comes of content that the recipient has rejected: its own proposal, and who decides."""

from __future__ import annotations

from stardust_gitops.ledger.state import Rejection
from stardust_gitops.planning.model import Desired, Reason

XML_ONLY, NOT_AGAIN = "ResendXmlOnly", "DoNotResendRelease"
"""Values of DDEX's ProposedActionType that decide what is sent when it is asked for."""

_PROPOSALS = {
    XML_ONLY: "it wants the message again, without files",
    "ResendXmlAndResources": "it wants the message again, with its files",
    "DoNotResendAffectedResource": "it does not want the file concerned again",
}
_END = "it is sent again when its content has changed"


def is_about(rejected: Rejection | None, desired: Desired) -> bool:
    """Whether just this content was rejected."""
    return (
        rejected is not None
        and rejected.fingerprint == desired.message_fingerprint
        and rejected.assets_fingerprint == desired.assets_fingerprint
    )


def may_repeat(rejected: Rejection | None) -> bool:
    """Whether what was rejected may be sent again as it is, where the user asks."""
    return rejected is None or rejected.action != NOT_AGAIN


def wants_message_only(rejected: Rejection | None, desired: Desired) -> bool:
    """Whether the recipient has the files of just this content and wants the message again."""
    return is_about(rejected, desired) and rejected is not None and rejected.action == XML_ONLY


def rejected_reason(rejected: Rejection | None, icpn: str, target: str) -> Reason:
    """Why content that was rejected is not sent again, and what sends it."""
    said = rejected.text if rejected is not None else None
    action = rejected.action if rejected is not None else None
    text = f"the recipient rejected it: {said}" if said else "the recipient rejected it"
    if action == NOT_AGAIN:
        return Reason(code="rejected", text=f"{text}; it does not want it again ({action}): {_END}")
    if action is not None:
        text += f"; {_PROPOSALS.get(action, 'it proposes another step')} ({action})"
    asked = f"or when you ask: `apply --resend --target {target} --release {icpn}`"
    return Reason(code="rejected", text=f"{text}; {_END}, {asked}")
