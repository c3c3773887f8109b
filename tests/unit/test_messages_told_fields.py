"""What the ERN 4.3 writer says of previews, shares of rights, dates of territories and principals,
and that our check and the official one judge every small change of it alike."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lxml import etree

from stardust_gitops.content.model import Deal, Delivery, Preview, Principal, TerritoryDate
from stardust_gitops.messages.check import check_tree
from stardust_gitops.messages.ern.conformance import check_structure
from stardust_gitops.messages.ern.options import MessageOptions
from stardust_gitops.messages.ern.writer import build_message
from stardust_gitops.messages.header import MessagingParty
from stardust_gitops.messages.problems import MessageError
from tests import message_examples as example
from tests.ddex import official
from tests.message_examples import HEADER, STREAMING, track, written
from tests.mutations import mutants, paths

CLAIM = Deal(
    models=("RightsClaimModel",),
    uses=("UserMakeAvailableUserProvided",),
    start="2026-12-04",
    territories=("GB", "US"),
    policy="Monetize",
    share="33.333333",
)
NEW = {
    *("ClipDetails", "ResourceRightsController", "ReleaseDate", "SentOnBehalfOf", "Timing"),
    *("StartPoint", "DurationUsed", "ClipType", "ExpressionType", "DelegatedUsageRights"),
    *("RightsControlType", "RightSharePercentage", "TerritoryOfRightsDelegation"),
    *("RightsControllerPartyReference",),
}


def delivery() -> Delivery:
    """The example with all of it."""
    made = example.delivery(
        tracks=(track(1, preview=Preview(start=45, duration=30)), track(2)),
        deals=(STREAMING, CLAIM),
        release_dates=(TerritoryDate(territory="JP", date="2026-12-11"),),
    )
    return replace(made, on_behalf_of=Principal(dpid="PADPIDA2026112204O", name="Ebb"))


def tree() -> etree._Element:
    """Its message."""
    return build_message(delivery(), HEADER, MessageOptions())


def test_it_is_valid_in_either_profile() -> None:
    single = replace(
        delivery(),
        content=replace(delivery().content, tracks=delivery().content.tracks[:1]),
        assets=(delivery().assets[0], delivery().assets[2]),
    )
    simple = build_message(single, HEADER, MessageOptions(profile="SimpleAudioSingle"))
    for root in (tree(), simple):
        assert check_tree(root, "4.3") == []
        assert official()(root) == []
        shares = [share.text for share in root.iter("RightSharePercentage")]
        assert shares == ["33.333333"] * len(root.findall("ResourceList/SoundRecording"))


def test_a_takedown_keeps_what_is_no_deal() -> None:
    message = written(delivery(), takedown="no_deals")
    assert message.root.find("DealList") is None
    assert message.text("MessageHeader/SentOnBehalfOf/PartyId") == "PADPIDA2026112204O"
    assert len(message.texts("ReleaseList/Release/ReleaseDate")) == 2
    assert message.text(".//ClipType") == "Preview"


def test_the_header_has_the_last_word_on_whom_it_is_sent_for() -> None:
    other = replace(HEADER, on_behalf_of=MessagingParty(dpid="PADPIDA1", name="Someone"))
    message = written(delivery(), header=other)
    assert message.texts("MessageHeader/SentOnBehalfOf/PartyName/FullName") == ["Someone"]


def test_both_checks_judge_every_small_change_alike() -> None:
    official()
    root = tree()
    elements = list(root.iter("*"))
    judged: set[str] = set()
    for number in paths(root):
        if elements[number].tag not in NEW:
            continue
        judged.add(str(elements[number].tag))
        for mutant in mutants(root, number):
            ours, theirs = check_structure(mutant.root, "4.3"), official()(mutant.root)
            agree = bool(ours) == bool(theirs) or (mutant.foreign and ours)
            assert agree, (mutant.how, ours[:2], theirs[:2])
    assert judged == NEW


def test_a_share_is_not_told_with_excluded_territories() -> None:
    excluded = replace(CLAIM, territories=(), excluded_territories=("JP",))
    with pytest.raises(MessageError, match="excluded territories") as caught:
        written(example.delivery(deals=(excluded,)))
    assert caught.value.code == "SG4023"


def test_a_rights_controller_that_is_no_party_is_noticed() -> None:
    root = tree()
    reference = root.find(".//RightsControllerPartyReference")
    assert reference is not None
    reference.text = "P99"
    assert any("P99 is declared nowhere" in found.message for found in check_tree(root, "4.3"))
