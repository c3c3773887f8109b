"""Which files were in canonical form when they were last looked at.

A cache as those of linters: lost or damaged it costs time, never a wrong answer. A file with the
size and time of then has passed; one with other times has passed if its bytes are those of then.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import yaml

from stardust_gitops import __version__

FOLDER = ".stardust/fmt-cache"
_NAME = "passed.json"


@dataclass(frozen=True, slots=True)
class Passed:
    """A file in canonical form: its size, its time in nanoseconds, the SHA-256 of its bytes."""

    size: int
    mtime_ns: int
    digest: str


class FormatCache:
    """The files of a catalogue that have passed, in ``.stardust/fmt-cache``."""

    def __init__(self, root: Path) -> None:
        self._folder = root / FOLDER
        self._version = formatter_version()
        self._before = self._load()
        self._after: dict[str, Passed] = {}
        self._start = self._time_there()

    def unchanged(self, file: str, stat: os.stat_result) -> bool:
        """Whether the file has passed and was not touched since."""
        passed = self._before.get(file)
        return (
            passed is not None
            and passed.size == stat.st_size
            and passed.mtime_ns == stat.st_mtime_ns
        )

    def digests(self, files: Iterable[str]) -> dict[str, str]:
        """What each of these files was when it passed, if it did."""
        return {file: self._before[file].digest for file in files if file in self._before}

    def keep(self, file: str) -> None:
        """The file is as it was when it passed."""
        self._after[file] = self._before[file]

    def add(self, file: str, passed: Passed) -> None:
        """The file has passed. One written since the start could be written again at the same
        time, so that the time says nothing: its bytes will be compared."""
        sure = passed.mtime_ns < self._start
        self._after[file] = passed if sure else Passed(passed.size, 0, passed.digest)

    def save(self, *, everything: bool) -> None:
        """Write it down. `everything`: what was not looked at this time is not there any more."""
        after = self._after if everything else self._before | self._after
        if not self._start or after == self._before:
            return
        entries = {file: [p.size, p.mtime_ns, p.digest] for file, p in sorted(after.items())}
        document = {"version": self._version, "files": entries}
        try:
            replace_file(self._folder / _NAME, orjson.dumps(document))
        except OSError:
            return  # the next run takes longer

    def _load(self) -> dict[str, Passed]:
        try:
            document: Any = orjson.loads((self._folder / _NAME).read_bytes())
            if document["version"] != self._version:
                return {}
            return {
                str(file): Passed(int(size), int(mtime_ns), str(digest))
                for file, (size, mtime_ns, digest) in document["files"].items()
            }
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return {}

    def _time_there(self) -> int:
        """The file system's time, in nanoseconds; 0 where nothing can be written."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            ignore = self._folder / ".gitignore"
            if not ignore.exists():
                ignore.write_text("*\n", encoding="utf-8")
            with tempfile.TemporaryFile(dir=self._folder) as stream:
                return os.fstat(stream.fileno()).st_mtime_ns
        except OSError:
            return 0


def formatter_version() -> str:
    """Changes with anything that decides on the canonical form: models, identifiers, this code."""
    package = Path(__file__).parents[1]
    sources = sorted((*package.glob("catalog/**/*.py"), *package.glob("identifiers/*.py")))
    digest = hashlib.sha256(f"{__version__} {yaml.__version__}".encode())
    for source in sources:
        digest.update(source.read_bytes())
    return digest.hexdigest()


def replace_file(path: Path, data: bytes) -> None:
    """Replace a file or make it, as a whole or not at all; it keeps its permissions. `OSError`."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        temporary.chmod(path.stat().st_mode & 0o7777 if path.exists() else 0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
