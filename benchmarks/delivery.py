"""Throughput of an apply at each protocol, beside the best other tool on the same server.

Ours is the whole delivery (`delivery_speed.ours`): every byte hashed while it is sent, everything
under a temporary name first, its size checked, then renamed; then the messages, a look at what is
there, and the manifest. The others just copy. All begin at a fresh server, log in anew, and
take turns; data lie in memory at both ends. Compare ratios within a run, not numbers.
"""

from __future__ import annotations

import json
import os
import pickle
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from benchmarks.delivery_speed import PROTOCOLS, measure
from benchmarks.delivery_speed.corpora import FULL, QUICK, Corpus, Mix, make_corpus
from benchmarks.delivery_speed.others import Tool, tools
from benchmarks.delivery_speed.ours import Job
from benchmarks.delivery_speed.sites import Site, open_site
from benchmarks.rows import Row
from stardust_gitops.messages.ern.options import HashAlgorithm

ROUNDS = 3
CONNECTIONS = 4
OURS = "stardust-gitops"
WITH_MD5 = "stardust-gitops, messages with MD5"
"""Ours verifies SHA-256; where messages tell MD5, which is the default, that too."""

TARGETS = {
    "directory": {"large": 0.7, "album": 0.7, "small": 0.5},
    "SFTP": {"large": 0.7, "album": 0.85, "small": 0.9},
    "FTP": {"large": 0.85, "album": 0.9, "small": 1.0},
    "FTPS": {"large": 0.9, "album": 0.9, "small": 1.0},
    "S3": {"large": 1.5, "album": 1.3, "small": 0.9},
    "Azure": {"large": 1.4, "album": 1.2, "small": 0.9},
}
"""The least ratio to the best other tool, by protocol and mix."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one run, or the median of several, took: seconds, CPU seconds of the client with its
    children, bytes that its largest process had resident at most."""

    seconds: float
    cpu: float
    peak: float


def run(*, quick: bool = False, protocols: Sequence[str] = PROTOCOLS) -> Iterator[Row]:
    """Measure every mix at every protocol; a table of all runs goes to standard output."""
    memory = Path("/dev/shm")  # the disk is not what is measured
    print(_line("protocol", "files", "client", "MB/s", "files/s", "CPU s", "peak MB", "ratio"))
    print("|---|---|---|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        for mix in QUICK if quick else FULL:
            with tempfile.TemporaryDirectory(dir=name) as folder:
                corpus = make_corpus(mix, Path(folder))
                for protocol in protocols:
                    yield from _compared(protocol, corpus, Path(name))


def _compared(protocol: str, corpus: Corpus, work: Path) -> Iterator[Row]:
    """One mix at one protocol, by us and by all others that are installed."""
    others = tools(protocol, corpus.mix.name)
    ours = {OURS: partial(_apply, "SHA-256")}
    if not corpus.mix.small:
        ours[WITH_MD5] = partial(_apply, "MD5")
    there = {tool.title: partial(_by_other, tool) for tool in others if tool.missing is None}
    try:
        medians = _in_turns(protocol, corpus, work, {**ours, **there})
    except pytest.skip.Exception as skipped:
        print(f"{protocol}: left out: {skipped}", file=sys.stderr)
        return
    best = min((medians[title].seconds for title in there if title in medians), default=None)
    for title in (*ours, *(tool.title for tool in others)):
        if title in medians:
            print(_told(protocol, corpus, title, medians[title], best), flush=True)
    for tool in others:
        if tool.title not in medians:
            why = tool.missing or "failed"
            print(_line(protocol, corpus.mix.title, tool.title, why, "", "", "", ""))
    if best is not None:
        yield _row(protocol, corpus.mix, _amount(corpus), medians[OURS].seconds, best)


def _in_turns(
    protocol: str,
    corpus: Corpus,
    work: Path,
    runs: Mapping[str, Callable[[Corpus, Site, Path], Measured | None]],
) -> dict[str, Measured]:
    """The medians of each run, each time at a fresh server; not of what failed."""
    all_of: dict[str, list[Measured | None]] = {title: [] for title in runs}
    for _ in range(ROUNDS):
        for title, run_once in runs.items():
            with (
                tempfile.TemporaryDirectory(dir=work) as home,
                open_site(protocol, Path(home)) as site,
            ):
                measured = run_once(corpus, site, Path(home))
                all_of[title].append(measured)
                if measured is not None:
                    site.check(corpus)
    whole = {title: [each for each in of if each is not None] for title, of in all_of.items()}
    return {title: _median(each) for title, each in whole.items() if len(each) == ROUNDS}


def _apply(hash_algorithm: HashAlgorithm, corpus: Corpus, site: Site, home: Path) -> Measured:
    job = Job(
        folder=home / "ledger",
        root=corpus.root,
        releases=corpus.releases,
        settings=site.settings,
        connections=CONNECTIONS,
        hash_algorithm=hash_algorithm,
    )
    (home / "ledger").mkdir()
    (home / "job").write_bytes(pickle.dumps(job))
    command = [sys.executable, "-m", "benchmarks.delivery_speed.ours", str(home / "job")]
    return _measured(command, {})


def _by_other(tool: Tool, corpus: Corpus, site: Site, _home: Path) -> Measured | None:
    """``None`` where the tool failed, which it says on standard error."""
    command = tool.command(corpus, site)
    launcher = [sys.executable, "-I", measure.__file__, command.given]
    try:
        return _measured([*launcher, *command.arguments], command.environment)
    except subprocess.CalledProcessError:
        return None


def _measured(command: Sequence[str], environment: Mapping[str, str]) -> Measured:
    done = subprocess.run(
        command, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True, check=True
    )
    return Measured(**json.loads(done.stdout))


def _median(runs: Sequence[Measured]) -> Measured:
    return Measured(
        seconds=statistics.median(each.seconds for each in runs),
        cpu=statistics.median(each.cpu for each in runs),
        peak=max(each.peak for each in runs),
    )


def _amount(corpus: Corpus) -> float:
    """What is counted per second: files of a mix of small ones, else MB."""
    return corpus.mix.files if corpus.mix.small else corpus.size / 1e6


def _row(protocol: str, mix: Mix, amount: float, seconds: float, best: float) -> Row:
    return Row(
        name=f"deliver by {protocol}, {mix.title}",
        unit="files/s" if mix.small else "MB/s",
        ours=amount / seconds,
        floor=amount / best,
        target=TARGETS[protocol][mix.name],
        more_is_better=True,
    )


def _told(protocol: str, corpus: Corpus, title: str, each: Measured, best: float | None) -> str:
    return _line(
        protocol,
        corpus.mix.title,
        title,
        f"{corpus.size / 1e6 / each.seconds:.0f}",
        f"{corpus.mix.files / each.seconds:,.1f}",
        f"{each.cpu:.2f}",
        f"{each.peak / 1e6:.0f}",
        f"{best / each.seconds:.2f}" if best is not None else "",
    )


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
