"""A secret is named in the catalogue, ``env:NAME`` or ``file:PATH``, and never stands there.

Its value exists as a `Secret` only, which shows itself nowhere; `redact` takes it out of texts of
others, such as a server's answer.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, NoReturn, final
from urllib.parse import quote

from stardust_gitops.errors import GitOpsError

HIDDEN = "***"
MOST_BYTES = 64 * 1024
"""A password, token or key is shorter; a longer file is the wrong one."""

_SHORTEST_LINE = 8
_is_variable = re.compile("[A-Za-z_][A-Za-z0-9_]*").fullmatch
_is_path = re.compile(r"[^\x00-\x1f\x7f]+").fullmatch


class Source(StrEnum):
    """Where a secret is kept."""

    ENV = "env"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Reference:
    """Where to find a secret: `name` is an environment variable or a path. Safe to show."""

    source: Source
    name: str

    def __str__(self) -> str:
        return f"{self.source}:{self.name}"


@final
class Secret:
    """A value that only `reveal` gives: printing and formatting hide it, pickling is refused."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value. Hand it to whatever needs it and keep it nowhere."""
        return self._value

    def __repr__(self) -> str:
        return f"Secret({HIDDEN})"

    def __str__(self) -> str:
        return HIDDEN

    def __format__(self, spec: str) -> str:
        return HIDDEN

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Secret:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret cannot be written")

    def __getstate__(self) -> NoReturn:
        raise TypeError("a secret cannot be written")


def parse_reference(text: str) -> Reference:
    """The reference that a text is. ``ValueError`` for a literal, which it does not repeat."""
    source, colon, name = text.partition(":")
    if colon and source == Source.ENV and _is_variable(name):
        return Reference(Source.ENV, name)
    if colon and source == Source.FILE and _is_path(name) and name.strip() == name:
        return Reference(Source.FILE, name)
    raise ValueError(
        "this is not a reference to a secret, and a secret itself must not stand in a file "
        "(so it is not repeated here)"
    )


def resolve(reference: Reference, *, environ: Mapping[str, str], root: Path) -> Secret:
    """The secret that a reference names; a relative path is taken from `root`.

    The value is the text as it is, but for one line end at the end of a file. Raises `GitOpsError`
    that names the variable or path and nothing of the value.
    """
    if reference.source is Source.ENV:
        return _from_environment(reference.name, environ)
    return _from_file(root / reference.name)


def _from_environment(name: str, environ: Mapping[str, str]) -> Secret:
    value = environ.get(name)
    if not value:
        raise GitOpsError(
            f"the environment variable {name} is {'empty' if value == '' else 'not set'}",
            hint=f"set {name}, in CI as a secret of the job, to the value that the target needs",
            code="SG6090",
        )
    return Secret(value)


def _from_file(path: Path) -> Secret:
    try:
        data = _read(path)
    except OSError as error:
        raise _file_error(path, f"cannot be read: {error.strerror}") from None
    if len(data) > MOST_BYTES:
        raise _file_error(path, f"is larger than {MOST_BYTES // 1024} KiB")
    try:
        value = data.decode("utf-8")
    except UnicodeDecodeError:
        # Without the cause: it holds the bytes.
        raise _file_error(path, "is not a UTF-8 text") from None
    value = value.removesuffix("\n").removesuffix("\r") if value.endswith("\n") else value
    if not value:
        raise _file_error(path, "is empty")
    return Secret(value)


def _read(path: Path) -> bytes:
    """At most one byte more than allowed; a device or a pipe could give bytes for ever, or none."""
    # Without O_NONBLOCK, opening a pipe waits for a writer.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(None, "it is not a regular file")
    with open(descriptor, "rb") as stream:  # noqa: PTH123 - it is open already
        return stream.read(MOST_BYTES + 1)


def _file_error(path: Path, what: str) -> GitOpsError:
    return GitOpsError(
        f"the secret file {path} {what}",
        hint="put the secret there as a text, readable by this user, outside of the repository",
        code="SG6091",
    )


def redact(text: str, secrets: Iterable[Secret]) -> str:
    """The text with every secret replaced by ``***``.

    Also found are the lines of a secret of several lines, and the forms that it takes in URLs and
    in Python's messages.
    """
    forms = {form for secret in secrets for form in _forms(secret.reveal())}
    if not forms:
        return text
    # The longest first, so that a secret which begins with another goes as a whole.
    longest_first = sorted(forms, key=lambda form: (-len(form), form))
    return re.sub("|".join(map(re.escape, longest_first)), HIDDEN, text)


def _forms(value: str) -> set[str]:
    lines = {line.strip() for line in value.splitlines()}
    parts = {value, value.strip(), *(line for line in lines if len(line) >= _SHORTEST_LINE)}
    return {
        form for part in parts for form in (part, quote(part, safe=""), repr(part)[1:-1]) if form
    }
