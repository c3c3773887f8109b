"""One file of ``genre_maps/``: our genre codes in a recipient's words."""

from __future__ import annotations

from stardust_gitops.catalog.models.scalars import Model, Text


class GenreEntry(Model):
    """A genre, and a sub-genre where the recipient has one, in the recipient's words."""

    genre: Text
    subgenre: Text | None = None


class GenreMapFile(Model):
    """Genres by our code. A code without an entry takes `fallback`; without one it is an error."""

    genres: dict[Text, Text | GenreEntry]
    fallback: Text | GenreEntry | None = None
