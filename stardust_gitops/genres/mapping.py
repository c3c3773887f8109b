"""A genre in a recipient's words."""

from __future__ import annotations

from stardust_gitops.catalog.models.genre_map import GenreEntry, GenreMapFile

GenreWords = tuple[str, str | None]
"""Genre and sub-genre in the recipient's words."""


def map_genre(
    genre_map: GenreMapFile | None, genre: str, subgenre: str | None
) -> GenreWords | None:
    """The recipient's words for our genre, ``None`` where its map has none and no fallback.

    Without a map the recipient is told our own words. A sub-genre is looked up first and decides;
    where the map knows only the genre, the sub-genre is left out.
    """
    if genre_map is None:
        return genre, subgenre
    for code in (subgenre, genre):
        if code is not None and code in genre_map.genres:
            return _words(genre_map.genres[code])
    return _words(genre_map.fallback) if genre_map.fallback is not None else None


def _words(entry: str | GenreEntry) -> GenreWords:
    return (entry, None) if isinstance(entry, str) else (entry.genre, entry.subgenre)
