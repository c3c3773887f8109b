"""DDEX's business rules BR01 to BR27: each is held by rules of ours, or by what is written."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from lxml import etree

from stardust_gitops.messages.ern.options import MessageOptions
from stardust_gitops.messages.ern.writer import build_message
from stardust_gitops.rules.book import rule_book
from stardust_gitops.rules.business import BUSINESS_RULES, BusinessRule
from tests import message_examples as example

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def message() -> etree._Element:
    """A message of two tracks on two discs."""
    tracks = (example.track(1), example.track(2, disc=2))
    return build_message(
        example.delivery(tracks=tracks), example.HEADER, MessageOptions(profile="Audio")
    )


def test_all_of_them_are_there() -> None:
    assert [entry.id for entry in BUSINESS_RULES] == [f"BR{n:02d}" for n in range(1, 28)]


@pytest.mark.parametrize("entry", BUSINESS_RULES, ids=lambda entry: entry.id)
def test_rules_and_tests_exist(entry: BusinessRule) -> None:
    assert entry.rules or entry.shown_by
    assert set(entry.rules) <= rule_book().keys()
    for reference in entry.shown_by:
        file, _, name = reference.partition("::")
        module = ast.parse((ROOT / file).read_text("utf-8"))
        assert name in {node.name for node in module.body if isinstance(node, ast.FunctionDef)}


def test_one_release_and_one_linked_cover(message: etree._Element) -> None:
    assert len(message.findall("ReleaseList/Release")) == 1
    (image,) = message.findall("ResourceList/Image")
    assert image.findtext("Type") == "FrontCoverImage"
    assert image.find("ResourceId/ProprietaryId") is not None
    top = message.find("ReleaseList/Release/ResourceGroup")
    assert top is not None
    linked = top.findtext("LinkedReleaseResourceReference")
    assert linked == image.findtext("ResourceReference")


def test_nested_groups_are_typed_and_everything_is_numbered(message: etree._Element) -> None:
    groups = message.findall("ReleaseList/Release/ResourceGroup/ResourceGroup")
    assert [group.get("ResourceGroupType") for group in groups] == ["Component", "Component"]
    assert [group.findtext("SequenceNumber") for group in groups] == ["1", "2"]
    for group in groups:
        items = group.findall("ResourceGroupContentItem/SequenceNumber")
        assert [item.text for item in items] == [str(n) for n in range(1, len(items) + 1)]


def test_no_default_flag_twice_nothing_user_defined_no_share(message: etree._Element) -> None:
    assert message.find(".//RightSharePercentage") is None
    assert "UserDefined" not in {entry.text for entry in message.iter()}
    for parent in message.iter():
        flags = [(child.tag, child.get("IsDefault")) for child in parent]
        marked = [tag for tag, flag in flags if flag == "true"]
        assert len(marked) == len(set(marked))
