"""Targets as the runner needs them, secrets resolved only when a connection is made."""

from __future__ import annotations

from collections.abc import Mapping

from stardust_gitops.catalog.loading import Catalogue, Target
from stardust_gitops.delivery.recipient import Choreography, Limits, MessageSettings, Recipient
from stardust_gitops.delivery.transports.base import Transport
from stardust_gitops.delivery.transports.registry import open_transport
from stardust_gitops.errors import CatalogueError, GitOpsError
from stardust_gitops.messages.header import MessagingParty
from stardust_gitops.reconciler.reaching import connections_of, transport_settings
from stardust_gitops.secrets.secret import redact


def recipient_of(target: Target, catalogue: Catalogue, environ: Mapping[str, str]) -> Recipient:
    """The recipient of a target. `CatalogueError` for settings that this version cannot serve."""
    model, sender = target.model, catalogue.config.sender
    if model.takedown == "takedown_flag" and not model.message.is_ern_3:
        raise CatalogueError(
            f"{target.file}: takedown: {model.takedown} is not available for"
            f" ERN {model.message.version}",
            hint="use no_deals or end_date",
            code="SG2109",
        )

    def connect() -> Transport:
        settings, secrets = transport_settings(model.transport, catalogue.root, environ)
        try:
            return open_transport(settings)
        except GitOpsError as error:
            # What a library or server says may repeat what it was given.
            error.message = redact(error.message, secrets)
            raise

    return Recipient(
        id=target.id,
        sender=MessagingParty(dpid=sender.dpid, name=sender.name),
        party=MessagingParty(dpid=model.recipient.dpid, name=model.recipient.name),
        connect=connect,
        message=MessageSettings(
            version=model.message.version,
            profile=model.message.profile,
            variant=model.message.variant,
            hash_algorithm=model.message.hash,
            track_deals=model.message.track_deals,
            business_profiles=()
            if model.message.business_profiles == "none"
            else model.message.business_profiles,
            mead=model.message.mead,
        ),
        choreography=_choreography(target),
        also=tuple(MessagingParty(dpid=p.dpid, name=p.name) for p in model.recipient.also),
        takedown="no_deals" if model.takedown == "purge" else model.takedown,
        end_date_days=model.end_date_days,
        update_indicator=model.update_indicator and model.message.is_ern_3,
        verify=model.verify,
        connections=connections_of(model.transport),
        attempts=model.attempts,
        limits=Limits(
            bandwidth=model.limits.bandwidth,
            per_minute=model.limits.per_minute,
            item_timeout=model.item_timeout,
            failures=model.limits.failures,
        ),
    )


def _choreography(target: Target) -> Choreography:
    entry = target.model.choreography
    standard = "manifest" if entry.layout == "batch" else "message"
    return Choreography(
        layout=entry.layout,
        completion=entry.completion or standard,  # type: ignore[arg-type]
        manifest_version=entry.manifest_version,
        prefix=entry.prefix,
        max_releases=entry.max_releases,
        naming=entry.naming,
        resources=entry.resources,
        semaphore=entry.semaphore,
        package=entry.package,
        max_megabytes=entry.max_megabytes,
        delivery_types=dict(entry.delivery_types.items()),
    )
