"""Answers are read over every kind of transport."""

from __future__ import annotations

from pathlib import Path

import pytest

from stardust_gitops.catalog.models.acknowledgements import Acknowledgements
from stardust_gitops.delivery.transports.registry import open_transport
from stardust_gitops.ledger.open import create_ledger
from tests.acknowledgements import answer
from tests.contract.test_transports import inbox
from tests.inboxes import Inbox
from tests.ledger_samples import CATALOGUE, STREAM, HandClock, deliver
from tests.receipts_kit import new, pull

__all__ = ["inbox"]

ENTRY = Acknowledgements.model_validate({"path": "**/acknowledgements", "delete": "true"})
KINDS = ["directory", "sftp", "ftp by vsftpd", "ftps by pyftpdlib", "s3", "azure", "http"]


@pytest.mark.parametrize("inbox", KINDS, indirect=True)
def test_answers_are_found_read_and_deleted(inbox: Inbox, tmp_path: Path) -> None:
    clock = HandClock()
    ledger = create_ledger("sqlite:ledger.db", tmp_path, CATALOGUE, clock)
    deliver(ledger)
    folder = "20261122120000000/acknowledgements"
    inbox.write(f"{folder}/ACK_1.xml", answer("M-a", time="2026-11-22T11:00:00Z"))
    inbox.write(f"{folder}/ACK_ü 2.xml", answer("M-a", "ErnMissing", time="2026-11-22T11:30:00Z"))
    inbox.write("20261122120000000/2000000000015.xml", b"<NewReleaseMessage/>")
    entry = ENTRY.model_copy(update={"delete": False})
    for expected in ([("M-a", "accepted"), ("M-a", "rejected")], []):
        found = pull(
            ledger,
            clock,
            lambda: open_transport(inbox.settings),
            entry,
            target=STREAM.target,
        )
        assert new(found) == expected
    assert ledger.state(STREAM).rejected is not None
    assert len(inbox.names()) == 3
    found = pull(ledger, clock, lambda: open_transport(inbox.settings), ENTRY, target=STREAM.target)
    assert (new(found), found.deleted) == ([], 2)
    assert inbox.names() == ["20261122120000000/2000000000015.xml"]
    ledger.close()
