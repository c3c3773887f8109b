"""What the ERN 4.3 writer says of offers, and how it takes a release down."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stardust_gitops.content.model import Deal, Price, Visibility
from stardust_gitops.messages.problems import MessageError
from tests import message_examples as example
from tests.message_examples import RECIPIENT, STREAMING, Read, track, written

TERMS = "DealList/ReleaseDeal/Deal/DealTerms"
DOWNLOAD = Deal(
    models=("PayAsYouGoModel",),
    uses=("PermanentDownload",),
    start="2026-12-04",
    territories=("GB", "US"),
)


def offers(message: Read) -> list[tuple[list[str | None], int]]:
    """Per ReleaseDeal: the releases, and the number of deals."""
    return [
        ([each.text for each in deal.findall("DealReleaseReference")], len(deal.findall("Deal")))
        for deal in message.root.iterfind("DealList/ReleaseDeal")
    ]


def test_releases_on_equal_deals_share_a_release_deal() -> None:
    message = written(example.delivery(deals=(STREAMING, DOWNLOAD)))
    assert offers(message) == [(["R0", "R1", "R2"], 2)]


def test_tracks_with_other_deals_have_their_own() -> None:
    tracks = (track(1), track(2, deals=(DOWNLOAD,)), track(3), track(4, deals=()))
    message = written(example.delivery(tracks=tracks))
    assert offers(message) == [(["R0", "R1", "R3"], 1), (["R2"], 1)]


def test_track_deals_of_the_content_count_for_all_tracks() -> None:
    tracks = (track(1), track(2, deals=(STREAMING,)))
    message = written(example.delivery(tracks=tracks, track_deals=(DOWNLOAD,)))
    assert offers(message) == [(["R0", "R2"], 1), (["R1"], 1)]


def test_terms_in_the_order_of_the_standard() -> None:
    deal = replace(
        DOWNLOAD, end="2027-02-28", price=Price(amount="4.20", currency="EUR"), preorder=True
    )
    message = written(example.delivery(deals=(deal,)))
    assert [child.tag for child in message.one(TERMS)] == [
        "TerritoryCode",
        "TerritoryCode",
        "ValidityPeriod",
        "CommercialModelType",
        "UseType",
        "PriceInformation",
        "IsPreOrderDeal",
    ]
    price = message.one(f"{TERMS}/PriceInformation/WholesalePricePerUnit")
    assert (price.text, price.get("CurrencyCode")) == ("4.20", "EUR")
    assert message.text(f"{TERMS}/IsPreOrderDeal") == "true"


def test_a_price_code_is_in_the_recipients_words() -> None:
    message = written(example.delivery(deals=(replace(DOWNLOAD, price_code="7"),)))
    code = message.one(f"{TERMS}/PriceInformation/PriceCode")
    assert (code.text, code.get("Namespace")) == ("7", RECIPIENT)


def test_price_code_and_price_are_alternatives() -> None:
    both = replace(DOWNLOAD, price_code="7", price=Price(amount="1", currency="EUR"))
    with pytest.raises(MessageError, match="both the price code"):
        written(example.delivery(deals=(both,)))


def test_territories_are_included_or_excluded() -> None:
    message = written(example.delivery(deals=(STREAMING, DOWNLOAD)))
    assert message.texts(f"{TERMS}/ExcludedTerritoryCode") == ["JP", "KR"]
    assert message.texts(f"{TERMS}/TerritoryCode") == ["GB", "US"]


@pytest.mark.parametrize(
    ("start", "end", "start_time", "end_time"),
    [
        ("2026-12-04", "2027-02-28", "2026-12-04T00:00:00", "2027-02-28T23:59:59"),
        (
            "2026-12-04T17:00:00",
            "2027-02-28T12:00:00",
            "2026-12-04T17:00:00",
            "2027-02-28T12:00:00",
        ),
        (
            "2026-12-04T16:00:00Z",
            "2027-02-28T16:00:00Z",
            "2026-12-04T16:00:00Z",
            "2027-02-28T16:00:00Z",
        ),
    ],
)
def test_dates_are_local_and_instants_global(
    start: str, end: str, start_time: str, end_time: str
) -> None:
    message = written(example.delivery(deals=(replace(STREAMING, start=start, end=end),)))
    assert message.text(f"{TERMS}/ValidityPeriod/StartDateTime") == start_time
    assert message.text(f"{TERMS}/ValidityPeriod/EndDateTime") == end_time


def test_visibility() -> None:
    visibility = Visibility(release="2026-11-20", tracks="2026-11-27T12:00:00Z")
    message = written(example.delivery(visibility=visibility))
    assert message.text("ReleaseList/Release/ReleaseVisibilityReference") == "V1"
    assert [(child.tag, child.text) for child in message.one("DealList/ReleaseVisibility")] == [
        ("VisibilityReference", "V1"),
        ("ReleaseDisplayStartDateTime", "2026-11-20T00:00:00"),
        ("FullTrackListingPreviewStartDateTime", "2026-11-27T12:00:00Z"),
    ]


@pytest.mark.parametrize("visibility", [Visibility(), None])
def test_no_visibility_where_nothing_is_said(visibility: Visibility | None) -> None:
    message = written(example.delivery(visibility=visibility))
    assert message.texts("DealList/ReleaseVisibility") == []
    assert message.texts("ReleaseList/Release/ReleaseVisibilityReference") == []


def test_takedown_without_deals_leaves_out_the_deal_list_and_keeps_the_rest() -> None:
    visible = example.delivery(visibility=Visibility(release="2026-11-20"))
    message = written(visible, takedown="no_deals")
    assert message.root.find("DealList") is None
    assert message.texts("ReleaseList/Release/ReleaseVisibilityReference") == []
    assert message.texts("ReleaseList/TrackRelease/ReleaseReference") == ["R1", "R2"]


def test_takedown_by_end_date_ends_what_is_open_and_drops_what_is_yet_to_come() -> None:
    deals = (
        STREAMING,
        replace(STREAMING, end="2026-12-31"),
        replace(DOWNLOAD, end="2028-01-01T10:00:00Z"),
        replace(DOWNLOAD, start="2027-03-01"),
        replace(DOWNLOAD, start="2027-02-28"),
    )
    message = written(example.delivery(deals=deals), takedown="end_date", end_date="2027-02-28")
    assert message.texts(f"{TERMS}/ValidityPeriod/EndDateTime") == [
        "2027-02-28T23:59:59",
        "2026-12-31T23:59:59",
        "2027-02-28T23:59:59",
        "2027-02-28T23:59:59",
    ]


def test_takedown_before_the_first_deal_leaves_none() -> None:
    message = written(takedown="end_date", end_date="2026-12-03")
    assert message.root.find("DealList") is None


def test_takedown_by_end_date_needs_the_date() -> None:
    with pytest.raises(MessageError, match="needs the last day"):
        written(takedown="end_date")
