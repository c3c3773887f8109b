"""Titles in other languages in their canonical form."""

from __future__ import annotations

from collections.abc import Sequence

from stardust_gitops.catalog.models.titles import TitleEntry
from stardust_gitops.content.canonical import Document


def title_documents(entries: Sequence[TitleEntry]) -> list[Document]:
    """Titles in their sequence."""
    return [entry.model_dump(exclude_none=True) for entry in entries]
