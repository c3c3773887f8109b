"""Lyrics with times, as lines of text: LRC, SubRip (SRT) and WebVTT."""

from __future__ import annotations

import re
from typing import Literal

from stardust_gitops.assets.errors import AssetError, AssetProblem

_LRC_LINE = re.compile(r"(?:\[[0-9]{1,3}:[0-5][0-9](?:[.:][0-9]{1,3})?\])+(.*)")
_LRC_TAG = re.compile(r"\[[A-Za-z#]+:.*\]\s*")
_LRC_WORD = re.compile(r"<[0-9]{1,3}:[0-5][0-9](?:[.:][0-9]{1,3})?>")
_SRT_TIME = r"([0-9]{2,}:[0-5][0-9]:[0-5][0-9][,.][0-9]{3})"
_SRT_TIMES = re.compile(rf"{_SRT_TIME} --> {_SRT_TIME}(?: .*)?")
_VTT_TIME = r"((?:[0-9]{2,}:)?[0-5][0-9]:[0-5][0-9]\.[0-9]{3})"
_VTT_TIMES = re.compile(rf"{_VTT_TIME}[ \t]+-->[ \t]+{_VTT_TIME}(?:[ \t].*)?")


def lrc_codec(text: str) -> Literal["SimpleLRC", "EnhancedLRC"] | None:
    """Which kind of LRC a text is: with a time for each line, or for words too; ``None`` where no
    line has a time. Raises `AssetError` where only some lines have one."""
    strange: int | None = None
    timed = words = False
    for number, line in enumerate(text.split("\n"), 1):
        found = _LRC_LINE.match(line)
        if found is not None:
            timed = True
            words = words or _LRC_WORD.search(found[1]) is not None
        elif line.strip() and not _LRC_TAG.fullmatch(line) and strange is None:
            strange = number
    if not timed:
        return None
    if strange is not None:
        raise _damaged("LRC", strange, "has neither a time nor a tag, as  [01:23.45]  or  [ar:…]")
    return "EnhancedLRC" if words else "SimpleLRC"


def check_srt(text: str) -> None:
    """Refuse what is no SubRip file: over each piece of text its number and a line of times."""
    lines = text.split("\n")
    for at, line in enumerate(lines):
        if "-->" in line:
            _check_times("SRT", at + 1, line.strip(), _SRT_TIMES)
            if not lines[at - 1].strip().isdecimal():
                raise _damaged("SRT", at + 1, "has no number above its times")


def check_vtt(text: str) -> None:
    """Refuse what is no WebVTT file (W3C, 4.1): lines of times in their form, and one at least."""
    cues = 0
    for number, line in enumerate(text.split("\n"), 1):
        if "-->" in line:
            _check_times("VTT", number, line.strip(), _VTT_TIMES)
            cues += 1
    if not cues:
        raise AssetError(
            "the VTT file holds no text (0 cues)",
            code=AssetProblem.EMPTY,
            hint="export the lyrics again",
        )


def _check_times(form: str, number: int, line: str, times: re.Pattern[str]) -> None:
    found = times.fullmatch(line)
    if found is None:
        raise _damaged(form, number, "has times that are none")
    if _seconds(found[1]) > _seconds(found[2]):
        raise _damaged(form, number, "ends before it begins")


def _seconds(time: str) -> tuple[int, ...]:
    """Hours (0 where they are left out), minutes, seconds and thousandths, to compare."""
    parts = tuple(int(part) for part in re.split(r"[:,.]", time))
    return (0,) * (4 - len(parts)) + parts


def _damaged(form: str, number: int, problem: str) -> AssetError:
    return AssetError(
        f"the {form} file is damaged: line {number} {problem}",
        code=AssetProblem.DAMAGED,
        hint="export the lyrics again, or correct the line",
    )
