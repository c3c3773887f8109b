"""DealList in ERN 3: terms, periods, what shows early, takedowns."""

from __future__ import annotations

import pytest

from stardust_gitops.content.model import (
    Price,
    TerritoryDate,
    Visibility,
)
from stardust_gitops.messages.ern.conformance import check_structure
from stardust_gitops.messages.ern.writer import build_message
from stardust_gitops.messages.problems import MessageError
from tests import message_examples as example
from tests.message_examples import HEADER, RECIPIENT
from tests.unit.test_messages_v3 import TERMS, deal, told_as, written


def test_terms_in_their_order() -> None:
    terms = deal(
        start="2026-11-20",
        end="2026-12-03",
        preorder=True,
        price_code="Mid",
        policy="Monetize",
        instant_gratification=("GBXYZ2600002",),
    )
    shown = Visibility(release="2026-11-19", cover="2026-11-18")
    message = written(example.delivery(deals=(terms,), track_deals=(), visibility=shown))
    assert [
        (each.tag, each.text) for each in message.one(TERMS) if each.text and each.text.strip()
    ] == [
        ("IsPreOrderDeal", "true"),
        ("CommercialModelType", "PayAsYouGoModel"),
        ("TerritoryCode", "Worldwide"),
        ("PreOrderReleaseDate", "2026-12-04"),
        ("ReleaseDisplayStartDate", "2026-11-19"),
        ("TrackListingPreviewStartDate", "2026-11-20"),
        ("CoverArtPreviewStartDate", "2026-11-18"),
        ("ClipPreviewStartDate", "2026-11-20"),
    ]
    assert message.text(f"{TERMS}/Usage/UseType") == "PermanentDownload"
    assert message.one(f"{TERMS}/PriceInformation/PriceType").get("Namespace") == RECIPIENT
    assert message.texts(f"{TERMS}/ValidityPeriod/*") == ["2026-11-20", "2026-12-03"]
    assert message.texts(f"{TERMS}/InstantGratificationResourceList/*") == ["A2"]


def test_a_period_does_not_mix_dates_and_times() -> None:
    terms = deal(start="2026-12-04T16:00:00Z", end="2027-12-03")
    message = written(example.delivery(deals=(terms,)))
    assert [(each.tag, each.text) for each in message.one(f"{TERMS}/ValidityPeriod")] == [
        ("StartDateTime", "2026-12-04T16:00:00Z"),
        ("EndDateTime", "2027-12-03T23:59:59"),
    ]


def test_a_pre_order_is_for_the_day_of_its_territories() -> None:
    own = (TerritoryDate(territory="DE", date="2026-12-05"),)
    orders = tuple(
        deal(start="2026-11-20", preorder=True, territories=territories)
        for territories in (("DE",), ("DE", "US"), ("Worldwide",))
    )
    message = written(example.delivery(deals=orders, track_deals=(), release_dates=own))
    assert message.texts(f"{TERMS}/PreOrderReleaseDate") == [
        "2026-12-05",
        "2026-12-04",
        "2026-12-04",
    ]


def test_what_shows_early_is_said_of_the_release_alone() -> None:
    shown = Visibility(release="2026-11-19T10:00:00Z")
    message = written(example.delivery(visibility=shown))
    release, tracks = message.root.findall("DealList/ReleaseDeal")
    assert [each.text for each in release.iterfind("DealReleaseReference")] == ["R0"]
    name = "Deal/DealTerms/ReleaseDisplayStartDateTime"
    assert release.findtext(name) == "2026-11-19T10:00:00Z"
    assert release.findtext(name.replace("ReleaseDisplay", "ClipPreview")) == "2026-12-04T00:00:00"
    assert [each.text for each in tracks.iterfind("DealReleaseReference")] == ["R1", "R2"]
    assert tracks.find(name) is None


def test_a_deal_takes_one_price() -> None:
    price = Price(amount="4.20", currency="GBP")
    message = written(example.delivery(deals=(deal(price=price),)))
    assert (
        message.one(f"{TERMS}/PriceInformation/WholesalePricePerUnit").get("CurrencyCode") == "GBP"
    )
    with pytest.raises(MessageError) as refusal:
        written(example.delivery(deals=(deal(price=price, price_code="Mid"),)))
    assert refusal.value.code == "SG4021"


def test_instant_gratification_is_of_the_release() -> None:
    with pytest.raises(MessageError) as refusal:
        written(example.delivery(deals=(deal(instant_gratification=("GBXYZ2600099",)),)))
    assert refusal.value.code == "SG4022"


def test_takedowns() -> None:
    assert written(takedown="no_deals").root.find("DealList") is None
    ended = written(takedown="end_date", end_date="2027-01-31")
    assert ended.texts(f"{TERMS}/ValidityPeriod/EndDate") == ["2027-01-31"]
    assert ended.texts(f"{TERMS}/Usage/UseType") == ["NonInteractiveStream", "OnDemandStream"]
    flagged = written(takedown="takedown_flag", update_indicator="UpdateMessage")
    assert flagged.text("UpdateIndicator") == "UpdateMessage"
    assert flagged.texts("DealList/ReleaseDeal/DealReleaseReference") == ["R0", "R1", "R2"]
    assert [(each.tag, each.text) for each in flagged.one(TERMS)][:2] == [
        ("TakeDown", "true"),
        ("TerritoryCode", "Worldwide"),
    ]
    assert flagged.text(f"{TERMS}/ValidityPeriod/StartDate") == "2026-11-22"


def test_deals_of_the_release_alone() -> None:
    message = written(track_deals=False)
    assert message.texts("DealList/ReleaseDeal/DealReleaseReference") == ["R0"]
    flagged = written(track_deals=False, takedown="takedown_flag")
    assert flagged.texts("DealList/ReleaseDeal/DealReleaseReference") == ["R0"]
    assert message.root.find("UpdateIndicator") is None


def test_a_use_that_only_a_later_version_knows_is_refused() -> None:
    """What may be done with a recording is never told as ``UserDefined``."""
    later = deal(uses=("UseForDataMining",))
    root = build_message(example.delivery(deals=(later,)), HEADER, told_as("3.8.2"))
    (problem,) = {each.message for each in check_structure(root, "3.8.2")}
    assert "not an allowed value of UseType" in problem
