"""A release resolved so far as it is equal for all targets, or for those that leave out alike."""

from __future__ import annotations

from dataclasses import dataclass, field

from stardust_gitops.catalog.loading import Label
from stardust_gitops.catalog.models.release import ReleaseFile
from stardust_gitops.catalog.models.target import LeftOut
from stardust_gitops.content.canonical import Document
from stardust_gitops.content.effective import Taken
from stardust_gitops.content.files import PlacedAsset
from stardust_gitops.content.fingerprint import AssetKey
from stardust_gitops.content.tracks import PlacedTrack
from stardust_gitops.diagnostics import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """What of a release is equal for all targets. `document` lacks genres and deals and is
    ``None`` where the release cannot be resolved; `findings` then say why. `model` is the file with
    what parties say of its artists and ``stardust.yaml`` of what it lacks, `taken` where those
    stand; `shared` are the files of the parties and of the label that it is made of. `label` is the
    file that describes its label, if any does. `tracks` are in the order of the content. `assets`
    are the locked files in the order of the tracks, cover last; `complete` tells that none of its
    files is missing. `words` are those of DDEX's sets of allowed values that it uses.
    `with_own_terms` and `with_own_genre` are the indices of the few tracks that differ from the
    rest. `kinds` are the kinds of content in it that some target leaves out, `described` tells
    that it has what some target wants to hear in a message of its own (DDEX MEAD)."""

    file: str
    model: ReleaseFile
    document: Document | None
    tracks: tuple[PlacedTrack, ...]
    assets: tuple[PlacedAsset, ...]
    complete: bool
    findings: tuple[Finding, ...]
    label: Label | None = None
    shared: frozenset[str] = frozenset()
    taken: Taken = field(default_factory=dict)
    words: frozenset[str] = frozenset()
    with_own_terms: tuple[int, ...] = ()
    with_own_genre: tuple[int, ...] = ()
    kinds: frozenset[LeftOut] = frozenset()
    described: bool = False

    def asset_keys(self) -> list[AssetKey]:
        """What is fingerprinted of the files."""
        return [
            (role, self.tracks[number - 1].isrc if number else None, asset.file.sha256)
            for role, number, asset in self.assets
        ]
