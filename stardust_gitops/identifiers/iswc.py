"""ISWC (ISO 15707): the identifier of a musical work; ``T``, 9 digits, a check digit."""

from __future__ import annotations

import re

from stardust_gitops.identifiers.typed import compact, count

_shape = re.compile("T[0-9]{10}").fullmatch


def normalise(text: str) -> str:
    """The 11 characters of an ISWC; takes ``T-034.524.680-1``.

    ``ValueError`` says what is wrong with it.
    """
    iswc = text if _shape(text) else compact(text, label="ISWC", separators=" -.")
    if not iswc:
        raise ValueError("it is empty")
    if len(iswc) != 11:
        raise ValueError(f"it has {count(len(iswc), 'character')}, should have 11")
    if not _shape(iswc):
        raise ValueError("it should be T and 10 digits, as in T-034.524.680-1")
    check = _check_digit(iswc[1:10])
    if check != iswc[-1]:
        raise ValueError(f"check digit is {iswc[-1]}, should be {check}")
    return iswc


def _check_digit(digits: str) -> str:
    """ISO 15707: 1 and each digit times its place, brought to a multiple of 10."""
    total = 1 + sum(place * int(digit) for place, digit in enumerate(digits, start=1))
    return str(-total % 10)
