"""Business profiles: what kind of service the deals of a message are for (DDEX set 1.4 for ERN 3).

ERN 4 has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from stardust_gitops.content.model import Deal

_DEVICE, _FREE = "DeviceFeeModel", "AdvertisementSupportedModel"
_SOLD, _SUBSCRIBED = "PayAsYouGoModel", "SubscriptionModel"
_CLAIMED = "RightsClaimModel"

BY_PAIR: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        (_CLAIMED, "UserMakeAvailableLabelProvided"): "RightsClaimsOnUserGeneratedContent",
        (_CLAIMED, "UserMakeAvailableUserProvided"): "RightsClaimsOnUserGeneratedContent",
        (_DEVICE, "NonInteractiveStream"): "NonInteractiveSubscriptionStreamingServiceOnDevice",
        (_FREE, "ConditionalDownload"): "AdSupportedTetheredDownloadService",
        (_FREE, "NonInteractiveStream"): "NonInteractiveAdSupportedStreamingService",
        (_FREE, "OnDemandStream"): "InteractiveAdSupportedStreamingService",
        (_FREE, "PermanentDownload"): "AdSupportedDownloadService",
        (_FREE, "Stream"): "GenericAdSupportedStreamingService",
        (_SOLD, "PermanentDownload"): "GenericDownloadService",
        (_SOLD, "Stream"): "GenericPayAsYouGoStreamingService",
        (_SOLD, "UseAsAlertTone"): "RingtonesAndMobileService",
        (_SOLD, "UseAsRingbackTone"): "RingtonesAndMobileService",
        (_SOLD, "UseAsRingtone"): "RingtonesAndMobileService",
        (_SUBSCRIBED, "ConditionalDownload"): "TetheredDownloadService",
        (_SUBSCRIBED, "NonInteractiveStream"): "NonInteractiveSubscriptionStreamingService",
        (_SUBSCRIBED, "OnDemandStream"): "InteractiveSubscriptionStreamingService",
        (_SUBSCRIBED, "Stream"): "GenericSubscriptionStreamingService",
    }
)
"""The profile of a commercial model with a use. Profiles that ask for more than we say are not in
it: KioskService (a UserInterfaceType), PurchaseAsPhysicalProduct (a CarrierType and no model), and
those that say whether files are protected."""

_PREFIX = "CommonDealTypes/14/"
_GENERIC = "Generic"
_STREAMING = ("Interactive", "NonInteractive")


def derived(deals: Iterable[Deal]) -> tuple[str, ...]:
    """The profiles of deals, sorted; none where a model with a use has no profile, or where the
    standard forbids their combination: a profile is an assertion about all deals."""
    found: set[str] = set()
    for deal in deals:
        for model in deal.models:
            for use in deal.uses:
                profile = BY_PAIR.get((model, use))
                if profile is None:
                    return ()
                found.add(profile)
    # clauses 4.3.11 (8) to 4.3.15 (8) of Business Profile 1.4
    generic = any(profile.startswith(_GENERIC) for profile in found)
    if generic and any(profile.startswith(_STREAMING) for profile in found):
        return ()
    return tuple(sorted(found))


def version_id(profiles: Iterable[str]) -> str:
    """The value of BusinessProfileVersionId: several profiles have a space between them."""
    return " ".join(f"{_PREFIX}{profile}" for profile in profiles)
