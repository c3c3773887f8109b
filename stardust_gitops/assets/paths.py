"""References to assets: paths below the catalogue's root, with slashes."""

from __future__ import annotations

import os
import re
from pathlib import Path

from stardust_gitops.assets.errors import AssetError, AssetProblem

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_PLAIN = re.compile(r"\w[\w .-]*(?:/\w[\w .-]*)*", re.ASCII)
"""What nearly every reference looks like: steps that begin with a letter or a digit."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_LATER = ("s3", "azure", "https")
_HINT = "write the path from the catalogue's root with slashes, as assets/4006381333931_01_001.flac"


def check_reference(reference: str) -> None:
    """Refuse, by its form alone, what is not a path below the root. Touches no file.

    Every file has one reference (no ``.``, no doubled slash), since locks go by it.
    """
    if _PLAIN.fullmatch(reference):
        return
    if not reference or _CONTROL.search(reference):
        raise _bad(reference, "a reference is a path without control characters")
    if scheme := _SCHEME.match(reference):
        raise _remote(scheme[1].lower())
    if "\\" in reference:
        raise _bad(reference, "a path is written with slashes, not backslashes")
    if reference.startswith("/") or reference[1:2] == ":":
        raise _bad(reference, "the path is absolute")
    for step in reference.split("/"):
        if step == "..":
            raise _bad(reference, "the path goes up with `..`", AssetProblem.OUTSIDE)
        if step in ("", "."):
            raise _bad(reference, "the path has an empty step or a `.`")


def resolve_asset(root: Path, reference: str) -> Path:
    """The file that a reference names, whether or not it exists.

    Raises `AssetError` for a malformed reference, for one to a store that is not available yet,
    and for one whose real path, all symbolic links followed, is not below the catalogue's root.
    """
    check_reference(reference)
    path = root / reference
    try:
        real, base = os.path.realpath(path), os.path.realpath(root)
        inside = os.path.commonpath((real, base)) == base
    except (OSError, ValueError) as error:
        raise _bad(reference, f"the path cannot be followed: {error}") from error
    if not inside:
        raise AssetError(
            "the path leaves the catalogue through a symbolic link",
            code=AssetProblem.OUTSIDE,
            hint="keep the file itself below the catalogue's root",
            asset=reference,
        )
    return path


def _bad(
    reference: str, problem: str, code: AssetProblem = AssetProblem.BAD_REFERENCE
) -> AssetError:
    shown = ascii(reference) if _CONTROL.search(reference) else reference
    return AssetError(problem, code=code, hint=_HINT, asset=shown or "(empty)")


def _remote(scheme: str) -> AssetError:
    shown = f"{scheme}://…"  # The rest may hold a password or a signature.
    if scheme in _LATER:
        return AssetError(
            f"assets in {scheme}:// are not available yet",
            code=AssetProblem.REMOTE,
            hint="put the file into the catalogue (Git LFS for large ones) and refer to its path",
            asset=shown,
        )
    return AssetError(
        f"{scheme}:// is no place for assets",
        code=AssetProblem.BAD_REFERENCE,
        hint=_HINT,
        asset=shown,
    )
