"""ERN 3.8.2 and 3.8.3: what kind of service the deals are for."""

from __future__ import annotations

from typing import Any

import pytest

from stardust_gitops.content.model import Deal
from stardust_gitops.messages.ern.v3.business_profiles import BY_PAIR, derived
from tests import message_examples as example
from tests.message_examples import track
from tests.unit.filmed_releases import released, sound
from tests.unit.test_messages_v3 import deal, each_version, written


def service(of: Any = None, **options: Any) -> list[str]:
    message = written(of or example.delivery(), **options)
    said = message.root.get("BusinessProfileVersionId")
    return said.split(" ") if said is not None else []


def offered(*pairs: tuple[str, str], **changes: Any) -> tuple[Deal, ...]:
    return tuple(deal(models=(model,), uses=(use,), **changes) for model, use in pairs)


def test_the_kind_of_service_follows_from_the_deals() -> None:
    prefix = "CommonDealTypes/14"
    assert service() == [
        f"{prefix}/InteractiveSubscriptionStreamingService",
        f"{prefix}/NonInteractiveSubscriptionStreamingService",
    ]
    sold = example.delivery(deals=(deal(),))
    assert service(sold) == [f"{prefix}/GenericDownloadService"]
    for_both = example.delivery(
        deals=offered(("SubscriptionModel", "ConditionalDownload")),
        track_deals=offered(("PayAsYouGoModel", "UseAsRingtone")),
    )
    assert service(for_both) == [
        f"{prefix}/RingtonesAndMobileService",
        f"{prefix}/TetheredDownloadService",
    ]
    assert service(for_both, track_deals=False) == [f"{prefix}/TetheredDownloadService"]


def test_every_pair_has_its_profile() -> None:
    for pair, profile in BY_PAIR.items():
        assert derived(offered(pair)) == (profile,)


@pytest.mark.parametrize(
    "pairs",
    [
        [("RightsClaimModel", "UseForIdentification")],
        [("PayAsYouGoModel", "PurchaseAsPhysicalProduct")],
        [("PayAsYouGoModel", "KioskDownload")],
        # one pair without a profile leaves no claim about the others
        [("SubscriptionModel", "OnDemandStream"), ("SubscriptionModel", "Podcast")],
        # DDEX forbids a profile for one way of streaming beside a generic one
        [("SubscriptionModel", "OnDemandStream"), ("PayAsYouGoModel", "PermanentDownload")],
    ],
)
def test_no_wrong_claim_is_made(pairs: list[tuple[str, str]]) -> None:
    assert derived(offered(*pairs)) == ()
    assert service(example.delivery(deals=offered(*pairs))) == []


def test_the_kind_of_service_can_be_set() -> None:
    set_here = ("KioskService", "GenericDownloadService")
    assert service(business_profiles=set_here) == [
        "CommonDealTypes/14/KioskService",
        "CommonDealTypes/14/GenericDownloadService",
    ]
    assert service(business_profiles=()) == []
    for takedown in ("no_deals", "takedown_flag"):
        assert service(takedown=takedown) == []


@each_version
def test_both_checks_take_the_kind_of_service(version: str) -> None:
    assert sound(released(track(1)), version).root.get("BusinessProfileVersionId")
