"""How a release is called whose words only the ledger still knows."""

from __future__ import annotations

from typing import NamedTuple

import orjson

from stardust_gitops.content.titles import full_title
from stardust_gitops.ledger.records import Records
from stardust_gitops.ledger.store import MISSING_BYTES, LedgerError


class Words(NamedTuple):
    """Artist and title, with its version; empty where nobody knows them."""

    artist: str = ""
    title: str = ""


def words_sent(ledger: Records, digest: str) -> Words:
    """The words of a stored delivery; empty where its content is not kept any more: a name is no
    reason to stop."""
    try:
        stored = ledger.fetch(digest)
    except LedgerError as error:
        if error.code != MISSING_BYTES:
            raise
        return Words()
    content = orjson.loads(stored)["content"]
    title = full_title(content["title"], content.get("version"))
    return Words(content["display_artist"], title)
