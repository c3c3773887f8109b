"""What the references of two messages name: parties, resources and releases, matched by identity.

``P3`` of one message and ``P4`` of the other are one party where name and ids are equal: both get
one label, which then stands wherever it is referred to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from lxml import etree

Element: TypeAlias = etree._Element

DECLARING = frozenset(
    {
        "PartyReference",
        "ResourceReference",
        "ReleaseReference",
        "TechnicalResourceDetailsReference",
        "VisibilityReference",
    }
)
"""Elements that give their parent an id of the message."""
_NUMBERED = frozenset({"TechnicalResourceDetailsReference"})
"""Those that nothing refers to."""
_RELEASE_IDS = ("ICPN", "ISRC", "GRid", "ProprietaryId", "CatalogNumber")


@dataclass(frozen=True, slots=True)
class Labels:
    """The label of each reference (``P3``) and of each element that one names."""

    of_reference: Mapping[str, str]
    of_owner: Mapping[Element, str]


@dataclass(frozen=True, slots=True)
class _Owner:
    """An element with an id; `ids` are further names by which it may be known."""

    reference: str
    element: Element
    tag: str
    label: str
    title: str
    ids: frozenset[str] = field(default_factory=frozenset)


def common_labels(before: Element, after: Element) -> tuple[Labels, Labels]:
    """The labels of two messages; what is one and the same has one label, that of `after`."""
    old, new = _owners(before), _owners(after)
    same = _matched(old, new)
    short = _short((*(owner for owner in old if owner.reference not in same), *new))
    final = {owner.reference: short.get(owner.label, owner.label) for owner in new}
    earlier = {
        owner.reference: final[same[owner.reference]]
        if owner.reference in same
        else short.get(owner.label, owner.label)
        for owner in old
    }
    return _labels(old, earlier), _labels(new, final)


def _labels(owners: Iterable[_Owner], of: Mapping[str, str]) -> Labels:
    elements = {owner.element: of[owner.reference] for owner in owners}
    return Labels(of_reference=of, of_owner=elements)


def _owners(root: Element) -> list[_Owner]:
    found: list[_Owner] = []
    seen: Counter[tuple[str, str]] = Counter()
    for declaration in root.iter(*(DECLARING - _NUMBERED)):
        element, reference = declaration.getparent(), (declaration.text or "").strip()
        if element is None or not reference:
            continue
        tag = etree.QName(element).localname
        label, title, ids = _identity(tag, element)
        seen[tag, label] += 1
        if seen[tag, label] > 1:
            label = f"{label} #{seen[tag, label]}"
        found.append(_Owner(reference, element, tag, label, title, ids))
    return found


def _identity(tag: str, element: Element) -> tuple[str, str, frozenset[str]]:
    """What an element is told by: its whole label, its short one, its ids."""
    if tag == "Party":
        name = (element.findtext("PartyName/FullName") or "").strip()
        ids = sorted(
            f"{etree.QName(each).localname} {(each.text or '').strip()}"
            for each in element.iterfind("PartyId/*")
        )
        return (f"{name} ({', '.join(ids)})" if ids else name), name, frozenset(ids)
    if tag.endswith("Release"):
        of = element.findall("ReleaseId")
        texts = (each.findtext(f".//{kind}") for kind in _RELEASE_IDS for each in of)
    else:
        texts = (element.findtext(f".//{kind}") for kind in ("ISRC", "ProprietaryId", "Type"))
    label = next((text.strip() for text in texts if text and text.strip()), tag)
    return label, label, frozenset()


def _matched(old: Iterable[_Owner], new: Iterable[_Owner]) -> dict[str, str]:
    """The references of `old` that name what those of `new` do.

    By label; then by a shared id, then by title; at last what alone is left of its kind on both
    sides, where it is no party: then its identifier was corrected.
    """
    same: dict[str, str] = {}
    taken: set[str] = set()
    waiting, left = list(old), list(new)
    for key in (_by_label, _by_id, _by_title):
        known = {each: owner for owner in reversed(left) for each in key(owner)}
        for owner in waiting:
            found = next((known[each] for each in key(owner) if each in known), None)
            if found is not None and found.reference not in taken:
                same[owner.reference] = found.reference
                taken.add(found.reference)
        waiting = [owner for owner in waiting if owner.reference not in same]
        left = [owner for owner in left if owner.reference not in taken]
    for tag in {owner.tag for owner in waiting} - {"Party"}:
        mine = [owner for owner in waiting if owner.tag == tag]
        theirs = [owner for owner in left if owner.tag == tag]
        if len(mine) == len(theirs) == 1:
            same[mine[0].reference] = theirs[0].reference
    return same


_Keys: TypeAlias = Callable[[_Owner], list[tuple[str, str]]]


def _by_label(owner: _Owner) -> list[tuple[str, str]]:
    return [(owner.tag, owner.label)]


def _by_id(owner: _Owner) -> list[tuple[str, str]]:
    return [(owner.tag, each) for each in sorted(owner.ids)]


def _by_title(owner: _Owner) -> list[tuple[str, str]]:
    return [(owner.tag, owner.title)]


def _short(owners: Iterable[_Owner]) -> dict[str, str]:
    """Titles for labels, where nobody else has that title."""
    labels: dict[str, set[str]] = {}
    for owner in owners:
        labels.setdefault(owner.title, set()).add(owner.label)
    return {label: title for title, of in labels.items() if len(of) == 1 for label in of}
