"""Titles, languages and names of artists."""

from __future__ import annotations

from tests.broken.case import Broken, release
from tests.release_lab import Case

CASES: tuple[Broken, ...] = (
    release(
        "feat. in a title", "title: Ebb", "title: Ebb (feat. Mina Sol)", found=("15:12 SG2051",)
    ),
    release(
        "the artist in a title",
        "title: Breakwater",
        "title: Ada Quill - Breakwater",
        found=("3:8 SG2052",),
    ),
    release("a title in capitals", "title: Undertow", "title: UNDERTOW", found=("21:12 SG2053",)),
    release(
        "the type in the title", "title: Breakwater", "title: Breakwater EP", found=("3:8 SG2054",)
    ),
    release(
        "the version in a title",
        "title: Ebb",
        "title: Ebb (Acoustic Version)",
        found=("15:12 SG2055",),
    ),
    release(
        "brackets around a version",
        "title: Ebb",
        "title: Ebb\n    version: (Acoustic)",
        found=("16:14 SG2056",),
    ),
    release("a zero-width space", "title: Ebb", 'title: "E\\u200bbb"', found=("15:12 SG2057",)),
    release("a Japanese title in English", "title: Ebb", "title: 引き潮", found=("15:12 SG2058",)),
    Broken(
        "an emoji",
        Case(release=[("title: Ebb", "title: Ebb 🌊")], target=[("", "emoji: false\n")]),
        found=("15:12 SG2125",),
    ),
    release(
        "two artists as one",
        "artists: [{name: Ada Quill}]",
        "artists: [{name: Ada Quill & Mina Sol}]",
        found=("4:18 SG2124",),
    ),
    release(
        "two artists in a credit",
        "artists: [{name: Ada Quill}]",
        "artists: [{name: Ada Quill feat. Mina}]",
        found=("4:18 SG2124",),
    ),
    release(
        "a Thursday", "release_date: 2026-12-04", "release_date: 2026-12-03", found=("6:15 SG2013",)
    ),
    release(
        "capitals in a translation",
        "title: Ebb",
        "title: Ebb\n    titles: [{title: REFLUJO, language: es}]",
        found=("16:22 SG2053",),
    ),
    Broken(
        "a party's name with a zero-width space",
        Case(files={"parties/ada.yaml": 'name: "Ada\\u200b Quill"\n'}),
        found=("parties/ada.yaml:1:7 SG2057",),
    ),
)
