"""Plans and findings on a terminal and in Markdown: golden texts, and hostile ones."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta

import pytest
from rich.console import Console

from stardust_gitops.diagnostics import Finding, Severity
from stardust_gitops.planning.model import Action, Change, Plan, Reason
from stardust_gitops.planning.settings import Limit, Safety, TargetSettings
from stardust_gitops.reports.findings_json import findings_document
from stardust_gitops.reports.findings_text import render_findings
from stardust_gitops.reports.plan_markdown import plan_markdown
from stardust_gitops.reports.plan_text import render_plan
from stardust_gitops.reports.plan_words import next_steps
from stardust_gitops.reports.wording import humane_size, visible
from tests.planning_samples import (
    NOW,
    SPOTIFY,
    error,
    gtin,
    live,
    plan_of,
    snapshot,
    wish,
)

DESCRIPTIONS = {"spotify": "ERN 4.3 over SFTP", "deezer": "ERN 4.3 in a directory"}
DEEZER = TargetSettings(id="deezer", description=DESCRIPTIONS["deezer"])


def sample_plan() -> Plan:
    """One item of each kind, with changes, warnings and errors."""
    later = "until 2026-11-29 09:00 Europe/London (send_from)"
    desired = [
        wish(gtin(2000000000015), status="takedown", title="Tides", artist="Old Harbour"),
        wish(gtin(4006381333931), title="Breakwater"),
        wish(gtin(602445790128), message="new", title="Nightjar", artist="Ada Quill"),
        wish(
            gtin(4006381333948),
            title="Undertow",
            not_before=NOW + timedelta(days=7),
            not_before_text=later,
        ),
        wish(
            gtin(4006381333955),
            title="Sketches",
            artist="Ada Quill",
            errors=(error(), error("tracks[1] has no ISRC", code="SG2003")),
        ),
        wish(gtin(7), title="Same"),
        wish(gtin(8), target="deezer", title="Same"),
    ]
    ledger = snapshot(
        {
            **{("spotify", gtin(i)): live(gtin(i)) for i in (2000000000015, 602445790128, 7, 9)},
            ("deezer", gtin(8)): live(gtin(8)),
        }
    )
    spotify = replace(SPOTIFY, lead_time_new=timedelta(days=14))
    plan = plan_of(desired, ledger, targets=[spotify, DEEZER])
    changes = (
        Change(
            path="title",
            before="Night Jar",
            after="Nightjar",
            source="releases/nightjar.yaml:4",
            commit="1c9e2ab",
        ),
        Change(path="deals[0].excluded_territories", after="KR"),
        Change(path="deals[0].excluded_territories", before="JP"),
        Change(path="tracks[0].instrumental", after=True, source="tracks/a.yaml:12"),
    )
    return replace(
        plan,
        items=tuple(
            item._replace(changes=changes) if item.action is Action.UPDATE else item
            for item in plan.items
        ),
    )


def printed(
    plan: Plan,
    *,
    width: int = 110,
    encoding: str = "utf-8",
    all_items: bool = False,
    limit: int = 50,
) -> str:
    buffer = io.BytesIO()
    file = io.TextIOWrapper(buffer, encoding=encoding, newline="\n")
    console = Console(file=file, width=width, force_terminal=False, _environ={})
    render_plan(plan, console, descriptions=DESCRIPTIONS, all_items=all_items, limit=limit)
    file.flush()
    return buffer.getvalue().decode(encoding)


GOLDEN = """\
deezer   ERN 4.3 in a directory                                                                    1 unchanged
spotify   ERN 4.3 over SFTP                          3 to send · 1 held · 1 blocked · 1 orphaned · 1 unchanged
  - 2000000000015  Old Harbour – Tides          takedown  status: takedown
  + 4006381333931  Kestrel & Sons – Breakwater  insert    3 tracks, 96.4 MB
      ! SG2190 will miss 2026-12-04: spotify needs 14 days, 12 days left
  ~ 0602445790128  Ada Quill – Nightjar         update    message only
      title  "Night Jar" → "Nightjar"            releases/nightjar.yaml:4  1c9e2ab
      deals[0].excluded_territories  + KR  - JP
      tracks[0].instrumental  + true             tracks/a.yaml:12
  ‖ 4006381333948  Kestrel & Sons – Undertow    held      until 2026-11-29 09:00 Europe/London (send_from)
      ! SG2190 will miss 2026-12-04: spotify needs 14 days, 5 days left when it goes on 2026-11-29
  ✗ 4006381333955  Ada Quill – Sketches         blocked
      SG2104 cover is 1500 × 1500, spotify wants 3000
      SG2003 tracks[1] has no ISRC
  ? 0000000000009                               orphaned
      live, but its file is gone: bring it back, or decide in `removed:`, or set `status: takedown`, or
      `ledger forget` it
Plan: 1 takedown, 1 insert, 1 update · 1 held, 1 blocked, 1 orphaned, 2 unchanged · 3 messages, 96.4 MB to upload
Not sent: 1 release with errors.
Next: correct the errors; `stardust-gitops validate` shows each and what to do.
Next: `stardust-gitops apply` sends the rest.
1 blocked: `apply` ends with exit code 6 until that is settled.
"""  # noqa: E501


def test_golden() -> None:
    assert printed(sample_plan()) == GOLDEN


def test_every_line_keeps_to_the_width_and_has_no_trailing_space() -> None:
    for width in (80, 100, 140):
        for line in printed(sample_plan(), width=width).splitlines():
            if line.startswith("Plan: "):
                continue  # one line that can be searched for, whatever the width
            assert len(line) <= width
            assert line == line.rstrip()


def test_plain_ascii_is_right_at_any_title() -> None:
    plan = plan_of([wish(artist="Жанна", title="Été – 夜")])
    text = printed(plan, encoding="ascii")
    assert "\\u0416\\u0430" in text
    assert "Plan: 1 insert | 1 message, 96.4 MB to upload" in text
    blocked = printed(sample_plan(), encoding="ascii")
    assert "  x 4006381333955" in blocked
    assert '"Night Jar" -> "Nightjar"' in blocked


def test_colour_only_on_a_terminal() -> None:
    assert "\x1b" not in printed(sample_plan())
    file = io.StringIO()
    console = Console(
        file=file, width=110, force_terminal=True, color_system="standard", _environ={}
    )
    render_plan(sample_plan(), console, descriptions=DESCRIPTIONS)
    assert "\x1b[31m" in file.getvalue()


def test_markup_in_titles_is_shown_as_it_is() -> None:
    text = printed(plan_of([wish(title="[red]Alarm[/red] :boom:", artist="[/]")]))
    assert "[/] – [red]Alarm[/red] :boom:" in text


def test_control_and_direction_characters_are_made_visible() -> None:
    text = printed(plan_of([wish(title="a\x1b[2Jb\nc\u202ed\x00", artist="x\ty\r")]))
    assert "x\\ty\\r – a\\x1b[2Jb\\nc\\u202ed\\x00" in text
    assert "\x1b" not in text
    assert visible("\U0001f469\u200d\U0001f3a4 क्‍ष") == "\U0001f469\u200d\U0001f3a4 क्‍ष"
    assert visible("\ud800") == "\\ud800"


def test_no_changes() -> None:
    plan = plan_of([wish()], snapshot({("spotify", wish().release): live()}))
    text = printed(plan)
    assert "No changes. Everything is as the catalogue says." in text
    assert "1 unchanged" in text
    assert "Breakwater" not in text
    assert "Next: " in text
    assert "Breakwater" in printed(plan, all_items=True)
    assert "new release" in printed(plan_of([]))


def ending(plan: Plan) -> list[str]:
    """What comes after the summary."""
    lines = printed(plan, width=80).splitlines()
    (summary,) = [number for number, line in enumerate(lines) if line.startswith("Plan: ")]
    return lines[summary + 1 :]


CORRECT = "Next: correct the errors; `stardust-gitops validate` shows each and what to do."


def test_what_is_in_the_way_is_said_with_what_to_do_next() -> None:
    wrong = [wish(gtin(1), target=name, errors=(error(),)) for name in ("spotify", "deezer")]
    plan = plan_of(wrong, targets=[SPOTIFY, DEEZER])
    assert ending(plan) == [
        "Not sent: 1 release with errors.",
        CORRECT,
        "2 blocked: `apply` ends with exit code 6 until that is settled.",
    ]
    assert ending(replace(plan, findings=(error("no YAML", code="SG1010"),))) == [
        "Not sent: 1 release with errors, what 1 file with errors should describe.",
        CORRECT,
        "2 blocked, 1 file with errors: `apply` ends with exit code 6 until that is settled.",
    ]


def test_a_policy_has_an_exit_code_of_its_own() -> None:
    plan = plan_of([wish()])
    (item,) = plan.items
    objection = Reason(code="policy", text="takedowns need a label")
    stopped = item._replace(action=Action.BLOCKED, reasons=(objection,))
    said = ending(replace(plan, items=(stopped,)))
    assert said[-1] == "1 blocked: `apply` ends with exit code 3 until that is settled."


def test_where_only_a_branch_is_delivered_it_comes_first() -> None:
    plan = plan_of([wish()])
    said = (
        "Next: merge to main and push first: `production` is delivered from main only; "
        "`apply` there sends this."
    )
    assert next_steps(plan, branch="main") == (said,)
    assert next_steps(plan, branch="main", on_merge=True) == (
        "Next: merge it, and `apply` sends this.",
    )
    markdown = plan_markdown(plan, descriptions={}, branch="a`*b")
    assert "merge to a\\`\\*b and push first" in markdown


def test_what_waits_for_a_decision_is_no_error() -> None:
    moved = replace(SPOTIFY, moved_from="old")
    ledger = snapshot({("old", wish().release): live()})
    plan = plan_of([wish(message="new")], ledger, targets=[moved])
    assert plan.count(Action.BLOCKED) == 1
    assert ending(plan) == [
        "Not sent: 1 release blocked for the reason given above.",
        "Next: settle what is blocked, then plan again.",
        "1 blocked: `apply` ends with exit code 6 until that is settled.",
    ]


def test_a_part_of_the_catalogue_without_changes() -> None:
    text = printed(replace(plan_of([]), narrowed=True))
    assert text.startswith("No changes. What was chosen is as the catalogue says.\n")
    assert "new release" not in text


def test_a_long_plan_says_how_many_more() -> None:
    plan = plan_of([wish(gtin(i)) for i in range(1, 31)] + [wish(gtin(99), status="hold")])
    text = printed(plan, limit=10)
    assert text.count("  + ") == 10
    assert "… and 21 more (20 to send · 1 held): --all shows them" in text
    assert printed(plan, limit=10, all_items=True).count("  + ") == 30


def test_guards_that_stop_are_said() -> None:
    plan = plan_of([wish(gtin(i)) for i in range(3)], safety=Safety(inserts=Limit(count=2)))
    text = printed(plan)
    assert "Stopped by guard_inserts: spotify: 3 inserts within 24 hours" in text
    assert plan.plan_hash in text
    assert "Next: `stardust-gitops apply`" not in text


def test_another_environment_is_named_first() -> None:
    assert printed(plan_of([wish()], environment="staging")).startswith("Environment staging\n")


def test_long_texts_show_where_they_differ() -> None:
    (item,) = plan_of([wish()]).items
    change = Change(path="title", before="a" * 200 + "b", after="a" * 200 + "c")
    plan = replace(plan_of([wish()]), items=(item._replace(changes=(change,)),))
    assert f'"…{"a" * 16}b" → "…{"a" * 16}c"' in printed(plan)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (96_400_000, "96.4 MB"),
        (999_999, "1.0 MB"),
        (1_250_000_000, "1.2 GB"),
        (7 * 10**15, "7000.0 TB"),
    ],
)
def test_humane_sizes(number: int, text: str) -> None:
    assert humane_size(number) == text


def test_markdown_has_totals_a_table_and_foldable_releases() -> None:
    text = plan_markdown(sample_plan(), descriptions=DESCRIPTIONS)
    assert text.startswith("**Plan: 1 takedown, 1 insert, 1 update · 1 held, 1 blocked, 1 orphaned")
    assert "| **spotify** ERN 4.3 over SFTP | 1 | 1 | 1 | 1 | 1 | 1 | 1 |" in text
    assert text.count("<details>") == text.count("</details>") == 6
    assert "Night Jar" in text


def test_markdown_escapes_everything() -> None:
    hostile = "a|b `c` <img src=x> @team\nhttps://evil.example #12 [x](y) **z**"
    plan = plan_of([wish(title=hostile, errors=(error(hostile),))])
    text = plan_markdown(plan, descriptions={"spotify": hostile})
    assert "<img" not in text
    assert "@" not in text
    assert "https:" not in text
    assert "&#64;&#8203;team\\\\n" in text
    assert "a\\|b \\`c\\`" in text
    assert "#12" not in text


def test_markdown_keeps_to_its_budget() -> None:
    plan = plan_of([wish(gtin(i)) for i in range(500)])
    text = plan_markdown(plan, descriptions={}, budget=5_000)
    shown = text.count("<details>")
    assert 0 < shown < 500
    assert f"… and {500 - shown} more." in text
    assert len(text.encode()) < 5_500


YAML = 'icpn: "4006381333931"\ntitel: Breakwater\nartist: \t[b]夜夜[/b] x\n'.encode()


def findings_printed(findings: list[Finding], source: bytes | None = YAML, limit: int = 20) -> str:
    file = io.StringIO()
    console = Console(file=file, width=100, _environ={})
    render_findings(findings, console, source=lambda _: source, limit=limit)
    return file.getvalue()


def found(line: int = 2, column: int = 1, **more: str) -> Finding:
    return Finding(
        code="SG1101",
        severity=Severity.ERROR,
        message=more.get("message", 'unknown key "titel"'),
        remedy="Did you mean title?",
        file=more.get("file", "releases/a.yaml"),
        line=line,
        column=column,
    )


def test_findings_show_the_line_and_the_column() -> None:
    assert findings_printed([found()]) == (
        'releases/a.yaml:2:1  error  SG1101  unknown key "titel"\n'
        "    2 │ titel: Breakwater\n"
        "      │ ^\n"
        "    Did you mean title?\n"
        "\n"
        "1 error in 1 file\n"
    )


def test_the_caret_stands_under_wide_and_escaped_characters() -> None:
    lines = findings_printed([found(3, 18)]).splitlines()
    assert lines[1] == "    3 │ artist: \\t[b]夜夜[/b] x"
    assert lines[2] == "      │ " + " " * 20 + "^"


@pytest.mark.parametrize("source", [None, b"", b"\xff\xfe\x00", b"one line"])
@pytest.mark.parametrize(("line", "column"), [(0, 0), (1, 0), (1, 999), (999, 1)])
def test_findings_without_a_line_to_show_are_shown_all_the_same(
    source: bytes | None, line: int, column: int
) -> None:
    text = findings_printed([found(line, column)], source)
    assert 'unknown key "titel"' in text
    assert "Did you mean title?" in text


def test_a_very_long_line_is_shown_around_the_column() -> None:
    lines = findings_printed([found(1, 5_001)], b"x" * 5_000 + b"!" + b"y" * 10**6).splitlines()
    assert len(lines[1]) < 130
    assert lines[1][lines[2].index("^")] == "!"


def test_many_findings_of_a_file_are_limited_and_all_are_counted() -> None:
    many = [found(column=i + 1) for i in range(8)] + [found(file="b.yaml")]
    text = findings_printed(many, limit=3)
    assert "releases/a.yaml: and 5 more" in text
    assert text.endswith("9 errors in 2 files\n")


def test_findings_as_json() -> None:
    shown = findings_document([found(0, 0), found()])
    assert shown["summary"] == {"error": 2, "warning": 0, "note": 0}
    assert [(one["line"], one["column"]) for one in shown["findings"]] == [(None, None), (2, 1)]
