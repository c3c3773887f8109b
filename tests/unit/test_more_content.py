"""What a release holds beyond songs and a cover: from the models of its files to the content."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import pytest

from stardust_gitops.assets.facts import AudioFacts, Facts, FileFacts, ImageFacts
from stardust_gitops.assets.lock import LockedAsset
from stardust_gitops.catalog.loading import Catalogue, Party, Recording, Target
from stardust_gitops.catalog.models.config import ConfigFile
from stardust_gitops.catalog.models.party import PartyFile
from stardust_gitops.catalog.models.recordings import RecordingFile
from stardust_gitops.catalog.models.release import ReleaseFile
from stardust_gitops.catalog.models.target import LeftOut, TargetFile
from stardust_gitops.catalog.yaml_strict import parse
from stardust_gitops.content.base import Base
from stardust_gitops.content.canonical import Document, content_of, document_of
from stardust_gitops.content.fingerprint import delivery_fingerprints, message_fingerprint
from stardust_gitops.content.resolve import Resolver

SENDER = {"dpid": "PADPIDA2026112201U", "name": "Alpha Tide"}
FILE = "releases/a.yaml"
ICPN, OTHER = "4006381333931", "4006381333948"
FLAC = AudioFacts(codec="FLAC", duration="30", sample_rate=44100, channels=2, bit_depth=16)
JPEG = ImageFacts(codec="JPEG", width=3000, height=3000, mode="RGB")
TARGET = {
    "recipient": {"dpid": "PADPIDA2026112203Q", "name": "Store"},
    "transport": {"protocol": "directory", "path": "delivered/store"},
}
RELEASE: Document = {
    "icpn": ICPN,
    "type": "Album",
    "title": "Breakwater",
    "artists": [{"name": "Kestrel"}],
    "label": "Alpha Tide",
    "language": "en",
    "genre": "HOUSE",
    "release_date": "2026-12-04",
    "p_line": "2026 Alpha Tide",
    "c_line": "2026 Alpha Tide",
    "cover": "assets/cover.jpg",
    "deals": [{"offer": "streaming"}],
}


def track(number: int, **more: Any) -> Document:
    """A track of its own number; a recording in sound unless it has a video."""
    main = {} if "video" in more else {"audio": f"assets/{number}.flac"}
    title, warning = f"Title {number}", "NotExplicit"
    said = {"isrc": f"GBXYZ260000{number}", "title": title, "parental_warning": warning}
    return said | main | more


def catalogue(
    parties: dict[str, Document] | None = None,
    recordings: tuple[Document, ...] = (),
    **targets: Document,
) -> Catalogue:
    """A catalogue with these parties, shared recordings and targets, ``store`` among them."""
    every: dict[str, Document] = {"store": {}} | targets
    models = {name: TargetFile.model_validate(TARGET | more) for name, more in every.items()}
    shared = [RecordingFile.model_validate(document) for document in recordings]
    return Catalogue(
        root=Path(),
        config=ConfigFile.model_validate({"format": "1", "id": "a", "sender": SENDER}),
        targets={
            name: Target(name, f"targets/{name}.yaml", model) for name, model in models.items()
        },
        genre_maps={},
        recordings={model.isrc: Recording(f"tracks/{model.isrc}.yaml", model) for model in shared},
        release_files=(FILE,),
        parties={
            key: Party(f"parties/{key}.yaml", PartyFile.model_validate(document))
            for key, document in (parties or {}).items()
        },
    )


class Everything(dict[str, LockedAsset]):
    """A lock that has measured whatever is asked for; the digest is made from the path."""

    def get(self, path: str, default: Any = None) -> Any:
        """What was measured of a file."""
        if not path:
            return default
        facts: Facts = JPEG if path.endswith(".jpg") else FLAC
        digest = path.encode().hex().ljust(64, "0")[:64]
        return LockedAsset(path, FileFacts(digest, "m" * 32, 100, "0" * 40), facts)  # type: ignore[arg-type]


def resolved(
    *tracks: Document, known: Catalogue | None = None, **more: Any
) -> tuple[Resolver, Base]:
    """A release of these tracks, resolved for all targets."""
    resolver = Resolver(known or catalogue())
    document = RELEASE | {"tracks": list(tracks)} | more
    return resolver, resolver.base(FILE, ReleaseFile.model_validate(document), Everything())


def told(
    *tracks: Document, known: Catalogue | None = None, target: str = "store", **more: Any
) -> Document:
    """What a target is told; it must be a content of the model, and read back as it is."""
    known = known or catalogue()
    resolver, base = resolved(*tracks, known=known, **more)
    assert [finding.code for finding in base.findings] == []
    document, findings = resolver.content(base, known.targets[target])
    assert document is not None, findings
    assert document_of(content_of(document)) == document
    return document


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


FULL = (
    track(
        1,
        preview={"start": 5, "audio": "assets/cut.flac"},
        immersive={"isrc": "GBXYZ2600008", "audio": "assets/atmos.flac"},
        lyrics="assets/1.lrc",
        contains_ai="All",
        contributors=[{"name": "Ada", "roles": ["Composer"], "ai_contribution": "Partly"}],
    ),
    track(2, video="assets/2.mp4", screen_capture="assets/still.jpg", parental_warning="Explicit"),
    track(3, type="Clip"),
    track(4, genre="TECHNO", disc=2, deals=[{"offer": "streaming", "territories": ["GB"]}]),
)
BOOKLET: dict[str, Any] = {"booklet": "assets/booklet.pdf", "discs": {"2": {"title": "Night"}}}


def files(base: Base) -> list[tuple[str, int | None, str]]:
    """Role, track and path of each file."""
    return [(role, number, asset.path) for role, number, asset in base.assets]


def test_files_in_the_order_of_the_tracks_and_the_cover_last() -> None:
    _, base = resolved(*FULL, **BOOKLET)
    assert files(base) == [
        ("audio", 1, "assets/1.flac"),
        ("immersive", 1, "assets/atmos.flac"),
        ("preview", 1, "assets/cut.flac"),
        ("lyrics", 1, "assets/1.lrc"),
        ("video", 2, "assets/2.mp4"),
        ("screen_capture", 2, "assets/still.jpg"),
        ("audio", 3, "assets/3.flac"),
        ("audio", 4, "assets/4.flac"),
        ("booklet", None, "assets/booklet.pdf"),
        ("cover", None, "assets/cover.jpg"),
    ]
    assert base.complete
    assert [(role, isrc) for role, isrc, _ in base.asset_keys()][1] == ("immersive", "GBXYZ2600001")


def test_a_missing_file_of_any_kind_makes_it_incomplete() -> None:
    resolver = Resolver(catalogue())
    paths = ["assets/1.flac", "assets/cut.flac", "assets/cover.jpg"]
    model = ReleaseFile.model_validate(
        RELEASE | {"tracks": [track(1, preview={"start": 5, "audio": "assets/cut.flac"})]}
    )
    for missing in (None, *paths):
        locked = {path: Everything().get(path) for path in paths if path != missing}
        assert resolver.base(FILE, model, locked).complete is (missing is None)


def left(*kinds: str, tracks: tuple[Document, ...] = FULL, **more: Any) -> tuple[Document, Base]:
    """The content, and the files, of a target that leaves these kinds out."""
    known = catalogue(strict={"leave_out": list(kinds)})
    resolver, base = resolved(*tracks, known=known, **(BOOKLET | more))
    target = known.targets["strict"]
    document, findings = resolver.content(base, target)
    assert document is not None, findings
    own = resolver.for_target(base, target)
    delivery = resolver.delivery(base, target, document)
    assert [(a.role, a.track, a.path) for a in delivery.assets] == files(own)
    assert delivery_fingerprints(delivery)[0] == message_fingerprint(document)
    assert resolver.for_target(own, target) is own
    whole, _ = resolver.content(base, known.targets["store"])
    plain_resolver, plain_base = resolved(*tracks, **(BOOKLET | more))
    assert whole == plain_resolver.content(plain_base, catalogue().targets["store"])[0]
    return document, own


def test_a_left_out_video_is_gone_and_the_rest_moves_up() -> None:
    document, base = left("videos")
    assert [entry["isrc"][-1] for entry in document["tracks"]] == ["1", "3", "4"]
    assert document["parental_warning"] == "NotExplicit"
    assert document["tracks"][2]["genre"] == {"name": "TECHNO"}
    assert document["tracks"][2]["deals"][0]["territories"] == ["GB"]
    assert [number for role, number, _ in files(base) if role == "audio"] == [1, 2, 3]
    assert not {"video", "screen_capture"} & {role for role, _, _ in files(base)}


@pytest.mark.parametrize(
    ("kind", "role"),
    [
        ("immersive", "immersive"),
        ("previews", "preview"),
        ("screen_captures", "screen_capture"),
        ("lyrics", "lyrics"),
        ("booklet", "booklet"),
    ],
)
def test_files_of_a_kind_are_left_out(kind: str, role: str) -> None:
    whole, every = left()
    document, base = left(kind)
    assert files(base) == [file for file in files(every) if file[0] != role]
    del_key = {"immersive": "immersive", "previews": "preview"}.get(kind)
    for before, after in zip(whole["tracks"], document["tracks"], strict=True):
        assert after == {key: value for key, value in before.items() if key != del_key}


def test_clips_ai_and_all_of_a_disc_are_left_out() -> None:
    document, _ = left("clips")
    assert [entry.get("type") for entry in document["tracks"]] == [None, None, None]
    document, _ = left("ai")
    assert "contains_ai" not in document["tracks"][0]
    assert "ai" not in document["tracks"][0]["contributors"][0]
    document, _ = left("videos", tracks=(track(1), track(2, video="v.mp4", disc=2)))
    assert "discs" not in document


def test_ai_of_the_whole_release_follows_from_what_is_left() -> None:
    tracks = (track(1, contains_ai="All"), track(2, video="v.mp4"))
    whole, _ = left(tracks=tracks, discs={})
    document, _ = left("videos", tracks=tracks, discs={})
    assert ("contains_ai" in whole, document["contains_ai"]) == (False, "All")


def test_a_pre_order_gives_nothing_that_is_left_out() -> None:
    deals = [
        {"offer": "download", "preorder_from": "2026-11-20", "instant_gratification": isrcs}
        for isrcs in (["GBXYZ2600001", "GBXYZ2600002"], ["GBXYZ2600002"])
    ]
    document, _ = left("videos", deals=deals)
    given = [deal.get("instant_gratification") for deal in document["deals"]]
    assert given == [None, ["GBXYZ2600001"], None, None]


def test_a_target_that_leaves_out_every_track_has_an_error() -> None:
    known = catalogue(strict={"leave_out": ["videos"]})
    for rest in ((), (track(2, type="Clip"),)):
        resolver, base = resolved(track(1, video="v.mp4"), *rest, known=known)
        document, findings = resolver.content(base, known.targets["strict"])
        assert document is None
        assert [(f.code, f.pointer, f.target) for f in findings] == [
            ("SG2130", ("tracks",), "strict")
        ]
        assert resolver.content(base, known.targets["store"])[0] is not None


def test_leaving_out_what_is_not_there_changes_nothing() -> None:
    known = catalogue(strict={"leave_out": ["videos", "booklet", "ai"]})
    resolver, base = resolved(track(1), known=known)
    assert base.kinds == frozenset()
    assert resolver.for_target(base, known.targets["strict"]) is base


def test_words_of_the_types_and_relations_that_are_left() -> None:
    tracks = (
        track(1, related=[{"type": "ContainsSamplesFrom", "isrc": "GBXYZ2600009"}]),
        track(2, video="v.mp4", type="ConcertVideo"),
    )
    _, every = left(tracks=tracks, discs={})
    _, base = left("videos", tracks=tracks, discs={})
    assert every.words - base.words == {"ConcertVideo"}
    assert "ContainsSamplesFrom" in base.words
