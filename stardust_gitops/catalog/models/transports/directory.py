"""A folder of this machine, or one that is mounted."""

from __future__ import annotations

import posixpath
from pathlib import PurePosixPath
from typing import Annotated, Literal

from pydantic import AfterValidator

from stardust_gitops.catalog.models.scalars import Model, Text, refuse

FOLDERS = ("releases", "tracks", "parties", "labels", "targets", "genre_maps", "assets")
"""The folders of a catalogue: nothing is delivered into them."""


def _inbox(value: str) -> str:
    first = PurePosixPath(posixpath.normpath(value)).parts[:1]
    if first in ((), (".",), *((name,) for name in FOLDERS)):
        refuse("SG1121", f"{value!r} is the catalogue itself", "choose a folder of its own")
    return value


class DirectoryTransport(Model):
    """A folder; relative to the catalogue's root unless it begins with a slash."""

    protocol: Literal["directory"]
    path: Annotated[Text, AfterValidator(_inbox)]
