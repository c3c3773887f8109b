"""DDEX's official XSDs, which the user obtains and we never ship: install, find, validate.

A cache holds ``ern/43/release-notification.xsd`` with ``allowed-value-sets.xsd`` beside it, and
``SHA256SUMS``; ``mead/11`` likewise, which can do with the value sets of ``ern/432``. Nothing here
ever follows a schemaLocation to the network: the one import that a message XSD has is pointed at
the file that was found.
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

from stardust_gitops.messages.ern.versions import version_named
from stardust_gitops.messages.mead.version import MEAD_11
from stardust_gitops.messages.problems import MessageError, Problem, SchemaError
from stardust_gitops.messages.schema import Schema

Validator: TypeAlias = Callable[[etree._Element], list[Problem]]

_XS = "{http://www.w3.org/2001/XMLSchema}"
_INSTALL = (
    "get the files from DDEX again and run: stardust-gitops schema install ern --from FOLDER "
    "(mead for those of MEAD)"
)
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

    @property
    def name(self) -> str:
        """For people: ``ERN 4.3``, ``MEAD 1.1``."""
        return schema_of(self.version).name


def schema_of(version: str) -> Schema:
    """The XSD of a version of ERN (``4.3``), or of ``MEAD 1.1``. Raises `MessageError` where there
    is no such."""
    return MEAD_11 if version == MEAD_11.name else version_named(version).schema


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
    """The official check of a version (as in `schema_of`), or ``None`` where its XSD is not
    installed under `root`.

    Looked for and compiled once per process (`install` makes it look again). Safe to use from
    several threads. Raises `SchemaError` where the XSD is there and cannot be used.
    """
    return _installed(version, schemas_root() if root is None else root)


@functools.cache
def _installed(version: str, root: Path) -> Validator | None:
    schema = schema_of(version)
    for folder in (root / schema.folder, root / Path(schema.folder).name):
        message = folder / schema.message_xsd
        if message.is_file():
            return _compiled(schema, message, _values_beside(schema, message, root))
    return None


def _values_beside(schema: Schema, message: Path, root: Path) -> Path:
    """The value sets for a message's XSD: in its folder, else those that serve as well."""
    beside = message.parent / schema.values_xsd
    if schema.values_of is not None and not beside.is_file():
        return root / schema.values_of / schema.values_xsd
    return beside


def _compiled(which: Schema, message: Path, values: Path) -> Validator:
    schema = compile_schema(which, message, values)
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


def compile_schema(schema: Schema, message_xsd: Path, values_xsd: Path) -> etree.XMLSchema:
    """The schema of these two files. Raises `SchemaError` if they are not what they should be."""
    message = _read(message_xsd)
    values = _read(values_xsd)
    _expect_namespace(message, schema.namespace, message_xsd)
    _expect_namespace(values, schema.values_namespace, values_xsd)
    if list(_links(values)):
        raise SchemaError(f"{values_xsd} refers to other files", hint=_INSTALL, code="SG4041")
    for link in _links(message):
        if link.tag != f"{_XS}import" or link.get("namespace") != schema.values_namespace:
            raise SchemaError(f"{message_xsd} refers to other files", hint=_INSTALL, code="SG4041")
        link.set("schemaLocation", values_xsd.resolve().as_uri())
    _do_without_retired(schema, message, values)
    try:
        return etree.XMLSchema(message)
    except etree.XMLSchemaParseError as error:
        raise SchemaError(
            f"{message_xsd} cannot be used: {_shorten(str(error))}", hint=_INSTALL, code="SG4042"
        ) from error


def _do_without_retired(
    schema: Schema, message: etree._ElementTree, values: etree._ElementTree
) -> None:
    """Where a set that was retired is not among the values, its elements may hold any text."""
    missing = schema.retired - {element.get("name") for element in values.getroot()}
    for extension in message.getroot().iter(f"{_XS}extension") if missing else ():
        if str(extension.get("base")).rpartition(":")[2] in missing:
            extension.set("base", f"{extension.prefix}:string")


def _links(tree: etree._ElementTree) -> Iterator[etree._Element]:
    for name in ("import", "include", "redefine", "override"):
        yield from tree.getroot().iter(_XS + name)


def _read(path: Path) -> etree._ElementTree:
    try:
        if path.stat().st_size > _MAX_SIZE:
            message = f"{path} is larger than {_MAX_SIZE} bytes"
            raise SchemaError(message, hint=_INSTALL, code="SG4040")
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        return etree.parse(path, parser)
    except (OSError, etree.XMLSyntaxError) as error:
        message = f"{path} cannot be read as XML: {error}"
        raise SchemaError(message, hint=_INSTALL, code="SG4040") from error


def _expect_namespace(tree: etree._ElementTree, namespace: str, path: Path) -> None:
    found = _target_namespace(tree)
    if found != namespace:
        what = f"describes {found}, not" if found else "is no XML schema of"
        raise SchemaError(f"{path} {what} {namespace}", hint=_INSTALL, code="SG4041")


def _target_namespace(tree: etree._ElementTree) -> str | None:
    root = tree.getroot()
    return root.get("targetNamespace") if root.tag == f"{_XS}schema" else None


def install(source: Path, cache: Path | None = None, version: str = "4.3") -> Installed:
    """Copy the XSDs of a version (as in `schema_of`) from a folder, or one below it, into the
    cache.

    They are compiled first; a file whose digest is not known is reported, not refused. Raises
    `MessageError` where the two files are not found or cannot be used.
    """
    which = schema_of(version)
    root = schemas_root() if cache is None else cache
    message, values = _find(which, source, root)
    compile_schema(which, message, values)
    folder = root / which.folder
    digests = _copy({which.message_xsd: message, which.values_xsd: values}, folder)
    _installed.cache_clear()
    unknown = tuple(name for name, digest in digests.items() if which.digests.get(name) != digest)
    return Installed(version=version, folder=folder, digests=digests, unknown=unknown)


def _find(schema: Schema, source: Path, root: Path) -> tuple[Path, Path]:
    """The message XSD by its name and namespace; its value sets beside it or a folder above, else
    those that are installed and serve as well."""
    if not source.is_dir():
        raise MessageError(f"{source} is not a folder", code="SG4043")
    elsewhere = [root / schema.values_of] if schema.values_of else []
    known = "".join(f", or installed in {folder}" for folder in elsewhere)
    for number, path in enumerate(sorted(source.rglob("*.xsd"))):
        if number >= _MAX_FILES:
            break
        if path.name != schema.message_xsd or _namespace_of(path) != schema.namespace:
            continue
        for folder in (path.parent, path.parent.parent, *elsewhere):
            if _namespace_of(folder / schema.values_xsd) == schema.values_namespace:
                return path, folder / schema.values_xsd
    raise MessageError(
        f"{source} does not hold the XSDs of {schema.name}",
        hint=f"needed: {schema.message_xsd} ({schema.namespace}) with {schema.values_xsd} "
        f"beside it or one folder above{known}",
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
