"""Fingerprints: SHA-256 of what a recipient is told (message part) and given (assets part).

A fingerprint names its scheme. A change of the scheme re-fingerprints the stored content of the
ledger and causes no message.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from stardust_gitops.content.canonical import Document, document_of, dump
from stardust_gitops.content.model import Delivery

SCHEME = 1

AssetKey = tuple[str, str | None, str]
"""Role, ISRC (``None`` for the cover) and SHA-256 of one file."""


def message_fingerprint(document: Document) -> str:
    """Of the canonical document of a content."""
    return hashlib.sha256(dump(document)).hexdigest()


def assets_fingerprint(assets: Iterable[AssetKey]) -> str:
    """Of the set of files, whatever their names, places and formats."""
    return hashlib.sha256(dump(sorted({(r, i or "", s) for r, i, s in assets}))).hexdigest()


def recordings_digest(isrcs: Iterable[str]) -> str:
    """Of the ordered ISRCs: the same recordings under another ICPN are a renamed release."""
    return hashlib.sha256("\n".join(isrcs).encode()).hexdigest()


def delivery_fingerprints(delivery: Delivery) -> tuple[str, str]:
    """Message and assets part of a stored delivery, under the present scheme."""
    tracks = delivery.content.tracks
    keys = (
        (asset.role, tracks[asset.track - 1].isrc if asset.track else None, asset.sha256)
        for asset in delivery.assets
    )
    return message_fingerprint(document_of(delivery.content)), assets_fingerprint(keys)
