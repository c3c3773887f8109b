"""ICPN: the product number of a release, a GTIN (UPC, EAN or JAN) of 8, 12, 13 or 14 digits.

GS1 General Specifications 7.9: the last digit makes the sum with weights 3, 1, 3, 1… a multiple
of 10. A 12-digit UPC and its 13-digit EAN form are one product: compare GTIN-14s.
"""

from __future__ import annotations

import re
from functools import lru_cache

from stdnum.ean import calc_check_digit

from stardust_gitops.identifiers.typed import compact, count

_LENGTHS = (8, 12, 13, 14)
_digits = re.compile("[0-9]+").fullmatch
_exponent = re.compile(r"[0-9]+([.,][0-9]+)?E\+?[0-9]+").fullmatch


def normalise(text: str) -> str:
    """The ICPN in as many digits as it was typed with, without hyphens and blanks.

    ``ValueError`` says what is wrong with it.
    """
    icpn = text if _digits(text) else compact(text)
    if not icpn:
        raise ValueError("it is empty")
    if not _digits(icpn):
        if _exponent(icpn):
            raise ValueError("it is a number rounded by a spreadsheet; write all its digits")
        raise ValueError("it has other characters than digits")
    if len(icpn) not in _LENGTHS:
        message = f"it has {count(len(icpn), 'digit')}, should have 8, 12, 13 or 14"
        if len(icpn) == 11 and calc_check_digit(icpn[:-1]) == icpn[-1]:
            message += f"; if a zero in front was lost, it is 0{icpn}"
        raise ValueError(message)
    if not icpn.strip("0"):
        raise ValueError("it has only zeros")
    check = calc_check_digit(icpn[:-1])
    if check != icpn[-1]:
        raise ValueError(f"check digit is {icpn[-1]}, should be {check}")
    return icpn


@lru_cache(maxsize=4096)
def to_gtin14(text: str) -> str:
    """The GTIN-14 of an ICPN: the identity of a release. ``ValueError`` as `normalise`."""
    return normalise(text).zfill(14)
