"""Releases of MusicBrainz, as its web service gives them in JSON, turned into a catalogue.

What MusicBrainz does not know, or a sample lacks, is filled: ISRCs, barcodes without a right check
digit, genre, rights lines, deals, audio and covers. What it does know stays as it is written there.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from PIL import Image

from stardust_gitops.identifiers.icpn import to_gtin14
from tests.catalogues import CatalogueFolder
from tests.delivery_kit import gtin13

Json = Mapping[str, Any]

SAMPLES = Path(__file__).resolve().parents[2] / "shared" / "samples" / "musicbrainz"
LANGUAGES = {"eng": "en", "jpn": "ja"}
TYPES = ("Album", "EP", "Single")
NO_AUDIO = ("DVD", "Blu-ray")  # media of pictures: what is on them are no sound recordings
ROLES = {  # relations of MusicBrainz in DDEX's words
    "arranger": "Arranger",
    "conductor": "Conductor",
    "engineer": "Engineer",
    "instrument": "Musician",
    "mix-DJ": "DJ",
    "performing orchestra": "Orchestra",
    "producer": "StudioProducer",
    "vocal": "Vocalist",
}


def samples() -> Path:
    """The folder of samples; without it the test is skipped."""
    if not SAMPLES.is_dir():
        if os.environ.get("CI") == "true" and SAMPLES.parents[1].is_dir():
            pytest.fail(f"{SAMPLES} is not there", pytrace=False)
        pytest.skip("no samples of MusicBrainz beside the project, in ../shared")
    return SAMPLES


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """An artist credit: the names with their roles, and as one writes them."""

    artists: tuple[tuple[str, str], ...]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A track, as the message has to say it."""

    title: str
    disc: int
    credit: Credit
    contributors: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A release, as the message has to say it."""

    icpn: str
    title: str
    type: str
    date: str
    label: str
    language: str
    credit: Credit
    recordings: tuple[Recording, ...]
    version: str | None = None
    catalog_number: str | None = None


@dataclass(slots=True)
class Reader:
    """Reads the samples; numbers what it has to fill."""

    _made: int = 0
    _icpns: set[str] = field(default_factory=set)

    def releases(self, folder: Path) -> list[Release]:
        """Every release of the folder, and one made of its single recordings."""
        found = [self._release(read(path)) for path in sorted(folder.glob("release*.json"))]
        recordings = {r["id"]: r for r in map(read, sorted(folder.glob("recording_*.json")))}
        collected = tuple(self._recording(r, {}, 1, NOBODY) for r in recordings.values())
        return [*found, self._collection(collected)]

    def _release(self, json: Json) -> Release:
        group = json.get("release-group", {})
        credit = credit_of(json.get("artist-credit")) or _by_relation(json) or NOBODY
        labels = [info for info in json.get("label-info", ()) if info.get("label")]
        first: Json = labels[0] if labels else {}
        kind = group.get("primary-type")
        return Release(
            icpn=self._icpn(json.get("barcode")),
            title=json["title"],
            type=kind if kind in TYPES else "Album",
            date=json["date"],
            label=first["label"]["name"] if first else "Self-released",
            language=LANGUAGES.get(json.get("text-representation", {}).get("language", ""), "en"),
            credit=credit,
            recordings=tuple(self._tracks(json, credit)),
            version=json.get("disambiguation") or None,
            catalog_number=first.get("catalog-number") or None,
        )

    def _tracks(self, json: Json, credit: Credit) -> Iterator[Recording]:
        media = json.get("media") or [{"track-count": 1, "position": 1, "title": json["title"]}]
        for disc, medium in enumerate(media, 1):
            if str(medium.get("format")).startswith(NO_AUDIO):
                continue
            listed = medium.get("tracks") or medium.get("track") or []
            for track in listed:
                yield self._recording(track.get("recording", {}), track, disc, credit)
            # A sample may count the tracks and not list them.
            names = (medium.get("title") or json["title"] for _ in range(medium["track-count"]))
            for number, name in enumerate(names if not listed else (), 1):
                yield Recording(title=f"{name}, {number}", disc=disc, credit=credit)

    def _recording(self, recording: Json, track: Json, disc: int, credit: Credit) -> Recording:
        names = track.get("artist-credit") or recording.get("artist-credit")
        return Recording(
            title=track.get("title") or recording["title"],
            disc=disc,
            credit=credit_of(names) or credit,
            contributors=tuple(_contributors(recording)),
        )

    def _collection(self, recordings: tuple[Recording, ...]) -> Release:
        return Release(
            icpn=self._icpn(None),
            title="Recordings",
            type="Album",
            date="2020-02-29",
            label="Self-released",
            language="en",
            credit=NOBODY,
            recordings=recordings,
        )

    def _icpn(self, barcode: str | None) -> str:
        """The barcode where it is one, else a number made up."""
        try:
            to_gtin14(barcode or "")
        except ValueError:
            self._made += 1
            return gtin13(self._made)
        return barcode or ""


NOBODY = Credit(artists=(("Various Artists", "MainArtist"),), text="Various Artists")


def read(path: Path) -> Any:
    """A sample."""
    return json.loads(path.read_text(encoding="utf-8"))


def credit_of(entries: Iterable[Json] | None) -> Credit | None:
    """An artist credit; who comes after a ``feat.`` is featured."""
    artists: list[tuple[str, str]] = []
    text, role = "", "MainArtist"
    for entry in entries or ():
        joined = entry.get("joinphrase") or ""
        artists.append((entry["name"], role))
        text += entry["name"] + joined
        if "feat" in joined:
            role = "FeaturedArtist"
    return Credit(artists=tuple(artists), text=text) if artists else None


def _by_relation(json: Json) -> Credit | None:
    """A DJ mix without a credit is by who mixed it."""
    mixers = [r["artist"]["name"] for r in json.get("relations", ()) if r["type"] == "mix-DJ"]
    return credit_of([{"name": mixers[0]}]) if mixers else None


def _contributors(recording: Json) -> Iterator[tuple[str, str]]:
    for relation in recording.get("relations", ()):
        if "artist" in relation and relation["type"] in ROLES:
            yield relation["artist"]["name"], ROLES[relation["type"]]


def write_release(catalogue: CatalogueFolder, release: Release, number: int) -> str:
    """The release file with real audio and a cover, all different; the name of the file."""
    assets = f"assets/{release.icpn}"
    catalogue.write(f"{assets}.jpg", _cover(number))
    tracks = []
    for place, recording in enumerate(release.recordings, 1):
        audio = f"{assets}_{place}.flac"
        catalogue.write(audio, _audio(number * 100 + place))
        tracks.append(_track(recording, audio, f"QZXYZ26{number:02}{place:03}"))
    document: dict[str, Any] = {
        "icpn": release.icpn,
        "type": release.type,
        "title": release.title,
        "artists": _artists(release.credit),
        "display_artist": release.credit.text,
        "label": release.label,
        "genre": "POP-00",
        "language": release.language,
        "release_date": release.date,
        "p_line": f"{release.date[:4]} {release.label}",
        "c_line": f"{release.date[:4]} {release.label}",
        "cover": f"{assets}.jpg",
        "deals": [{"offer": "streaming"}],
        "tracks": tracks,
    }
    for key in ("version", "catalog_number"):
        if (value := getattr(release, key)) is not None:
            document[key] = value
    name = f"releases/{release.icpn}.yaml"
    # JSON is YAML: every text is quoted, and stays what it is.
    catalogue.write(name, json.dumps(document, ensure_ascii=False, indent=2) + "\n")
    return name


def _track(recording: Recording, audio: str, isrc: str) -> dict[str, Any]:
    track: dict[str, Any] = {
        "isrc": isrc,
        "title": recording.title,
        "disc": str(recording.disc),
        "artists": _artists(recording.credit),
        "display_artist": recording.credit.text,
        "audio": audio,
        "parental_warning": "NoAdviceAvailable",
    }
    if recording.contributors:
        track["contributors"] = [
            {"name": name, "roles": [role]} for name, role in recording.contributors
        ]
    return track


def _artists(credit: Credit) -> list[dict[str, str]]:
    return [{"name": name, "role": role} for name, role in credit.artists]


def _audio(seed: int) -> bytes:
    noise = np.random.default_rng(seed).normal(0, 0.1, (2000 + seed, 2))
    stream = io.BytesIO()
    soundfile.write(stream, noise, 44100, subtype="PCM_16", format="FLAC")
    return stream.getvalue()


def _cover(seed: int) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (3000, 3000), (seed * 20 % 256, 40, 80)).save(stream, "JPEG", quality=30)
    return stream.getvalue()
