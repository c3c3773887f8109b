"""Release profiles of ERN 3 (set 1.4): which one a release has, and what it demands."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from stardust_gitops.content.model import Delivery
from stardust_gitops.messages.ern.options import MessageOptions
from stardust_gitops.messages.ern.recordings import Recording, cover_of
from stardust_gitops.messages.problems import MessageError

_CLASSICAL, _BOXED, _OTHER = "DigitalClassicalAudioAlbum", "DigitalBoxedSet", "AudioAlbumMusicOnly"

BY_TYPE: Mapping[str, str] = MappingProxyType(
    {
        "AudioBookRelease": "AudioBook",
        "ClassicalAlbum": _CLASSICAL,
        "ClassicalDigitalBoxedSet": _BOXED,
        "ClassicalMultimediaAlbum": _CLASSICAL,
        "DigitalBoxSetRelease": _BOXED,
        "MultimediaDigitalBoxedSet": _BOXED,
        "RingtoneRelease": "Ringtone",
        "Single": "AudioSingle",
    }
)
"""The profile that the type of a release says by itself; every other is an album."""
BY_VARIANT: Mapping[str, str] = MappingProxyType(
    {"BoxedSet": _BOXED, "BoxedSet Classical": _BOXED, "Classical": _CLASSICAL}
)
"""What ERN 4 has as the variant of a profile is a profile here."""


def profile_of(delivery: Delivery, options: MessageOptions) -> str:
    """The profile: the simple one or the variant that a target asks for, else that of the type."""
    if options.profile == "SimpleAudioSingle":
        with_cover = cover_of(delivery) is not None
        return "SingleResourceReleaseWithCoverArt" if with_cover else "SingleResourceRelease"
    if options.variant is not None and options.variant in BY_VARIANT:
        return BY_VARIANT[options.variant]
    profile = BY_TYPE.get(delivery.content.type, _OTHER)
    return _OTHER if options.variant == "none" and profile in BY_VARIANT.values() else profile


def check_profile(
    delivery: Delivery, found: Mapping[str, Recording], options: MessageOptions
) -> None:
    """Raises `MessageError` where the content is not what the profile demands."""
    if options.profile == "SimpleAudioSingle":
        if len(delivery.content.tracks) != 1:
            raise MessageError(
                f"a SingleResourceRelease has one track, not {len(delivery.content.tracks)}",
                hint="use the profile Audio for this target",
                code="SG4030",
            )
    elif not found or cover_of(delivery) is None:
        missing = "track" if not found else "measured cover"
        raise MessageError(
            f"the profile {profile_of(delivery, options)} needs at least one track and a front "
            f"cover; there is no {missing}",
            hint="complete the release, then run: stardust-gitops assets lock",
            code="SG4031",
        )
