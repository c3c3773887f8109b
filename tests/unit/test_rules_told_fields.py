"""Rules about previews, claims, offers of tracks, and release dates of territories."""

from __future__ import annotations

from pathlib import Path

import pytest

from stardust_gitops.rules import claims, previews, release_dates, track_offers
from tests.release_lab import Case, codes, judge, rules_of

STREAM = "  - {offer: streaming}\n"
TRACK = "    instrumental: true\n"
DEALS = "deals:\n"
UGC = ("offers:\n", "offers:\n  ugc_claim: [RightsClaimModel/UserMakeAvailableUserProvided]\n")
CLAIM = "policy: Monetize"
DATES = "release_dates: {DACH: 2026-12-11}\n"
ELSEWHERE = "excluded_territories: [DACH]"


def last(text: str) -> Case:
    """One more line about the last track, which was measured as 180.5 s."""
    return Case(release=[(TRACK, f"{TRACK}    {text}\n")])


def claimed(terms: str, own: str | None = None) -> Case:
    """A claim with these terms, and what the last track says of it."""
    edits = [(STREAM, f"{STREAM}  - {{offer: ugc_claim, {terms}}}\n")]
    if own is not None:
        edits.append((TRACK, f"{TRACK}    deals: [{{offer: {own}}}]\n"))
    return Case(release=edits, target=[UGC])


def dated(*deals: str, dates: str = DATES, own: str | None = None) -> Case:
    """A release with dates of territories, and streaming in these deals."""
    text = "".join(f"  - {{offer: streaming, {more}}}\n" for more in deals)
    edits = [
        (DEALS, dates + DEALS),
        (STREAM, text),
        ("  - {offer: download, price_code: Mid, track_price_code: Track}\n", ""),
    ]
    if own is not None:
        edits.append((TRACK, f"{TRACK}    deals: [{{offer: streaming, {own}}}]\n"))
    return Case(release=edits)


TABLE = [
    ("SG2081", last("preview: {start: 150, duration: 32}"), last("preview: {start: 150}")),
    ("SG2081", last("preview: {start: 181}"), last("preview: {start: 151, duration: 30}")),
    (
        "SG2086",
        last("preview: {start: 1, duration: 60, audio: assets/cut.flac}"),
        last("preview: {start: 0, duration: 180, audio: assets/cut.flac}"),
    ),
    (
        "SG2086",
        last("preview: {start: 2, audio: assets/cut.flac}"),
        last("preview: {start: 1, audio: assets/cut.flac}"),
    ),
    ("SG2082", claimed(f"{CLAIM}, share: 50, excluded_territories: [JP]"), claimed(CLAIM)),
    (
        "SG2082",
        Case(release=[(STREAM, "  - {offer: streaming, share: 50}\n")]),
        claimed(f"{CLAIM}, share: 50"),
    ),
    (
        "SG2082",
        claimed(CLAIM, "streaming, policy: Monetize"),
        claimed(CLAIM, "ugc_claim, policy: BlockAccess"),
    ),
    ("SG2082", claimed(CLAIM, "streaming, share: 5"), claimed(CLAIM, "ugc_claim, share: 5")),
    (
        "SG2082",
        claimed(f"{CLAIM}, excluded_territories: [JP]", "ugc_claim, share: 5"),
        claimed(f"{CLAIM}, excluded_territories: [JP]", "ugc_claim, share: 5, territories: [GB]"),
    ),
    (
        "SG2082",
        claimed(f"{CLAIM}, share: 5", "ugc_claim, excluded_territories: [JP]"),
        claimed(f"{CLAIM}, share: 5", "ugc_claim, territories: [GB]"),
    ),
    ("SG2083", last("offers: [streeming]"), last("offers: [streaming]")),
    ("SG2083", last("offers: []"), last("offers: [download]")),
    (
        "SG2083",
        last("offers: [download]\n    deals: [{offer: streaming, end: +9d}]"),
        last("offers: [streaming]\n    deals: [{offer: streaming, end: +9d}]"),
    ),
    (
        "SG2018",
        last("offers: [streaming]\n    deals: [{offer: streaming, end: -9d}]"),
        last("deals: [{offer: streaming, end: -9d}]"),
    ),
    ("SG2084", dated("territories: [GB, AT]"), dated("territories: [GB, FR]")),
    ("SG2084", dated(f"{ELSEWHERE}", "territories: [AT], start: +7d"), dated(ELSEWHERE)),
    (
        "SG2084",
        dated("start: 2026-12-11, end: +30d"),
        dated("start: 2026-12-11, end: 2027-01-11"),
    ),
    (
        "SG2084",
        dated("start: 2026-12-11", own="start: +9d"),
        dated(ELSEWHERE, own="start: +9d"),
    ),
    (
        "SG2084",
        dated("start: 2026-12-11", own="start: +9d, territories: [CH]"),
        dated("start: 2026-12-11", own="start: +9d, territories: [GB]"),
    ),
    (
        "SG2085",
        dated(ELSEWHERE, dates=f"{DATES}original_release_date: 2026-12-12\n"),
        dated(ELSEWHERE, dates=f"{DATES}original_release_date: 2026-12-04\n"),
    ),
    (
        "SG2085",
        dated(ELSEWHERE, dates="release_dates: {DACH: 2026-12-11, AT: 2026-12-18}\n"),
        dated(ELSEWHERE, dates="release_dates: {DACH: 2026-12-11, AT: 2026-12-11}\n"),
    ),
    (
        "SG2012",
        dated(ELSEWHERE, "territories: [AT], start: 2026-12-10"),
        dated(ELSEWHERE, "territories: [AT], start: 2026-12-11"),
    ),
    (
        "SG2012",
        dated(
            "territories: [GB, JP], start: 2026-11-27", dates="release_dates: {JP: 2026-11-27}\n"
        ),
        dated("territories: [JP], start: 2026-11-27", dates="release_dates: {JP: 2026-11-27}\n"),
    ),
    (
        "SG1203",
        dated(ELSEWHERE, dates="release_dates: {Worldwide: 2026-12-11}\n"),
        dated(ELSEWHERE, dates="release_dates: {AT: 2026-12-11}\n"),
    ),
    (
        "SG1122",
        last("preview: {start: 1.5, duration: 30}"),
        last('preview: {start: "0:05", duration: "1:00"}'),
    ),
    ("SG1122", last("preview: {start: 5, duration: 0}"), last("preview: {start: 5, duration: 1}")),
    ("SG1128", claimed(f"{CLAIM}, share: 100"), claimed(f"{CLAIM}, share: 99.999999")),
    ("SG1128", claimed(f"{CLAIM}, share: 0.0"), claimed(f"{CLAIM}, share: 0.000001")),
    (
        "SG2706",
        Case(files={"labels/a.yaml": "name: Alpha Tide\ndpid: PADPIDA2026112204X\n"}),
        Case(files={"labels/a.yaml": "name: Alpha Tide\ndpid: pa-dpida-2026112204-o\n"}),
    ),
]


@pytest.mark.parametrize(("code", "failing", "passing"), TABLE)
def test_what_a_rule_finds(code: str, failing: Case, passing: Case, tmp_path: Path) -> None:
    assert code in codes(tmp_path / "failing", failing)
    assert code not in codes(tmp_path / "passing", passing)


def test_every_rule_has_its_cases() -> None:
    of_these = rules_of(claims, previews, release_dates, track_offers)
    assert of_these <= {code for code, _, _ in TABLE}


def test_findings_stand_where_they_are_to_correct(tmp_path: Path) -> None:
    case = Case(
        release=[
            (TRACK, f"{TRACK}    offers: [streaming, downlaod]\n    preview: {{start: 181}}\n")
        ]
    )
    found = {f.code: (f.line, f.column, f.remedy) for f in judge(tmp_path, case)}
    assert found["SG2083"] == (32, 25, "did you mean download?")
    assert found["SG2081"][:2] == (33, 22)


def test_a_preview_of_a_shared_recording_is_told_in_its_file(tmp_path: Path) -> None:
    recording = (
        "isrc: GBXYZ2600003\ntitle: Low Season\naudio: assets/three.flac\n"
        "parental_warning: NotExplicit\ninstrumental: true\npreview: {start: 200}\n"
        "contributors: [{name: Ada Quill, roles: [Composer, Lyricist]}]\n"
    )
    text = (
        "  - isrc: GBXYZ2600003\n    title: Low Season\n"
        "    contributors: [{name: Ada Quill, roles: [Composer, Lyricist]}]\n"
        "    audio: assets/three.flac\n    parental_warning: NotExplicit\n    instrumental: true\n"
    )
    case = Case(
        release=[(text, "  - track: GBXYZ2600003\n")],
        files={"tracks/low-season.yaml": recording},
    )
    found = [(f.code, f.file, f.line) for f in judge(tmp_path, case) if f.code == "SG2081"]
    assert found == [("SG2081", "tracks/low-season.yaml", 6)]


def test_offers_of_a_track_that_is_not_sold_alone_contradict(tmp_path: Path) -> None:
    case = Case(release=[(TRACK, f"{TRACK}    available: none\n    offers: [streaming]\n")])
    assert codes(tmp_path, case) == {"SG2083"}
