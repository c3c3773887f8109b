"""The semantic difference of two messages: what a recipient would learn from the second."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from lxml import etree

from stardust_gitops.messages.comparison.nodes import Element, Node, as_xml, root_node
from stardust_gitops.messages.comparison.owners import common_labels
from stardust_gitops.messages.xml import parse

Way: TypeAlias = tuple[tuple[str, str], ...]
"""From the root to an element: tags, and what tells each from its siblings."""

FILES = frozenset({"File", "IsProvidedInDelivery"})
"""What tells that a file travels, and what file."""
COUNTED = (
    *("Release", "TrackRelease", "SoundRecording", "Video", "Text", "Image", "Party"),
    *("ReleaseDeal", "PurgedRelease"),
)
"""What a message is summed up by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One place that says something else. `before` is ``None`` for what is new, `after` for what
    goes; both are texts, or XML where `is_xml`."""

    way: Way
    before: str | None
    after: str | None
    is_xml: bool = False

    @property
    def path(self) -> str:
        """The way in short: ``SoundRecording[GBXYZ2600001]/Duration``."""
        return "/".join(f"{tag}[{name}]" if name else tag for tag, name in self.way)

    @property
    def kind(self) -> str:
        """The way without what tells siblings apart: equal for what is alike."""
        return "/".join(tag for tag, _ in self.way)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A message that would be sent, beside the last one. Where there was none, or none of ours,
    all of it is `new` (`summary`). `against` is the id of the last one. `problem` says why there
    is nothing to show."""

    operation: str
    against: str | None = None
    new: Mapping[str, int] | None = None
    differences: tuple[Difference, ...] = ()
    problem: str | None = None


def compare(before: bytes, after: bytes) -> list[Difference]:
    """What `after` says otherwise than `before`, in the order in which it stands there.

    Of no account are message and thread ids, creation times, white space, order, and the numbers
    of references. Where files travel with one of the two only, the one difference ``File`` tells
    how many; between ERN 3 and 4, which say everything in another form, only the namespace is told.
    `MessageError` where one of the two is not XML.
    """
    old, new = parse(before), parse(after)
    if etree.QName(old).localname != etree.QName(new).localname:
        kinds = (etree.QName(root).localname for root in (old, new))
        return [Difference(way=(), before=next(kinds), after=next(kinds))]
    versions = list(_namespaces(old, new))
    if _shape(old) != _shape(new):
        return versions
    old_labels, new_labels = common_labels(old, new)
    files = [sum(1 for _ in root.iter("File")) for root in (old, new)]
    left_out: frozenset[str] = FILES if bool(files[0]) != bool(files[1]) else frozenset()
    found = [*versions, *_travelling(*files)]
    earlier, later = root_node(old, old_labels, left_out), root_node(new, new_labels, left_out)
    return [*found, *_differences(earlier, later, ())]


def summary(message: bytes) -> dict[str, int]:
    """How many elements of each kind of `COUNTED` a message has; none that is not there."""
    counts = Counter(str(element.tag) for element in parse(message).iter(*COUNTED))
    return {tag: counts[tag] for tag in COUNTED if counts[tag]}


def _namespaces(old: Element, new: Element) -> Iterator[Difference]:
    """Another version of the standard."""
    names = [etree.QName(root).namespace or "" for root in (old, new)]
    if names[0] != names[1]:
        yield Difference(way=(("@xmlns", ""),), before=names[0], after=names[1])


def _shape(root: Element) -> str:
    """The major version: ``4`` of ``http://ddex.net/xml/ern/43``."""
    return (etree.QName(root).namespace or "").rpartition("/")[2][:1]


def _travelling(old: int, new: int) -> Iterator[Difference]:
    """Files that travel with one of the messages, and with the other none."""
    if bool(old) != bool(new):
        yield Difference(way=(("File", ""),), before=str(old), after=str(new))


def _differences(old: Node, new: Node, way: Way) -> Iterator[Difference]:
    """Of two elements that are the same one."""
    if old.form == new.form:
        return
    earlier, later = dict(old.attributes), dict(new.attributes)
    for name in sorted({*earlier, *later}):
        if earlier.get(name) != later.get(name):
            step = (f"@{_local(name)}", "")
            yield Difference(way=(*way, step), before=earlier.get(name), after=later.get(name))
    if old.text != new.text:
        yield Difference(way=way, before=old.text or None, after=new.text or None)
    for tag in dict.fromkeys(child.tag for child in (*new.children, *old.children)):
        yield from _of_kind(_children(old, tag), _children(new, tag), way)


def _local(name: str) -> str:
    return re.sub(r"^\{.*\}", "", name)


def _children(node: Node, tag: str) -> list[Node]:
    return [child for child in node.children if child.tag == tag]


def _of_kind(old: Sequence[Node], new: Sequence[Node], way: Way) -> Iterator[Difference]:
    """Of siblings with one tag."""
    pairs, gone, come = _paired(old, new)
    for before, after in pairs:
        yield from _differences(before, after, _onwards(way, after))
    for node in gone:
        said, is_xml = _shown(node)
        yield Difference(way=_onwards(way, node), before=said, after=None, is_xml=is_xml)
    for node in come:
        said, is_xml = _shown(node)
        yield Difference(way=_onwards(way, node), before=None, after=said, is_xml=is_xml)


def _onwards(way: Way, node: Node) -> Way:
    return (*way, (node.tag, node.name))


def _shown(node: Node) -> tuple[str, bool]:
    """An element that comes or goes: its text where that is all of it, else its XML."""
    if node.text and not node.attributes:
        return node.text, False
    return as_xml(node), True


def _paired(
    old: Sequence[Node], new: Sequence[Node]
) -> tuple[list[tuple[Node, Node]], list[Node], list[Node]]:
    """Those that are the same and differ; those that are gone, and those that have come.

    Equal ones are of no interest. The rest is matched by name, deals also by what they sell; at
    last what alone is left on both sides, but no party: that is another one.
    """
    equal = Counter(node.form for node in old) & Counter(node.form for node in new)
    gone, come = _without(old, equal), _without(new, equal)
    pairs: list[tuple[Node, Node]] = []
    for key in (_by_name, _by_offer):
        gone, come = _match(gone, come, key, pairs)
    if len(gone) == len(come) == 1 and gone[0].tag != "Party":
        pairs.append((gone.pop(), come.pop()))
    return pairs, gone, come


def _without(nodes: Iterable[Node], equal: Counter[bytes]) -> list[Node]:
    left = Counter(equal)
    kept = []
    for node in nodes:
        if left[node.form]:
            left[node.form] -= 1
        else:
            kept.append(node)
    return kept


def _match(
    gone: Sequence[Node],
    come: Sequence[Node],
    key: Callable[[Node], str],
    pairs: list[tuple[Node, Node]],
) -> tuple[list[Node], list[Node]]:
    """Pair what has one key, in order; what is left of both."""
    waiting: dict[str, list[Node]] = {}
    for node in gone:
        if key(node):
            waiting.setdefault(key(node), []).append(node)
    left = []
    matched: set[int] = set()
    for node in come:
        found = waiting.get(key(node))
        if found:
            pairs.append((found.pop(0), node))
            matched.add(id(pairs[-1][0]))
        else:
            left.append(node)
    return [node for node in gone if id(node) not in matched], left


def _by_name(node: Node) -> str:
    return node.name


def _by_offer(node: Node) -> str:
    """Model and use of a deal, wherever it holds."""
    return node.name.partition(" ")[0] if node.tag == "Deal" else ""
