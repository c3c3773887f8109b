"""What is shown of a comparison of messages: what is alike said once, what is long cut."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from stardust_gitops.planning.model import Item
from stardust_gitops.reports.wording import counted

if TYPE_CHECKING:
    from stardust_gitops.messages.comparison.difference import Comparison, Difference

_SINGLE = 3
"""Differences of one kind that are shown one by one."""
_ENTRIES = 60
_LINES = 40

_IS = {True: "is", False: "are"}
_TRAVELS = {True: "travels", False: "travel"}

Compared: TypeAlias = "tuple[Item, Comparison]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A difference; `more` others are alike. Of an element that is one of many only the path is
    shown where `brief`."""

    difference: Difference
    more: int = 0
    brief: bool = False

    @property
    def others(self) -> str:
        """``(and 9 alike)``, or nothing."""
        return f"(and {self.more:,} alike)" if self.more else ""

    @property
    def sign(self) -> str:
        """``+``, ``-`` or ``~``."""
        if self.difference.before is None:
            return "+"
        return "-" if self.difference.after is None else "~"

    @property
    def words(self) -> str:
        """The difference as a sentence, where its values alone would tell little: how many files
        travel (`messages.comparison.difference.compare`). Else nothing."""
        if self.difference.path != "File":
            return ""
        if self.difference.after == "0":
            number = int(self.difference.before or 0)
            return f"{counted(number, 'file')} {_IS[number == 1]} not sent again: message only"
        number = int(self.difference.after or 0)
        return f"{counted(number, 'file')} {_TRAVELS[number == 1]} with it, unlike last time"


def entries(differences: Iterable[Difference], *, everything: bool) -> list[Entry]:
    """What says the same is said once; and of what is of one kind, like the files of a hundred
    tracks, only the first, unless `everything` is to be shown."""
    same: dict[tuple[str, str | None, str | None], list[Difference]] = {}
    for difference in differences:
        key = (difference.kind, difference.before, difference.after)
        same.setdefault(key, []).append(difference)
    if everything:
        return [Entry(difference=each) for group in same.values() for each in group]
    found = [Entry(difference=group[0], more=len(group) - 1) for group in same.values()]
    kinds: dict[tuple[str, str], list[Entry]] = {}
    for entry in found:
        kinds.setdefault((entry.difference.kind, entry.sign), []).append(entry)
    shown: list[Entry] = []
    for group in kinds.values():
        if len(group) <= _SINGLE:
            shown += group
        else:
            others = sum(1 + entry.more for entry in group) - 1
            shown.append(Entry(difference=group[0].difference, more=others, brief=True))
    return shown


def cut(listed: Sequence[Entry], *, everything: bool) -> tuple[Sequence[Entry], str]:
    """The first entries, and what to say of the rest."""
    if everything or len(listed) <= _ENTRIES:
        return listed, ""
    return listed[:_ENTRIES], f"… and {len(listed) - _ENTRIES:,} more differences: --all shows them"


def element_lines(entry: Entry, *, everything: bool) -> list[str]:
    """The XML of an element that comes or goes."""
    difference = entry.difference
    if entry.brief or not difference.is_xml:
        return []
    lines = (difference.after or difference.before or "").split("\n")
    if everything or len(lines) <= _LINES:
        return lines
    return [*lines[:_LINES], f"… and {len(lines) - _LINES:,} more lines: --all shows them"]


def heading(item: Item, comparison: Comparison) -> str:
    """``update of 4006381333931 at store``."""
    return f"{comparison.operation} of {item.icpn} at {item.target}"


def outcome(comparison: Comparison) -> str:
    """The line below the heading: what the comparison came to."""
    if comparison.problem is not None:
        return f"cannot be compared: {comparison.problem}"
    if comparison.new is not None:
        counts = ", ".join(counted(number, tag) for tag, number in comparison.new.items())
        return f"all new, there is no earlier message: {counts}"
    number = len(comparison.differences)
    what = counted(number, "difference") if number else "no difference"
    return f"{what} from {comparison.against}"


def left_out(number: int) -> str:
    """What to say of messages that were not compared."""
    return f"{counted(number, 'more message')} not compared: --all compares every one"


def comparison_document(comparison: Comparison) -> dict[str, Any]:
    """A comparison as JSON values; all of it."""
    return {
        "operation": comparison.operation,
        "against": comparison.against,
        "new": None if comparison.new is None else dict(comparison.new),
        "problem": comparison.problem,
        "changes": [
            {"path": each.path, "before": each.before, "after": each.after}
            for each in comparison.differences
        ],
    }
