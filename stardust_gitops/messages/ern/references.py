"""Ids, and what refers to them: XSD types them so, but libxml2 checks neither.

Also what no XSD can say of a whole message and recipients refuse: parties and resources that
nothing uses, one ISRC twice, a recording without its one track release.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from stardust_gitops.content.profiles import CLIP, SIMPLE
from stardust_gitops.messages.ern.ids import declared, name_of, problem_at
from stardust_gitops.messages.ern.v3 import references as v3
from stardust_gitops.messages.problems import Problem

_RECORDINGS = ("SoundRecording", "Video")
_KINDS = {
    "ArtistPartyReference": ("Party",),
    "ContributorPartyReference": ("Party",),
    "RightsControllerPartyReference": ("Party",),
    "ReleaseLabelReference": ("Party",),
    "ReleaseResourceReference": _RECORDINGS,
    "LinkedReleaseResourceReference": ("Image", "Text"),
    "ResourceRelatedResourceReference": _RECORDINGS,
    "ReleaseVisibilityReference": ("ReleaseVisibility",),
    "DealResourceReference": _RECORDINGS,
    "DealReleaseReference": ("Release", "TrackRelease", "ClipRelease"),
}
"""What each kind of reference may name."""
_OWN_RELEASES = ("TrackRelease", "ClipRelease")
_NOT_GROUPS = (*_OWN_RELEASES, "InstantGratificationResourceList", "RelatedResource")
"""Where a reference to a resource puts it in no group of the release."""


@dataclass(slots=True)
class _Names:
    """The ids of a message with the elements that they name, and how they are used: `sold` counts
    the track releases of a recording, `clips` its clip releases."""

    owners: dict[str, etree._Element]
    used: set[str] = field(default_factory=set)
    grouped: set[str] = field(default_factory=set)
    sold: Counter[str] = field(default_factory=Counter)
    clips: Counter[str] = field(default_factory=Counter)


def check_references(root: etree._Element) -> list[Problem]:
    """What is wrong with ids, references and their use, for a message of sound structure."""
    if root.find("PurgedRelease") is not None:
        return list(_check_purge(root))
    if root.get("MessageSchemaVersionId") is not None:
        return v3.check_references(root)
    owners, problems = declared(root)
    names = _Names(owners=owners)
    problems += _follow(root, names)
    problems += _check_use(names, simple=_profile(root) in SIMPLE)
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
        if parent is None or parent.tag not in _NOT_GROUPS:
            names.grouped.add(name)
        elif reference.tag == "ReleaseResourceReference":
            (names.sold if parent.tag == "TrackRelease" else names.clips)[name] += 1


def _check_use(names: _Names, *, simple: bool) -> Iterator[Problem]:
    """Nothing is declared in vain; a recording has one track release, in SimpleAudioSingle none."""
    expected = 0 if simple else 1
    for name, owner in names.owners.items():
        kind = owner.tag
        if kind in ("Party", "ReleaseVisibility") and name not in names.used:
            yield problem_at(owner, f"{name} is used nowhere")
        elif kind in _RECORDINGS and owner[1].text == CLIP:
            yield from _check_clip(names, name, owner)
        elif kind in ("SoundRecording", "Video", "Image", "Text"):
            if name not in names.grouped:
                yield problem_at(owner, f"{name} is in no ResourceGroup of the release")
            if kind in _RECORDINGS and names.sold[name] != expected:
                yield problem_at(owner, f"{name} has {names.sold[name]} TrackReleases")
            if name in names.clips:
                yield problem_at(owner, f"{name} is no clip and has a ClipRelease")


def _check_clip(names: _Names, name: str, owner: etree._Element) -> Iterator[Problem]:
    """A stand-alone clip is no part of the release; it has a release of its own kind."""
    if name in names.grouped:
        yield problem_at(owner, f"{name} is a clip and in a ResourceGroup of the release")
    if names.sold[name]:
        yield problem_at(owner, f"{name} is a clip and has a TrackRelease")
    if names.clips[name] != 1:
        yield problem_at(owner, f"{name} has {names.clips[name]} ClipReleases")


def _check_isrcs(root: etree._Element) -> Iterator[Problem]:
    """Different recordings, and different editions of one, have different ISRCs; those of related
    recordings belong to others."""
    elements = list(root.iter("ISRC"))
    if len({name_of(element) for element in elements}) == len(elements):
        return
    seen: set[str] = set()
    for element in elements:
        name, resource = name_of(element), element.getparent()
        owner = None if resource is None else resource.getparent()
        if owner is not None and owner.tag == "RelatedResource":
            continue
        if name in seen:
            yield problem_at(element, f"{name} is the ISRC of another recording too")
        seen.add(name)
