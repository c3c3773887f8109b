"""The release profile of a message, in the words of its version, and whether the content fits."""

from __future__ import annotations

from stardust_gitops.content.model import Delivery
from stardust_gitops.content.profiles import (
    WITHOUT_COVER,
    makeup_of,
    misfit,
    profile_in_ern_3,
    profile_in_ern_4,
)
from stardust_gitops.messages.ern.options import MessageOptions
from stardust_gitops.messages.ern.recordings import cover_of
from stardust_gitops.messages.ern.version import Shape
from stardust_gitops.messages.problems import MessageError

_IN_BOTH = frozenset({"Audio", "SimpleAudioSingle", "SimpleVideoSingle"})
"""Profiles of ERN 4 that a target of ERN 3 may ask for: the first stands for the derived one."""


def profile_of(delivery: Delivery, options: MessageOptions, shape: Shape) -> str:
    """ReleaseProfileVersionId (of ERN 3, its last part): what is set, else what the content is."""
    makeup = makeup_of(delivery.content)
    asked = options.profile
    if shape == "4":
        return asked or profile_in_ern_4(makeup)
    if asked == "SimpleAudioSingle":
        with_cover = cover_of(delivery) is not None
        return "SingleResourceReleaseWithCoverArt" if with_cover else "SingleResourceRelease"
    if asked == "SimpleVideoSingle":
        return "VideoSingle"
    if asked is not None and asked not in _IN_BOTH:
        return asked
    return profile_in_ern_3(makeup, options.variant)


def check_profile(delivery: Delivery, profile: str) -> None:
    """Raises `MessageError` where the content is not what the profile demands."""
    wrong = misfit(profile, makeup_of(delivery.content))
    if wrong is not None:
        raise MessageError(
            f"the profile {profile} {wrong}",
            hint="leave  profile:  out of this target, so that each release has its own",
            code="SG4030",
        )
    if profile not in WITHOUT_COVER and cover_of(delivery) is None:
        raise MessageError(
            f"the profile {profile} needs a front cover; there is no measured cover",
            hint="complete the release, then run: stardust-gitops assets lock",
            code="SG4031",
        )
