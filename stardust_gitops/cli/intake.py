"""Files on their way into the catalogue: looked at first, then copied under their name."""

from __future__ import annotations

import filecmp
import os
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from stardust_gitops.assets.containers import is_container
from stardust_gitops.assets.errors import AssetError
from stardust_gitops.assets.facts import AssetKind
from stardust_gitops.assets.measure import facts_of
from stardust_gitops.assets.paths import resolve_asset
from stardust_gitops.assets.sniff import read_head
from stardust_gitops.errors import GitOpsError, UsageError

FOLDER = "assets"
NOT_COPIED = "SG3030"
DIFFERENT = "SG3031"


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """A file that a release will refer to as `reference`; `copied` where it must be brought."""

    source: Path
    reference: str
    copied: bool


def recording_kind(source: Path) -> Literal["audio", "video"]:
    """What the file of a track is, by its first bytes; of one that is neither, `look_at` says what
    is wrong with it."""
    with suppress(AssetError):
        if is_container(read_head(source)):
            return "video"
    return "audio"


def look_at(root: Path, source: Path, stem: str, kind: AssetKind) -> Intake:
    """What is to be done with a file. Changes nothing; reads the file through.

    A file in the catalogue's ``assets/`` stays where it is, another goes there as `stem` with its
    own ending. `UsageError` where it is not what a release can have, or another file is there.
    """
    try:
        facts_of(source, kind)
        real, home = Path(os.path.realpath(source)), Path(os.path.realpath(root / FOLDER))
        if real.is_relative_to(home):
            reference = f"{FOLDER}/{real.relative_to(home).as_posix()}"
            resolve_asset(root, reference)
            return Intake(source=source, reference=reference, copied=False)
        reference = f"{FOLDER}/{stem}{source.suffix.lower()}"
        there = resolve_asset(root, reference)
        if there.exists() and not filecmp.cmp(source, there, shallow=False):
            raise UsageError(
                f"{reference} is there already and is not {source}",
                hint="give that file itself, or move it away",
                code=DIFFERENT,
            )
        return Intake(source=source, reference=reference, copied=not there.exists())
    except AssetError as error:
        raise UsageError(f"{source}: {error.problem}", hint=error.hint, code=error.code) from error
    except OSError as error:
        raise UsageError(f"{source} cannot be read: {error.strerror}", code=NOT_COPIED) from error


def copy_all(root: Path, intakes: Sequence[Intake], progress: Callable[[str], None]) -> None:
    """Bring all files, or none: what was copied before a failure is removed again.

    A file appears under its name only when it is whole. `GitOpsError` where the disk refuses.
    """
    made: list[Path] = []
    try:
        for intake in intakes:
            if intake.copied:
                target = root / intake.reference
                _copy(intake.source, target)
                made.append(target)
            progress(intake.reference)
    except BaseException as error:
        for path in made:
            path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise GitOpsError(
                f"{intake.source} cannot be copied to {intake.reference}: {error.strerror}",
                hint="check the folder's permissions and the space on the disk; nothing was kept",
                code=NOT_COPIED,
            ) from error
        raise


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        shutil.copyfile(source, aside)
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)
