"""Messages that say the same never differ; a change of one value is found exactly there."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import HealthCheck, assume, given
from hypothesis import strategies as st
from lxml import etree

from stardust_gitops.content.model import Delivery
from stardust_gitops.messages.comparison.difference import compare
from stardust_gitops.messages.ern.options import MessageOptions
from stardust_gitops.messages.ern.versions import VERSIONS as ERN_VERSIONS
from stardust_gitops.messages.ern.writer import build_message
from stardust_gitops.messages.header import Header
from stardust_gitops.messages.problems import MessageError
from tests.scale import examples
from tests.strategies import messages

Sources = tuple[Delivery, Header, MessageOptions]

SETTINGS = examples(
    400,
    database=None,
    suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large),
)
MARK = "something else"
VERSIONS = st.sampled_from(tuple(ERN_VERSIONS))
PASSING = {"MessageId", "MessageThreadId", "MessageCreatedDateTime", "UpdateIndicator"}
OWN = {"PartyReference", "ResourceReference", "ReleaseReference", "VisibilityReference"}


def tree(sources: Sources, version: str) -> etree._Element:
    """The message in a version of ERN; what that cannot say is passed over."""
    delivery, header, options = sources
    try:
        return build_message(delivery, header, replace(options, version=version))
    except MessageError:
        assume(False)
        raise


def said_otherwise(root: etree._Element, seed: int) -> bytes:
    """The same message: other numbers, ids, time and white space, lists in another order."""
    chance = random.Random(seed)
    names = {each.text: f"X{chance.random()}" for each in root.iter(*OWN)}
    for element in root.iter():
        if str(element.tag).endswith("Reference") and element.text in names:
            element.text = names[element.text]
        if element.tag in PASSING:
            element.text = "another"
        attributes = list(element.attrib.items())
        chance.shuffle(attributes)
        element.attrib.clear()
        element.attrib.update(attributes)
    for tag in ("PartyList", "ResourceList", "ReleaseList", "DealList", "ReleaseDeal"):
        for each in root.iter(tag):
            children = list(each)
            chance.shuffle(children)
            each[:] = children
    etree.indent(root, space="\t")
    return etree.tostring(root)


@SETTINGS
@given(messages(), VERSIONS, st.integers(0, 1000))
def test_the_same_said_otherwise_is_no_difference(
    sources: Sources, version: str, seed: int
) -> None:
    root = tree(sources, version)
    assert compare(etree.tostring(root), said_otherwise(root, seed)) == []


@SETTINGS
@given(messages(), VERSIONS, st.data())
def test_one_changed_value_is_found_there(
    sources: Sources, version: str, data: st.DataObject
) -> None:
    root = tree(sources, version)
    before = etree.tostring(root)
    values = [
        element
        for element in root.iter()
        if not len(element)
        and not str(element.tag).endswith("Reference")
        and element.tag not in PASSING
        and all(above.tag != "PartyList" for above in element.iterancestors())
    ]
    element = data.draw(st.sampled_from(values))
    old, element.text = (element.text or "").strip(), MARK
    assume(old)
    found = compare(before, etree.tostring(root))
    assert found
    assert {each.way[-1][0] for each in found} == {element.tag}
    assert {(each.before, each.after) for each in found} == {(old, MARK)}
    deals = [above for above in element.iterancestors() if above.tag == "ReleaseDeal"]
    alike = len(deals[0].findall("DealReleaseReference")) if deals else 1
    assert len(found) == alike, "each release that the deal is for"


@SETTINGS
@given(messages(), messages(), VERSIONS)
def test_any_two_messages_can_be_compared(first: Sources, second: Sources, version: str) -> None:
    old, new = (etree.tostring(tree(sources, version)) for sources in (first, second))
    for each in compare(old, new):
        assert each.before != each.after
    assert bool(compare(old, new)) == bool(compare(new, old))
