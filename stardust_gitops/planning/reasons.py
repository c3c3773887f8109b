"""Why: the reasons of items, each a stable code and a sentence for people."""

from __future__ import annotations

from stardust_gitops.planning.model import Reason

ARCHIVED = Reason(code="archived", text="archived: frozen as it is")
EQUAL = Reason(code="unchanged", text="as the catalogue says")
NEVER_DELIVERED = Reason(code="never_delivered", text="was never delivered here")
TAKEN_DOWN = Reason(code="taken_down", text="is taken down")
PURGED = Reason(code="purged", text="was purged; only a later change to active sends it again")
STAYS_ON_HOLD = Reason(code="on_hold", text="on hold: stays as it is")
ON_HOLD = Reason(code="on_hold", text="status: hold")
NEW_RELEASE = Reason(code="new_release", text="new here")
RE_RELEASE = Reason(code="re_release", text="was taken down, is active again")
AFTER_REJECTION = Reason(code="after_rejection", text="changed since the recipient rejected it")
METADATA_CHANGED = Reason(code="metadata_changed", text="metadata changed")
ASSETS_CHANGED = Reason(code="assets_changed", text="recordings and files changed")
AUDIO_REPLACED = Reason(code="audio_replaced", text="files replaced, the ISRCs stay")
COVER_REPLACED = Reason(code="cover_replaced", text="cover replaced")
FILES_CHANGED = Reason(code="files_changed", text="files beside the recordings changed")
IDENTIFIER_CORRECTED = Reason(code="identifier_corrected", text="another ISRC for the same audio")
RESEND_ASKED = Reason(code="resend_asked", text="asked for with --resend")
TAKEDOWN = Reason(code="takedown", text="status: takedown")
PURGE_NOT_TAKEN = Reason(
    code="purge_not_taken",
    text="the recipient takes no purge (its target says nothing of `takedown: purge`)",
)
FROM_LAST_CONTENT = Reason(
    code="from_last_content", text="made from what was sent last: the present content has errors"
)
SUPERSEDED = Reason(code="superseded", text="takes the place of a delivery that was not finished")
SETTLE = Reason(code="settle", text="was interrupted at its last step: finds out what arrived")
INVALID = Reason(code="invalid", text="has errors")


def unknown_reason(icpn: str, target: str) -> Reason:
    """Why an item whose outcome is not known waits, and the command that ends it."""
    where = f"{icpn}@{target}"
    return Reason(
        code="unknown",
        text="nobody knows whether the last delivery arrived: ask the recipient, then "
        f"`ledger resolve {where} delivered` or `… resend`",
    )


def waits_for_reason(icpn: str, successor: str) -> Reason:
    """Why the takedown of a release waits that another one replaces."""
    return Reason(
        code="replaced",
        text=f"is taken down as soon as {successor}, which replaces it, has been delivered; "
        f"`--allow takedown:{icpn}` does not wait for that",
    )


def protected_reason(icpn: str) -> Reason:
    """Why a protected release is not taken down, and what takes it down."""
    return Reason(
        code="protected",
        text=f"is protected (prevent_takedown): `--allow takedown:{icpn}` takes it down",
    )


def content_lost_reason(said: str) -> Reason:
    """Why an update waits for whose last content the ledger has no bytes: what a message has to
    take up from it would be guessed."""
    return Reason(code="content_lost", text=f"{said}: `ledger verify` lists all that is missing")
