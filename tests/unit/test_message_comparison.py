"""What two messages say differently, and what is no difference."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from stardust_gitops.content.model import Artist, Contributor, Delivery, Party, Track
from stardust_gitops.messages.comparison.difference import Difference, compare, summary
from stardust_gitops.messages.ern.options import MessageOptions
from stardust_gitops.messages.ern.writer import write_message
from stardust_gitops.messages.problems import MessageError
from tests.ddex import samples
from tests.message_examples import (
    ADA,
    HEADER,
    KESTREL,
    STREAMING,
    delivery,
    files_of,
    track,
)

ICPN = "4006381333931"
DOWNLOAD = replace(STREAMING, models=("PayAsYouGoModel",), uses=("PermanentDownload",))


def message(of: Delivery | None = None, *, files: bool = True, **options: Any) -> bytes:
    made = of or delivery()
    named = files_of(made) if files else None
    return write_message(made, HEADER, MessageOptions(files=named, **options))


def changed(of: Delivery, **options: Any) -> list[tuple[str, str | None, str | None]]:
    return said(compare(message(), message(of, **options)))


def said(found: list[Difference]) -> list[tuple[str, str | None, str | None]]:
    return [(each.path, each.before, each.after) for each in found]


def credited(party: Party) -> tuple[Track, Track]:
    """Both tracks of the example, with another composer."""
    credit = Contributor(party=party, roles=("Composer", "Lyricist"))
    return track(1, contributors=(credit,)), track(2, contributors=(credit,))


def test_ids_and_times_are_no_difference() -> None:
    header = replace(HEADER, message_id="M-2", thread_id="T-2", created="2027-01-01T00:00:00Z")
    again = write_message(delivery(), header, MessageOptions(files=files_of(delivery())))
    assert again != message()
    assert compare(message(), again) == []


def test_a_title_differs_where_it_stands() -> None:
    assert changed(delivery(title="Breakwaters")) == [
        (f"Release[{ICPN}]/DisplayTitleText", "Breakwater", "Breakwaters"),
        (f"Release[{ICPN}]/DisplayTitle/TitleText", "Breakwater", "Breakwaters"),
    ]


def test_a_party_that_comes_first_renumbers_all_others_without_a_difference() -> None:
    joined = delivery(
        artists=(Artist(party=KESTREL), Artist(party=Party(name="Mina"), role="FeaturedArtist"))
    )
    paths = [each.path for each in compare(message(), message(joined))]
    assert paths == ["Party[Mina]", f"Release[{ICPN}]/DisplayArtist[Mina]"]


def test_a_party_is_the_same_where_it_only_gets_an_id() -> None:
    known = replace(ADA, isni="0000000114819103")
    ((path, before, after),) = changed(delivery(tracks=credited(known)))
    assert (path, before) == ("Party[Ada Quill]/PartyId", None)
    assert after == "<PartyId>\n  <ISNI>0000000114819103</ISNI>\n</PartyId>"


def test_another_party_is_another_one() -> None:
    found = changed(delivery(tracks=credited(Party(name="Jo Fenn"))))
    references = [each for each in found if each[0].endswith("/ContributorPartyReference")]
    assert {(before, after) for _, before, after in references} == {("Ada Quill", "Jo Fenn")}
    parties = [(path, before is None) for path, before, _ in found if path.startswith("Party")]
    assert parties == [("Party[Ada Quill]", False), ("Party[Jo Fenn]", True)]


def test_two_parties_of_one_name_are_told_apart_by_their_ids() -> None:
    first, second = Party(name="Ada Quill", ipn="1"), Party(name="Ada Quill", ipn="2")
    both = delivery(tracks=(*credited(first)[:1], *credited(second)[1:]))
    swapped = delivery(tracks=(*credited(second)[:1], *credited(first)[1:]))
    found = said(compare(message(both), message(swapped)))
    assert len(found) == 2
    assert {(before, after) for _, before, after in found} == {
        ("Ada Quill (IPN 1)", "Ada Quill (IPN 2)"),
        ("Ada Quill (IPN 2)", "Ada Quill (IPN 1)"),
    }


def test_a_corrected_isrc_is_one_recording_still() -> None:
    corrected = delivery(tracks=(track(1, isrc="GBXYZ2600009"), track(2)))
    found = changed(corrected, files=True)
    assert (
        "SoundRecording[GBXYZ2600009]/SoundRecordingEdition/ResourceId/ISRC",
        "GBXYZ2600001",
        "GBXYZ2600009",
    ) in found
    assert not [each for each in found if each[1] is None or each[2] is None]


def test_tracks_that_change_places_are_moved_not_rewritten() -> None:
    moved = write_message(delivery(tracks=(track(2), track(1))), HEADER, MessageOptions(files=None))
    disc = f"Release[{ICPN}]/ResourceGroup/ResourceGroup[1]/ResourceGroupContentItem"
    assert said(compare(message(files=False), moved)) == [
        (f"{disc}[GBXYZ2600002]/SequenceNumber", "2", "1"),
        (f"{disc}[GBXYZ2600001]/SequenceNumber", "1", "2"),
    ]


def test_files_that_do_not_travel_are_one_difference() -> None:
    assert said(compare(message(), message(files=False))) == [("File", "3", "0")]
    assert said(compare(message(files=False), message())) == [("File", "0", "3")]


def test_a_file_that_was_exchanged_differs_in_its_sum() -> None:
    first, *rest = delivery().assets
    other = replace(delivery(), assets=(replace(first, md5="0" * 32), *rest))
    ((path, _, after),) = changed(other)
    assert path.startswith("SoundRecording[GBXYZ2600001]/")
    assert path.endswith("/File/HashSum/HashSumValue")
    assert after == "0" * 32


def test_a_takedown_shows_the_deals_that_go() -> None:
    found = compare(message(), message(takedown="no_deals"))
    assert {each.kind for each in found} == {"ReleaseDeal"}
    assert len(found) == 3, "of the release and of its two tracks"
    assert all(each.after is None for each in found)
    assert all("<UseType>OnDemandStream</UseType>" in (each.before or "") for each in found)


def test_a_deal_of_one_track_differs_there_alone() -> None:
    withheld = delivery(tracks=(track(1, deals=()), track(2)))
    ((path, before, after),) = changed(withheld)
    assert path == f"ReleaseDeal[{ICPN}_GBXYZ2600001]"
    assert before is not None
    assert after is None


def test_deals_are_matched_by_their_terms() -> None:
    both = delivery(deals=(STREAMING, DOWNLOAD))
    later = delivery(deals=(replace(DOWNLOAD, start="2026-12-11"), STREAMING))
    found = said(compare(message(both), message(later)))
    deal = "Deal[PayAsYouGoModel/PermanentDownload -JP -KR]"
    assert found[0] == (
        f"ReleaseDeal[{ICPN}]/{deal}/DealTerms/ValidityPeriod/StartDateTime",
        "2026-12-04T00:00:00",
        "2026-12-11T00:00:00",
    )
    assert len(found) == 3


def test_a_territory_that_goes_from_a_deal() -> None:
    fewer = delivery(deals=(replace(STREAMING, excluded_territories=("JP",)),))
    path, before, after = changed(fewer)[0]
    assert path.endswith("-JP]/DealTerms/ExcludedTerritoryCode")
    assert (before, after) == ("KR", None)


def test_the_summary_of_a_message_counts() -> None:
    assert summary(message()) == {
        "Release": 1,
        "TrackRelease": 2,
        "SoundRecording": 2,
        "Image": 1,
        "Party": 3,
        "ReleaseDeal": 1,
    }


def test_a_purge_is_another_message() -> None:
    purge = write_message(delivery(), HEADER, MessageOptions(purge=True))
    assert said(compare(message(), purge)) == [("", "NewReleaseMessage", "PurgeReleaseMessage")]


def test_another_version_is_told() -> None:
    older, newer = (
        write_message(delivery(), HEADER, MessageOptions(version=version))
        for version in ("4.2", "4.3")
    )
    found = said(compare(older, newer))
    assert found[0] == ("@xmlns", "http://ddex.net/xml/ern/42", "http://ddex.net/xml/ern/43")
    assert ("@AvsVersionId", None, "3") in found


def test_between_shapes_only_the_version_is_told() -> None:
    older = message().replace(b"http://ddex.net/xml/ern/43", b"http://ddex.net/xml/ern/382")
    assert [path for path, _, _ in said(compare(older, message()))] == ["@xmlns"]


def test_what_is_no_xml_is_refused() -> None:
    with pytest.raises(MessageError, match="not well-formed"):
        compare(b"gone", message())


@pytest.mark.parametrize("version", ["382", "42", "43", "432"])
def test_samples_of_every_version(version: str) -> None:
    found = {path.stem: path for path in samples()}

    def read(name: str) -> bytes:
        return found[f"{version}_{name}"].read_bytes()

    update = compare(read("1_single_new"), read("4a_update_metadata"))
    assert ("NotExplicit", "Explicit") in {(each.before, each.after) for each in update}
    takedown = compare(read("1_single_new"), read("3c_takedown_nodeal"))
    assert "ReleaseDeal" in {each.kind for each in takedown}
    assert compare(read("2_ep_new"), read("2_ep_new")) == []
