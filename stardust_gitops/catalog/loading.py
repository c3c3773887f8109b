"""Finding and reading the files of a catalogue.

What every release depends on (configuration, targets, genre maps, shared recordings, parties,
labels) is read at once; releases are listed here and read one by one, by whoever needs them.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from stardust_gitops import __version__
from stardust_gitops.catalog.findings import located, model_findings
from stardust_gitops.catalog.models.config import ConfigFile
from stardust_gitops.catalog.models.environment import PRODUCTION
from stardust_gitops.catalog.models.genre_map import GenreMapFile
from stardust_gitops.catalog.models.label import LabelFile
from stardust_gitops.catalog.models.party import PartyFile
from stardust_gitops.catalog.models.recordings import RecordingFile
from stardust_gitops.catalog.models.release import ReleaseFile
from stardust_gitops.catalog.models.target import TargetFile
from stardust_gitops.catalog.offers import Offers, with_offers
from stardust_gitops.catalog.presets import with_preset
from stardust_gitops.catalog.yaml_strict import MAX_BYTES, YamlInvalid, parse
from stardust_gitops.diagnostics import Finding, Pointer, Severity
from stardust_gitops.errors import CatalogueError

CONFIG_NAME = "stardust.yaml"
M = TypeVar("M", bound=BaseModel)
K = TypeVar("K")


class InvalidCatalogueError(CatalogueError):
    """`stardust.yaml` or the listing of the catalogue is not valid: nothing can go on."""

    def __init__(
        self, message: str, findings: tuple[Finding, ...], *, hint: str, root: Path
    ) -> None:
        super().__init__(message, hint=hint)
        self.findings = findings
        self.root = root


@dataclass(frozen=True, slots=True)
class Recording:
    """A file of ``tracks/``."""

    file: str
    model: RecordingFile


@dataclass(frozen=True, slots=True)
class Party:
    """A file of ``parties/``."""

    file: str
    model: PartyFile

    @property
    def key(self) -> str:
        """What it is referred to by: the file's stem, unless the file says otherwise."""
        return self.model.id or Path(self.file).stem


@dataclass(frozen=True, slots=True)
class Label:
    """A file of ``labels/``."""

    file: str
    model: LabelFile

    @property
    def key(self) -> str:
        """What it is referred to by: the file's stem, unless the file says otherwise."""
        return self.model.id or Path(self.file).stem


@dataclass(frozen=True, slots=True)
class Target:
    """A target with its id: the file's stem, unless the file says otherwise."""

    id: str
    file: str
    model: TargetFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """The catalogue without its releases. `release_files` are relative to `root`, sorted.

    `broken_targets` are ids of target files that do not read: nothing is planned for them and
    nothing of theirs is orphaned. `unreadable` tells that some file could not be read at all.
    `environment` is the one that the catalogue is looked at for.
    """

    root: Path
    config: ConfigFile
    targets: Mapping[str, Target]
    genre_maps: Mapping[str, GenreMapFile]
    recordings: Mapping[str, Recording]
    release_files: tuple[str, ...]
    findings: tuple[Finding, ...] = ()
    broken_targets: frozenset[str] = frozenset()
    broken_recordings: frozenset[str] = frozenset()
    parties: Mapping[str, Party] = field(default_factory=dict)
    labels: Mapping[str, Label] = field(default_factory=dict)
    broken_parties: frozenset[str] = frozenset()
    broken_labels: frozenset[str] = frozenset()
    environment: str = PRODUCTION

    @property
    def enabled_targets(self) -> tuple[str, ...]:
        """Ids of the targets that take part, sorted."""
        enabled = (t.id for t in self.targets.values() if t.model.enabled)
        return tuple(sorted(name for name in enabled if self.takes_part(name)))

    def takes_part(self, target: str) -> bool:
        """Whether the environment has a target: it lists it, or it lists none and no other does."""
        entries = self.config.environments
        own = entries.get(self.environment)
        if own is not None and own.targets is not None:
            return target in own.targets
        return not any(target in (entry.targets or ()) for entry in entries.values())


@dataclass(slots=True)
class _Reader:
    """Reads files into models and collects what is wrong with them."""

    root: Path
    findings: list[Finding] = field(default_factory=list)

    def read(self, file: str, model: type[M]) -> M | None:
        value, findings = read_file(self.root, file, model)
        self.findings.extend(findings)
        return value

    def error(self, code: str, file: str, pointer: Pointer, message: str, remedy: str) -> None:
        self.findings.append(
            Finding(
                code=code,
                severity=Severity.ERROR,
                message=message,
                remedy=remedy,
                file=file,
                pointer=pointer,
            )
        )


def read_bytes(root: Path, file: str) -> bytes:
    """The bytes of a catalogue file; at most one byte more than the loader accepts."""
    # Joined as text, and asked for no more than there is: a third of the time, for every release.
    with open(f"{root}/{file}", "rb", buffering=0) as stream:  # noqa: PTH123
        size = os.fstat(stream.fileno()).st_size
        return stream.read(min(size, MAX_BYTES) + 1) or b""


def read_file(root: Path, file: str, model: type[M]) -> tuple[M | None, tuple[Finding, ...]]:
    """A file as its model, or ``None`` with all that is wrong with it (not yet located)."""
    shown = file.encode("utf-8", "backslashreplace").decode()
    if shown != file:
        return None, (_unreadable(shown, "has a name that is not UTF-8"),)
    try:
        mode = os.lstat(f"{root}/{file}").st_mode
        if stat.S_ISLNK(mode):
            if not Path(os.path.realpath(root / file)).is_relative_to(os.path.realpath(root)):
                return None, (_unreadable(file, "is a link that leaves the catalogue"),)
            mode = (root / file).stat().st_mode
        if not stat.S_ISREG(mode):  # reading a pipe or a device would wait for ever
            return None, (_unreadable(file, "is not a file"),)
        document = parse(read_bytes(root, file), file)
    except OSError as error:
        return None, (_unreadable(file, f"cannot be read: {error.strerror}"),)
    except YamlInvalid as error:
        return None, error.findings
    try:
        return model.model_validate(document), ()
    except ValidationError as error:
        if model is TargetFile:  # what it lacks, it lacks beside the values of its preset
            document = with_preset(document)
        return None, tuple(model_findings(error, model, document, file))


def _unreadable(file: str, text: str) -> Finding:
    return Finding(
        code="SG1001",
        severity=Severity.ERROR,
        message=f"{file} {text}",
        remedy="put a readable file there",
        file=file,
        line=1,
        column=1,
    )


def list_files(root: Path, folder: str) -> Iterator[str]:
    """All YAML files below a folder, relative to the root, in sorted order; hidden ones are not
    the catalogue's. `OSError` where a folder cannot be listed: a part must not pass for all."""

    def fail(error: OSError) -> None:
        raise error

    top = root / folder
    if not top.exists():
        return
    for base, folders, names in os.walk(top, onerror=fail):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        prefix = Path(base).relative_to(root).as_posix()
        for name in sorted(names):
            if name.endswith((".yaml", ".yml")) and not name.startswith("."):
                yield f"{prefix}/{name}"


def find_root(start: Path) -> Path:
    """The folder with ``stardust.yaml``: `start` or the nearest one above it."""
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / CONFIG_NAME).exists():
            return folder
    raise CatalogueError(
        f"there is no {CONFIG_NAME} in {start} or above it",
        hint="change to a catalogue, give --catalog DIR, or make one: stardust-gitops init DIR",
        code="SG1002",
    )


def open_catalogue(root: Path) -> Catalogue:
    """Read all but the releases. Errors in single files become findings.

    `InvalidCatalogueError` where ``stardust.yaml`` does not read or a folder cannot be listed.
    """
    reader = _Reader(root)
    config = reader.read(CONFIG_NAME, ConfigFile)
    if config is None:
        findings = tuple(located(reader.findings, root))
        raise InvalidCatalogueError(
            f"{CONFIG_NAME} is not valid",
            findings,
            hint="nothing was planned; correct it first",
            root=root,
        )
    _check_requirement(config)
    files = _list_folders(root)
    genre_maps = {
        Path(file).stem: model
        for file in files["genre_maps"]
        if (model := reader.read(file, GenreMapFile))
    }
    targets, broken = _read_targets(reader, files["targets"], config.offers)
    known_maps = {Path(file).stem for file in files["genre_maps"]}
    for target in targets.values():
        name = target.model.genre_map
        if name is not None and name not in known_maps:
            reader.error(
                "SG1201",
                target.file,
                ("genre_map",),
                f"there is no genre map {name!r}",
                f"add genre_maps/{name}.yaml or name one that is there",
            )
    recordings, broken_recordings = _read_keyed(reader, files["tracks"], RecordingFile, Recording)
    parties, broken_parties = _read_keyed(reader, files["parties"], PartyFile, Party)
    labels, broken_labels = _read_keyed(reader, files["labels"], LabelFile, Label)
    return Catalogue(
        root=root,
        config=config,
        targets=targets,
        genre_maps=genre_maps,
        recordings=recordings,
        release_files=files["releases"],
        findings=tuple(reader.findings),
        broken_targets=frozenset(broken),
        broken_recordings=frozenset(broken_recordings),
        parties=parties,
        labels=labels,
        broken_parties=frozenset(broken_parties),
        broken_labels=frozenset(broken_labels),
    )


def _list_folders(root: Path) -> dict[str, tuple[str, ...]]:
    folders = ("targets", "genre_maps", "tracks", "releases", "parties", "labels")
    try:
        return {folder: tuple(list_files(root, folder)) for folder in folders}
    except OSError as error:
        raise InvalidCatalogueError(
            f"the catalogue cannot be listed: {error}",
            (),
            hint="nothing was planned, as a part of the catalogue must not pass for all of it",
            root=root,
        ) from error


def _check_requirement(config: ConfigFile) -> None:
    """The catalogue may ask for a version of this program (``requires: ">=0.4"``)."""

    def numbers(version: str) -> tuple[int, ...]:
        return tuple(int(part) for part in version.split(".")[:3] if part.isdigit())

    if config.requires and numbers(__version__) < numbers(config.requires.removeprefix(">=")):
        raise CatalogueError(
            f"this catalogue requires stardust-gitops {config.requires}, this is {__version__}",
            hint="install a newer version",
            code="SG1003",
        )


def _read_targets(
    reader: _Reader, files: tuple[str, ...], offers: Offers
) -> tuple[dict[str, Target], set[str]]:
    targets: dict[str, Target] = {}
    broken: set[str] = set()
    for file in files:
        model = reader.read(file, TargetFile)
        if model is None:
            broken.add(Path(file).stem)
            continue
        name = model.id or Path(file).stem
        model, unknown = with_offers(model, file, offers)
        reader.findings.extend(unknown)
        if unknown:
            broken.add(name)
        elif name in targets:
            reader.error(
                "SG1204",
                file,
                ("id",),
                f"the target {name!r} is also in {targets[name].file}",
                "give one of them another id",
            )
        else:
            targets[name] = Target(name, file, model)
    return targets, broken


def _read_keyed(
    reader: _Reader, files: tuple[str, ...], model: type[M], make: Callable[[str, M], K]
) -> tuple[dict[str, K], set[str]]:
    """What is referred to by a key, and the files that do not read."""
    found: dict[str, K] = {}
    first: dict[str, str] = {}
    broken: set[str] = set()
    field, noun = _KEYS[model]
    for file in files:
        entry = reader.read(file, model)
        if entry is None:
            broken.add(file)
            continue
        key = getattr(entry, field) or Path(file).stem
        if first.setdefault(key, file) == file:
            found[key] = make(file, entry)
        else:
            message = f"the {noun} {key} is also in {first[key]}"
            reader.error("SG1204", file, (field,), message, f"describe a {noun} once")
    return found, broken


_KEYS: dict[type[BaseModel], tuple[str, str]] = {
    RecordingFile: ("isrc", "recording"),
    PartyFile: ("id", "party"),
    LabelFile: ("id", "label"),
}


def read_release(root: Path, file: str) -> tuple[ReleaseFile | None, tuple[Finding, ...]]:
    """A release file as its model, or what is wrong with it."""
    return read_file(root, file, ReleaseFile)
