"""Ids and references of ERN 3, and what recipients refuse of a whole message."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from lxml import etree

from stardust_gitops.messages.ern.ids import declared, name_of, problem_at
from stardust_gitops.messages.problems import Problem

_KINDS = {
    "PrimaryResource": ("SoundRecording",),
    "SecondaryResource": ("Image",),
}
"""What a reference to a resource may name, by what the resource is to the release."""
_LISTED = "ReleaseResourceReferenceList/ReleaseResourceReference"


def check_references(root: etree._Element) -> list[Problem]:
    """What is wrong with ids, references and their use, for a message of sound structure."""
    owners, problems = declared(root)
    problems += _follow(root, owners)
    releases = root.findall("ReleaseList/Release")
    for release in releases:
        problems += _check_groups(release)
    main = [each for each in releases if each.get("IsMainRelease") in ("true", "1")]
    if len(main) != 1:
        message = f"there are {len(main)} main releases"
        problems.append(Problem(path="/*/ReleaseList", message=message, source="references"))
        return problems
    simple = "SingleResourceRelease" in (root.get("ReleaseProfileVersionId") or "")
    problems += _check_use(root, main[0], releases, simple=simple)
    problems += _check_isrcs(root)
    return problems


def _follow(root: etree._Element, owners: dict[str, etree._Element]) -> Iterator[Problem]:
    """Every reference names something of the right kind."""
    for reference in root.iter(
        "ReleaseResourceReference", "DealResourceReference", "DealReleaseReference"
    ):
        name, owner = name_of(reference), owners.get(name_of(reference))
        if reference.tag == "DealReleaseReference":
            kinds: tuple[str, ...] = ("Release",)
        elif reference.tag == "DealResourceReference":
            kinds = ("SoundRecording",)
        else:
            kind = reference.get("ReleaseResourceType") or ""
            kinds = _KINDS.get(kind, ("SoundRecording", "Image"))
        if owner is None:
            yield problem_at(reference, f"{name} is declared nowhere")
        elif owner.tag not in kinds:
            yield problem_at(reference, f"{name} is a {owner.tag}, not a {' or '.join(kinds)}")


def _names(release: etree._Element, path: str) -> set[str]:
    return {name_of(reference) for reference in release.iterfind(path)}


def _check_groups(release: etree._Element) -> Iterator[Problem]:
    """In each territory's details a release groups the resources that it lists, and no others."""
    listed = _names(release, _LISTED)
    for details in release.iterfind("ReleaseDetailsByTerritory"):
        items = details.iterfind(".//ResourceGroupContentItem/ReleaseResourceReference")
        grouped = {name_of(reference) for reference in items}
        for name in sorted(listed ^ grouped):
            where = "no ResourceGroup" if name in listed else "a ResourceGroup alone"
            yield problem_at(details, f"{name} is in {where} of the release")


def _check_use(
    root: etree._Element,
    main: etree._Element,
    releases: list[etree._Element],
    *,
    simple: bool,
) -> Iterator[Problem]:
    """The main release has every resource; a recording has one track release, in a
    SingleResourceRelease none."""
    whole = _names(main, _LISTED)
    sold: Counter[str] = Counter()
    for release in releases:
        if release is not main:
            sold.update(_names(release, _LISTED))
    for resource in root.iterfind("ResourceList/*"):
        name = name_of(resource.find("ResourceReference"))  # type: ignore[arg-type]
        if name not in whole:
            yield problem_at(resource, f"{name} is not in the main release")
        if resource.tag == "SoundRecording" and sold[name] != (0 if simple else 1):
            yield problem_at(resource, f"{name} has {sold[name]} TrackReleases")


def _check_isrcs(root: etree._Element) -> Iterator[Problem]:
    """Different recordings have different ISRCs, also from those that they replace."""
    seen: set[str] = set()
    for element in root.iterfind("ResourceList/SoundRecording/SoundRecordingId/ISRC"):
        name = name_of(element)
        if name in seen:
            yield problem_at(element, f"{name} is the ISRC of another recording too")
        seen.add(name)
