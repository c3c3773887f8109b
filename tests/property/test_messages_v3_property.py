"""ERN 3.8.2 and 3.8.3: what a recipient reads against what the content says; our checks and DDEX's
official XSD, held against each other (every small change: see `test_messages_property`).

A plain run takes 200 generated messages a version (half as many to be spoiled),
``STARDUST_LONG=1`` takes ten times that.
"""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from stardust_gitops.content.model import Delivery
from stardust_gitops.messages.check import check_message, check_tree
from stardust_gitops.messages.ern.conformance import check_structure
from stardust_gitops.messages.ern.mappings import mappings
from stardust_gitops.messages.ern.options import MessageOptions
from stardust_gitops.messages.ern.references import check_references
from stardust_gitops.messages.ern.versions import version_named
from stardust_gitops.messages.ern.writer import build_message, write_message
from stardust_gitops.messages.header import Header
from stardust_gitops.messages.xml import serialise
from tests.ddex import official, require_schemas
from tests.mutations import TRANSFORMATIONS, Mutant, structural
from tests.read_ern_3 import read_facts
from tests.scale import examples
from tests.strategies import messages
from tests.told_in_ern_3 import content_facts

Sources = tuple[Delivery, Header, MessageOptions]

VERSIONS = ("3.8.2", "3.8.3")
_CALM = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)


def _examples(most: int) -> settings:
    return examples(most, database=None, suppress_health_check=_CALM)


@st.composite
def sources(draw: st.DrawFn, version: str) -> Sources:
    """A new release message of the version; sometimes one ISRC comes in the place of another."""
    delivery, header, options = draw(messages(version))
    first = delivery.content.tracks[0].isrc
    replaced = draw(st.sampled_from(((), ((first, "GBXYZ2599999"),))))
    return delivery, header, replace(options, purge=False, replaced_isrcs=replaced)


def _disagreement(mutant: Mutant, version: str) -> str | None:
    """How the two checks differ over a mutant where they must not."""
    ours = check_structure(mutant.root, version)
    theirs = official(version)(mutant.root)
    if bool(ours) == bool(theirs) or (mutant.foreign and ours):
        return None
    return f"{mutant.how}: ours {ours[:2]}, official {theirs[:2]}"


@pytest.mark.parametrize("version", VERSIONS)
def test_every_message_is_valid_and_tells_the_content(version: str) -> None:
    schemas = require_schemas()

    @_examples(2000)
    @given(sources(version))
    def hold(given_sources: Sources) -> None:
        delivery, header, options = given_sources
        root = build_message(delivery, header, options)
        assert check_tree(root, version, schemas) == []
        assert official(version)(root) == []
        data = serialise(root)
        assert data == write_message(delivery, header, options)
        assert check_message(data, version, schemas) == []
        assert read_facts(data) == content_facts(delivery, options)
        assert len(mappings(delivery, options)) == len(set(mappings(delivery, options)))

    hold()


@pytest.mark.parametrize("version", VERSIONS)
def test_every_purge_is_valid(version: str) -> None:
    schemas = require_schemas()

    @_examples(200)
    @given(messages(version))
    def hold(given_sources: Sources) -> None:
        delivery, header, options = given_sources
        options = replace(options, purge=True)
        root = build_message(delivery, header, options)
        assert check_tree(root, version, schemas) == []
        assert root.findtext("PurgedRelease/ReleaseId/ICPN") == delivery.icpn
        assert mappings(delivery, options) == []

    hold()


@pytest.mark.parametrize("version", VERSIONS)
def test_checks_agree_on_spoiled_messages(version: str) -> None:
    """Several changes, one upon the other, so that one does not only undo what is easy to see."""

    @_examples(1000)
    @given(sources(version), st.data())
    def hold(given_sources: Sources, data: st.DataObject) -> None:
        root = build_message(*given_sources)
        for _ in range(data.draw(st.integers(1, 3))):
            count = sum(1 for _ in root.iter("*"))
            number = data.draw(st.integers(0, count - 1))
            mutant = structural(root, number, data.draw(st.sampled_from(TRANSFORMATIONS)))
            if mutant is None:
                continue
            assert _disagreement(mutant, version) is None
            root = mutant.root

    hold()


def _reference_mutants(root: etree._Element) -> list[etree._Element]:
    """An id that stands twice, and references that lead nowhere."""
    made = []
    for path, text in (
        ("ResourceList/Image/ResourceReference", "A1"),
        ("ReleaseList/Release[2]/ReleaseReference", "R0"),
        ("ReleaseList/Release/ReleaseResourceReferenceList/ReleaseResourceReference", "A99"),
        ("ReleaseList/Release//ResourceGroupContentItem/ReleaseResourceReference", "A99"),
        ("DealList/ReleaseDeal/DealReleaseReference", "R99"),
        ("DealList//DealResourceReference", "A99"),
    ):
        spoiled = copy.deepcopy(root)
        element = spoiled.find(path)
        if element is not None:
            element.text = text
            made.append(spoiled)
    return made


@pytest.mark.parametrize("version", VERSIONS)
def test_a_second_validator_agrees_on_ids_and_references(version: str, tmp_path: Path) -> None:
    xmlschema = pytest.importorskip("xmlschema")
    which = version_named(version)
    folder = require_schemas() / "ern" / which.folder
    if not (folder / which.message_xsd).is_file():
        pytest.skip(f"no official XSD of ERN {version}")
    values = (folder / which.values_xsd).resolve().as_uri()
    schema = xmlschema.XMLSchema(
        str(folder / which.message_xsd),
        locations={which.values_namespace: values},
        allow="local",
    )

    @_examples(50)
    @given(sources(version))
    def compare(given_sources: Sources) -> None:
        root = build_message(*given_sources)
        path = tmp_path / "message.xml"
        path.write_bytes(serialise(root))
        assert schema.is_valid(str(path))
        for spoiled in _reference_mutants(root):
            path.write_bytes(serialise(spoiled))
            assert not schema.is_valid(str(path))
            assert check_structure(spoiled, version) == []
            assert check_references(spoiled) != []

    compare()
