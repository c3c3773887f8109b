"""The canonical form of a catalogue file: order of keys, quotes, indentation, identifiers.

The form changes, never what is said: the result is read again and compared before anyone gets it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any

from pydantic import BaseModel

from stardust_gitops.catalog.loading import CONFIG_NAME
from stardust_gitops.catalog.models.config import ConfigFile
from stardust_gitops.catalog.models.genre_map import GenreMapFile
from stardust_gitops.catalog.models.label import LabelFile
from stardust_gitops.catalog.models.party import PartyFile
from stardust_gitops.catalog.models.recordings import RecordingFile
from stardust_gitops.catalog.models.release import ReleaseFile
from stardust_gitops.catalog.models.target import TargetFile
from stardust_gitops.catalog.shapes import Shape
from stardust_gitops.catalog.yaml_layout import write_tree
from stardust_gitops.catalog.yaml_strict import YamlInvalid, parse
from stardust_gitops.catalog.yaml_tree import (
    Collection,
    Entry,
    Scalar,
    read_comments,
    read_tree,
)
from stardust_gitops.catalog.yaml_write import Plain
from stardust_gitops.diagnostics import Finding, Severity

CANNOT_FORMAT = "SG1026"

FOLDERS: dict[str, type[BaseModel]] = {
    "releases": ReleaseFile,
    "tracks": RecordingFile,
    "parties": PartyFile,
    "labels": LabelFile,
    "targets": TargetFile,
    "genre_maps": GenreMapFile,
}
"""The folders of a catalogue, and what a file there is."""


def is_catalogue_file(file: str) -> bool:
    """Whether a path in the catalogue is that of a file with a canonical form."""
    path = PurePosixPath(file)
    return file == CONFIG_NAME or (path.parts[0] in FOLDERS and path.suffix in (".yaml", ".yml"))


_UTF8_MARK = "\ufeff"
# A date, a number, a flag as they stand: what our reader and others take alike, or for the date,
# number or flag that it is.
_plain = re.compile(r"[-+]?[0-9][0-9A-Za-z:+.-]*|true|false").fullmatch
_whole = re.compile(r"0|[1-9][0-9]*").fullmatch


def format_file(data: bytes, file: str) -> bytes:
    """The file in its canonical form; in that form already, it comes back byte for byte.

    `file` is its path in the catalogue, which tells what it holds; a path of no known folder
    leaves that to the keys. Raises `YamlInvalid` for a file that is not strict YAML.
    """
    document = parse(data, file)
    text = data.decode("utf-8").removeprefix(_UTF8_MARK)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.endswith("\n"):
        text += "\n"
    shape = _shape_of(file, document)
    root = read_tree(text)
    first = root.entries[0] if root.entries else None
    _arrange(root, shape)
    if first is not None and first is not root.entries[0]:
        _keep_head(first, root.entries[0])
    result = write_tree(root)
    after = result.encode("utf-8")
    if after != data:
        _check(document, shape, text, result, file)
    return after


def _shape_of(file: str, document: dict[str, Any]) -> Shape:
    path = PurePosixPath(file)
    if file == CONFIG_NAME:
        return Shape(models=(ConfigFile,))
    if path.parts[0] in FOLDERS:
        return Shape(models=(FOLDERS[path.parts[0]],))
    # On a tie the first: a single key such as `title` is most likely a release's.
    models: tuple[type[BaseModel], ...] = (*FOLDERS.values(), ConfigFile)
    known = [model for model in models if document.keys() & model.model_fields.keys()]
    return Shape(models=tuple(known))


def _arrange(node: Collection, shape: Shape) -> None:
    """Put keys in order, texts in NFC, identifiers in their stored form."""
    for entry in node.entries:
        for comment in (*entry.leading, *entry.trailing):
            comment.text = _nfc(comment.text)
    for comment in node.tail:
        comment.text = _nfc(comment.text)
    if not node.is_mapping:
        for entry in node.entries:
            _arrange_value(entry, shape.items)
        return
    keys = _stored_keys([entry.key for entry in node.entries], shape)
    fields = shape.fields(keys)
    numbers = shape.keys is not None and shape.keys.plain
    for entry, key in zip(node.entries, keys, strict=True):
        entry.key = Plain(key) if numbers and _plain(key) else key
        _arrange_value(entry, fields.get(key) or shape.values)
    node.entries.sort(key=_order(fields))


def _order(fields: Iterable[str]) -> Any:
    places = {name: place for place, name in enumerate(fields)}
    return lambda entry: places.get(entry.key, len(places))


def _arrange_value(entry: Entry, shape: Shape | None) -> None:
    value = entry.value
    if isinstance(value, Collection):
        _arrange(value, shape or Shape())
    elif value.text is not None:
        value.text = _text(value, shape)


def _text(value: Scalar, shape: Shape | None) -> str:
    """The text of a value, marked `Plain` where it takes no quotes for what it means."""
    text = _nfc(value.text or "")
    if shape is None:  # nobody knows what it means: as its author wrote it
        return Plain(text) if value.plain else text
    text = shape.stored(text)
    if shape.plain and _plain(text):
        return Plain(text)
    return Plain(text) if text in shape.choices and _whole(text) else text


def _stored_keys(keys: list[str], shape: Shape) -> list[str]:
    """Keys in NFC, and those that are identifiers in their stored form, unless two would meet."""
    stored = [_nfc(key) for key in keys]
    if shape.keys is not None:
        stored = [shape.keys.stored(key) for key in stored]
    return stored if len(set(stored)) == len(set(keys)) else keys


def _nfc(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _keep_head(old: Entry, first: Entry) -> None:
    """The comment that a file begins with is about the file, and stays, whatever key is first.

    It ends at the last blank line before the key; what stands below that line is the key's.
    """
    if not old.leading:
        return
    blanks = [place for place, comment in enumerate(old.leading) if place and comment.blank]
    end = blanks[-1] if blanks and not old.blank else len(old.leading)
    head, old.leading = old.leading[:end], old.leading[end:]
    if first.leading:
        first.leading[0].blank = True
    else:
        first.blank = old.blank and not old.leading
    if not old.leading:
        old.blank = False
    first.leading = [*head, *first.leading]


def _check(document: Any, shape: Shape, before: str, after: str, file: str) -> None:
    """Make sure that the new text says what the old one did, comments included."""
    try:
        same = parse(after.encode("utf-8"), file) == _expected(document, shape)
    except YamlInvalid:
        same = False
    wanted = Counter(map(_nfc, read_comments(before)))
    if not same or Counter(read_comments(after)) != wanted:
        raise YamlInvalid((_cannot_format(file),))


def _expected(node: Any, shape: Shape | None) -> Any:
    """The document as it is to be read after formatting."""
    shape = shape or Shape()
    if isinstance(node, dict):
        keys = _stored_keys(list(node), shape)
        fields = shape.fields(keys)
        pairs = zip(keys, node.values(), strict=True)
        return {key: _expected(value, fields.get(key) or shape.values) for key, value in pairs}
    if isinstance(node, list):
        return [_expected(item, shape.items) for item in node]
    return node if node is None else shape.stored(_nfc(node))


def _cannot_format(file: str) -> Finding:
    return Finding(
        code=CANNOT_FORMAT,
        severity=Severity.ERROR,
        message="the file cannot be formatted without changing what it says",
        remedy="it was left as it is; please report it with the file",
        file=file,
        line=1,
        column=1,
    )
