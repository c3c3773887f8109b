"""A small, valid catalogue made by code, and the command line run on it.

The files are written as text, so that a test can edit a line and say in which line a finding is.
"""

from __future__ import annotations

import functools
import io
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from PIL import Image

from stardust_gitops.cli.main import run
from stardust_gitops.cli.options import Outside
from stardust_gitops.clock import Clock, SystemClock
from stardust_gitops.identifiers.icpn import to_gtin14
from stardust_gitops.ledger.open import open_ledger

CATALOGUE_ID = "alpha-tide"
ICPNS = ("4006381333931", "4006381333948", "4006381333955", "4006381333962")
START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)

CONFIG = """\
format: 1
id: alpha-tide
sender: {dpid: PADPIDA2026112201U, name: Alpha Tide}
defaults: {language: en, label: Alpha Tide, timezone: Europe/London}
territories: {DACH: [DE, AT, CH]}
ledger: sqlite:.stardust/ledger.db
"""
GENRES = "genres: {HOUSE-00: House}\n"
TARGET = """\
recipient: {dpid: PADPIDA2026112203Q, name: Lighthouse Store}
message: {format: ern, version: "4.3", profile: Audio}
transport: {protocol: directory, path: delivered/@NAME@}
choreography: {layout: release, completion: message}
offers:
  streaming: [SubscriptionModel/OnDemandStream]
  download: [PayAsYouGoModel/PermanentDownload]
prices: {Mid: "7"}
genre_map: main
"""
RELEASE = """\
icpn: "@ICPN@"
type: Single
title: Breakwater
artists: [{name: Kestrel & Sons}]
genre: HOUSE-00
release_date: 2026-12-04
p_line: 2026 Alpha Tide
c_line: 2026 Alpha Tide
cover: assets/@ICPN@.jpg
deals:
  - {offer: streaming}
tracks:
  - isrc: GBXYZ260000@NUMBER@
    title: Breakwater
    audio: assets/@ICPN@_01_001.flac
    parental_warning: NotExplicit
    language: en
    contributors: [{name: Ada Quill, roles: [Composer, Lyricist]}]
"""


class FixedClock:
    """A clock that stands until it is moved. Waiting passes the time at once, and really waits
    next to nothing; monotonic time goes on by itself, as real processes do."""

    def __init__(self, moment: datetime = START) -> None:
        self.moment = moment
        self._slept = 0.0

    def now(self) -> datetime:
        """The time that was set."""
        return self.moment

    def monotonic(self) -> float:
        """Real seconds and those that were slept."""
        return time.monotonic() + self._slept

    def sleep(self, seconds: float) -> None:
        """Pass the time."""
        self._slept += seconds
        self.moment += timedelta(seconds=seconds)
        time.sleep(min(seconds, 0.001))

    def move(self, **delta: float) -> None:
        """Move the wall time by a `timedelta`; what is monotonic does not notice."""
        self.moment += timedelta(**delta)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command ended with and printed."""

    code: int
    stdout: str
    stderr: str

    @property
    def text(self) -> str:
        """All that was printed."""
        return self.stdout + self.stderr

    def json(self) -> Any:
        """Standard output, read as JSON."""
        return json.loads(self.stdout)


def run_cli(*arguments: str | Path, clock: Clock | None = None) -> Outcome:
    """Run the command line in this process."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    with redirect_stdout(out), redirect_stderr(err):
        code = run([str(argument) for argument in arguments], Outside(clock or SystemClock()))
    stdout, stderr = (stream.detach() for stream in (out, err))
    assert isinstance(stdout, io.BytesIO)
    assert isinstance(stderr, io.BytesIO)
    return Outcome(code, stdout.getvalue().decode(), stderr.getvalue().decode())


@functools.cache
def audio_bytes(form: str = "FLAC", seconds: float = 0.5, seed: int = 1) -> bytes:
    """Noise of 44.1 kHz, 16 bits, stereo: it compresses badly enough to be cut in the middle."""
    noise = np.random.default_rng(seed).normal(0, 0.1, (int(44100 * seconds), 2))
    stream = io.BytesIO()
    soundfile.write(stream, noise, 44100, subtype="PCM_16", format=form)
    return stream.getvalue()


@functools.cache
def image_bytes(width: int = 3000, height: int = 3000, mode: str = "RGB") -> bytes:
    """A JPEG of one colour."""
    stream = io.BytesIO()
    Image.new(mode, (width, height), "navy" if mode == "RGB" else 0).save(stream, "JPEG")
    return stream.getvalue()


@dataclass(slots=True)
class CatalogueFolder:
    """A catalogue in a folder, with helpers to edit it and to run commands on it."""

    root: Path
    clock: Clock = field(default_factory=FixedClock)

    def path(self, name: str) -> Path:
        """A file of the catalogue by its name relative to the root."""
        return self.root / name

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file, with its folders."""
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace a text that stands in a file exactly once."""
        text = self.path(name).read_text("utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
        self.write(name, text.replace(old, new))

    def add_release(self, icpn: str = ICPNS[0], *, text: str = RELEASE) -> str:
        """A valid single with its audio and cover, not yet measured; the name of its file."""
        number = str(ICPNS.index(icpn) + 1) if icpn in ICPNS else icpn[-2]
        self.write(f"assets/{icpn}_01_001.flac", audio_bytes(seed=int(number)))
        self.write(f"assets/{icpn}.jpg", image_bytes())
        name = f"releases/{icpn}.yaml"
        self.write(name, text.replace("@ICPN@", icpn).replace("@NUMBER@", number))
        return name

    def add_target(self, name: str = "store", *, text: str = TARGET) -> str:
        """A recipient that is a folder, ``delivered/NAME``; the name of its file."""
        self.write(f"targets/{name}.yaml", text.replace("@NAME@", name))
        return f"targets/{name}.yaml"

    def run(self, *arguments: str | Path) -> Outcome:
        """Run a command on this catalogue, in this process and on its clock."""
        return run_cli(*arguments, "--catalog", self.root, clock=self.clock)

    def must(self, *arguments: str | Path) -> Outcome:
        """The same; it has to end well."""
        outcome = self.run(*arguments)
        assert outcome.code == 0, outcome.text
        return outcome

    def lock(self) -> None:
        """Measure the assets."""
        self.must("assets", "lock")

    def apply(self, *arguments: str | Path) -> Outcome:
        """Apply, without asking and with changes that are not committed."""
        return self.run("apply", "--auto-approve", "--allow-dirty", *arguments)

    def start(
        self, *arguments: str | Path, environ: Mapping[str, str] | None = None
    ) -> subprocess.Popen[str]:
        """Start a command in a process of its own; its output is piped."""
        words = [sys.executable, "-m", "stardust_gitops", *map(str, arguments)]
        return subprocess.Popen(
            [*words, "--catalog", str(self.root)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **(environ or {})},
        )

    def run_process(
        self, *arguments: str | Path, environ: Mapping[str, str] | None = None
    ) -> Outcome:
        """Run a command in a process of its own, to its end."""
        return ended(self.start(*arguments, environ=environ))

    def commit(self, message: str = "change") -> str:
        """Commit everything but ledger and deliveries, in a repository made if need be; its id."""
        if not self.path(".git").exists():
            self.write(".gitignore", "/.stardust/\n/delivered/\n")
            self.git("init", "-q", "-b", "main")
        self.git("add", "--all")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def git(self, *arguments: str) -> str:
        """Run git in the catalogue; what it printed."""
        config = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
        done = subprocess.run(
            ["git", *config, *arguments], cwd=self.root, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def position(self) -> int:
        """How many events the ledger holds."""
        url = "sqlite:.stardust/ledger.db"
        ledger = open_ledger(url, self.root, CATALOGUE_ID, self.clock)
        try:
            return ledger.snapshot("production", since="").position
        finally:
            ledger.close()

    def delivered(self, target: str = "store") -> list[str]:
        """Every file that lies with a recipient, relative to its folder, sorted."""
        top = self.root / "delivered" / target
        return sorted(p.relative_to(top).as_posix() for p in top.rglob("*") if p.is_file())

    def messages(self, target: str = "store") -> list[str]:
        """The messages that lie with a recipient: how many deliveries it has had."""
        return [name for name in self.delivered(target) if name.endswith(".xml")]


def ended(process: subprocess.Popen[str], seconds: float = 60) -> Outcome:
    """Wait for a process that was started."""
    try:
        stdout, stderr = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    return Outcome(process.returncode, stdout, stderr)


def make_catalogue(
    folder: Path,
    releases: int = 1,
    *,
    targets: tuple[str, ...] = ("store",),
    clock: Clock | None = None,
) -> CatalogueFolder:
    """A valid catalogue with measured assets and an empty ledger, not in git."""
    made = CatalogueFolder(folder, clock or FixedClock())
    made.write("stardust.yaml", CONFIG)
    made.write("genre_maps/main.yaml", GENRES)
    for target in targets:
        made.add_target(target)
    for icpn in ICPNS[:releases]:
        made.add_release(icpn)
    made.lock()
    made.must("ledger", "init")
    return made


def copy_of(catalogue: CatalogueFolder, folder: Path) -> CatalogueFolder:
    """A copy with its ledger and deliveries: cheaper than making a catalogue anew."""
    return CatalogueFolder(shutil.copytree(catalogue.root, folder, symlinks=True), FixedClock())


def gtin14s(releases: int) -> Iterator[str]:
    """The first releases as the ledger names them."""
    return (to_gtin14(icpn) for icpn in ICPNS[:releases])
