"""Where the tests find DDEX's official XSDs, which are not part of this project."""

from __future__ import annotations

import functools
import os
from pathlib import Path

import pytest

from stardust_gitops.messages.ern.versions import version_named
from stardust_gitops.messages.xsd import Validator, validator

_PROJECT = Path(__file__).resolve().parents[1]


def schemas() -> Path | None:
    """The folder with ``ern/43/…``: ``$STARDUST_DDEX_SCHEMAS``, else beside the project."""
    chosen = os.environ.get("STARDUST_DDEX_SCHEMAS")
    folder = Path(chosen) if chosen else _PROJECT.parent / "shared" / "schemas"
    return folder if folder.is_dir() else None


def samples() -> tuple[Path, ...]:
    """Valid messages of others, ``43_name.xml``: below ``$STARDUST_DDEX_SAMPLES``, else beside the
    project. The test is skipped where there are none."""
    chosen = os.environ.get("STARDUST_DDEX_SAMPLES")
    folder = Path(chosen) if chosen else _PROJECT.parent / "shared" / "samples"
    found = tuple(sorted((*folder.glob("ern/*.xml"), *folder.glob("public-ern/*.xml"))))
    if not found:
        pytest.skip("no sample messages: set STARDUST_DDEX_SAMPLES to a folder with ern/*.xml")
    return found


def require_schemas() -> Path:
    """The same; the test is skipped where there is none."""
    folder = schemas()
    if folder is None:
        pytest.skip("no DDEX XSDs: set STARDUST_DDEX_SCHEMAS to a folder that holds ern/43")
    return folder


def official(version: str = "4.3") -> Validator:
    """The official check of an ERN version; the test is skipped where its XSD is not found."""
    found = validator(version, require_schemas())
    if found is None:
        pytest.skip(f"no official XSD of ERN {version} in {schemas()}")
    return found


@functools.cache
def official_files(version: str = "4.3") -> tuple[Path, Path] | None:
    """Message XSD and value sets, for a second validator."""
    base, which = schemas(), version_named(version)
    if base is None:
        return None
    for folder in (base / "ern" / which.folder, base / which.folder):
        message, values = folder / which.message_xsd, folder / which.values_xsd
        if message.is_file() and values.is_file():
            return message, values
    return None
