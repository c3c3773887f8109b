"""What does not read: YAML, the shape of a file, identifiers, references, what is missing."""

from __future__ import annotations

from tests.broken.case import Broken, release
from tests.release_lab import RELEASE, RELEASE_TEXT, Case

CASES: tuple[Broken, ...] = (
    release("a tab", "  - {offer: streaming}", "\t- {offer: streaming}", found=("11:1 SG1011",)),
    release("a key twice", "type: EP\n", "type: EP\ntype: Single\n", found=("3:1 SG1012",)),
    release("a colon in a plain text", "title: Ebb", "title: Ebb: Flow", found=("15:15 SG1010",)),
    release(
        "a bracket left open",
        "artists: [{name: Ada Quill}]",
        "artists: [{name: Ada Quill",
        found=("5:6 SG1010",),
    ),
    release("an anchor", "title: Ebb", "title: &t Ebb", found=("15:12 SG1013",)),
    release("a tag", "title: Ebb", "title: !!str Ebb", found=("15:12 SG1015",)),
    Broken(
        "not UTF-8",
        Case(files={RELEASE: RELEASE_TEXT.replace("Ebb", "Eb\ud800")}),
        found=("15:14 SG1020",),
    ),
    Broken("an empty file", Case(files={RELEASE: ""}), found=("1:1 SG1019",)),
    Broken("a list", Case(files={RELEASE: "- icpn\n"}), found=("1:1 SG1025",)),
    release("an unknown key", "genre: HOUSE-00", "gener: HOUSE-00", found=("5:1 SG1102",)),
    release(
        "a text for a list",
        "artists: [{name: Ada Quill}]",
        "artists: Ada Quill",
        found=("4:10 SG1103",),
    ),
    release("an empty title", "title: Ebb", 'title: ""', found=("15:12 SG1105",)),
    release("a blank behind a title", "title: Ebb", 'title: "Ebb "', found=("15:12 SG1106",)),
    release("a control character", "title: Ebb", 'title: "Eb\\u0007b"', found=("15:12 SG1022",)),
    release(
        "neither true nor false", "instrumental: true", "instrumental: yes", found=("31:19 SG1108",)
    ),
    release("a month of 31 days that has 30", "2026-12-04", "2026-11-31", found=("6:15 SG1110",)),
    release(
        "an ICPN with a wrong check digit", "4006381333931", "4006381333930", found=("1:7 SG1301",)
    ),
    release("an ICPN that lost a digit", "4006381333931", "400638133393", found=("1:7 SG1301",)),
    release("an ISRC that is too short", "GBXYZ2600002", "GBXYZ260002", found=("20:11 SG1302",)),
    release("an ISRC of no country", "GBXYZ2600002", "JJXYZ2600002", found=("20:11 SG1302",)),
    release(
        "a role that nobody has",
        "Lyricist]}]\n    audio: assets/two",
        "Lyrics]}]\n    audio: assets/two",
        found=("22:56 SG1306",),
    ),
    release("an unknown release type", "type: EP", "type: EPP", found=("2:7 SG1306",)),
    release("no release date", "release_date: 2026-12-04\n", "", found=("1:1 SG2001",)),
    release("no cover", "cover: assets/cover.jpg\n", "", found=("1:1 SG2001",)),
    release(
        "no main artist",
        "{name: Ada Quill}]",
        "{name: Ada Quill, role: FeaturedArtist}]",
        found=(
            "4:10 SG2006",
            "14:5 SG2006",
            "20:5 SG2006",
            "26:5 SG2006",
        ),
    ),
    release(
        "an unknown target",
        "genre: HOUSE-00",
        "genre: HOUSE-00\ntargets: [stroe]",
        found=("6:11 SG1201",),
    ),
    release("an unknown offer", "{offer: streaming}", "{offer: steaming}", found=("11:13 SG1201",)),
    release("a genre without a word", "HOUSE-00", "POLKA-00", found=("5:8 SG2103",)),
    release(
        "a recording that is nowhere",
        "- isrc: GBXYZ2600002",
        "- track: GBXYZ2600009",
        found=("20:12 SG1201",),
    ),
    release("an ISRC twice", "GBXYZ2600003", "GBXYZ2600001", found=("26:11 SG2007",)),
    release("an asset outside", "assets/two.flac", "../two.flac", found=("23:12 SG3011",)),
    release(
        "a misspelt rule",
        "genre: HOUSE-00",
        "genre: HOUSE-00\nsuppress: [{rule: SG217, reason: a slip}]",
        found=("6:19 SG2901",),
    ),
)
