"""Much, long and odd text in a message of every version."""

from __future__ import annotations

from pathlib import Path

import pytest

from stardust_gitops.content.model import Delivery
from stardust_gitops.messages.check import check_message
from stardust_gitops.messages.ern.options import MessageOptions
from stardust_gitops.messages.ern.versions import VERSIONS, version_named
from stardust_gitops.messages.ern.writer import write_message
from stardust_gitops.messages.problems import MessageError
from tests import message_examples as example
from tests.ddex import official_files, schemas
from tests.message_examples import HEADER, Read, read, track

each_version = pytest.mark.parametrize("version", VERSIONS)


def sound(delivery: Delivery, version: str, tmp_path: Path) -> Read:
    """The message of a delivery, checked with the official XSD too where there is one."""
    options = MessageOptions(version=version, files=example.files_of(delivery))
    data = write_message(delivery, HEADER, options)
    installed = schemas() if official_files(version) else None
    assert check_message(data, version, installed or tmp_path) == []
    return read(data)


def title_of(message: Read, version: str) -> str:
    """The title of the release."""
    place = "ReferenceTitle" if version_named(version).shape == "3" else "DisplayTitle"
    return message.texts(f"ReleaseList/Release/{place}/TitleText")[0]


@each_version
def test_five_hundred_tracks(version: str, tmp_path: Path) -> None:
    many = example.delivery(tracks=tuple(track(n, disc=1 + n // 100) for n in range(500)))
    message = sound(many, version, tmp_path)
    isrcs = [each.text for each in message.root.iterfind("ResourceList/SoundRecording//ISRC")]
    assert isrcs == [f"GBXYZ26{n:05d}" for n in range(500)]
    assert len(set(message.texts(".//TechnicalResourceDetailsReference"))) == 501


@each_version
def test_a_title_of_ten_thousand_characters(version: str, tmp_path: Path) -> None:
    title = "Breakwater " * 909 + "B"
    assert len(title) == 10_000
    assert title_of(sound(example.delivery(title=title), version, tmp_path), version) == title


@each_version
@pytest.mark.parametrize("title", ["🌊", "👩‍🚀 & <b>", "\U0010fffd", "שלום \u200f夜"])
def test_odd_characters_are_told_as_they_stand(version: str, title: str, tmp_path: Path) -> None:
    assert title_of(sound(example.delivery(title=title), version, tmp_path), version) == title


@each_version
@pytest.mark.parametrize("character", ["\ud83c", "\udf0a", "\x00"])
def test_half_an_emoji_and_zero_reach_no_message(version: str, character: str) -> None:
    for delivery in (
        example.delivery(title=f"Break{character}water"),
        example.delivery(tracks=(track(1, title=f"{character}"), track(2))),
    ):
        with pytest.raises(MessageError, match=f"U\\+{ord(character):04X}") as caught:
            write_message(delivery, HEADER, MessageOptions(version=version))
        assert caught.value.code == "SG4001"
        assert str(caught.value).isprintable()
