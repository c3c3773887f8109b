"""A catalogue in models, with a release that holds what a test says, and what is resolved of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from stardust_gitops.assets.facts import AudioFacts, Facts, FileFacts, ImageFacts
from stardust_gitops.assets.lock import LockedAsset
from stardust_gitops.catalog.loading import Catalogue, Party, Recording, Target
from stardust_gitops.catalog.models.config import ConfigFile
from stardust_gitops.catalog.models.party import PartyFile
from stardust_gitops.catalog.models.recordings import RecordingFile
from stardust_gitops.catalog.models.release import ReleaseFile
from stardust_gitops.catalog.models.target import TargetFile
from stardust_gitops.content.base import Base
from stardust_gitops.content.canonical import Document, content_of, document_of
from stardust_gitops.content.resolve import Resolver

SENDER = {"dpid": "PADPIDA2026112201U", "name": "Alpha Tide"}
FILE = "releases/a.yaml"
ICPN, OTHER = "4006381333931", "4006381333948"
FLAC = AudioFacts(codec="FLAC", duration="30", sample_rate=44100, channels=2, bit_depth=16)
JPEG = ImageFacts(codec="JPEG", width=3000, height=3000, mode="RGB")
TARGET = {
    "recipient": {"dpid": "PADPIDA2026112203Q", "name": "Store"},
    "transport": {"protocol": "directory", "path": "delivered/store"},
}
RELEASE: Document = {
    "icpn": ICPN,
    "type": "Album",
    "title": "Breakwater",
    "artists": [{"name": "Kestrel"}],
    "label": "Alpha Tide",
    "language": "en",
    "genre": "HOUSE",
    "release_date": "2026-12-04",
    "p_line": "2026 Alpha Tide",
    "c_line": "2026 Alpha Tide",
    "cover": "assets/cover.jpg",
    "deals": [{"offer": "streaming"}],
}


def track(number: int, **more: Any) -> Document:
    """A track of its own number; a recording in sound unless it has a video."""
    main = {} if "video" in more else {"audio": f"assets/{number}.flac"}
    title, warning = f"Title {number}", "NotExplicit"
    said = {"isrc": f"GBXYZ260000{number}", "title": title, "parental_warning": warning}
    return said | main | more


def catalogue(
    parties: dict[str, Document] | None = None,
    recordings: tuple[Document, ...] = (),
    **targets: Document,
) -> Catalogue:
    """A catalogue with these parties, shared recordings and targets, ``store`` among them."""
    every: dict[str, Document] = {"store": {}} | targets
    models = {name: TargetFile.model_validate(TARGET | more) for name, more in every.items()}
    shared = [RecordingFile.model_validate(document) for document in recordings]
    return Catalogue(
        root=Path(),
        config=ConfigFile.model_validate({"format": "1", "id": "a", "sender": SENDER}),
        targets={
            name: Target(name, f"targets/{name}.yaml", model) for name, model in models.items()
        },
        genre_maps={},
        recordings={model.isrc: Recording(f"tracks/{model.isrc}.yaml", model) for model in shared},
        release_files=(FILE,),
        parties={
            key: Party(f"parties/{key}.yaml", PartyFile.model_validate(document))
            for key, document in (parties or {}).items()
        },
    )


class Everything(dict[str, LockedAsset]):
    """A lock that has measured whatever is asked for; the digest is made from the path."""

    def get(self, path: str, default: Any = None) -> Any:
        """What was measured of a file."""
        if not path:
            return default
        facts: Facts = JPEG if path.endswith(".jpg") else FLAC
        digest = path.encode().hex().ljust(64, "0")[:64]
        return LockedAsset(path, FileFacts(digest, "m" * 32, 100, "0" * 40), facts)  # type: ignore[arg-type]


def resolved(
    *tracks: Document, known: Catalogue | None = None, **more: Any
) -> tuple[Resolver, Base]:
    """A release of these tracks, resolved for all targets."""
    resolver = Resolver(known or catalogue())
    document = RELEASE | {"tracks": list(tracks)} | more
    return resolver, resolver.base(FILE, ReleaseFile.model_validate(document), Everything())


def told(
    *tracks: Document, known: Catalogue | None = None, target: str = "store", **more: Any
) -> Document:
    """What a target is told; it must be a content of the model, and read back as it is."""
    known = known or catalogue()
    resolver, base = resolved(*tracks, known=known, **more)
    assert [finding.code for finding in base.findings] == []
    document, findings = resolver.content(base, known.targets[target])
    assert document is not None, findings
    assert document_of(content_of(document)) == document
    return document
