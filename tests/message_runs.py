"""What the property tests of messages have in common: versions, readers, and two checks that are
held against each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from stardust_gitops.content.model import Delivery
from stardust_gitops.messages.ern.conformance import check_structure
from stardust_gitops.messages.ern.options import MessageOptions
from stardust_gitops.messages.ern.versions import VERSIONS, version_named
from stardust_gitops.messages.header import Header
from tests import read_ern_3, read_ern_4, told_in_ern_3, told_in_ern_4
from tests.ddex import official, official_files
from tests.facts_told import Facts
from tests.mutations import Mutant
from tests.scale import examples

Sources = tuple[Delivery, Header, MessageOptions]

each_version = pytest.mark.parametrize("version", VERSIONS)

_CALM = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)


def run(most: int) -> settings:
    """Settings for `most` generated messages in the long run, a tenth of them in each plain one."""
    return examples(most, database=None, suppress_health_check=_CALM)


def reader(version: str) -> Callable[[bytes], Facts]:
    """What reads the facts of a message."""
    third = version_named(version).shape == "3"
    return read_ern_3.read_facts if third else read_ern_4.read_facts


def told(version: str) -> Callable[[Delivery, MessageOptions], Facts]:
    """What says which facts a message is to tell."""
    third = version_named(version).shape == "3"
    return told_in_ern_3.content_facts if third else told_in_ern_4.content_facts


def unsaid(version: str) -> Callable[[Delivery, MessageOptions], list[str]]:
    """What says which of the content a message has no place for."""
    third = version_named(version).shape == "3"
    return told_in_ern_3.unsaid if third else told_in_ern_4.unsaid


def disagreement(mutant: Mutant, version: str) -> str | None:
    """How our check and the official XSD differ over a mutant where they must not."""
    ours = check_structure(mutant.root, version)
    theirs = official(version)(mutant.root)
    if bool(ours) == bool(theirs) or (mutant.foreign and ours):
        return None
    return f"{mutant.how}: ours {ours[:2]}, official {theirs[:2]}"


def second_validator(version: str) -> Any:
    """The official XSD in `xmlschema`, which is strict on ids; the test is skipped without it."""
    files = official_files(version)
    if files is None:
        pytest.skip(f"no official XSD of ERN {version}")
    xmlschema = pytest.importorskip("xmlschema")
    message, values = files
    locations = {version_named(version).values_namespace: values.resolve().as_uri()}
    return xmlschema.XMLSchema(str(message), locations=locations, allow="local")
