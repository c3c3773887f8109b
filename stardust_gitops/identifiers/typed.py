"""What people type around an identifier: blanks, hyphens, lower case, the identifier's name."""

from __future__ import annotations

import re

from stdnum.util import clean


def compact(text: str, *, label: str = "", separators: str = " -") -> str:
    """The text without separators, blanks around it and a leading `label` (``ISRC``), upper case.

    Dashes, blanks and full-width digits of Unicode count as their ASCII kin. What is still not
    ASCII afterwards stays as it is, so that no upper-casing turns it into something else.
    """
    # A blank or colon must follow the label: IS-RC1-26-00001 is an ISRC from Iceland.
    bare = text.strip()
    if label:
        bare = re.sub(rf"\A{label}[\s:]+", "", bare, flags=re.IGNORECASE)
    typed = str(clean(bare, separators))
    return typed.upper() if typed.isascii() else typed


def count(number: int, noun: str) -> str:
    """``1 digit``, ``12 digits``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
