"""What the ERN 4.3 writer refuses, and what it does not make up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stardust_gitops.content.model import Contributor, Delivery
from stardust_gitops.messages.check import check_message
from stardust_gitops.messages.ern.options import MessageOptions
from stardust_gitops.messages.ern.writer import write_message
from stardust_gitops.messages.problems import MessageError
from tests import message_examples as example
from tests.message_examples import ADA, HEADER, track, written


def test_a_role_outside_the_value_set_is_written_and_then_refused() -> None:
    contributors = (Contributor(party=ADA, roles=("Producer",)),)
    data = write_message(
        example.delivery(tracks=(track(1, contributors=contributors),)), HEADER, MessageOptions()
    )
    (problem,) = check_message(data, "4.3")
    assert "'Producer' is not an allowed value of ContributorRole" in problem.message
    assert problem.path.endswith("/SoundRecording/Contributor/Role")


def test_simple_audio_single_of_two_tracks_is_refused() -> None:
    with pytest.raises(MessageError, match="one track, not 2"):
        written(profile="SimpleAudioSingle")


def test_one_isrc_described_in_two_ways_is_refused() -> None:
    with pytest.raises(MessageError, match="described in two ways"):
        written(example.delivery(tracks=(track(1), track(1, disc=2, title="Other"))))


def test_one_isrc_with_two_files_is_refused() -> None:
    one = example.delivery(tracks=(track(1), track(1, disc=2)))
    other = replace(one.assets[1], sha256="0" * 64)
    with pytest.raises(MessageError, match="two different files"):
        written(replace(one, assets=(one.assets[0], other, one.assets[2])))


def test_what_was_not_measured_is_not_made_up() -> None:
    one = example.delivery()
    with pytest.raises(MessageError, match=r"track 2 .* no measured audio") as caught:
        written(replace(one, assets=(one.assets[0], one.assets[2])))
    assert caught.value.hint == "run: stardust-gitops assets lock"
    with pytest.raises(MessageError, match="no measured cover"):
        written(replace(one, assets=one.assets[:2]))
    with pytest.raises(MessageError, match="no track"):
        written(Delivery(icpn="4006381333931", content=example.content(tracks=())))


def test_files_are_named_all_or_none_and_no_others() -> None:
    one = example.delivery(tracks=(track(1), track(1, disc=2)))
    files = example.files_of(one)
    with pytest.raises(MessageError, match="has no name in the package"):
        written(one, files=files[1:])
    extra = replace(files[0], asset=one.assets[1])
    with pytest.raises(MessageError, match="in the package and not in the message"):
        written(one, files=(*files, extra))


@pytest.mark.parametrize("character", ["\x00", "\n", "\x85", "\x7f", "\ud800", "\ufffe"])
def test_control_characters_never_reach_a_message(character: str) -> None:
    with pytest.raises(MessageError, match=f"TitleText: U\\+{ord(character):04X}") as caught:
        written(example.delivery(title=f"Break{character}water"))
    assert caught.value.code == "SG4001"


def test_an_empty_text_is_refused() -> None:
    with pytest.raises(MessageError, match="FullName would be empty"):
        written(example.delivery(label=""))


def test_text_is_normalised_and_escaped_once() -> None:
    message = written(example.delivery(title="e\u0301tude <&amp;> 👩‍🚀 עברית"))
    assert message.text("ReleaseList/Release/DisplayTitle/TitleText") == "étude <&amp;> 👩‍🚀 עברית"


def test_an_unknown_version_is_refused() -> None:
    with pytest.raises(MessageError, match=r"ERN 9\.9 is not known"):
        written(version="9.9")
