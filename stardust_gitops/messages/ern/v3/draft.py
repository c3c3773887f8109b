"""A message while it is being written: its sources, and where its files lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from lxml import etree

from stardust_gitops.content.model import Asset, Content, Delivery
from stardust_gitops.content.profiles import SIMPLE
from stardust_gitops.messages.ern.options import MessageOptions
from stardust_gitops.messages.ern.recordings import Recording
from stardust_gitops.messages.ern.v3.pieces import Pieces
from stardust_gitops.messages.ern.version import Version
from stardust_gitops.messages.header import Header

Element: TypeAlias = etree._Element


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What the parts of the writer need to know.

    `further` numbers the files beside those of the recordings and the cover, as
    `recordings.carried_assets` does: a file's technical details, and its resource where it is one
    by itself. `uris` says where an asset lies in the package; empty where no file travels.
    `namespace` is the owner of our proprietary ids and catalogue numbers: the sender. `pieces`
    are what was written so far and may be said again.
    """

    root: Element
    version: Version
    delivery: Delivery
    header: Header
    options: MessageOptions
    recordings: Mapping[str, Recording]
    cover_reference: str | None
    booklet: Asset | None
    further: Mapping[Asset, int]
    uris: Mapping[Asset, str]
    namespace: Mapping[str, str]
    pieces: Pieces = field(default_factory=Pieces)

    @property
    def content(self) -> Content:
        """The content of the release."""
        return self.delivery.content

    @property
    def tells_tracks(self) -> bool:
        """Whether there are track releases; a SingleResourceRelease has none."""
        return self.options.profile not in SIMPLE
