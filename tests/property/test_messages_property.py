"""Our conformance check and DDEX's official XSD, held against each other.

For what we write neither may accept what the other refuses. A plain run takes some dozens of
generated messages; ``STARDUST_LONG=1`` takes thousands. What is the same for ERN 3 is checked here
too, the rest in `test_messages_v3_property`.
"""

from __future__ import annotations

import copy
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from stardust_gitops.messages.check import check_message, check_tree
from stardust_gitops.messages.ern.conformance import check_structure
from stardust_gitops.messages.ern.references import check_references
from stardust_gitops.messages.ern.versions import VERSIONS, version_named
from stardust_gitops.messages.ern.writer import build_message, write_message
from stardust_gitops.messages.xml import serialise
from tests.ddex import official, official_files, require_schemas
from tests.mutations import TRANSFORMATIONS, Mutant, mutants, paths, structural
from tests.strategies import messages
from tests.told_in_ern_4 import content_facts, read_facts

_LONG = bool(os.environ.get("STARDUST_LONG"))
_VERSIONS = ("4.2", "4.3", "4.3.2")
_CALM = (HealthCheck.too_slow, HealthCheck.data_too_large)

each_version = pytest.mark.parametrize("version", _VERSIONS)


def _settings(plain: int, long: int) -> settings:
    return settings(
        max_examples=long if _LONG else plain,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=_CALM,
    )


def _disagreement(mutant: Mutant, version: str) -> str | None:
    """How the two checks differ over a mutant where they must not."""
    ours = check_structure(mutant.root, version)
    theirs = official(version)(mutant.root)
    if bool(ours) == bool(theirs) or (mutant.foreign and ours):
        return None
    return f"{mutant.how}: ours {ours[:2]}, official {theirs[:2]}"


@each_version
@_settings(200, 2000)
@given(data=st.data())
def test_every_message_is_valid_and_tells_the_content(version: str, data: st.DataObject) -> None:
    schemas = require_schemas()
    sources = data.draw(messages(version))
    root = build_message(*sources)
    assert check_tree(root, version, schemas) == []
    assert official(version)(root) == []
    document = serialise(root)
    assert document == write_message(*sources)
    assert check_message(document, version, schemas) == []
    delivery, _, options = sources
    if not options.purge:
        assert read_facts(document) == content_facts(delivery, options)


@each_version
@_settings(15, 2000)
@given(data=st.data())
def test_every_message_passes_our_own_checks_alone(version: str, data: st.DataObject) -> None:
    root = build_message(*data.draw(messages(version)))
    assert check_structure(root, version) == []
    assert check_references(root) == []


@each_version
@_settings(60, 2000)
@given(data=st.data())
def test_checks_agree_on_spoiled_messages(version: str, data: st.DataObject) -> None:
    """Several changes, one upon the other, so that one does not only undo what is easy to see."""
    root = build_message(*data.draw(messages(version)))
    for _ in range(data.draw(st.integers(1, 3))):
        count = sum(1 for _ in root.iter("*"))
        number = data.draw(st.integers(0, count - 1))
        mutant = structural(root, number, data.draw(st.sampled_from(TRANSFORMATIONS)))
        if mutant is None:
            continue
        assert _disagreement(mutant, version) is None
        root = mutant.root


@pytest.mark.parametrize("version", VERSIONS)
def test_checks_agree_on_every_small_change(version: str) -> None:
    """Every kind of element in its place: each change of it, each value in it."""
    official(version)
    done: set[tuple[Any, ...]] = set()
    found: list[str] = []

    @_settings(10, 200)
    @given(data=st.data())
    def collect(data: st.DataObject) -> None:
        root = build_message(*data.draw(messages(version)))
        elements = list(root.iter("*"))
        for number in paths(root):
            element = elements[number]
            parent = element.getparent()
            key = (element.tag, None if parent is None else parent.tag, *element.keys())
            if key not in done:
                done.add(key)
                for mutant in mutants(root, number):
                    found.extend(filter(None, [_disagreement(mutant, version)]))

    collect()
    assert found == []
    assert len(done) > 130  # the messages have nearly every kind that the table knows


def _xmlschema(version: str) -> Any:
    files = official_files(version)
    if files is None:
        pytest.skip(f"no official XSD of ERN {version}")
    xmlschema = pytest.importorskip("xmlschema")
    message, values = files
    locations = {version_named(version).values_namespace: values.resolve().as_uri()}
    return xmlschema.XMLSchema(str(message), locations=locations, allow="local")


def _reference_mutants(root: etree._Element) -> list[etree._Element]:
    """An id that stands twice, and references that lead nowhere."""
    made = []
    for path, text in (
        ("PartyList/Party[2]/PartyReference", "P1"),
        ("ResourceList/Image/ResourceReference", "A1"),
        ("ReleaseList/Release/ReleaseLabelReference", "P99"),
        ("ReleaseList/TrackRelease/ReleaseResourceReference", "A99"),
        ("DealList/ReleaseDeal/DealReleaseReference", "R99"),
        ("ReleaseList/Release/ReleaseVisibilityReference", "V99"),
    ):
        spoiled = copy.deepcopy(root)
        element = spoiled.find(path)
        if element is not None:
            element.text = text
            made.append(spoiled)
    return made


@each_version
def test_a_second_validator_agrees_on_ids_and_references(version: str, tmp_path: Path) -> None:
    schema = _xmlschema(version)

    @_settings(5, 60)
    @given(data=st.data())
    def compare(data: st.DataObject) -> None:
        root = build_message(*data.draw(messages(version)))
        path = tmp_path / "message.xml"
        path.write_bytes(serialise(root))
        assert schema.is_valid(str(path))
        for spoiled in _reference_mutants(root):
            path.write_bytes(serialise(spoiled))
            assert not schema.is_valid(str(path))
            assert check_structure(spoiled, version) == []
            assert check_references(spoiled) != []

    compare()
