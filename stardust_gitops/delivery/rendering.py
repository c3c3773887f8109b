"""How a message is to be said for its recipient: one place for apply and for previews."""

from __future__ import annotations

from pathlib import PurePosixPath

from stardust_gitops.content.model import Delivery
from stardust_gitops.delivery.package import Package
from stardust_gitops.delivery.recipient import Recipient
from stardust_gitops.messages.ern.options import FileName, MessageOptions, UpdateIndicator
from stardust_gitops.messages.mead.described import NOBODY, tells
from stardust_gitops.planning.decide import REMOVALS
from stardust_gitops.planning.model import Action


def message_options(
    recipient: Recipient,
    delivery: Delivery,
    package: Package,
    operation: Action,
    *,
    last_day: str | None = None,
    replaced_isrcs: tuple[tuple[str, str], ...] = (),
    described: frozenset[str] = NOBODY,
    back_catalogue: bool = False,
) -> MessageOptions:
    """The recipient's settings for the message of `package`; `MessageOptions.mead` says whether a
    MEAD message travels beside it.

    `last_day` (date text) is the one of what a takedown ends; it counts where the recipient
    wants an end date. `replaced_isrcs` are as in `MessageOptions`, `described` is what the
    recipient was told of in MEAD messages before (`mead.described`). `back_catalogue` is as in
    `Item`.
    """
    assets = {(asset.role, asset.track): asset for asset in delivery.assets}
    names = tuple(
        FileName(asset=assets[file.role, file.track], uri=file.uri) for file in package.files
    )
    takedown = operation is Action.TAKEDOWN
    by_end_date = takedown and recipient.takedown == "end_date"
    mead = recipient.message.mead and operation not in REMOVALS
    return MessageOptions(
        version=recipient.message.version,
        profile=recipient.message.profile,
        variant=recipient.message.variant,
        files=names or None,
        takedown=recipient.takedown if takedown else None,
        purge=operation is Action.PURGE,
        update_indicator=_indicator(operation) if recipient.update_indicator else None,
        backfill=back_catalogue,
        replaced_isrcs=replaced_isrcs,
        end_date=last_day if by_end_date else None,
        hash_algorithm=recipient.message.hash_algorithm,
        track_deals=recipient.message.track_deals,
        business_profiles=recipient.message.business_profiles,
        mead=_beside(package) if mead and tells(delivery.content, described) else None,
    )


def _beside(package: Package) -> str:
    """The place of the MEAD message, as its release's message names it."""
    return PurePosixPath(package.mead_path).name


def _indicator(operation: Action) -> UpdateIndicator:
    return "OriginalMessage" if operation is Action.INSERT else "UpdateMessage"
