"""DDEX's official XSDs, which the user obtains and we never ship: install, find, validate.

A cache holds ``ern/43/release-notification.xsd`` with ``allowed-value-sets.xsd`` beside it, and
``SHA256SUMS``. Nothing here ever follows a schemaLocation to the network: the one import that a
message XSD has is pointed at the file beside it.
"""

from __future__ import annotations

import functools
import hashlib
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from lxml import etree

from stardust_gitops.messages.ern.version import Version
from stardust_gitops.messages.ern.versions import version_named
from stardust_gitops.messages.problems import MessageError, Problem

Validator: TypeAlias = Callable[[etree._Element], list[Problem]]

_XS = "{http://www.w3.org/2001/XMLSchema}"
_INSTALL = "get the files from DDEX again and run: stardust-gitops schema install ern --from FOLDER"
_MAX_FILES = 2000
_MAX_SIZE = 20_000_000
_MAX_MESSAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """What was installed where. `digests` are SHA-256 by file name; `unknown` names the files
    whose digest is none that we know: DDEX replaces its value sets in place, so that is worth a
    warning and no more."""

    version: str
    folder: Path
    digests: Mapping[str, str]
    unknown: tuple[str, ...]


def schemas_root(environment: Mapping[str, str] | None = None) -> Path:
    """Where XSDs are looked for and installed: ``$STARDUST_DDEX_SCHEMAS``, else the user's data
    folder (XDG Base Directory Specification)."""
    variables = os.environ if environment is None else environment
    chosen = variables.get("STARDUST_DDEX_SCHEMAS")
    if chosen:
        return Path(chosen)
    data = variables.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(data) / "stardust-gitops" / "schemas"


def validator(version: str, root: Path | None = None) -> Validator | None:
    """The official check of a version, or ``None`` where its XSD is not installed under `root`.

    Looked for and compiled once per process (`install` makes it look again). Safe to use from
    several threads. Raises `MessageError` where the XSD is there and cannot be used.
    """
    return _installed(version, schemas_root() if root is None else root)


@functools.cache
def _installed(version: str, root: Path) -> Validator | None:
    which = version_named(version)
    for folder in (root / "ern" / which.folder, root / which.folder):
        if (folder / which.message_xsd).is_file():
            return _compiled(which, folder)
    return None


def _compiled(which: Version, folder: Path) -> Validator:
    schema = compile_schema(which, folder / which.message_xsd, folder / which.values_xsd)
    lock = threading.Lock()  # an XMLSchema has one error log

    def validate(root: etree._Element) -> list[Problem]:
        with lock:
            if schema.validate(root):
                return []
            entries: Any = schema.error_log  # lxml-stubs do not know that it can be iterated
            return [
                Problem(
                    path=entry.path or f"line {entry.line}",
                    message=_shorten(entry.message),
                    source="xsd",
                )
                for entry in entries
            ]

    return validate


def _shorten(message: str) -> str:
    """libxml2 lists the whole code list where a value is not in it."""
    return message if len(message) <= _MAX_MESSAGE else message[: _MAX_MESSAGE - 1] + "…"


def compile_schema(version: Version, message_xsd: Path, values_xsd: Path) -> etree.XMLSchema:
    """The schema of these two files. Raises `MessageError` if they are not what they should be."""
    message = _read(message_xsd)
    values = _read(values_xsd)
    _expect_namespace(message, version.namespace, message_xsd)
    _expect_namespace(values, version.values_namespace, values_xsd)
    if list(_links(values)):
        raise MessageError(f"{values_xsd} refers to other files", hint=_INSTALL, code="SG4041")
    for link in _links(message):
        if link.tag != f"{_XS}import" or link.get("namespace") != version.values_namespace:
            raise MessageError(f"{message_xsd} refers to other files", hint=_INSTALL, code="SG4041")
        link.set("schemaLocation", values_xsd.resolve().as_uri())
    try:
        return etree.XMLSchema(message)
    except etree.XMLSchemaParseError as error:
        raise MessageError(
            f"{message_xsd} cannot be used: {_shorten(str(error))}", hint=_INSTALL, code="SG4042"
        ) from error


def _links(tree: etree._ElementTree) -> Iterator[etree._Element]:
    for name in ("import", "include", "redefine", "override"):
        yield from tree.getroot().iter(_XS + name)


def _read(path: Path) -> etree._ElementTree:
    try:
        if path.stat().st_size > _MAX_SIZE:
            message = f"{path} is larger than {_MAX_SIZE} bytes"
            raise MessageError(message, hint=_INSTALL, code="SG4040")
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        return etree.parse(path, parser)
    except (OSError, etree.XMLSyntaxError) as error:
        message = f"{path} cannot be read as XML: {error}"
        raise MessageError(message, hint=_INSTALL, code="SG4040") from error


def _expect_namespace(tree: etree._ElementTree, namespace: str, path: Path) -> None:
    found = _target_namespace(tree)
    if found != namespace:
        what = f"describes {found}, not" if found else "is no XML schema of"
        raise MessageError(f"{path} {what} {namespace}", hint=_INSTALL, code="SG4041")


def _target_namespace(tree: etree._ElementTree) -> str | None:
    root = tree.getroot()
    return root.get("targetNamespace") if root.tag == f"{_XS}schema" else None


def install(source: Path, cache: Path | None = None, version: str = "4.3") -> Installed:
    """Copy a version's XSDs from a folder (or one below it) into the cache.

    They are compiled first; a file whose digest is not known is reported, not refused. Raises
    `MessageError` where the two files are not found or cannot be used.
    """
    which = version_named(version)
    message, values = _find(which, source)
    compile_schema(which, message, values)
    folder = (schemas_root() if cache is None else cache) / "ern" / which.folder
    digests = _copy({which.message_xsd: message, which.values_xsd: values}, folder)
    _installed.cache_clear()
    unknown = tuple(name for name, digest in digests.items() if which.digests.get(name) != digest)
    return Installed(version=version, folder=folder, digests=digests, unknown=unknown)


def _find(version: Version, source: Path) -> tuple[Path, Path]:
    """The message XSD by its name and namespace; its value sets beside it, or a folder above."""
    if not source.is_dir():
        raise MessageError(f"{source} is not a folder", code="SG4043")
    for number, path in enumerate(sorted(source.rglob("*.xsd"))):
        if number >= _MAX_FILES:
            break
        if path.name != version.message_xsd or _namespace_of(path) != version.namespace:
            continue
        for folder in (path.parent, path.parent.parent):
            if _namespace_of(folder / version.values_xsd) == version.values_namespace:
                return path, folder / version.values_xsd
    raise MessageError(
        f"{source} does not hold the XSDs of ERN {version.name}",
        hint=f"needed: {version.message_xsd} ({version.namespace}) with {version.values_xsd} "
        "beside it or one folder above",
        code="SG4043",
    )


def _namespace_of(path: Path) -> str | None:
    try:
        return _target_namespace(_read(path))
    except MessageError:
        return None  # not one of the files that are looked for


def _copy(files: Mapping[str, Path], folder: Path) -> dict[str, str]:
    """Fill `folder` in one step, so that no process sees it half full; SHA-256 by name."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        digests: dict[str, str] = {}
        for name, path in files.items():
            data = path.read_bytes()
            (staging / name).write_bytes(data)
            digests[name] = hashlib.sha256(data).hexdigest()
        sums = "".join(f"{digest}  {name}\n" for name, digest in digests.items())
        (staging / "SHA256SUMS").write_text(sums, encoding="ascii")
        staging.chmod(0o755)
        if folder.exists():
            shutil.rmtree(folder)
        staging.rename(folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return digests
