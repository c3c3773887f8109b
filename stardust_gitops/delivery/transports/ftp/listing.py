"""What an FTP server lists of a folder, in each of the forms that are in use."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What an entry is. Of ``OTHER`` are links and devices, which are no one's delivery."""

    FILE = "file"
    FOLDER = "folder"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A name in a folder; `size` in bytes, of a file."""

    name: str
    kind: Kind
    size: int = 0


# As `ls -l` prints it. The time is `Nov 23 01:54`, `23 Nov 2026` or `2026-11-23 01:54`; between
# it and the name is one blank, so that a name may begin with another.
_unix = re.compile(
    r"(?P<type>[-dlbcps])[-rwxsStTlL]{9}[.+@]?\s+(?:\d+\s+)?(?P<owner>\S.*?)\s+(?P<size>\d+)\s+"
    r"(?:\d{4}-\d\d-\d\d\s+\d\d:\d\d"
    r"|(?:[^\W\d]\S*\s+\d{1,2}|\d{1,2}\s+[^\W\d]\S*)\s+(?:\d{4}|\d{1,2}:\d\d)) "
    r"(?P<name>.+)"
).fullmatch

# As Windows prints it: `11-23-26  01:54AM       <DIR>          name`.
_dos = re.compile(
    r"\d\d-\d\d-(?:\d\d){1,2} +\d\d:\d\d ?[AP]M +(?:<DIR> {10}|(?P<size>\d+) )(?P<name>.+)"
).fullmatch

_UNIX_KINDS = {"-": Kind.FILE, "d": Kind.FOLDER}
_MLSD_KINDS = {"file": Kind.FILE, "dir": Kind.FOLDER}


def parse_list(lines: Iterable[str]) -> list[Entry] | None:
    """The answer to LIST; ``None`` where a line is in no form that we know."""
    entries = []
    for line in lines:
        if not line or re.fullmatch(r"total \d+", line):
            continue
        if found := _unix(line):
            kind = _UNIX_KINDS.get(found["type"], Kind.OTHER)
            name = found["name"].partition(" -> ")[0] if found["type"] == "l" else found["name"]
            entries.append(Entry(name=name, kind=kind, size=int(found["size"])))
        elif found := _dos(line):
            kind = Kind.FOLDER if found["size"] is None else Kind.FILE
            entries.append(Entry(name=found["name"], kind=kind, size=int(found["size"] or 0)))
        else:
            return None
    return _inside(entries)


def parse_mlsd(lines: Iterable[str]) -> list[Entry]:
    """The answer to MLSD (RFC 3659, section 7)."""
    entries = []
    for line in lines:
        stated, blank, name = line.partition(" ")
        if not blank:
            continue
        facts = {
            key.lower(): value for key, _, value in (f.partition("=") for f in stated.split(";"))
        }
        size = facts.get("size", "")
        kind = _MLSD_KINDS.get(facts.get("type", "").lower(), Kind.OTHER)
        entries.append(
            Entry(name=name, kind=kind, size=int(size) if re.fullmatch(r"[0-9]+", size) else 0)
        )
    return _inside(entries)


def parse_names(lines: Iterable[str]) -> list[str]:
    """The names that NLST answers with; some servers put the folder before them."""
    names = [line.rpartition("/")[2] for line in lines]
    return [name for name in names if name not in ("", ".", "..")]


def _inside(entries: list[Entry]) -> list[Entry]:
    # A name with a slash would lead somewhere else.
    return [entry for entry in entries if entry.name not in (".", "..") and "/" not in entry.name]
