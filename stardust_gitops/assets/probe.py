"""What MediaInfo says of a video, asked in a process of its own.

MediaInfo is a parser in C++ that reads what strangers send: a file that crashes it, or keeps it
busy for ever, must not end the program. This file is that process too, run by its path, so it
imports nothing of this package at its top but what is in the standard library.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

SECONDS = 120
"""As long as one file may take. MediaInfo reads headers: even 100 GB are a matter of seconds."""
_MEMORY = 4 << 30
_BLOCK = 4096
"""Small, since a file that is read in one block is seen by MediaInfo from its beginning only: it
does not turn back from the headers at the end to the pictures."""

Stream: TypeAlias = Mapping[str, str]
"""The fields of one stream by MediaInfo's names; its kind is ``@type``."""


class ProbeFailed(Exception):  # noqa: N818 - it says what happened to the file
    """MediaInfo did not survive the file (`by_file`), or does not work on this machine."""

    def __init__(self, problem: str, *, by_file: bool) -> None:
        super().__init__(problem)
        self.by_file = by_file


def probe(path: Path, *, seconds: float = SECONDS) -> list[Stream]:
    """The streams of a media file, that of the file as a whole first.

    Raises `ProbeFailed`. Costs the start of an interpreter (a tenth of a second) and a few reads.
    """
    # -P: no module of the current folder, which may be a stranger's catalogue.
    command = [sys.executable, "-P", __file__, str(path)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired as error:
        raise ProbeFailed(f"no answer within {seconds:g} seconds", by_file=True) from error
    if done.returncode:
        told = done.stderr.decode("utf-8", "replace").strip().rsplit("\n", 1)[-1]
        raise ProbeFailed(told or "it crashed", by_file=done.returncode < 0)
    try:
        return _streams(json.loads(done.stdout))
    except ValueError as error:
        raise ProbeFailed("it answered nothing that can be read", by_file=True) from error


def _streams(document: object) -> list[Stream]:
    media = document.get("media") if isinstance(document, dict) else None
    tracks = media.get("track") if isinstance(media, dict) else None
    return [
        {name: value for name, value in track.items() if isinstance(value, str)}
        for track in tracks or ()
        if isinstance(track, dict)
    ]


def _main(name: str) -> None:
    """Print MediaInfo's answer. It is handed bytes and never learns the name: so it opens no
    second file and no address that the first one names."""
    _limit_memory()
    from pymediainfo import MediaInfo

    if not MediaInfo.can_parse():
        sys.exit("pymediainfo finds no libmediainfo")
    with Path(name).open("rb") as file:
        answer = MediaInfo.parse(file, output="JSON", full=False, buffer_size=_BLOCK)
    sys.stdout.buffer.write(answer.encode("utf-8", "replace"))


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limit.
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard == resource.RLIM_INFINITY or hard > _MEMORY:
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, hard))


if __name__ == "__main__":
    _main(sys.argv[1])
