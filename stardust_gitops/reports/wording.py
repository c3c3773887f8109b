"""How values are said to people: sizes, counts, titles with anything in them."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

_UNITS = ("B", "kB", "MB", "GB", "TB")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_JOINERS = frozenset("\u200c\u200d")
"""Invisible, but part of how some scripts and emoji are written."""

_ASCII = str.maketrans(
    {
        "»": ">",
        "‖": "=",
        "✗": "x",
        "–": "-",
        "·": "|",
        "→": "->",
        "…": "...",
        "×": "x",
        "│": "|",
        "“": '"',
        "”": '"',
        "’": "'",
    }
)


def humane_size(number: int) -> str:
    """Bytes in decimal units with one decimal place: ``96.4 MB``."""
    if number < 1000:
        return f"{number} B"
    size = float(number)
    unit = 0
    while size >= 999.95 and unit < len(_UNITS) - 1:
        size /= 1000
        unit += 1
    return f"{size:.1f} {_UNITS[unit]}"


def counted(number: int, noun: str) -> str:
    """``1 insert``, ``2 inserts``, ``1,234 inserts``, ``2 Parties``."""
    if number == 1:
        return f"{number:,} {noun}"
    if noun[-1:] == "y" and noun[-2:-1] not in "aeou":
        return f"{number:,} {noun[:-1]}ies"
    return f"{number:,} {noun}s"


def visible(text: str) -> str:
    """Text with its control, bidirectional and other invisible characters written out.

    So nothing in a title can move the cursor, turn text around or break a line.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_visible, text))


def _visible(character: str) -> str:
    if character in _JOINERS or unicodedata.category(character) not in _INVISIBLE:
        return character
    return character.encode("unicode_escape").decode("ascii")


@dataclass(frozen=True, slots=True)
class Script:
    """What the output can show: everything, or plain ASCII."""

    ascii_only: bool = False

    def show(self, text: str) -> str:
        """Text as it is printed: invisible characters written out, ASCII where need be."""
        shown = visible(text)
        if not self.ascii_only or shown.isascii():
            return shown
        return shown.translate(_ASCII).encode("ascii", "backslashreplace").decode("ascii")
