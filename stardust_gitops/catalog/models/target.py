"""One file of ``targets/``: a recipient, how to reach it, what format it takes, its rules."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from stardust_gitops.catalog.models.acknowledgements import Acknowledgements
from stardust_gitops.catalog.models.limits import Limits, Span
from stardust_gitops.catalog.models.scalars import (
    Amount,
    ContributorRole,
    Currency,
    Days,
    Dpid,
    Flag,
    Given,
    Model,
    Name,
    Positive,
    Text,
    refuse,
)
from stardust_gitops.catalog.models.transports.transport import Transport
from stardust_gitops.catalog.models.transports.values import RelativePath
from stardust_gitops.catalog.models.windows import WindowEntry
from stardust_gitops.catalog.presets import preset_names, with_preset
from stardust_gitops.catalog.suggest import did_you_mean
from stardust_gitops.catalog.vocabulary import allowed


def _pair(value: str) -> str:
    model, _, use = value.partition("/")
    for set_name, part in (("CommercialModelType_ERN", model), ("UseType_ERN", use)):
        if part == "UserDefined":
            refuse(
                "SG1311",
                f"{value!r} names no commercial model or use type",
                "use the pair of DDEX's values that the recipient names in its specification",
            )
        if part not in allowed(set_name):
            refuse(
                "SG1306",
                f"{value!r} is no pair of DDEX's commercial model and use type",
                "write it as SubscriptionModel/OnDemandStream",
            )
    return value


def _test_path(value: str) -> str:
    path = value.strip("/")
    if not re.fullmatch(
        r"[A-Za-z0-9][A-Za-z0-9_.-]*(/[A-Za-z0-9][A-Za-z0-9_.-]*)*", path, re.ASCII
    ):
        refuse("SG1119", f"{value!r} is no folder of its own", "name one for tests, as  test")
    return path


def _past_days(days: int) -> int:
    if days > 365:
        refuse("SG1109", f"{days} is more than a year", "write a whole number of days, 2 as a rule")
    return days


Pair = Annotated[str, AfterValidator(_pair)]
TestPath = Annotated[RelativePath, AfterValidator(_test_path)]
PastDays = Annotated[Positive, AfterValidator(_past_days)]


class FurtherRecipient(Model):
    """Who else the same message is for (YouTube's Content ID beside YouTube, say)."""

    dpid: Dpid
    name: Text


def _partly(schema: dict[str, Any]) -> None:
    """In an editor: what must be there without a preset, the target says."""
    del schema["required"]


class Recipient(Model):
    """Who receives: name and DPID as they stand in the message header, the addressee first."""

    model_config = ConfigDict(json_schema_extra=_partly)

    dpid: Dpid
    name: Text
    also: tuple[FurtherRecipient, ...] = ()


Profile4 = Literal[
    "Audio",
    "SimpleAudioSingle",
    "Video",
    "SimpleVideoSingle",
    "MixedMedia",
    "Ringtone",
    "DjMix",
    "LongFormMusicalWorkVideo",
]
"""The release profiles of ERN 4."""
Profile3 = Literal[
    "AudioAlbum",
    "AudioAlbumMusicOnly",
    "AudioBook",
    "AudioSingle",
    "DigitalBoxedSet",
    "DigitalClassicalAudioAlbum",
    "LongformMusicVideo",
    "MixedMediaBundle",
    "Ringtone",
    "SingleResourceRelease",
    "SingleResourceReleaseWithCoverArt",
    "VideoAlbum",
    "VideoSingle",
]
"""The release profiles of ERN 3 (set 1.4)."""
Profile = Literal[Profile4, Profile3]
BusinessProfile = Literal[
    "AdSupportedDownloadService",
    "AdSupportedTetheredDownloadService",
    "DRMProtectedDownloadService",
    "GenericAdSupportedStreamingService",
    "GenericDownloadService",
    "GenericPayAsYouGoStreamingService",
    "GenericSubscriptionStreamingService",
    "InteractiveAdSupportedStreamingService",
    "InteractiveSubscriptionStreamingService",
    "KioskService",
    "NonInteractiveAdSupportedStreamingService",
    "NonInteractiveSubscriptionStreamingService",
    "NonInteractiveSubscriptionStreamingServiceOnDevice",
    "NonProtectedDownloadService",
    "PurchaseAsPhysicalProduct",
    "RightsClaimsOnUserGeneratedContent",
    "RingtonesAndMobileService",
    "TetheredDownloadService",
]
"""The business profiles of ERN 3 (set 1.4), which say what kind of service the deals are for."""
LeftOut = Literal[
    "videos", "immersive", "clips", "previews", "screen_captures", "lyrics", "booklet", "ai"
]
"""Kinds of content that a recipient may not want."""


class MessageFormat(Model):
    """What format the recipient takes. `profile` and `variant` are derived from a release where
    none is set, `business_profiles` (ERN 3) from its deals; without `track_deals` deals are told of
    releases alone. With `mead` a DDEX MEAD message travels beside the release."""

    format: Literal["ern"] = "ern"
    version: Literal["3.8.2", "3.8.3", "4.2", "4.3", "4.3.2"] = "4.3"
    profile: Profile | None = None
    variant: Literal["none", "Classical", "BoxedSet", "BoxedSet Classical"] | None = None
    hash: Literal["MD5", "SHA-256"] = "MD5"
    track_deals: Flag = True
    business_profiles: Annotated[tuple[BusinessProfile, ...] | Literal["none"] | None, Given] = None
    mead: Flag = False

    @property
    def is_ern_3(self) -> bool:
        """Whether messages have the shape of ERN 3, which knows more indicators."""
        return self.version.startswith("3.")


class Choreography(Model):
    """Order and naming of what is uploaded (ERN Part 3). `prefix` is the priority letter of
    version 1.7 and later; `naming` forms the names of resources. With `package: zip` all files of a
    release travel in one zip of at most `max_megabytes`."""

    layout: Literal["batch", "release"] = "batch"
    completion: Literal["manifest", "semaphore", "message"] | None = None
    manifest_version: Literal["1.5", "1.8"] = "1.8"
    prefix: Literal["", "P", "N", "M", "L"] = ""
    max_releases: Positive = 50
    naming: Literal["ICPN_DD_TTT", "ICPN_DD_TT", "ICPN_T"] = "ICPN_DD_TTT"
    package: Literal["files", "zip"] = "files"
    max_megabytes: Positive | None = None
    resources: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")] = "resources"
    semaphore: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.{}-]{1,80}$")] = "{folder}.complete"
    delivery_types: dict[
        Literal["insert", "update", "resend", "takedown", "back_catalogue"],
        Literal[
            "NewReleaseDelivery",
            "BackCatalogDelivery",
            "HighPriorityDelivery",
            "ReDelivery",
            "TakeDown",
        ],
    ] = Field(default_factory=dict)


class LeadTime(Model):
    """The recipient's minimum days before the street date; orders and warns, never holds."""

    new: Days | None = None
    update: Days | None = None


class CoverRequirement(Model):
    """What the recipient wants of a cover: square, RGB, at least so many pixels a side."""

    pixels: Positive = 3000


STANDARD_OFFERS: Mapping[str, tuple[str, ...]] = {
    "streaming": ("SubscriptionModel/OnDemandStream",),
    "ad_supported": ("AdvertisementSupportedModel/OnDemandStream",),
    "download": ("PayAsYouGoModel/PermanentDownload",),
}
"""What a target takes that lists no `offers`."""


def _named(value: Any) -> Any:
    if isinstance(value, list) and all(isinstance(name, str) for name in value):
        return {name: [] for name in value}
    return value


def _without_preset(schema: dict[str, Any]) -> None:
    """In an editor, a target with a preset may leave out what the preset may know."""
    whole: dict[str, Any] = {"required": ["recipient"]}
    whole["properties"] = {"recipient": {"required": ["dpid", "name"]}}
    schema["required"] = ["transport"]
    schema["anyOf"] = [{"required": ["preset"]}, whole]


class TargetFile(Model):
    """A target. `preset` names a recipient whose publicly known values hold where the file says
    nothing (see `catalog.presets`). `offers` maps our offers to its pairs of commercial model and
    use type (an offer without pairs, or in a list, is that of this name in ``stardust.yaml``),
    `prices` our price codes to its own words. `emoji` says whether it takes them in texts,
    `required_roles` what it wants to be told of each track, `labels` the names of labels that it
    knows, `leave_out` the kinds of content that it does not take, `minimum_prices` the least
    wholesale price that it takes of a release, by currency. `item_timeout` is how long the files
    of a release may be under way. `windows` say when it may be sent something, always where there
    are none. `test_path` is a folder there, below the target's own, into which `target test` may
    write."""

    model_config = ConfigDict(json_schema_extra=_without_preset)

    id: Name | None = None
    moved_from: Name | None = None
    enabled: Flag = True
    preset: Name | None = None
    recipient: Recipient
    message: MessageFormat = MessageFormat()
    transport: Transport
    choreography: Choreography = Choreography()
    offers: Annotated[
        dict[Name, tuple[Pair, ...]] | None,
        BeforeValidator(
            _named, json_schema_input_type=dict[Name, tuple[Pair, ...]] | tuple[Name, ...] | None
        ),
    ] = None
    prices: dict[Text, Text] | None = None
    genre_map: Name | None = None
    takedown: Literal["no_deals", "end_date", "takedown_flag", "purge"] = "no_deals"
    end_date_days: PastDays = 2
    future_takedown: Literal["hold", "end_date"] = "hold"
    update_indicator: Flag = False
    files_in_updates: Flag = False
    files_in_re_release: Flag = True
    verify: Literal["size", "read", "none"] = "size"
    attempts: Positive = 5
    item_timeout: Span | None = None
    limits: Limits = Limits()
    windows: tuple[WindowEntry, ...] = ()
    lead_time: LeadTime = LeadTime()
    cover: CoverRequirement = CoverRequirement()
    emoji: Flag = True
    required_roles: tuple[ContributorRole, ...] = ()
    labels: Annotated[tuple[Text, ...] | None, Given] = None
    leave_out: tuple[LeftOut, ...] = ()
    minimum_prices: dict[Currency, Amount] = Field(default_factory=dict)
    back_catalogue_load: Flag = False
    acknowledgements: Acknowledgements | None = None
    test_path: TestPath | None = None

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, document: Any) -> Any:
        """Put the document upon its preset."""
        name = document.get("preset") if isinstance(document, dict) else None
        if isinstance(name, str) and name not in preset_names():
            raise _unknown_preset(name)
        return with_preset(document)


def _unknown_preset(name: str) -> ValidationError:
    """The one finding of such a target: what else it lacks, the right preset may know."""
    hint = did_you_mean(name, preset_names())
    context = {
        "message": f"there is no preset {name!r}",
        "remedy": f"did you mean {hint}?" if hint else f"use one of {', '.join(preset_names())}",
    }
    error = PydanticCustomError("SG1201", "{message}", context)
    detail = InitErrorDetails(type=error, loc=("preset",), input=name)
    return ValidationError.from_exception_data("TargetFile", [detail])
