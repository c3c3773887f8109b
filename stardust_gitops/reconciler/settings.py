"""From the models of the catalogue's files to what planning and delivery need of them."""

from __future__ import annotations

from datetime import timedelta

from stardust_gitops.catalog.loading import Catalogue, Target
from stardust_gitops.catalog.models.config import LimitEntry
from stardust_gitops.planning.settings import Limit, Safety, TargetSettings


def target_settings(target: Target) -> TargetSettings:
    """A target as the planner sees it."""
    model = target.model
    return TargetSettings(
        id=target.id,
        enabled=model.enabled,
        takedown=model.takedown,
        takedown_ahead=model.future_takedown == "end_date",
        files_in_updates=model.files_in_updates,
        files_in_re_release=model.files_in_re_release,
        lead_time_new=_days(model.lead_time.new),
        lead_time_update=_days(model.lead_time.update),
        back_catalogue_load=model.back_catalogue_load,
        description=describe(target),
        recipient_dpid=model.recipient.dpid,
        moved_from=model.moved_from,
    )


def describe(target: Target) -> str:
    """The format and the way of a target, for people: ``ERN 4.3 over SFTP``."""
    protocol = target.model.transport.protocol
    way = {"sftp": "over SFTP", "directory": "into a folder"}[protocol]
    return f"{target.model.message.format.upper()} {target.model.message.version} {way}"


def safety_settings(catalogue: Catalogue) -> Safety:
    """The guards of ``stardust.yaml``."""
    entry = catalogue.config.safety
    return Safety(
        takedowns=_limit(entry.takedowns),
        updates=_limit(entry.updates),
        inserts=_limit(entry.inserts),
        resends=_limit(entry.resends),
        missing=_limit(entry.missing),
        minimum_population=entry.minimum_population,
    )


def _limit(entry: LimitEntry) -> Limit:
    return Limit(count=entry.count, percent=entry.percent)


def _days(days: int | None) -> timedelta | None:
    return None if days is None else timedelta(days=days)
