"""One valid release, edited and judged: for tests that say what is found, in which line and column.

The assets are no audio: their locks say what a test wants to have been measured.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from stardust_gitops.assets.facts import (
    AudioFacts,
    Facts,
    FileFacts,
    ImageFacts,
    TextFacts,
)
from stardust_gitops.assets.lock import Lock, LockedAsset, dump_lock, lock_path
from stardust_gitops.catalog.findings import located
from stardust_gitops.diagnostics import Finding
from stardust_gitops.reconciler.survey import survey_releases
from stardust_gitops.reconciler.surveyor import Surveyor
from stardust_gitops.reconciler.workspace import open_workspace
from stardust_gitops.rules.registry import Rule
from tests.made_up_facts import atmos_facts, clip_facts

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
CONFIG, TARGET, RELEASE = "stardust.yaml", "targets/store.yaml", "releases/a.yaml"
CONFIG_TEXT = """\
format: 1
id: alpha-tide
sender: {dpid: PADPIDA2026112201U, name: Alpha Tide}
defaults: {language: en, label: Alpha Tide, timezone: Europe/London}
territories: {DACH: [DE, AT, CH]}
"""
TARGET_TEXT = """\
recipient: {dpid: PADPIDA2026112203Q, name: Lighthouse Store}
transport: {protocol: directory, path: delivered/store}
offers:
  streaming: [SubscriptionModel/OnDemandStream]
  download: [PayAsYouGoModel/PermanentDownload]
prices: {Mid: "7", Track: T1}
genre_map: main
"""
RELEASE_TEXT = """\
icpn: "4006381333931"
type: EP
title: Breakwater
artists: [{name: Ada Quill}]
genre: HOUSE-00
release_date: 2026-12-04
p_line: 2026 Alpha Tide
c_line: 2026 Alpha Tide
cover: assets/cover.jpg
deals:
  - {offer: streaming}
  - {offer: download, price_code: Mid, track_price_code: Track}
tracks:
  - isrc: GBXYZ2600001
    title: Ebb
    contributors: [{name: Ada Quill, roles: [Composer, Lyricist]}]
    audio: assets/one.flac
    parental_warning: NotExplicit
    language: en
  - isrc: GBXYZ2600002
    title: Undertow
    contributors: [{name: Ada Quill, roles: [Composer, Lyricist]}]
    audio: assets/two.flac
    parental_warning: NotExplicit
    language: en
  - isrc: GBXYZ2600003
    title: Low Season
    contributors: [{name: Ada Quill, roles: [Composer, Lyricist]}]
    audio: assets/three.flac
    parental_warning: NotExplicit
    instrumental: true
"""
"""Line 1 is the ICPN; tracks begin in lines 14, 20 and 26."""

AUDIO = AudioFacts(codec="FLAC", sample_rate=44100, channels=2, duration="180.5", bit_depth=16)
COVER = ImageFacts(codec="JPEG", width=3000, height=3000, mode="RGB")
ATMOS = atmos_facts("180.5")
VIDEO = clip_facts("180.5")
_FACTS: Mapping[str, Facts] = {
    "flac": AUDIO,
    "jpg": COVER,
    "lrc": TextFacts(codec="SimpleLRC"),
    "mp4": VIDEO,
    "pdf": TextFacts(codec="PDF"),
    "txt": TextFacts(codec="UTF8Text"),
    "wav": ATMOS,
}
"""What is measured of a file, unless a case says otherwise, by the end of its name."""
_ASSET = re.compile(rf"assets/[\w-]+\.(?:{'|'.join(_FACTS)})")
_BYTES = b"0123456789abcdef"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Edits of the valid catalogue. An edit is an old text, which stands there once, and a new one
    (an old text that is empty appends); `measured` holds by asset what is measured otherwise, of
    the facts or as `sha256` and `size`."""

    release: Sequence[tuple[str, str]] = ()
    target: Sequence[tuple[str, str]] = ()
    config: Sequence[tuple[str, str]] = ()
    measured: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)


def edited(text: str, edits: Sequence[tuple[str, str]]) -> str:
    """A text after its edits."""
    for old, new in edits:
        if not old:
            text += new
            continue
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
        text = text.replace(old, new)
    return text


def second_release(*edits: tuple[str, str]) -> str:
    """Another valid release, with recordings of its own."""
    text = re.sub(r"GBXYZ26000(\d\d)", r"GBXYZ26001\1", RELEASE_TEXT)
    text = re.sub(r"assets/(\w+)\.flac", r"assets/\1-b.flac", text)
    return edited(text.replace("4006381333931", "4006381333948"), edits)


def _locked(path: str, changes: Mapping[str, Any]) -> LockedAsset:
    digest = hashlib.sha256(path.encode()).hexdigest()
    other = {key: value for key, value in changes.items() if key not in ("sha256", "size")}
    facts = replace(_FACTS[path.rpartition(".")[2]], **other)
    file = FileFacts(
        sha256=changes.get("sha256", digest),
        md5=digest[:32],
        git_blob=digest[:40],
        size=changes.get("size", len(_BYTES)),
    )
    return LockedAsset(path=path, file=file, facts=facts)


def judge(root: Path, case: Case) -> list[Finding]:
    """What is found in the catalogue with these edits, written below `root`, in order."""
    texts = {
        CONFIG: edited(CONFIG_TEXT, case.config),
        TARGET: edited(TARGET_TEXT, case.target),
        "genre_maps/main.yaml": "genres: {HOUSE-00: House}\n",
        RELEASE: edited(RELEASE_TEXT, case.release),
        **case.files,
    }
    for name, text in texts.items():
        _write(root / name, text.encode("utf-8", "surrogatepass"))
        paths = sorted({match[0] for match in _ASSET.finditer(text)})
        if paths and name.endswith(".yaml"):
            assets = {path: _locked(path, case.measured.get(path, {})) for path in paths}
            _write(root / lock_path(name), dump_lock(Lock(assets=assets)))
            for path in paths:
                _write(root / path, _BYTES.ljust(assets[path].file.size))
    return judged(root)


def judged(root: Path) -> list[Finding]:
    """What is found in the catalogue as it lies there."""
    workspace = open_workspace(root)
    survey = survey_releases(Surveyor(workspace, NOW), workspace)
    return located(survey.findings, root)


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def codes(root: Path, case: Case) -> set[str]:
    """The codes of what is found."""
    return {finding.code for finding in judge(root, case)}


def rules_of(*modules: ModuleType) -> set[str]:
    """The ids of the rules of some modules: what a table of tests has to hold."""
    values = (value for module in modules for value in vars(module).values())
    return {value.id for value in values if isinstance(value, Rule)}
