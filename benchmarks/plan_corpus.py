"""A catalogue of any size for the plan benchmark: releases, locks, five targets, no audio."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import orjson
from stdnum import ean

TRACKS = 10
_TITLES = ("Slack Water", "Lee Shore", "Ebb", "Dogger", "Night Pilot", "Fathom", "Marsh Light")


def write_corpus(root: Path, releases: int) -> None:
    """Write a catalogue with `releases` releases of ten tracks (about 4 kB of YAML each)."""
    for folder in ("targets", "releases", "genre_maps", "assets"):
        (root / folder).mkdir(parents=True)
    (root / "stardust.yaml").write_text(
        "format: 1\nid: benchmark\nsender: {dpid: PADPIDA2026112201U, name: Benchmark}\n"
        "defaults: {language: en, label: Benchmark}\n"
        "territories: {DACH: [DE, AT, CH]}\n"
    )
    (root / "genre_maps" / "words.yaml").write_text(
        "genres: {HOUSE-00: House, ELECTRONIC-00: Electronic}\n"
    )
    for number in range(1, 6):
        (root / "targets" / f"target{number}.yaml").write_text(
            f"recipient: {{dpid: PADPIDA2026112202S, name: Target {number}}}\n"
            f"transport: {{protocol: directory, path: out/{number}}}\n"
            "offers:\n  streaming: [SubscriptionModel/OnDemandStream]\n"
            "  download: [PayAsYouGoModel/PermanentDownload]\n"
            f'prices: {{Mid: "{number}", Track: "T{number}"}}\n'
            + ("genre_map: words\n" if number % 2 else "")
        )
    for number in range(releases):
        _write_release(root, number)
    _commit(root)


def _commit(root: Path) -> None:
    """Put everything into git; the assets by their ids alone, as an unfetched Git LFS has them."""

    def git(*arguments: str, given: bytes = b"") -> None:
        command = ["git", "-c", "user.name=b", "-c", "user.email=b@example.com", *arguments]
        subprocess.run(command, cwd=root, input=given, check=True, capture_output=True)

    git("init", "-q")
    git("add", "releases", "targets", "genre_maps", "stardust.yaml")
    assets: dict[str, str] = {}
    for lock in root.glob("releases/*/*.lock.json"):
        for path, entry in orjson.loads(lock.read_bytes())["assets"].items():
            assets[path] = entry["git_blob"]
    listed = "".join(f"100644 {blob}\t{path}\0" for path, blob in sorted(assets.items()))
    git("update-index", "-z", "--index-info", given=listed.encode())
    names = "".join(f"{path}\0" for path in sorted(assets))
    git("update-index", "-z", "--skip-worktree", "--stdin", given=names.encode())
    tree = subprocess.run(
        ["git", "write-tree", "--missing-ok"], cwd=root, check=True, capture_output=True, text=True
    ).stdout.strip()
    commit = subprocess.run(
        [
            "git",
            "-c",
            "user.name=b",
            "-c",
            "user.email=b@example.com",
            "commit-tree",
            tree,
            "-m",
            "c",
        ],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    git("update-ref", "HEAD", commit)


def _write_release(root: Path, number: int) -> None:
    body = f"40063{number:07d}"
    icpn = body + ean.calc_check_digit(body)
    folder = root / "releases" / f"{number % 256:02x}"
    folder.mkdir(exist_ok=True)
    lines = [
        f'icpn: "{icpn}"',
        "type: Album",
        f"title: {_TITLES[number % 7]} {number}",
        "artists:",
        "  - {name: Kestrel & Sons, isni: 000000000000001X}",
        f"catalog_number: BM{number:05d}",
        "genre: HOUSE-00",
        "release_date: 2024-03-08",
        "p_line: 2024 Benchmark",
        "c_line: 2024 Benchmark",
        f"cover: assets/{icpn}.jpg",
        "deals:",
        "  - {offer: streaming, excluded_territories: [JP, KR]}",
        "  - {offer: download, territories: [GB, US, DACH], price_code: Mid,"
        " track_price_code: Track}",
        "tracks:",
    ]
    assets = {f"assets/{icpn}.jpg": _image(icpn)}
    for track in range(1, TRACKS + 1):
        path = f"assets/{icpn}_01_{track:03d}.flac"
        lines += [
            f"  - isrc: GBBMK24{number * TRACKS + track - 1:05d}",
            f"    title: {_TITLES[track % 7]} ({track})",
            f"    audio: {path}",
            "    parental_warning: NotExplicit",
            "    language: en",
            "    contributors:",
            "      - {name: Ada Quill, roles: [Composer, Lyricist]}",
            "      - {name: Bo Lindqvist, roles: [StudioProducer, Mixer]}",
        ]
        assets[path] = _audio(path)
    (folder / f"{icpn}.yaml").write_text("\n".join(lines) + "\n")
    options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
    lock = orjson.dumps({"format": 1, "assets": assets}, option=options)
    (folder / f"{icpn}.lock.json").write_bytes(lock)


def _file(name: str) -> dict[str, object]:
    digest = hashlib.sha256(name.encode()).hexdigest()
    return {"sha256": digest, "md5": digest[:32], "git_blob": digest[:40], "size": 31_457_280}


def _audio(name: str) -> dict[str, object]:
    return _file(name) | {
        "kind": "audio",
        "codec": "FLAC",
        "sample_rate": 44100,
        "channels": 2,
        "bit_depth": 16,
        "duration": "201.5",
    }


def _image(name: str) -> dict[str, object]:
    return _file(name) | {
        "kind": "image", "codec": "JPEG", "width": 3000, "height": 3000, "mode": "RGB"
    }  # fmt: skip
