"""Ids, and what refers to them: XSD types them so, but libxml2 checks neither.

Also what no XSD can say of a whole message and recipients refuse: parties and resources that
nothing uses, one ISRC twice, a recording without its one track release.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from stardust_gitops.messages.ern.ids import declared, name_of, problem_at
from stardust_gitops.messages.ern.v3 import references as v3
from stardust_gitops.messages.problems import Problem

_KINDS = {
    "ArtistPartyReference": ("Party",),
    "ContributorPartyReference": ("Party",),
    "RightsControllerPartyReference": ("Party",),
    "ReleaseLabelReference": ("Party",),
    "ReleaseResourceReference": ("SoundRecording",),
    "LinkedReleaseResourceReference": ("Image",),
    "ReleaseVisibilityReference": ("ReleaseVisibility",),
    "DealResourceReference": ("SoundRecording",),
    "DealReleaseReference": ("Release", "TrackRelease"),
}
"""What each kind of reference may name."""


@dataclass(slots=True)
class _Names:
    """The ids of a message with the elements that they name, and how they are used."""

    owners: dict[str, etree._Element]
    used: set[str] = field(default_factory=set)
    grouped: set[str] = field(default_factory=set)
    sold: Counter[str] = field(default_factory=Counter)


def check_references(root: etree._Element) -> list[Problem]:
    """What is wrong with ids, references and their use, for a message of sound structure."""
    if root.find("PurgedRelease") is not None:
        return list(_check_purge(root))
    if root.get("MessageSchemaVersionId") is not None:
        return v3.check_references(root)
    owners, problems = declared(root)
    names = _Names(owners=owners)
    problems += _follow(root, names)
    problems += _check_use(names, simple=_profile(root) == "SimpleAudioSingle")
    problems += _check_isrcs(root)
    if not any(owner.tag == "Release" for owner in names.owners.values()):
        problems.append(Problem(path="/", message="there is no Release", source="references"))
    return problems


def _check_purge(root: etree._Element) -> Iterator[Problem]:
    """A purge says of which release it is; the standard would let it say of none."""
    release_id = root.find("PurgedRelease/ReleaseId")
    if release_id is None or not len(release_id):
        message = "no release is named"
        yield Problem(path="/*/PurgedRelease", message=message, source="references")


def _profile(root: etree._Element) -> str | None:
    return root.get("ReleaseProfileVersionId")


def _follow(root: etree._Element, names: _Names) -> Iterator[Problem]:
    """Every reference names something of the right kind."""
    for reference in root.iter(*_KINDS):
        name, kinds = name_of(reference), _KINDS[reference.tag]
        owner, parent = names.owners.get(name), reference.getparent()
        if owner is None:
            yield problem_at(reference, f"{name} is declared nowhere")
        elif owner.tag not in kinds:
            yield problem_at(reference, f"{name} is a {owner.tag}, not a {' or '.join(kinds)}")
        names.used.add(name)
        if parent is None or parent.tag not in ("TrackRelease", "InstantGratificationResourceList"):
            names.grouped.add(name)
        elif reference.tag == "ReleaseResourceReference":
            names.sold[name] += 1


def _check_use(names: _Names, *, simple: bool) -> Iterator[Problem]:
    """Nothing is declared in vain; a recording has one track release, in SimpleAudioSingle none."""
    for name, owner in names.owners.items():
        kind = owner.tag
        if kind in ("Party", "ReleaseVisibility") and name not in names.used:
            yield problem_at(owner, f"{name} is used nowhere")
        elif kind in ("SoundRecording", "Image") and name not in names.grouped:
            yield problem_at(owner, f"{name} is in no ResourceGroup of the release")
        if kind == "SoundRecording" and names.sold[name] != (0 if simple else 1):
            yield problem_at(owner, f"{name} has {names.sold[name]} TrackReleases")


def _check_isrcs(root: etree._Element) -> Iterator[Problem]:
    """Different recordings have different ISRCs."""
    seen: set[str] = set()
    for element in root.iter("ISRC"):
        name = name_of(element)
        if name in seen:
            yield problem_at(element, f"{name} is the ISRC of another recording too")
        seen.add(name)
