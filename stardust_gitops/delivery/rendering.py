"""How a message is to be said for its recipient: one place for apply and for previews."""

from __future__ import annotations

from stardust_gitops.content.model import Delivery
from stardust_gitops.delivery.package import Package
from stardust_gitops.delivery.recipient import Recipient
from stardust_gitops.messages.ern.options import FileName, MessageOptions, UpdateIndicator
from stardust_gitops.planning.model import Action


def message_options(
    recipient: Recipient,
    delivery: Delivery,
    package: Package,
    operation: Action,
    *,
    last_day: str | None = None,
    replaced_isrcs: tuple[tuple[str, str], ...] = (),
) -> MessageOptions:
    """The recipient's settings for the message of `package`.

    `last_day` (date text) is the one of what a takedown ends; it counts where the recipient
    wants an end date. `replaced_isrcs` are as in `MessageOptions`.
    """
    assets = {(asset.role, asset.track): asset for asset in delivery.assets}
    names = tuple(
        FileName(asset=assets[file.role, file.track], uri=file.uri) for file in package.files
    )
    takedown = operation is Action.TAKEDOWN
    by_end_date = takedown and recipient.takedown == "end_date"
    return MessageOptions(
        version=recipient.message.version,
        profile=recipient.message.profile,
        variant=recipient.message.variant,
        files=names or None,
        takedown=recipient.takedown if takedown else None,
        purge=operation is Action.PURGE,
        update_indicator=_indicator(operation) if recipient.update_indicator else None,
        replaced_isrcs=replaced_isrcs,
        end_date=last_day if by_end_date else None,
        hash_algorithm=recipient.message.hash_algorithm,
        track_deals=recipient.message.track_deals,
    )


def _indicator(operation: Action) -> UpdateIndicator:
    return "OriginalMessage" if operation is Action.INSERT else "UpdateMessage"
