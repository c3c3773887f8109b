"""How differences of messages are shown: alike ones once, long ones cut, nothing as markup."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from stardust_gitops.messages.comparison.difference import Comparison, Difference
from stardust_gitops.messages.ern.mappings import Mapping
from stardust_gitops.planning.model import Action, Item
from stardust_gitops.reports.difference_markdown import differences_markdown
from stardust_gitops.reports.difference_text import render_differences
from stardust_gitops.reports.difference_words import comparison_document, entries
from stardust_gitops.reports.mappings import Kind, mappings_markdown, render_mappings

ITEM = Item(
    release="04006381333931",
    icpn="4006381333931",
    target="store",
    title="Breakwater",
    artist="Kestrel & Sons",
    action=Action.UPDATE,
    reasons=(),
    stream_version=3,
)


def changed(number: int, before: str | None, after: str | None) -> Difference:
    way = (("SoundRecording", f"ISRC{number}"), ("Duration", ""))
    return Difference(way=way, before=before, after=after)


def came(lines: int) -> Difference:
    xml = "\n".join(["<A>", *["  <B/>"] * (lines - 2), "</A>"])
    return Difference(way=(("A", "x"),), before=None, after=xml, is_xml=True)


def comparison(*differences: Difference) -> Comparison:
    return Comparison(operation="update", against="M-1", differences=differences)


def text(*compared: Comparison, encoding: str = "utf-8", everything: bool = False) -> str:
    stream = io.TextIOWrapper(io.BytesIO(), encoding, write_through=True)
    console = Console(file=stream, highlight=False, markup=False, soft_wrap=True, width=120)
    render_differences(((ITEM, each) for each in compared), console, everything=everything)
    shown = stream.detach()
    assert isinstance(shown, io.BytesIO)
    return shown.getvalue().decode(encoding)


def markdown(*compared: Comparison, budget: int = 30_000, skipped: int = 0) -> str:
    return differences_markdown(((ITEM, each) for each in compared), budget=budget, skipped=skipped)


def test_what_is_alike_is_said_once() -> None:
    found = entries([changed(n, "a", "b") for n in range(10)], everything=False)
    assert [(each.difference.path, each.more, each.brief) for each in found] == [
        ("SoundRecording[ISRC0]/Duration", 9, False)
    ]
    assert len(entries([changed(n, "a", "b") for n in range(10)], everything=True)) == 10


@pytest.mark.parametrize(("number", "shown"), [(3, 3), (4, 1), (100, 1)])
def test_of_many_of_one_kind_the_first_is_shown(number: int, shown: int) -> None:
    found = entries([changed(n, str(n), "b") for n in range(number)], everything=False)
    assert len(found) == shown
    assert sum(1 + each.more for each in found) == number


def test_what_came_and_what_went_are_two_kinds() -> None:
    found = entries(
        [changed(n, *pair) for n in range(4) for pair in ((None, f"a{n}"), (f"b{n}", None))],
        everything=False,
    )
    assert [(each.sign, each.more) for each in found] == [("+", 3), ("-", 3)]


def test_a_change_an_addition_and_a_removal() -> None:
    shown = text(comparison(changed(1, "PT1S", "PT2S"), changed(2, None, "PT3S"), came(3)))
    assert "update of 4006381333931 at store   3 differences from M-1\n" in shown
    assert '  ~ SoundRecording[ISRC1]/Duration  "PT1S" → "PT2S"\n' in shown
    assert '  + SoundRecording[ISRC2]/Duration  "PT3S"\n' in shown
    assert "  + A[x]\n      <A>\n        <B/>\n      </A>\n" in shown


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("1", "0", "1 file is not sent again: message only"),
        ("12", "0", "12 files are not sent again: message only"),
        ("0", "1", "1 file travels with it, unlike last time"),
        ("0", "12", "12 files travel with it, unlike last time"),
    ],
)
def test_files_that_travel_or_do_not_are_said_in_words(before: str, after: str, words: str) -> None:
    travelling = Difference(way=(("File", ""),), before=before, after=after)
    assert f"\n  ~ {words}\n" in text(comparison(travelling))
    assert f"```diff\n! {words}\n```" in markdown(comparison(travelling))


def test_long_elements_are_cut_unless_all_is_asked_for() -> None:
    shown = text(comparison(came(500)))
    assert "… and 460 more lines: --all shows them" in shown
    assert text(comparison(came(500)), everything=True).count("<B/>") == 498


def test_many_differences_are_cut() -> None:
    many = [Difference(way=((f"T{n}", ""),), before="a", after="b") for n in range(100)]
    assert "… and 40 more differences: --all shows them" in text(comparison(*many))
    assert "# … and 40 more differences" in markdown(comparison(*many))


def test_a_terminal_without_unicode() -> None:
    assert '"a" -> "b"' in text(comparison(changed(1, "a", "b")), encoding="ascii")


def test_nothing_of_a_message_moves_the_cursor() -> None:
    hostile = comparison(changed(1, "a\x1b[2J", "b\u202e[red]c[/red]"))
    assert '"a\\x1b[2J" → "b\\u202e[red]c[/red]"' in text(hostile)
    assert "- a\\x1b[2J\n+ b\\u202e[red]c[/red]" in markdown(hostile)


def test_nothing_of_a_message_ends_a_fence() -> None:
    shown = markdown(comparison(changed(1, "```", "x\n```\n<script>")))
    inner = shown.split("```diff\n")[1].rsplit("\n```", 1)[0]
    assert inner == "@@ SoundRecording[ISRC1]/Duration @@\n- ```\n+ x\\n```\\n<script>"


def test_markdown_keeps_to_its_budget() -> None:
    long = comparison(changed(1, "a" * 900, "b" * 900))
    shown = markdown(*[long] * 10, budget=5000, skipped=3)
    assert len(shown.encode()) < 5500
    assert "… and the differences of 8 more, for which there is no room here." in shown
    assert "3 more messages not compared" in shown


def test_a_problem_is_one_line() -> None:
    broken = Comparison(operation="update", against="M-1", problem="SG5008 gone")
    assert "cannot be compared: SG5008 gone" in text(broken)
    assert markdown(broken) == ("update of 4006381333931 at store: cannot be compared: SG5008 gone")
    assert comparison_document(broken)["changes"] == []


MAPPING = Mapping(field="tracks[0].x", said="Mixer | x", told=None, reason="ERN 3.8.2 has no word")


def test_mappings_as_a_table() -> None:
    kind = Kind(version="3.8.2", profile=None)
    stream = io.StringIO()
    render_mappings([MAPPING], kind, Console(file=stream, width=120))
    assert stream.getvalue() == (
        "tracks[0].x  Mixer | x  →  nothing\n"
        "    ERN 3.8.2 has no word\n"
        "ERN 3.8.2: 1 thing said otherwise than in the catalogue.\n"
    )
    assert mappings_markdown([MAPPING], kind).endswith(
        r"| tracks\[0\].x | Mixer \| x | nothing | ERN 3.8.2 has no word |"
    )
