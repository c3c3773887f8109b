"""Ways to break a valid message, each of which our check must find without any XSD.

Where DDEX's official XSD can see it, it must say the same (`UNSEEN` names what it cannot).
"""

from __future__ import annotations

import copy
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TypeAlias

import pytest
from lxml import etree

from stardust_gitops.content.model import Preview, Price, RelatedRelease, Visibility
from stardust_gitops.messages.check import check_tree
from stardust_gitops.messages.ern.conformance import check_structure
from stardust_gitops.messages.ern.options import MessageOptions
from stardust_gitops.messages.ern.references import check_references
from stardust_gitops.messages.ern.versions import VERSIONS
from stardust_gitops.messages.ern.writer import build_message
from stardust_gitops.messages.problems import Problem
from stardust_gitops.messages.xml import parse
from tests import message_examples as example
from tests.ddex import official, samples
from tests.message_breaks import EVERYWHERE, SHAPE_3, SHAPE_4, UNSEEN, Break, breaks
from tests.message_breaks_rich import RICH_UNSEEN, rich_breaks
from tests.message_examples import HEADER, STREAMING, track

Element: TypeAlias = etree._Element


def valid(version: str) -> Element:
    """A message with files, two discs, a price, dates before the release, a relation."""
    delivery = example.delivery(
        tracks=(track(1, preview=Preview(start=45, duration=30)), track(2, disc=2)),
        deals=(replace(STREAMING, price=Price(amount="4.20", currency="EUR")),),
        visibility=Visibility(cover="2026-11-01"),
        related=(RelatedRelease(type="IsParentRelease", icpn="036000291452"),),
    )
    options = MessageOptions(version=version, files=example.files_of(delivery))
    return build_message(delivery, HEADER, options)


def rich(version: str) -> Element:
    """A message with all that the version has a place for."""
    delivery = example.rich_delivery(without=example.UNSAID.get(version, ()))
    options = MessageOptions(version=version, files=example.files_of(delivery))
    return build_message(delivery, HEADER, options)


def found_by_us(root: Element, version: str) -> list[Problem]:
    """What we find without any XSD."""
    return check_structure(root, version) or check_references(root)


CASES = [(version, how) for version in VERSIONS for how in breaks(version)]
RICH = ("4.2", "4.3", "4.3.2")
RICH_CASES = [(version, how) for version in RICH for how in rich_breaks(version)]


def test_there_are_many_ways() -> None:
    for version in VERSIONS:
        assert len(breaks(version)) >= 80
    assert set(chain(EVERYWHERE, SHAPE_3, SHAPE_4)) >= UNSEEN


@pytest.mark.parametrize("version", VERSIONS)
def test_it_is_valid_before(version: str, tmp_path: Path) -> None:
    assert check_tree(valid(version), version, tmp_path) == []


@pytest.mark.parametrize(("version", "how"), CASES)
def test_what_is_broken_is_found(how: str, version: str) -> None:
    root = valid(version)
    breaks(version)[how](root)
    problems = found_by_us(root, version)
    assert problems
    assert all(problem.path and problem.message for problem in problems)


@pytest.mark.parametrize(("version", "how"), RICH_CASES)
def test_what_is_broken_in_rich_messages_is_found(how: str, version: str) -> None:
    root = rich(version)
    assert found_by_us(root, version) == []
    rich_breaks(version)[how](root)
    assert found_by_us(root, version)


@pytest.mark.parametrize("version", VERSIONS)
def test_the_official_xsd_agrees_where_it_can_see_it(version: str) -> None:
    assert (
        seen_by_the_xsd(valid(version), breaks(version), version) == set(breaks(version)) - UNSEEN
    )


@pytest.mark.parametrize("version", RICH)
def test_the_official_xsd_agrees_on_rich_messages(version: str) -> None:
    ways = rich_breaks(version)
    assert seen_by_the_xsd(rich(version), ways, version) == set(ways) - RICH_UNSEEN


def seen_by_the_xsd(sound: Element, ways: dict[str, Break], version: str) -> set[str]:
    """The ways whose outcome the official XSD refuses."""
    validate = official(version)
    assert validate(sound) == []
    seen = set()
    for how, change in ways.items():
        root = copy.deepcopy(sound)
        change(root)
        if validate(root):
            seen.add(how)
    return seen


def test_what_is_broken_in_messages_of_others_is_found() -> None:
    """As many of the ways as a message has the elements for."""
    missed, fewest = [], 1000
    for path in samples():
        version = ".".join(path.name.split("_")[0])
        sound = parse(path.read_bytes())
        if found_by_us(sound, version) or sound.find("ReleaseList") is None:
            continue
        done = 0
        for how, change in breaks(version).items():
            root = copy.deepcopy(sound)
            try:
                change(root)
            except LookupError:
                continue
            done += 1
            if not found_by_us(root, version):
                missed.append(f"{path.name}: {how}")
        fewest = min(fewest, done)
    assert missed == []
    assert fewest >= 30
