"""A message as it is compared: without ids, times, white space, order and numbers of references."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from stardust_gitops.messages.comparison.owners import DECLARING, Labels
from stardust_gitops.messages.xml import XSI

Element: TypeAlias = etree._Element

PASSING = frozenset(
    {
        *("MessageThreadId", "MessageId", "MessageCreatedDateTime"),
        *("UpdateIndicator", "IsBackfill"),
    }
)
"""What tells one message from another, and that it is another."""
_WRAPPERS = frozenset(
    {
        *("PartyList", "ResourceList", "ReleaseList", "DealList"),
        *("ResourceInformationList", "ReleaseInformationList"),  # of MEAD
    }
)
"""Lists that hold one kind of element each, which says enough."""
_PLAIN = frozenset({"Worldwide", "true", "false"})
"""Values of attributes that tell nothing apart."""
_UNTOLD = frozenset({"SequenceNumber", "IsDefault"})
_MEAD_IDS = frozenset({"ISRC", "ICPN"})


@dataclass(frozen=True, slots=True)
class Node:
    """An element: what it is called, what tells it from its siblings, and what it says.

    `name` is what it is matched by (an ISRC, an ICPN, the terms of a deal, the number of a disc),
    empty where nothing tells it apart. References stand in `text` as the label of what they name.
    `form` is equal for equal elements, in whatever order their children stand.
    """

    tag: str
    name: str
    attributes: tuple[tuple[str, str], ...]
    text: str
    children: tuple[Node, ...]
    form: bytes

    def first(self, ending: str) -> str:
        """The text of the first child whose tag ends so; empty where there is none."""
        return next((child.text for child in self.children if child.tag.endswith(ending)), "")


def root_node(root: Element, labels: Labels, left_out: frozenset[str] = frozenset()) -> Node:
    """A message; `labels` are those of what its references name, `left_out` further tags that are
    not compared."""
    return _node(root, labels, left_out | PASSING | DECLARING)


def _node(element: Element, labels: Labels, left_out: frozenset[str]) -> Node:
    tag = etree.QName(element).localname
    attributes = tuple(
        sorted(
            (str(name), str(value))
            for name, value in element.attrib.items()
            if not str(name).startswith(f"{{{XSI}}}")
        )
    )
    inner = [child for child in element if isinstance(child.tag, str)]
    children = tuple(_node(child, labels, left_out) for child in inner if child.tag not in left_out)
    text = "" if inner else (element.text or "").strip()
    if tag.endswith("Reference"):
        text = labels.of_reference.get(text, text)
    if tag == "DealList":
        children = tuple(_deals_by_release(children))
    children = tuple(each for child in children for each in _unwrapped(child))
    name = labels.of_owner.get(element) or _name(tag, dict(attributes), children)
    return _made(tag, name, attributes, text, children)


def _unwrapped(node: Node) -> tuple[Node, ...]:
    """What stands in a list of one kind, since whether there is one at all is a matter of form."""
    return node.children if node.tag in _WRAPPERS else (node,)


def _made(
    tag: str,
    name: str,
    attributes: tuple[tuple[str, str], ...],
    text: str,
    children: Sequence[Node],
) -> Node:
    said = repr((tag, name, attributes, text)).encode("utf-8", "surrogatepass")
    forms = sorted(child.form for child in children)
    form = hashlib.blake2b(said + b"".join(forms), digest_size=16).digest()
    return Node(tag, name, attributes, text, tuple(children), form)


def _deals_by_release(children: Iterable[Node]) -> Iterator[Node]:
    """A ReleaseDeal for each release, since which of them share one is a matter of form."""
    deals: dict[str, list[Node]] = {}
    for child in children:
        if child.tag != "ReleaseDeal":
            yield child
            continue
        said = [each for each in child.children if each.tag != "DealReleaseReference"]
        for each in child.children:
            if each.tag == "DealReleaseReference":
                deals.setdefault(each.text, []).extend(said)
    for release, terms in deals.items():
        yield _made("ReleaseDeal", release, (), "", terms)


def _name(tag: str, attributes: Mapping[str, str], children: Sequence[Node]) -> str:
    """What tells an element from its siblings, where no reference names it."""
    if tag == "Deal":
        return _terms(children)
    if tag in ("ResourceInformation", "ReleaseInformation"):
        return next((node.text for node in _all_below(children) if node.tag in _MEAD_IDS), "")
    texts = [child.text for child in children if child.tag == "SequenceNumber"]
    if tag == "ResourceGroup":
        return texts[0] if texts else ""
    for child in children:
        if child.tag.endswith("Reference"):
            return child.text
        if child.tag == "PartyName":
            return child.first("FullName")
    if tag.endswith("ByTerritory"):
        return " ".join(child.text for child in children if child.tag == "TerritoryCode")
    return " ".join(
        value
        for name, value in attributes.items()
        if name not in _UNTOLD and value not in _PLAIN and not value.isdigit()
    )


def _terms(children: Sequence[Node]) -> str:
    """A deal in short: ``SubscriptionModel/OnDemandStream GB US``."""
    found: dict[str, list[str]] = {}
    for node in _all_below(children):
        found.setdefault(node.tag, []).append(node.text)
    models = "+".join(found.get("CommercialModelType", ()))
    uses = "+".join(found.get("UseType", ()))
    left_out = (f"-{code}" for code in sorted(found.get("ExcludedTerritoryCode", ())))
    return " ".join((f"{models}/{uses}", *sorted(found.get("TerritoryCode", ())), *left_out))


def _all_below(nodes: Iterable[Node]) -> Iterator[Node]:
    for node in nodes:
        yield node
        yield from _all_below(node.children)


def as_xml(node: Node, indent: str = "") -> str:
    """An element as indented XML, for people; references stand as what they name."""
    attributes = "".join(f" {name}={quoteattr(value)}" for name, value in node.attributes)
    start = f"{indent}<{node.tag}{attributes}"
    if node.children:
        inner = "\n".join(as_xml(child, indent + "  ") for child in node.children)
        return f"{start}>\n{inner}\n{indent}</{node.tag}>"
    return f"{start}>{escape(node.text)}</{node.tag}>" if node.text else f"{start}/>"
