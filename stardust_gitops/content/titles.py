"""Titles: how one is said with its version, and those in other languages in canonical form."""

from __future__ import annotations

from collections.abc import Sequence

from stardust_gitops.catalog.models.titles import TitleEntry
from stardust_gitops.content.canonical import Document


def full_title(title: str, version: str | None) -> str:
    """``Nightjar (Deluxe Edition)``: a title as people read it, as DDEX's display title has it."""
    return f"{title} ({version})" if title and version else title


def title_documents(entries: Sequence[TitleEntry]) -> list[Document]:
    """Titles in their sequence."""
    return [entry.model_dump(exclude_none=True) for entry in entries]
