"""ISNI (ISO 27729): the public identity of a party; 16 characters, check by ISO 7064 mod 11-2."""

from __future__ import annotations

import re

from stdnum.iso7064.mod_11_2 import calc_check_digit

from stardust_gitops.identifiers.typed import compact, count

_shape = re.compile("[0-9]{15}[0-9X]").fullmatch


def normalise(text: str) -> str:
    """The 16 characters of an ISNI; takes ``0000 0001 1481 9103``.

    ``ValueError`` says what is wrong with it.
    """
    isni = text if _shape(text) else compact(text, label="ISNI")
    if not isni:
        raise ValueError("it is empty")
    if len(isni) != 16:
        raise ValueError(f"it has {count(len(isni), 'character')}, should have 16")
    if not _shape(isni):
        raise ValueError("it should be 15 digits and a digit or X")
    check = calc_check_digit(isni[:-1])
    if check != isni[-1]:
        raise ValueError(f"check digit is {isni[-1]}, should be {check}")
    return isni
