"""Which commit each line of a file comes from."""

from __future__ import annotations

import os
import re
from pathlib import Path

from stardust_gitops.errors import GitOpsError
from stardust_gitops.git.command import FAILED, GitError, run

SHORT = 10
"""Hex digits of a short commit id: enough to stay unique in a catalogue of a million commits."""

_header = re.compile(rb"([0-9a-f]{40}|[0-9a-f]{64}) [0-9]+ [0-9]+( [0-9]+)?").fullmatch
# What git says of a file that no commit has yet, and where `blame.ignoreRevsFile`, which people set
# for all their repositories, names a file that this one lacks.
_CANNOT_TELL = ("no such path", "no such ref: HEAD", "could not open object name list")


def blamed_commits(path: Path) -> list[str | None]:
    """The short id of the commit of each line of the file as it stands.

    None where git cannot tell: see `Repository.line_commits`.
    """
    try:
        text = path.read_bytes()
    except OSError as error:
        raise GitOpsError(
            f"{path} cannot be read: {error.strerror}", hint="restore the file", code=FAILED
        ) from None
    try:
        _, output = run(path.parent, "blame", "--porcelain", "--no-textconv", "--", path.name)
    except GitError as error:
        if any(words in error.stderr for words in _CANNOT_TELL):
            return [None] * (text.count(b"\n") + (text[-1:] not in (b"", b"\n")))
        raise
    untold = _boundaries(path.parent)
    commits: list[str | None] = []
    current = b""
    for line in output.split(b"\n"):
        if line.startswith(b"\t"):
            commits.append(None if current in untold else current.decode("ascii")[:SHORT])
        elif (match := _header(line)) is not None:
            current = match[1]
    return commits


def _boundaries(folder: Path) -> frozenset[bytes]:
    """The ids that say nothing: zeros (not committed), and where a shallow clone was cut off."""
    _, output = run(folder, "rev-parse", "--git-path", "shallow")
    shallow = folder / os.fsdecode(output.removesuffix(b"\n"))
    cut = shallow.read_bytes().split() if shallow.exists() else []
    return frozenset({b"0" * 40, b"0" * 64, *cut})
