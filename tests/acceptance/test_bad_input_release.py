"""Releases that read well and say what cannot be: identifiers, places, dates, references."""

from __future__ import annotations

import json

import pytest

from tests.acceptance.diagnosis import (
    BROKEN,
    assert_blocks_itself_alone,
    assert_invalid,
    assert_told,
    assert_untouched,
)
from tests.catalogues import ICPNS, CatalogueFolder

ICPN = f'icpn: "{ICPNS[0]}"'
DEAL = "{offer: streaming}"
UPC = "036000291452"


@pytest.mark.parametrize(
    ("old", "new", "place", "code", "message", "remedy"),
    [
        (ICPN, 'icpn: "4006381333932"', "1:7", "SG1301", "check digit is 2, should be 1", "right"),
        (ICPN, "icpn: 4006381333931.0", "1:7", "SG1301", "other characters than digits", "right"),
        (ICPN, "icpn: 4006381333", "1:7", "SG1301", "is no ICPN", "give the right ICPN"),
        ("GBXYZ2600001", "GBXYZ260001", "13:11", "SG1302", "is no ISRC", "give the right ISRC"),
        ("type: Single", "type: Singel", "2:7", "SG1306", "no release type", "mean Single?"),
        ("[Composer,", "[Compser,", "18:46", "SG1306", "contributor role", "mean Composer?"),
        (
            DEAL,
            "{offer: streaming, territories: [UK]}",
            "11:38",
            "SG1305",
            "'UK' is no territory",
            "did you mean GB?",
        ),
        (
            DEAL,
            "{offer: streaming, territories: [GB, DACHH]}",
            "11:42",
            "SG1203",
            "there is no territory or group 'DACHH'",
            "under territories: in stardust.yaml",
        ),
        (
            DEAL,
            "{offer: streaming, start: 2026-12-04, end: 2026-12-01}",
            "11:48",
            "SG2003",
            "ends 2026-12-01, before it starts 2026-12-04",
            "an end is the last day on sale",
        ),
        (
            DEAL,
            "{offer: streaming, start: 2026-12-04, preorder_from: 2026-12-05}",
            "11:58",
            "SG2010",
            "the pre-order begins 2026-12-05, not before the deal's start 2026-12-04",
            "give an earlier preorder_from",
        ),
        (
            "release_date: 2026-12-04",
            "release_date: 2026-02-30",
            "6:15",
            "SG1110",
            "no date of the calendar",
            "write a day that exists",
        ),
        ("2026-12-04", "9999-12-31", "6:15", "SG1110", "not in the years", "correct the year"),
        (
            DEAL,
            '{offer: streaming, start: "0001-01-01T00:00+14:00"}',
            "11:31",
            "SG1110",
            "not in the years 1850 to 2199",
            "correct the year",
        ),
        (
            DEAL,
            '{offer: streaming, start: "2026-W01-1T00:00"}',
            "11:31",
            "SG1111",
            "is neither a date nor an instant",
            "2026-12-04T09:00+01:00",
        ),
        ("release_date: 2026-12-04", "release_date: 4.12.2026", "6:15", "SG1110", "no date", "as"),
        ("tracks:", "targets: [stoer]\ntracks:", "12:11", "SG1201", "no target", "mean store?"),
        (
            "tracks:",
            "status: {default: active, stoer: takedown}\ntracks:",
            "12:34",
            "SG1201",
            "there is no target 'stoer'",
            "did you mean store?",
        ),
        ("offer: streaming", "offer: streeming", "11:13", "SG1201", "no target takes", "streaming"),
        (
            "HOUSE-00",
            "HOUSE-99",
            "5:8",
            "SG2103",
            "the genre map 'main' has no word for 'HOUSE-99'",
            "genre_maps/main.yaml",
        ),
        (
            DEAL,
            "{offer: download, price_code: Front}",
            "11:35",
            "SG2102",
            "store has no word for the price code 'Front'",
            "to prices in the target's file",
        ),
        (
            "isrc: GBXYZ2600001",
            "track: GBXYZ2600009",
            "13:12",
            "SG1201",
            "the recording GBXYZ2600009 is not known",
            "describe it in tracks/",
        ),
    ],
)
def test_a_wrong_value_is_diagnosed_and_blocks_its_release_alone(
    catalogue: CatalogueFolder,
    old: str,
    new: str,
    place: str,
    code: str,
    message: str,
    remedy: str,
) -> None:
    catalogue.edit(BROKEN, old, new)
    assert_invalid(catalogue, f"{BROKEN}:{place}", code, message, remedy)
    assert_blocks_itself_alone(catalogue, code, message)


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("tracks:", "targets:\ntracks:", "12:9"),
        ("tracks:", "send_from:\ntracks:", "12:11"),
        ("tracks:", "takedown_from:\ntracks:", "12:15"),
        (DEAL, "{offer: streaming, territories: }", "11:37"),
        (DEAL, "{offer: streaming, excluded_territories: }", "11:46"),
        (DEAL, "{offer: streaming, end: }", "11:29"),
        (DEAL, "{offer: streaming, except_targets: }", "11:40"),
    ],
)
def test_a_decision_that_was_left_empty_is_not_taken_for_everywhere_and_at_once(
    catalogue: CatalogueFolder, old: str, new: str, place: str
) -> None:
    catalogue.edit(BROKEN, old, new)
    remedy = "give a value or remove the key"
    assert_invalid(catalogue, f"{BROKEN}:{place}", "SG1103", "the key has no value", remedy)
    assert_blocks_itself_alone(catalogue, "SG1103")


@pytest.mark.parametrize(
    ("line", "place", "message", "remedy"),
    [
        (f"{ICPN}\n", "1:1", "the release has no icpn", "add icpn:"),
        ("type: Single\n", "1:1", "the release has no type", "add type:"),
        ("title: Breakwater\nartists", "1:1", "the release has no title", "add title:"),
        ("genre: HOUSE-00\n", "1:1", "the release has no genre", "add genre:"),
        ("release_date: 2026-12-04\n", "1:1", "no release_date", "add release_date:"),
        ("p_line: 2026 Alpha Tide\n", "1:1", "the release has no p_line", "add p_line:"),
        ("c_line: 2026 Alpha Tide\n", "1:1", "the release has no c_line", "add c_line:"),
        (f"cover: assets/{ICPNS[0]}.jpg\n", "1:1", "the release has no cover", "add cover:"),
        ("isrc: GBXYZ2600001\n    ", "13:5", "track 1 has no ISRC", "add isrc:"),
        (
            f"    audio: assets/{ICPNS[0]}_01_001.flac\n",
            "13:5",
            "track 1 has no audio",
            "add audio: assets/",
        ),
        (
            "    parental_warning: NotExplicit\n",
            "13:5",
            "track GBXYZ2600001 has no parental_warning",
            "add parental_warning: … to the track",
        ),
    ],
)
def test_what_is_missing_is_named_with_what_to_add(
    catalogue: CatalogueFolder, line: str, place: str, message: str, remedy: str
) -> None:
    catalogue.edit(BROKEN, line, "artists" if line.endswith("artists") else "")
    assert_invalid(catalogue, f"{BROKEN}:{place}", "SG2001", message, remedy)
    assert_blocks_itself_alone(catalogue, message)


@pytest.mark.parametrize(
    ("text", "code", "message", "remedy"),
    [
        ("artists: [{name: Kestrel & Sons}]\n", "SG2006", "no main artist", "at least one artist"),
        ("deals:\n  - {offer: streaming}\n", "SG2101", "no deal", "an offer that store takes"),
    ],
)
def test_a_release_without_artists_or_deals(
    catalogue: CatalogueFolder, text: str, code: str, message: str, remedy: str
) -> None:
    catalogue.edit(BROKEN, text, "")
    assert_invalid(catalogue, f"{BROKEN}:1:1", code, message, remedy)
    assert_blocks_itself_alone(catalogue, code)


def test_a_draft_may_lack_everything_and_is_not_planned(catalogue: CatalogueFolder) -> None:
    catalogue.write(BROKEN, "title: Breakwater\nstatus: draft\n")
    catalogue.path(f"releases/{ICPNS[1]}.yaml").unlink()
    outcome = catalogue.run("validate")
    assert_told(outcome, 0, "note SG2001 the release has no icpn", "add icpn:")
    assert " error " not in outcome.text
    plan = catalogue.must("plan", "--all", "--format", "json").json()
    assert plan["items"] == []
    assert_told(catalogue.apply(), 0)
    assert_untouched(catalogue)


def test_a_upc_without_quotes_keeps_its_zeros(catalogue: CatalogueFolder) -> None:
    name = catalogue.add_release(UPC)
    catalogue.edit(name, f'"{UPC}"', UPC)
    catalogue.lock()
    assert_told(catalogue.run("validate"), 0)
    assert_told(catalogue.apply(), 0)
    message = next(name for name in catalogue.messages() if UPC in name)
    assert f"<ICPN>{UPC}</ICPN>" in catalogue.path(f"delivered/store/{message}").read_text()


def test_one_release_as_upc_and_as_ean_is_told_in_both_files(catalogue: CatalogueFolder) -> None:
    for icpn in (UPC, f"0{UPC}"):
        catalogue.add_release(icpn)
    catalogue.lock()
    for icpn, other in ((UPC, f"0{UPC}"), (f"0{UPC}", UPC)):
        message = f"the same release is also in releases/{other}.yaml"
        place = f"releases/{icpn}.yaml:1:7"
        assert_invalid(catalogue, place, "SG1204", message, "a UPC and its EAN form")
    assert_told(catalogue.apply(), 6, "SG1204")
    assert len(catalogue.messages()) == 2
    assert not any(UPC in name for name in catalogue.messages())


def test_norway_needs_no_quotes(catalogue: CatalogueFolder) -> None:
    catalogue.edit(BROKEN, DEAL, "{offer: streaming, territories: [NO]}")
    assert_told(catalogue.run("validate"), 0)
    assert_told(catalogue.apply(), 0)
    message = catalogue.path(f"delivered/store/{catalogue.messages()[0]}").read_text()
    assert "<TerritoryCode>NO</TerritoryCode>" in message


TITLES = {
    "markup of the terminal": "[red]Break[/red] [link=x]",
    "emoji": "Breakwater 🌊👩‍👩‍👧",
    "right to left": "שובר גלים",
    "markup of XML and Markdown": "<&>\"' `*_|@all #1",
    "very long": "x" * 10_000,
}


@pytest.mark.parametrize("name", TITLES)
def test_a_strange_title_arrives_as_it_is(catalogue: CatalogueFolder, name: str) -> None:
    from lxml import etree

    title = TITLES[name]
    catalogue.edit(
        BROKEN, "title: Breakwater\nart", f"title: {json.dumps(title, ensure_ascii=False)}\nart"
    )
    shown = title if len(title) < 100 else title[:20]
    for command in (("validate",), ("plan", "--format", "markdown"), ("plan",)):
        assert_told(catalogue.run(*command), 0)
    assert shown in catalogue.run("plan").stdout
    longest = max(map(len, catalogue.run("plan").stdout.splitlines()))
    assert longest <= 140, "the title does not break the table"
    assert_told(catalogue.apply(), 0, shown)
    message = etree.parse(catalogue.path(f"delivered/store/{catalogue.messages()[0]}"))
    assert title in [element.text for element in message.iter("TitleText")]
    for words in (("status",), ("show", f"{ICPNS[0]}@store"), ("history",)):
        assert_told(catalogue.run(*words), 0)
    assert_told(catalogue.run("plan"), 0, "No changes.")


@pytest.mark.parametrize(
    ("title", "code", "message"),
    [
        ('"a\\u0000b"', "SG1022", "U+0000"),
        ('"a\\u0007b"', "SG1022", "U+0007"),
        ('"a\\u001b[31mb"', "SG1022", "U+001B"),
        ('"\\u202eb"', "SG1107", "U+202E"),
        ('"\\u2066b"', "SG1107", "U+2066"),
        ('"a\\nb"', "SG1107", "a line break or a tab"),
        ('" a"', "SG1106", "begins or ends with a blank"),
        ('""', "SG1105", "the text is empty"),
    ],
)
def test_control_characters_are_refused(
    catalogue: CatalogueFolder, title: str, code: str, message: str
) -> None:
    catalogue.edit(BROKEN, "title: Breakwater\nart", f"title: {title}\nart")
    assert_invalid(catalogue, f"{BROKEN}:3:8", code, message, "")
    assert_blocks_itself_alone(catalogue, code)


def test_what_is_written_raw_is_shown_without_its_effect(catalogue: CatalogueFolder) -> None:
    catalogue.edit(BROKEN, "title: Breakwater\nart", "title: a\x1b[31mb\u202e\nart")
    assert_invalid(catalogue, f"{BROKEN}:3:9", "SG1022", "U+001B stands here", "delete it")
    for command in ("validate", "plan"):
        shown = catalogue.run(command).text
        assert "\x1b" not in shown
        assert "\u202e" not in shown
