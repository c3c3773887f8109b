"""Release dates of single territories, which differ from the date of the release."""

from __future__ import annotations

import re
from collections.abc import Mapping

from stardust_gitops.content.canonical import Document
from stardust_gitops.content.problems import Problems

_is_country = re.compile("[A-Z]{2}").fullmatch


def by_country(dates: Mapping[str, str], groups: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """The dates by ISO code, groups written out; of two for one country the later entry."""
    return {code: date for name, date in dates.items() for code in groups.get(name, (name,))}


def release_dates(
    dates: Mapping[str, str],
    release_date: str | None,
    groups: Mapping[str, tuple[str, ...]],
    problems: Problems,
) -> Document:
    """The canonical form: nothing where no territory has another date than the release."""
    if not dates:
        return {}
    said: dict[str, str] = {}
    for name, date in dates.items():
        at = ("release_dates", name)
        for code in groups.get(name, (name,)):
            if not _is_country(code):
                problems.error(
                    "SG1203",
                    at,
                    f"{code} is no country and no group of countries",
                    "use ISO 3166-1 alpha-2 codes or groups of them; release_date: is for all"
                    " others",
                )
            elif said.setdefault(code, date) != date:
                problems.error(
                    "SG2085",
                    at,
                    f"{code} is released {date} here and {said[code]} above",
                    "give each country one date",
                )
    own = [
        {"territory": code, "date": date}
        for code, date in sorted(said.items())
        if date != release_date
    ]
    return {"release_dates": own} if own else {}
