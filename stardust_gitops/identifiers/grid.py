"""GRid (DDEX Global Release Identifier): ``A1``, issuer, release, a check character by ISO 7064
mod 37,36; 18 characters."""

from __future__ import annotations

import re

from stdnum.iso7064.mod_37_36 import calc_check_digit

from stardust_gitops.identifiers.typed import compact, count

_shape = re.compile("A1[0-9A-Z]{16}").fullmatch


def normalise(text: str) -> str:
    """The 18 characters of a GRid; takes ``A1-2425G-ABC1234002-M``.

    ``ValueError`` says what is wrong with it.
    """
    grid = text if _shape(text) else compact(text, label="GRid")
    if not grid:
        raise ValueError("it is empty")
    if len(grid) != 18:
        raise ValueError(f"it has {count(len(grid), 'character')}, should have 18")
    if not _shape(grid):
        raise ValueError("it should be A1, then letters or digits, as in A1-2425G-ABC1234002-M")
    check = str(calc_check_digit(grid[:-1]))
    if check != grid[-1]:
        raise ValueError(f"check character is {grid[-1]}, should be {check}")
    return grid
