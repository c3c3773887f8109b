"""Variants of the release profiles of ERN 4."""

from __future__ import annotations

from collections.abc import Mapping

from stardust_gitops.content.model import Content
from stardust_gitops.content.profiles import SIMPLE
from stardust_gitops.messages.ern.options import MessageOptions

BOXED_SET, CLASSICAL = "BoxedSet", "Classical"
VARIANTS: Mapping[str, str] = {
    "ClassicalAlbum": CLASSICAL,
    "ClassicalMultimediaAlbum": CLASSICAL,
    "ClassicalDigitalBoxedSet": f"{BOXED_SET} {CLASSICAL}",
    "DigitalBoxSetRelease": BOXED_SET,
    "MultimediaDigitalBoxedSet": BOXED_SET,
}
"""The variant that the type of a release says by itself."""


def variant_of(content: Content, options: MessageOptions) -> str | None:
    """ReleaseProfileVariantVersionId: what is set, else what the release is. It is a boxed set by
    its type or where a disc is a release too (has an ICPN), classical by its type or where a track
    is part of a work. A single recording (SimpleAudioSingle) has no variant unless one is set."""
    if options.variant is not None:
        return None if options.variant == "none" else options.variant
    if options.profile in SIMPLE:
        return None
    by_type = VARIANTS.get(content.type)
    boxed = says(BOXED_SET, by_type) or any(disc.icpn for disc in content.discs)
    classical = says(CLASSICAL, by_type) or any(track.work for track in content.tracks)
    words = (*((BOXED_SET,) if boxed else ()), *((CLASSICAL,) if classical else ()))
    return " ".join(words) or None


def says(word: str, variant: str | None) -> bool:
    """Whether a variant is, perhaps among others, a boxed set or classical."""
    return variant is not None and word in variant.split()
