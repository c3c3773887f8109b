"""Installing XSDs from a zip archive on the web, whose digest the user states."""

from __future__ import annotations

import hashlib
import io
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, TypeAlias
from urllib.parse import urlsplit

from stardust_gitops.messages.problems import MessageError
from stardust_gitops.messages.xsd import Installed, install

Opener: TypeAlias = Callable[[str], BinaryIO]
"""Opens a URL for reading. Raises `OSError` where that fails."""

_MAX_ARCHIVE = 50_000_000
_MAX_UNPACKED = 60_000_000
_MAX_MEMBERS = 1000
_TIMEOUT = 60.0


class _HttpsOnly(urllib.request.HTTPRedirectHandler):
    """Follows redirections only to https."""

    def redirect_request(  # type: ignore[no-untyped-def]  # seven parameters of no interest
        self, req, fp, code, msg, headers, newurl
    ):
        if urlsplit(newurl).scheme != "https":
            raise urllib.error.URLError(f"redirected away from https, to {newurl}")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def open_https(url: str) -> BinaryIO:
    """The answer to GET `url`, with certificates checked."""
    response: BinaryIO = urllib.request.build_opener(_HttpsOnly).open(url, timeout=_TIMEOUT)
    return response


def install_from_url(
    url: str,
    digest: str,
    cache: Path | None = None,
    version: str = "4.3",
    opener: Opener = open_https,
) -> Installed:
    """Download a zip archive, compare its SHA-256 with `digest`, and install the XSDs in it.

    Nothing is unpacked before the digest agrees. Raises `MessageError`: not https, not reachable,
    too large, another digest, not a safe archive, or as `xsd.install` does.
    """
    if urlsplit(url).scheme != "https":
        raise MessageError(f"{url} is not an https address", code="SG4050")
    data = _fetch(url, opener)
    found = hashlib.sha256(data).hexdigest()
    if found != digest.strip().lower():
        raise MessageError(
            f"the archive's SHA-256 is {found}, not {digest}",
            hint="check the digest with whoever gave it; nothing was installed",
            code="SG4052",
        )
    with tempfile.TemporaryDirectory(prefix="stardust-xsd-") as folder:
        _unpack(data, Path(folder))
        return install(Path(folder), cache, version)


def _fetch(url: str, opener: Opener) -> bytes:
    try:
        with opener(url) as stream:
            data = stream.read(_MAX_ARCHIVE + 1)
    except (OSError, ValueError) as error:
        raise MessageError(f"{url} cannot be read: {error}", code="SG4051") from error
    if len(data) > _MAX_ARCHIVE:
        raise MessageError(f"{url} is larger than {_MAX_ARCHIVE} bytes", code="SG4051")
    return data


def _unpack(data: bytes, folder: Path) -> None:
    """Write the archive's XSD files below `folder`, and nothing elsewhere."""
    left = _MAX_UNPACKED
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [each for each in archive.infolist() if each.filename.endswith(".xsd")]
            if len(members) > _MAX_MEMBERS:
                raise MessageError(f"more than {_MAX_MEMBERS} XSDs in the archive", code="SG4053")
            for member in members:
                path = _safe_path(folder, member.filename)
                with archive.open(member) as stream:
                    content = stream.read(left + 1)  # the header's size may lie
                left -= len(content)
                if left < 0:
                    raise MessageError("the archive unpacks to too much", code="SG4053")
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError) as error:
        raise MessageError(f"not a zip archive that can be read: {error}", code="SG4053") from error


def _safe_path(folder: Path, name: str) -> Path:
    path = folder / name
    if "\\" in name or not path.resolve().is_relative_to(folder.resolve()):
        raise MessageError(f"the archive's {name!r} leaves its folder", code="SG4053")
    return path
