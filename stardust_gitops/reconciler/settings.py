"""From the models of the catalogue's files to what planning and delivery need of them."""

from __future__ import annotations

from datetime import timedelta

from stardust_gitops.catalog.loading import Catalogue, Target
from stardust_gitops.catalog.models.config import LimitEntry
from stardust_gitops.catalog.windows import windows_of
from stardust_gitops.identifiers.icpn import to_gtin14
from stardust_gitops.planning.policies import Policy
from stardust_gitops.planning.settings import Limit, Removal, Safety, TargetSettings


def target_settings(
    target: Target, *, takes_part: bool = True, timezone: str = "UTC"
) -> TargetSettings:
    """A target as the planner sees it, in an environment in which it takes part or not. `timezone`
    is the catalogue's own, which delivery windows are in that name no other."""
    model = target.model
    return TargetSettings(
        id=target.id,
        enabled=model.enabled,
        takes_part=takes_part,
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
        windows=windows_of(model.windows, timezone),
        per_day=model.limits.per_day,
        back_catalogue_per_day=model.limits.back_catalogue_per_day,
    )


_WAYS = {
    "azure": "into Azure",
    "directory": "into a folder",
    "ftp": "over FTP",
    "ftps": "over FTPS",
    "http": "over HTTP",
    "s3": "into S3",
    "sftp": "over SFTP",
}


def describe(target: Target) -> str:
    """The format and the way of a target, for people: ``ERN 4.3 over SFTP``."""
    protocol = target.model.transport.protocol
    way = _WAYS[protocol]
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


def policies(catalogue: Catalogue) -> tuple[Policy, ...]:
    """The policies of ``stardust.yaml``."""
    return tuple(
        Policy(
            name=entry.name,
            when=entry.when,
            require=entry.require,
            message=entry.message,
            blocks=entry.enforce == "block",
        )
        for entry in catalogue.config.policies
    )


def removals(catalogue: Catalogue) -> dict[str, Removal]:
    """What is decided on releases (GTIN-14) whose files are gone."""
    return {
        to_gtin14(icpn): Removal(
            takedown=entry.decision == "takedown",
            reason=entry.reason,
            targets=None if entry.targets is None else frozenset(entry.targets),
        )
        for icpn, entry in catalogue.config.removed.items()
    }


def _limit(entry: LimitEntry) -> Limit:
    return Limit(count=entry.count, percent=entry.percent)


def _days(days: int | None) -> timedelta | None:
    return None if days is None else timedelta(days=days)
