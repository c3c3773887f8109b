"""Rules about titles and other texts, and about what most recipients refuse."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from stardust_gitops.rules import recipients_refuse, text
from stardust_gitops.rules.scripts import foreign_script
from tests.release_lab import Case, codes, rules_of

ARTISTS = "artists: [{name: Ada Quill}]"
MORE = """\
  - isrc: GBXYZ2600004
    title: Neap
    contributors: [{name: Ada Quill, roles: [Composer]}]
    audio: assets/four.flac
    parental_warning: NotExplicit
"""


def title(words: str) -> Case:
    """The title of the first track."""
    return Case(release=[("title: Ebb", f'title: "{words}"')])


def version(words: str) -> Case:
    """The version of the first track."""
    return Case(release=[("title: Ebb", f'title: Ebb\n    version: "{words}"')])


def called(words: str) -> Case:
    """The title of the release."""
    return Case(release=[("title: Breakwater", f'title: "{words}"')])


def artist(*names: str, more: str = "") -> Case:
    """The artists of the release."""
    entries = ", ".join(f'{{name: "{name}"{more}}}' for name in names)
    return Case(release=[(ARTISTS, f"artists: [{entries}]")])


def icpn(number: str) -> Case:
    """Another number of the release."""
    return Case(release=[("4006381333931", number)])


def isrc(number: str) -> Case:
    """Another number of the last track."""
    return Case(release=[("GBXYZ2600003", number)])


def of_type(name: str, more: int = 0, minutes: int = 3) -> Case:
    """A release of three tracks, and one more, of which the first is so long."""
    edits = [("type: EP", f"type: {name}"), ("", MORE * more)]
    return Case(release=edits, measured={"assets/one.flac": {"duration": str(minutes * 60)}})


def emoji(words: str, takes: str = "false") -> Case:
    """A title for a target that takes emoji, or does not."""
    return Case(release=title(words).release, target=[("", f"emoji: {takes}\n")])


def translated(words: str) -> Case:
    """The title of the release in Spanish."""
    words = words if ":" in words else f"title: {words}"
    return Case(release=[("cover:", f"titles: [{{{words}, language: es}}]\ncover:")])


def ebb_translated(words: str) -> Case:
    """The title of the first track in Spanish."""
    titles = f"    titles: [{{title: {words}, language: es}}]\n"
    return Case(release=[("title: Ebb\n", f"title: Ebb\n{titles}")])


def worded(words: str) -> Case:
    """What the target alone is told."""
    return Case(release=[("cover:", f"overrides: {{store: {{{words}}}}}\ncover:")])


def party(text: str) -> Case:
    """A file of parties/."""
    return Case(files={"parties/ebb.yaml": f"{text}\n"})


def plain(case: Case) -> Case:
    """At a target that takes no emoji."""
    return replace(case, target=[("", "emoji: false\n")])


def in_language(language: str, words: str, more: str = "") -> Case:
    """A release whose metadata are in this language, with the title of its first track."""
    edits = [("cover:", f"language: {language}\n{more}cover:"), ("title: Ebb", f'title: "{words}"')]
    edits += [("title: Breakwater", f'title: "{words}"')]
    return Case(release=edits)


def of_work(work: str) -> Case:
    """The work of which the first track is a part."""
    return Case(release=[("title: Ebb\n", f"title: Ebb\n    work: {{{work}}}\n")])


def shown_as(*lines: str) -> Case:
    """The line of artists in other languages."""
    entries = ", ".join(f"{{{line}}}" for line in lines)
    return Case(release=[("cover:", f"display_artists: [{entries}]\ncover:")])


def disc(words: str) -> Case:
    """The title of the only disc."""
    return Case(release=[("cover:", f'discs: {{1: {{title: "{words}"}}}}\ncover:')])


TABLE = [
    ("SG2051", title("Ebb (feat. Mina Sol)"), title("Defeat. And After")),
    ("SG2051", title("Ebb ft. Mina Sol"), title("Ten Ft Tall")),
    ("SG2051", version("Remix [featuring Mina Sol]"), title("Featuring")),
    ("SG2052", called("Ada Quill - First Light"), called("Ada Quill")),
    ("SG2052", called("First Light – Ada Quill"), called("For Ada Quill")),
    ("SG2052", title("Ada Quill: Ebb"), title("Ada Quillings - Ebb")),
    ("SG2053", title("UNDERTOWS"), title("SOS")),
    ("SG2053", called("LOW SEASON 2"), called("Low Season II")),
    ("SG2054", called("Undertow EP"), called("Deep")),
    ("SG2054", called("Undertow (Single)"), called("The Album of Tides")),
    ("SG2054", called("Undertow - LP"), called("Single Malt")),
    ("SG2055", title("Ebb (Live at Home)"), title("Ebb (And Flow)")),
    ("SG2055", title("Ebb [2026 Remastered]"), title("Live")),
    ("SG2056", version("(Live)"), version("Live (at Home)")),
    ("SG2057", title("E\\u200bbb"), title("Ebb")),
    ("SG2057", title("Eb\\u200db"), title("क्\\u200dष")),
    ("SG2057", title("Ebb\\u00ad"), title("می\\u200cخواهم")),
    ("SG2058", title("引き潮"), title("Ebb 潮")),
    ("SG2058", called("Отлив"), called("Sølvånd & Žižek")),
    ("SG2058", version("라이브"), version("Live")),
    (
        "SG2121",
        of_type("Single", more=1),
        of_type("Single"),
    ),
    ("SG2121", of_type("EP", minutes=40), of_type("EP", more=1)),
    ("SG2121", of_type("Album"), of_type("Album", minutes=12)),
    ("SG2122", icpn("2000000000015"), icpn("4006381333931")),
    ("SG2122", icpn("0212345678909"), icpn("0112345678900")),
    ("SG2122", icpn("20123451"), icpn("96385074")),
    ("SG2123", isrc("GBXYZ0000000"), isrc("GBXYZ2600000")),
    ("SG2123", isrc("GBXXX2600001"), isrc("GBXX12600001")),
    ("SG2124", artist("Ada Quill & Mina Sol"), artist("Kestrel & Sons")),
    ("SG2124", artist("Ada Quill, Mina Sol"), artist("Nick Cove and the Bad Seas")),
    ("SG2124", artist("Quill feat. Sol"), artist("Ada Quill", "Mina Sol")),
    ("SG2124", artist("Quill", "Quill & Sol"), artist("Sol & Quill")),
    (
        "SG2124",
        artist("Quill / Sol"),
        artist("Ada Quill & Mina Sol", more=', isni: "000000012146438X"'),
    ),
    *(
        (code, translated(wrong), translated("Oleaje"))
        for code, wrong in (
            ("SG2051", "title: Oleaje (feat. Mina Sol)"),
            ("SG2052", "title: Ada Quill - Oleaje"),
            ("SG2053", "title: OLEAJES"),
            ("SG2054", "title: Oleaje EP"),
            ("SG2055", "title: Oleaje (Acoustic Version)"),
            ("SG2056", "title: Oleaje, version: (en vivo)"),
            ("SG2057", 'title: "Ole\\u200baje"'),
            ("SG2058", "title: 引き潮"),
        )
    ),
    ("SG2051", worded("title: Ebb ft. Mina Sol"), worded("title: Ebb")),
    ("SG2053", ebb_translated("OLEAJES"), ebb_translated("Oleaje")),
    ("SG2057", artist("Ada\\u200b Quill"), artist("Ada Quill")),
    ("SG2057", party('name: "Ebb\\u200b"'), party("name: Ebb")),
    (
        "SG2058",
        party("name: Ebb\nnames: [{name: 引き潮, language: en}]"),
        party("name: Ebb\nnames: [{name: 引き潮, language: ja}]"),
    ),
    (
        "SG2057",
        Case(files={"labels/ebb.yaml": 'name: Ebb\ntargets: {store: "E\\u200bbb"}\n'}),
        Case(files={"labels/ebb.yaml": "name: Ebb\ntargets: {store: Ebb}\n"}),
    ),
    ("SG2125", plain(translated("title: Oleaje 🌊")), plain(translated("title: Oleaje"))),
    ("SG2125", plain(worded("label: Tide 🌊")), plain(worded("label: Tide"))),
    ("SG2125", plain(artist("Ada 🌊 Quill")), plain(artist("Ada Quill"))),
    ("SG2053", title("UNDERTOWS"), in_language("ja", "残酷な天使 MONSTERS")),
    ("SG2053", of_work("title: SYMPHONIES"), of_work("title: Symphonies")),
    ("SG2053", disc("NIGHT SIDE"), disc("Night Side")),
    ("SG2057", disc("Ni\\u200bght"), disc("Night")),
    ("SG2057", of_work('title: "Su\\u200bite"'), of_work("title: Suite")),
    (
        "SG2057",
        shown_as('name: "Ada\\u200b", language: de'),
        shown_as('name: "شمس\\u200f (Live)", language: ar'),
    ),
    ("SG2057", title("Ebb\\u200e"), in_language("he", "שפל\\u200f (2026)")),
    ("SG2058", of_work("title: 引き潮"), of_work("title: Ebbe")),
    (
        "SG2058",
        of_work("title: Ebbe, titles: [{title: 引き潮, language: de}]"),
        of_work("title: Ebbe, titles: [{title: 引き潮, language: ja}]"),
    ),
    ("SG2058", disc("引き潮"), disc("Day")),
    (
        "SG2058",
        shown_as("name: エイダ, language: de"),
        shown_as("name: エイダ, language: ja", "name: Eida, language: ja-Latn"),
    ),
    (
        "SG2125",
        plain(party("name: Ada Quill\nnames: [{name: エイダ 🌊, language: ja}]")),
        plain(party("name: Ada Quillings\nnames: [{name: エイダ 🌊, language: ja}]")),
    ),
    ("SG2125", plain(disc("Day 🌊")), plain(disc("Day"))),
    ("SG2125", plain(of_work("title: Suite 🌊")), plain(of_work("title: Suite"))),
    (
        "SG2125",
        plain(shown_as("name: Ada 🌊, language: de")),
        plain(shown_as("name: Ada, language: de")),
    ),
    ("SG2125", emoji("Ebb 🌊"), emoji("Ebb 🌊", takes="true")),
    ("SG2125", emoji("Ebb ❤️"), emoji("Ebb №1 … “潮”")),
]


@pytest.mark.parametrize(("code", "failing", "passing"), TABLE)
def test_what_a_rule_finds(code: str, failing: Case, passing: Case, tmp_path: Path) -> None:
    assert code in codes(tmp_path / "failing", failing)
    assert code not in codes(tmp_path / "passing", passing)


def test_every_rule_has_its_cases() -> None:
    assert {code for code, _, _ in TABLE} == rules_of(text, recipients_refuse)


@pytest.mark.parametrize(
    ("words", "language", "script"),
    [
        ("Breakwater", "ja", None),
        ("引き潮", "ja", None),
        ("引き潮", "zh", "Japanese"),
        ("潮", "zh-Hant", None),
        ("潮", "en-Latn", "Chinese"),
        ("潮", "ja-Jpan", None),
        ("Отлив", "sr-Latn", "Cyrillic"),
        ("Отлив", "sr", None),
        ("Άμπωτη", "en", "Greek"),
        ("Άμπωτη", "el", None),
        ("جزر", "fa", None),
        ("שפל", "en", "Hebrew"),
        ("น้ำลง", "th", None),
        ("Ebb 潮", "en", None),
        ("… №1", "en", None),
        ("ბრუნი", "en", "Georgian"),
        ("هدوء البحر", "ar-Arab", None),
        ("هدوء البحر", "ary", None),
        ("\ufedf\ufe92\ufea4\ufeae", "en", "Arabic"),
        ("לילה טוב", "he-Hebr", None),
        ("לילה טוב", "ar", "Hebrew"),
        ("Hikishiō", "ja-Latn", None),
        ("引き潮", "ja-Latn", "Japanese"),
    ],
)
def test_scripts_and_languages(words: str, language: str, script: str | None) -> None:
    assert foreign_script(words, language) == script


@pytest.mark.parametrize(
    ("language", "words", "latin"),
    [
        ("ar", "هدوء البحر", "Hudūʾ al-baḥr"),
        ("ar", "\u200fأغنية (Live)\u200f", "Ughniya"),
        ("fa", "می\u200cخواهم", "Mīkhāham"),
        ("he", "שפל וגאות", "Shefel ve-geut"),
        ("he", "שָׁלוֹם 2026", "Shalom"),
        ("ja", "引き潮", "Hikishio"),
        ("ja", "モンスター MONSTERS", "Monsutā"),
    ],
)
def test_titles_of_other_scripts_with_their_transliteration(
    language: str, words: str, latin: str, tmp_path: Path
) -> None:
    more = f"titles: [{{title: {latin}, language: {language}-Latn}}]\n"
    assert codes(tmp_path, in_language(language, words, more)) == set()
