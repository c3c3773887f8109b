"""Releases that are broken on purpose: each is the valid one of `tests.release_lab` with an edit,
and says exactly what is found, where."""

from __future__ import annotations

from tests.broken import content, deals, form, recordings, text
from tests.broken.case import Broken

BROKEN: tuple[Broken, ...] = (
    *(*form.CASES, *deals.CASES, *recordings.CASES),
    *(*content.CASES, *text.CASES),
)
"""All of them, by the kind of mistake."""
