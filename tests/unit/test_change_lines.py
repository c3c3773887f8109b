"""Field changes in words: where an offer holds is one line, however many elements changed."""

from __future__ import annotations

import pytest

from stardust_gitops.planning.differences import differences
from stardust_gitops.planning.model import Change
from stardust_gitops.reports.changes_text import change_lines

WORLD = {"territories": ["Worldwide"]}


def without(*codes: str) -> dict[str, list[str]]:
    return {"excluded_territories": list(codes)}


def only(*codes: str) -> dict[str, list[str]]:
    return {"territories": list(codes)}


def said(before: dict[str, list[str]], after: dict[str, list[str]]) -> list[tuple[str, str]]:
    """The lines of a release whose one offer held there, and holds here now."""
    content = [{"deals": [{"start": day, **area}]} for day, area in (("a", before), ("b", after))]
    return [(line.path, line.text) for line in change_lines(differences(*content))]


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        (WORLD, without("JP"), "Worldwide → Worldwide without JP"),
        (without("JP", "KR"), WORLD, "Worldwide without JP, KR → Worldwide"),
        (WORLD, only("DE", "AT", "CH"), "Worldwide → AT, CH, DE"),
        (only("GB"), WORLD, "GB → Worldwide"),
        (without("JP"), only("DE", "JP"), "Worldwide without JP → DE, JP"),
        (only("DE"), without("DE"), "DE → Worldwide without DE"),
    ],
)
def test_where_an_offer_holds_is_one_line(
    before: dict[str, list[str]], after: dict[str, list[str]], text: str
) -> None:
    assert said(before, after) == [
        ("deals[0].start", '"a" → "b"'),
        ("deals[0].territories", text),
    ] or said(before, after) == [
        ("deals[0].territories", text),
        ("deals[0].start", '"a" → "b"'),
    ]


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        (without("JP"), without("KR"), ("deals[0].excluded_territories", "+ KR  - JP")),
        (only("GB", "US"), only("DE", "US"), ("deals[0].territories", "+ DE  - GB")),
        (only("GB"), only("DE", "GB"), ("deals[0].territories", "+ DE")),
    ],
)
def test_what_comes_and_goes_within_one_set_stands_as_it_is(
    before: dict[str, list[str]], after: dict[str, list[str]], line: tuple[str, str]
) -> None:
    assert line in said(before, after)


def test_a_long_list_is_cut() -> None:
    codes = [f"{first}{second}" for first in "ABCDE" for second in "VWXYZ"]
    ((_, text),) = [line for line in said(WORLD, without(*codes)) if "terr" in line[0]]
    assert text.startswith("Worldwide → Worldwide without AV, AW")
    assert text.endswith("DZ and 5 more")


def test_the_line_says_who_says_so() -> None:
    path = "tracks[1].deals[0]."
    (line,) = change_lines(
        [
            Change(path=f"{path}territories", before="Worldwide"),
            Change(
                path=f"{path}excluded_territories",
                after="JP",
                source="releases/a.yaml:7",
                commit="1c9e2ab",
            ),
        ]
    )
    assert (line.path, line.origin) == (
        f"{path}territories",
        "releases/a.yaml:7  1c9e2ab",
    )
