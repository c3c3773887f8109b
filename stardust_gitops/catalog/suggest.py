"""Did you mean …?"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_LONGEST = 64
_CUTOFF = 0.6


def did_you_mean(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate that a mistyped word most likely stands for, or None if none is near.

    Case does not count. Among equally near ones the first wins.
    """
    if len(word) > _LONGEST:  # comparing is quadratic, and nobody mistypes a word this long
        return None
    by_folded: dict[str, str] = {}
    for candidate in candidates:
        by_folded.setdefault(candidate.casefold(), candidate)
    # Not get_close_matches: it breaks ties by the alphabet, from the end.
    matcher = difflib.SequenceMatcher(b=word.casefold())
    near: list[tuple[float, str]] = []
    for key, candidate in by_folded.items():
        matcher.set_seq1(key)
        # The first two are upper bounds of the third, and cheap.
        if matcher.real_quick_ratio() >= _CUTOFF and matcher.quick_ratio() >= _CUTOFF:
            near.append((matcher.ratio(), candidate))
    near = [match for match in near if match[0] >= _CUTOFF]
    return max(near, key=lambda match: match[0])[1] if near else None
