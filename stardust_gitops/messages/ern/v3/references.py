"""Ids and references of ERN 3, and what recipients refuse of a whole message."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import chain

from lxml import etree

from stardust_gitops.messages.ern.ids import declared, name_of, problem_at
from stardust_gitops.messages.problems import Problem

_KINDS = {
    "PrimaryResource": ("SoundRecording", "Video"),
    "SecondaryResource": ("Image", "Text"),
}
"""What a reference to a resource may name, by what the resource is to the release."""
_RECORDINGS = _KINDS["PrimaryResource"]
_SECONDARY = _KINDS["SecondaryResource"]
_RESOURCES = _RECORDINGS + _SECONDARY

_REFERRING = ("ReleaseList", "DealList")
_REFERENCES = (
    *("ReleaseResourceReference", "LinkedReleaseResourceReference"),
    *("DealResourceReference", "DealReleaseReference"),
)
_ISRCS = ("ResourceList/SoundRecording/SoundRecordingId/ISRC", "ResourceList/Video/VideoId/ISRC")


def check_references(root: etree._Element) -> list[Problem]:
    """What is wrong with ids, references and their use, for a message of sound structure."""
    owners, problems = declared(root)
    problems += _follow(root, owners)
    main: list[set[str]] = []
    sold: Counter[str] = Counter()
    for release in root.iterfind("ReleaseList/Release"):
        listed, found = _check_groups(release)
        problems += found
        if release.get("IsMainRelease") in ("true", "1"):
            main.append(listed)
        else:
            sold.update(listed)
    if len(main) != 1:
        message = f"there are {len(main)} main releases"
        problems.append(Problem(path="/*/ReleaseList", message=message, source="references"))
        return problems
    simple = "SingleResourceRelease" in (root.get("ReleaseProfileVersionId") or "")
    problems += _check_use(owners, main[0], sold, simple=simple)
    problems += _check_isrcs(root)
    return problems


def _follow(root: etree._Element, owners: dict[str, etree._Element]) -> Iterator[Problem]:
    """Every reference names something of the right kind."""
    lists = (part for name in _REFERRING if (part := root.find(name)) is not None)
    for reference in chain.from_iterable(part.iter(*_REFERENCES) for part in lists):
        name = name_of(reference)
        owner = owners.get(name)
        if reference.tag == "DealReleaseReference":
            kinds: tuple[str, ...] = ("Release",)
        elif reference.tag == "DealResourceReference":
            kinds = _RECORDINGS
        elif reference.tag == "LinkedReleaseResourceReference":
            kinds = _SECONDARY
        else:
            kind = reference.get("ReleaseResourceType") or ""
            kinds = _KINDS.get(kind, _RESOURCES)
        if owner is None:
            yield problem_at(reference, f"{name} is declared nowhere")
        elif owner.tag not in kinds:
            yield problem_at(reference, f"{name} is a {owner.tag}, not a {' or '.join(kinds)}")


def _check_groups(release: etree._Element) -> tuple[set[str], list[Problem]]:
    """The resources that a release lists. In each territory's details it groups these, and no
    others."""
    listed: set[str] = set()
    problems = []
    for child in release:
        if child.tag == "ReleaseResourceReferenceList":
            listed = _resources(child)
        elif child.tag == "ReleaseDetailsByTerritory":
            for name in sorted(listed ^ _resources(child)):
                where = "no ResourceGroup" if name in listed else "a ResourceGroup alone"
                problems.append(problem_at(child, f"{name} is in {where} of the release"))
    return listed, problems


def _resources(element: etree._Element) -> set[str]:
    return {name_of(reference) for reference in element.iter("ReleaseResourceReference")}


def _check_use(
    owners: Mapping[str, etree._Element], main: set[str], sold: Counter[str], *, simple: bool
) -> Iterator[Problem]:
    """The main release has every resource; a recording has one track release, in a
    SingleResourceRelease none."""
    for name, owner in owners.items():
        kind = owner.tag
        if kind in _RESOURCES and name not in main:
            yield problem_at(owner, f"{name} is not in the main release")
        if kind in _RECORDINGS and sold[name] != (0 if simple else 1):
            yield problem_at(owner, f"{name} has {sold[name]} TrackReleases")


def _check_isrcs(root: etree._Element) -> Iterator[Problem]:
    """Different recordings have different ISRCs, also from those that they replace."""
    seen: set[str] = set()
    found = chain.from_iterable(root.iterfind(path) for path in _ISRCS)
    for element in found:
        name = name_of(element)
        if name in seen:
            yield problem_at(element, f"{name} is the ISRC of another recording too")
        seen.add(name)
