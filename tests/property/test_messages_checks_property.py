"""Our conformance check and DDEX's official XSD, held against each other over spoiled messages.

For what we write neither may accept what the other refuses.
"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from stardust_gitops.messages.ern.conformance import check_structure
from stardust_gitops.messages.ern.references import check_references
from stardust_gitops.messages.ern.versions import version_named
from stardust_gitops.messages.ern.writer import build_message
from stardust_gitops.messages.xml import serialise
from tests.ddex import official
from tests.message_runs import Sources, disagreement, each_version, run, second_validator
from tests.mutations import TRANSFORMATIONS, mutants, paths, structural
from tests.strategies import messages

KINDS = {"3": 150, "4": 170}
"""How many kinds of elements, told apart by parent and attributes, messages of a shape have at
least."""
SPOILED = {
    "3": (
        ("ResourceList/Image/ResourceReference", "A1"),
        ("ReleaseList/Release[2]/ReleaseReference", "R0"),
        ("ReleaseList/Release/ReleaseResourceReferenceList/ReleaseResourceReference", "A99"),
        ("ReleaseList/Release//ResourceGroupContentItem/ReleaseResourceReference", "A99"),
        ("DealList/ReleaseDeal/DealReleaseReference", "R99"),
        ("DealList//DealResourceReference", "A99"),
        ("ResourceList/Text/ResourceReference", "A1"),
    ),
    "4": (
        ("PartyList/Party[2]/PartyReference", "P1"),
        ("ResourceList/Image/ResourceReference", "A1"),
        ("ReleaseList/Release/ReleaseLabelReference", "P99"),
        ("ReleaseList/TrackRelease/ReleaseResourceReference", "A99"),
        ("DealList/ReleaseDeal/DealReleaseReference", "R99"),
        ("ReleaseList/Release/ReleaseVisibilityReference", "V99"),
        ("ReleaseList/Release//LinkedReleaseResourceReference", "A99"),
        ("ReleaseList/ClipRelease/ReleaseResourceReference", "A99"),
        ("ResourceList//ResourceRelatedResourceReference", "A99"),
        ("ResourceList//ClipDetails/TechnicalResourceDetailsReference", "T1"),
    ),
}
"""Ids that stand twice, and references that lead nowhere, where a message has the element."""


@each_version
def test_checks_agree_on_spoiled_messages(version: str) -> None:
    """Several changes, one upon the other, so that one does not only undo what is easy to see."""

    @run(1000)
    @given(messages(version), st.data())
    def hold(sources: Sources, data: st.DataObject) -> None:
        root = build_message(*sources)
        for _ in range(data.draw(st.integers(1, 3))):
            count = sum(1 for _ in root.iter("*"))
            number = data.draw(st.integers(0, count - 1))
            mutant = structural(root, number, data.draw(st.sampled_from(TRANSFORMATIONS)))
            if mutant is None:
                continue
            assert disagreement(mutant, version) is None
            root = mutant.root

    hold()


@each_version
def test_checks_agree_on_every_small_change(version: str) -> None:
    """Every kind of element in its place: each change of it, each value in it."""
    official(version)
    done: set[tuple[Any, ...]] = set()
    found: list[str] = []

    @run(200)
    @given(messages(version))
    def collect(sources: Sources) -> None:
        root = build_message(*sources)
        elements = list(root.iter("*"))
        for number in paths(root):
            element = elements[number]
            parent = element.getparent()
            key = (element.tag, None if parent is None else parent.tag, *element.keys())
            if key not in done:
                done.add(key)
                for mutant in mutants(root, number):
                    found.extend(filter(None, [disagreement(mutant, version)]))

    collect()
    assert found == []
    assert len(done) >= KINDS[version_named(version).shape]


def _spoiled(root: etree._Element, version: str) -> list[etree._Element]:
    made = []
    for path, text in SPOILED[version_named(version).shape]:
        spoiled = copy.deepcopy(root)
        element = spoiled.find(path)
        if element is not None:
            element.text = text
            made.append(spoiled)
    return made


@each_version
def test_a_second_validator_agrees_on_ids_and_references(version: str, tmp_path: Path) -> None:
    schema = second_validator(version)

    @run(60)
    @given(messages(version))
    def compare(sources: Sources) -> None:
        root = build_message(*sources)
        path = tmp_path / "message.xml"
        path.write_bytes(serialise(root))
        assert schema.is_valid(str(path))
        for spoiled in _spoiled(root, version):
            path.write_bytes(serialise(spoiled))
            assert not schema.is_valid(str(path))
            assert check_structure(spoiled, version) == []
            assert check_references(spoiled) != []

    compare()
