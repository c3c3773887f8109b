"""ISRC (ISO 3901): prefix code of 5, year of 2, designation of 5; it has no check digit."""

from __future__ import annotations

import re
from functools import lru_cache

from stdnum.isrc import is_valid

from stardust_gitops.identifiers.typed import compact, count

_shape = re.compile("[A-Z]{2}[A-Z0-9]{3}[0-9]{7}").fullmatch


@lru_cache(maxsize=26 * 26)
def _is_allocated(prefix: str) -> bool:
    """Whether two letters begin ISRCs: a country of ISO 3166 or a code of the ISRC agency."""
    return bool(is_valid(prefix + "0000000000"))


def normalise(text: str) -> str:
    """The 12 characters of an ISRC; takes ``ISRC GB-XYZ-26-00001``.

    ``ValueError`` says what is wrong with it.
    """
    isrc = text if _shape(text) else compact(text, label="ISRC")
    if not isrc:
        raise ValueError("it is empty")
    if len(isrc) != 12:
        raise ValueError(f"it has {count(len(isrc), 'character')}, should have 12")
    if not _shape(isrc):
        raise ValueError(
            "it should be 2 letters, 3 letters or digits, 7 digits, as in GB-XYZ-26-00001"
        )
    if not _is_allocated(isrc[:2]):
        raise ValueError(f"no ISRC begins with {isrc[:2]}")
    return isrc
