"""Release profiles of ERN 4: what each demands of the content, and its variants."""

from __future__ import annotations

from collections.abc import Mapping

from stardust_gitops.content.model import Content, Delivery
from stardust_gitops.messages.ern.options import MessageOptions
from stardust_gitops.messages.ern.recordings import Recording, cover_of
from stardust_gitops.messages.problems import MessageError

VARIANTS: Mapping[str, str] = {
    "ClassicalAlbum": "Classical",
    "ClassicalMultimediaAlbum": "Classical",
    "ClassicalDigitalBoxedSet": "BoxedSet Classical",
    "DigitalBoxSetRelease": "BoxedSet",
    "MultimediaDigitalBoxedSet": "BoxedSet",
}
"""The variant that the type of a release says by itself."""


def variant_of(content: Content, options: MessageOptions) -> str | None:
    """ReleaseProfileVariantVersionId: what is set, else what the type says. A single recording
    (SimpleAudioSingle) has no variant unless one is set."""
    if options.variant is not None:
        return None if options.variant == "none" else options.variant
    return None if options.profile == "SimpleAudioSingle" else VARIANTS.get(content.type)


def check_profile(
    delivery: Delivery, found: Mapping[str, Recording], options: MessageOptions
) -> None:
    """Raises `MessageError` where the content is not what the profile demands (Release Profiles
    2.2 for ERN 4.2, 2.3 for 4.3 and later, which demand the same here)."""
    if options.profile == "SimpleAudioSingle":
        if len(delivery.content.tracks) != 1:
            raise MessageError(
                f"the profile SimpleAudioSingle has one track, not {len(delivery.content.tracks)}",
                hint="use the profile Audio for this target",
                code="SG4030",
            )
    elif not found or cover_of(delivery) is None:
        missing = "track" if not found else "measured cover"
        raise MessageError(
            f"the profile Audio needs at least one track and a front cover; there is no {missing}",
            hint="complete the release, then run: stardust-gitops assets lock",
            code="SG4031",
        )
