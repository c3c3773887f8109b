"""Rules about the release profile of messages: one that a target sets, or that follows from a
release."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from stardust_gitops.catalog.models.target import MessageFormat, Profile3, Profile4
from stardust_gitops.content.canonical import Document
from stardust_gitops.content.profiles import (
    BY_VARIANT,
    Kind,
    Makeup,
    makeup,
    misfit,
    profile_in_ern_3,
    profile_in_ern_4,
)
from stardust_gitops.diagnostics import Severity
from stardust_gitops.rules.registry import Hit, rule
from stardust_gitops.rules.subjects import TargetFileSubject, TargetSubject

_IN_4: frozenset[str] = frozenset(get_args(Profile4))
_SIMPLE_IN_3 = frozenset({"SimpleAudioSingle", "SimpleVideoSingle"})
_IN_3: frozenset[str] = _SIMPLE_IN_3.union(get_args(Profile3), ("Audio",))
"""What a target of ERN 3 may ask for: its own profiles, those of a single recording by their names
in ERN 4, and Audio, which stands for what follows from the release."""


@rule(
    "SG2108",
    severity=Severity.ERROR,
    fixed=True,
    title="a release that its profile does not allow",
    why="A message that contradicts its profile is refused.",
    example="message: {profile: SimpleAudioSingle}   # and a release of two tracks",
    remedy="leave  profile:  out of the target, so that each release has its own,"
    " or leave the release out for it",
    source="DDEX release profiles 2.2, 2.3 (ERN 4) and 1.4 (ERN 3)",
)
def not_of_the_profile(subject: TargetSubject) -> Iterator[Hit]:
    """Tracks and videos, as the target is told them. A front cover every release has (SG2001)."""
    message, document = subject.target.model.message, subject.document
    plain = not any("video" in track or "type" in track for track in document["tracks"])
    if message.profile in (None, "Audio") and plain:
        return  # nearly always
    if message.profile is not None and message.profile not in _known(message):
        return  # said of the target already (SG2118)
    made = _makeup(document)
    profile = _profile(message, made)
    wrong = misfit(profile, made)
    if wrong is not None:
        pointer = "type" if message.profile is None else "tracks"
        yield Hit(
            (pointer,),
            f"the profile {profile}, for {subject.target.id}, {wrong}",
            "correct  type: , or set a  profile:  in the target" if pointer == "type" else None,
        )


def _makeup(document: Document) -> Makeup:
    kinds = (
        Kind(
            track.get("video", False), track.get("type"), track.get("bonus", False), "work" in track
        )
        for track in document["tracks"]
    )
    boxed = any("icpn" in disc for disc in document.get("discs", ()))
    return makeup(document["type"], kinds, boxed=boxed)


def _known(message: MessageFormat) -> frozenset[str]:
    return _IN_3 if message.is_ern_3 else _IN_4


def _profile(message: MessageFormat, made: Makeup) -> str:
    asked = message.profile
    if not message.is_ern_3:
        return asked or profile_in_ern_4(made)
    if asked is None or asked == "Audio":
        return profile_in_ern_3(made, message.variant)
    return asked


@rule(
    "SG2118",
    severity=Severity.ERROR,
    fixed=True,
    title="a profile that the target's version does not have",
    why="The recipient refuses every message with a profile that its version does not know.",
    example="message: {version: 4.3, profile: AudioAlbum}",
    remedy="leave it out: the profile follows from each release",
    source="DDEX release profiles 2.2, 2.3 (ERN 4) and 1.4 (ERN 3); business profiles are of ERN 3",
)
def profile_of_another_version(subject: TargetFileSubject) -> Iterator[Hit]:
    """Profiles, business profiles, and a variant beside a profile of ERN 3, which has none."""
    message = subject.model.message
    known = _known(message)
    if message.profile is not None and message.profile not in known:
        yield Hit(
            ("message", "profile"),
            f"ERN {message.version} has no profile {message.profile}",
            f"leave it out: the profile follows from each release;"
            f" ERN {message.version} has {', '.join(sorted(known))}",
        )
    elif message.is_ern_3 and message.profile not in (None, "Audio"):
        said = BY_VARIANT.get(message.variant or "none")
        if said not in (None, message.profile):
            yield Hit(
                ("message", "variant"),
                f"ERN {message.version} tells the variant {message.variant} as the profile"
                f" {said}, and the profile is {message.profile}",
                "leave one of the two out",
            )
    if message.business_profiles not in (None, (), "none") and not message.is_ern_3:
        yield Hit(
            ("message", "business_profiles"),
            f"ERN {message.version} has no business profiles; ERN 3 has",
            "leave them out",
        )
