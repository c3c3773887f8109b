"""IPI name number (CISAC): the identifier of a name of a writer or publisher; 11 digits."""

from __future__ import annotations

import re

from stardust_gitops.identifiers.typed import compact, count

_digits = re.compile("[0-9]+").fullmatch


def normalise(text: str) -> str:
    """The 11 digits of an IPI name number. ``ValueError`` says what is wrong.

    Zeros in front are part of it and are not made up: 9 digits are refused.
    """
    ipi = text if _digits(text) else compact(text, label="IPI", separators=" -.")
    if not ipi:
        raise ValueError("it is empty")
    if not _digits(ipi):
        raise ValueError("it has other characters than digits")
    if len(ipi) != 11:
        raise ValueError(
            f"it has {count(len(ipi), 'digit')}, should have 11, zeros in front included"
        )
    return ipi
