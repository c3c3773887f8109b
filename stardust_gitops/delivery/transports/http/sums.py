"""What a request may say of a file: its size and its sums."""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Callable
from typing import Any

from stardust_gitops.delivery.transports.base import Source
from stardust_gitops.delivery.transports.checks import checked_blocks

_BLOCK = 1 << 20


def source_values(source: Source) -> dict[str, Callable[[], Any]]:
    """The values of templates that are about a file. An MD5 that nobody has measured is found by
    reading the file once more, if a template asks for it."""

    def encoded(digest: Callable[[], str]) -> str:
        return base64.b64encode(bytes.fromhex(digest())).decode()

    def sha256() -> str:
        return source.sha256

    @functools.cache
    def md5() -> str:
        if source.md5 is not None:
            return source.md5
        digest = hashlib.md5(usedforsecurity=False)
        for block in checked_blocks(source, _BLOCK):
            digest.update(block)
        return digest.hexdigest()

    return {
        "size": lambda: source.size,
        "sha256": sha256,
        "md5": md5,
        "sha256_base64": lambda: encoded(sha256),
        "md5_base64": lambda: encoded(md5),
    }
