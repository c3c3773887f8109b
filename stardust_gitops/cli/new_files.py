"""Templates of files for a catalogue, and writing them where there are none yet."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from stardust_gitops.errors import GitOpsError

NOT_WRITTEN = "SG9021"


def templates(folder: str) -> Iterator[tuple[str, str]]:
    """All templates of a folder: the path that each is for, and its text. A leading ``dot_``
    stands for the dot, so that git and others do not take a template for a file of their own."""
    return _below(files("stardust_gitops.cli").joinpath(folder), "")


def _below(folder: Traversable, prefix: str) -> Iterator[tuple[str, str]]:
    for entry in folder.iterdir():
        path = prefix + re.sub(r"^dot_", ".", entry.name)
        if entry.is_dir():
            yield from _below(entry, f"{path}/")
        else:
            yield path, entry.read_text("utf-8")


def write_new(folder: Path, contents: Mapping[str, str]) -> list[str]:
    """Write files that are not there yet; their paths."""
    written = []
    for path, text in contents.items():
        try:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            with (folder / path).open("x", encoding="utf-8", newline="\n") as stream:
                stream.write(text)
        except FileExistsError as error:
            if not (folder / path).is_file():
                raise not_written(path, error) from error
            continue
        except (OSError, ValueError) as error:
            raise not_written(path, error) from error
        written.append(path)
    return written


def not_written(path: str, error: OSError | ValueError) -> GitOpsError:
    """What is told of a file that could not be written."""
    what = error.strerror if isinstance(error, OSError) else str(error)
    return GitOpsError(
        f"{path} cannot be written: {what}",
        hint="correct that and run the same command again; what was written stays",
        code=NOT_WRITTEN,
    )
