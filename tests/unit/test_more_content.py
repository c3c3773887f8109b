"""What a release holds beyond songs and a cover: from the models of its files to the content."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import pytest

from stardust_gitops.catalog.models.target import LeftOut
from stardust_gitops.catalog.yaml_strict import parse
from stardust_gitops.content.canonical import Document
from tests.unit.full_catalogue import OTHER, catalogue, resolved, told, track

PARTS: list[tuple[Document, Document]] = [
    ({"video": "assets/1.mp4"}, {"video": True}),
    ({"video": "assets/1.mp4", "type": "ConcertVideo"}, {"video": True, "type": "ConcertVideo"}),
    ({"video": "assets/1.mp4", "type": "ShortFormMusicalWorkVideo"}, {"video": True}),
    ({"type": "MusicalWorkSoundRecording"}, {}),
    ({"type": "Clip"}, {"type": "Clip"}),
    (
        {"immersive": {"isrc": "GB-XYZ-26-00009", "audio": "assets/atmos.wav"}},
        {"immersive": {"isrc": "GBXYZ2600009"}},
    ),
    (
        {"immersive": {"isrc": "GBXYZ2600009", "audio": "a.wav", "p_line": "2025 Beta"}},
        {
            "immersive": {
                "isrc": "GBXYZ2600009",
                "p_line": {"text": "2025 Beta", "year": 2025, "owner": "Beta"},
            }
        },
    ),
    ({"work": {"title": "Suite"}}, {"work": {"title": "Suite"}}),
    (
        {"work": {"title": "Suite", "titles": [{"title": "組曲", "language": "ja"}]}},
        {"work": {"title": "Suite", "titles": [{"title": "組曲", "language": "ja"}]}},
    ),
    (
        {"related": [{"type": "ContainsSamplesFrom", "isrc": "GBXYZ2600009", "start": "0:45"}]},
        {"related": [{"type": "ContainsSamplesFrom", "isrc": "GBXYZ2600009", "start": 45}]},
    ),
    ({"contains_ai": "Partly"}, {"contains_ai": "Partly"}),
    (
        {"display_artists": [{"name": "ケストレル", "language": "ja"}]},
        {"display_artists": [{"name": "ケストレル", "language": "ja"}]},
    ),
    ({"preview": {"start": 45, "audio": "assets/cut.flac"}}, {"preview": {"start": 45}}),
    ({"screen_capture": "assets/still.jpg", "lyrics": "assets/1.lrc"}, {}),
    ({"mead": {"moods": ["Happy"], "bpm": "120"}}, {}),
]


@pytest.mark.parametrize(("given", "content"), PARTS)
def test_what_a_recording_has_beside_itself(given: Document, content: Document) -> None:
    plain, (first, second) = (
        told(track(1))["tracks"][0],
        told(track(1, **given), track(2))["tracks"],
    )
    assert first == plain | content
    assert second == told(track(1), track(2))["tracks"][1]


def test_the_examples_of_the_page_are_valid() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "catalogue.md").read_text("utf-8")
    (block,) = re.findall(r"### Beyond a song\n\n```yaml\n(.*?)```", page, re.DOTALL)
    tracks = parse(block.encode(), "page")["tracks"]
    document = told(*({"parental_warning": "NotExplicit"} | entry for entry in tracks))
    assert [entry.get("type") for entry in document["tracks"]] == [None, "ConcertVideo", "Clip"]
    listed = set(re.findall(r"^\| `(\w+)`", page.partition("### Leaving out")[2], re.MULTILINE))
    kinds = {"screen_captures", *listed, "lyrics", "booklet"}
    assert kinds == set(get_args(LeftOut))


def test_a_shared_recording_has_it_too_and_a_release_may_say_otherwise() -> None:
    known = catalogue(recordings=(track(1, work={"title": "Suite"}, contains_ai="All"),))
    isrc = "GBXYZ2600001"
    (plain,) = told({"track": isrc}, known=known)["tracks"]
    assert (plain["work"], plain["contains_ai"]) == ({"title": "Suite"}, "All")
    (own,) = told({"track": isrc, "work": {"title": "Sonata"}}, known=known)["tracks"]
    assert (own["work"], own["contains_ai"]) == ({"title": "Sonata"}, "All")


@pytest.mark.parametrize(
    ("said", "whole"),
    [
        (["All", "All"], "All"),
        (["None", "None"], "None"),
        (["All", "None"], "Partly"),
        (["Partly", "Partly"], "Partly"),
        (["All", None], None),
        ([None, None], None),
    ],
)
def test_how_much_of_a_release_ai_made_follows_from_all_its_tracks(
    said: list[str | None], whole: str | None
) -> None:
    tracks = [
        track(number, **({"contains_ai": word} if word else {}))
        for number, word in enumerate(said, 1)
    ]
    assert told(*tracks).get("contains_ai") == whole


def test_one_party_made_partly_by_ai_where_its_entries_differ() -> None:
    entries = [
        {"name": "Ada Quill", "roles": ["Composer"], "ai_contribution": "None"},
        {"name": "Ada Quill", "roles": ["Mixer"], "ai_contribution": "All"},
        {"name": "Bo", "roles": ["Lyricist"], "ai_contribution": "All"},
        {"name": "Cleo", "roles": ["StudioProducer"]},
    ]
    ((ada, bo, cleo),) = (t["contributors"] for t in told(track(1, contributors=entries))["tracks"])
    assert (ada["roles"], ada["ai"], bo["ai"]) == (["Composer", "Mixer"], "Partly", "All")
    assert "ai" not in cleo


def test_discs_of_which_something_is_said_by_number() -> None:
    discs = {"2": {"title": "Night", "icpn": OTHER}, "1": {"title": "Day"}}
    document = told(track(1), track(2, disc=2), track(3, disc=3), discs=discs)
    assert document["discs"] == [
        {"number": 1, "title": "Day"},
        {"number": 2, "title": "Night", "icpn": OTHER},
    ]


def test_a_disc_without_tracks_is_an_error() -> None:
    _, base = resolved(track(1), discs={"3": {"title": "Lost"}})
    assert [(f.code, f.pointer) for f in base.findings] == [("SG1201", ("discs", "3"))]


def test_a_partys_names_are_told_but_for_the_one_that_is_credited() -> None:
    local = {"name": "ケストレル", "language": "ja"}
    known = catalogue(parties={"kestrel": {"name": "Kestrel", "names": [local]}})
    document = told(track(1, publishers=[{"party": "kestrel"}]), known=known)
    assert document["artists"] == [{"party": {"name": "Kestrel", "names": [local]}}]
    (only,) = document["tracks"]
    assert only["artists"][0]["party"]["names"] == only["contributors"][0]["party"]["names"]
    other = told(track(1), known=known, artists=[{"name": "ケストレル"}])
    assert other["artists"] == [{"party": {"name": "ケストレル"}}]


def test_two_credits_of_a_party_with_names_are_one() -> None:
    names = [{"name": "エイダ", "language": "ja"}]
    known = catalogue(parties={"ada": {"name": "Ada Quill", "names": names}})
    entries = [
        {"name": "Ada Quill", "roles": ["Composer"]},
        {"party": "ada", "roles": ["Lyricist"]},
    ]
    (only,) = told(track(1, contributors=entries), known=known)["tracks"]
    assert [entry["roles"] for entry in only["contributors"]] == [["Composer", "Lyricist"]]


def test_descriptors_are_for_those_who_take_such_messages() -> None:
    known = catalogue(finder={"message": {"mead": "true"}})
    mead = {"moods": ["Happy"], "key": "C minor", "bpm": "120.50"}
    said: dict[str, Any] = {"known": known, "mead": {"themes": ["Love"]}}
    plain = told(track(1, mead=mead), track(2), **said)
    assert plain == told(track(1), track(2))
    full = told(track(1, mead=mead), track(2), target="finder", **said)
    assert full["descriptors"] == {"themes": ["Love"]}
    assert full["tracks"][0]["descriptors"] == {
        "moods": ["Happy"],
        "key": "C minor",
        "bpm": "120.5",
    }
    assert "descriptors" not in full["tracks"][1]
