"""``file:PATH``: a file outside of the repository."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from stardust_gitops.errors import GitOpsError
from stardust_gitops.secrets.secret import Secret

MOST_BYTES = 64 * 1024
"""A password, token or key is shorter; a longer file is the wrong one."""


def fetch(name: str, *, environ: Mapping[str, str], root: Path) -> Secret:
    """The text of the file, but for one line end at its end; a relative path is below `root`."""
    path = root / name
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
