"""Titles in other languages and scripts."""

from __future__ import annotations

from stardust_gitops.catalog.models.scalars import Language, Model, Text


class TitleEntry(Model):
    """The title as people who read `language` shall see it. It stands for itself: without a
    version it has none there, whatever the main title has."""

    title: Text
    version: Text | None = None
    language: Language
