"""LinkedReleaseResourceReference: what belongs to a release or a recording beside the music."""

from __future__ import annotations

from stardust_gitops.content.model import Asset, AssetRole
from stardust_gitops.messages.ern.recordings import Recording
from stardust_gitops.messages.ern.v4.draft import Draft, Element
from stardust_gitops.messages.ern.v4.words import LINK, word
from stardust_gitops.messages.xml import add

DESCRIPTIONS: dict[AssetRole, str] = {
    "cover": "CoverArt",
    "booklet": "Booklet",
    "screen_capture": "VideoScreenCapture",
    "lyrics": "Lyrics",
}
"""LinkDescription by the role of the file that is a resource by itself."""


def add_link(parent: Element, reference: str, role: AssetRole, draft: Draft) -> None:
    """A link to the resource of a file, described in the words of the version."""
    told = word(LINK, DESCRIPTIONS[role], draft.version.name)
    if told is not None:
        attributes = {"LinkDescription": told.value, **(told.attributes or {})}
        add(parent, "LinkedReleaseResourceReference", reference, attributes)


def add_links(parent: Element, recording: Recording, draft: Draft) -> None:
    """Links to the screen capture and the lyrics of a recording."""
    for role, asset in linked(recording):
        add_link(parent, f"A{draft.numbers[asset]}", role, draft)


def linked(recording: Recording) -> list[tuple[AssetRole, Asset]]:
    """The further files of a recording that are resources by themselves."""
    return [(role, asset) for role, asset in recording.extras.items() if role in DESCRIPTIONS]
