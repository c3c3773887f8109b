"""XSDs that are not what they should be, and a sent message that can no longer be read."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance.diagnosis import assert_told
from tests.catalogues import CatalogueFolder
from tests.label import EP, STORE, delivered_message
from tests.unit.test_messages_xsd import write_schemas

Damage = Callable[[Path], object]
MESSAGE, VALUES = "release-notification.xsd", "allowed-value-sets.xsd"


def _swap(folder: Path) -> None:
    (folder / MESSAGE).write_bytes((folder / VALUES).read_bytes())


def _cut(folder: Path) -> None:
    (folder / MESSAGE).write_bytes((folder / MESSAGE).read_bytes()[:-40])


DAMAGES: dict[str, tuple[Damage, str, str]] = {
    "cut off": (_cut, "SG4040", "cannot be read as XML"),
    "empty": (lambda folder: (folder / VALUES).write_bytes(b""), "SG4040", "cannot be read"),
    "no text": (lambda folder: (folder / MESSAGE).write_bytes(b"\0\xff" * 9), "SG4040", "read"),
    "half of it": (lambda folder: (folder / VALUES).unlink(), "SG4040", VALUES),
    "a page of the web": (
        lambda folder: (folder / MESSAGE).write_text("<html/>"),
        "SG4041",
        "is no XML schema of http://ddex.net/xml/ern/43",
    ),
    "the wrong file": (_swap, "SG4041", "describes http://ddex.net/xml/allowed-value-sets"),
    "the wrong version": (
        lambda folder: write_schemas(folder, namespace="http://ddex.net/xml/ern/42"),
        "SG4041",
        "describes http://ddex.net/xml/ern/42, not http://ddex.net/xml/ern/43",
    ),
    "a type that is not there": (
        lambda folder: write_schemas(folder, more='<xs:element name="X" type="avs:Missing"/>'),
        "SG4042",
        "cannot be used",
    ),
}


@pytest.mark.parametrize("how", DAMAGES)
def test_damaged_xsds(
    how: str, catalogue: CatalogueFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    damage, code, message = DAMAGES[how]
    damage(write_schemas(tmp_path / "schemas" / "ern" / "43"))
    monkeypatch.setenv("STARDUST_DDEX_SCHEMAS", str(tmp_path / "schemas"))
    assert_told(catalogue.run("validate", "--messages"), 1, code, message)
    assert_told(catalogue.apply(), 6, code, message, "2 failed")
    assert not catalogue.path("delivered").exists()


def _spoil(label: CatalogueFolder, statement: str) -> None:
    digest = hashlib.sha256(delivered_message(label, EP)).hexdigest()
    with sqlite3.connect(label.path(".stardust/ledger.db")) as ledger:
        assert ledger.execute(statement, (digest,)).rowcount == 1


@pytest.mark.parametrize(
    "statement",
    ["UPDATE blobs SET data = x'00' WHERE digest = ?", "DELETE FROM blobs WHERE digest = ?"],
    ids=["damaged", "gone"],
)
def test_a_sent_message_that_can_no_longer_be_read(label: CatalogueFolder, statement: str) -> None:
    _spoil(label, statement)
    stream = f"{EP}@{STORE}"
    assert_told(label.run("show", stream, "--message"), 1, "SG5008")
    found = label.must("show", stream, "--diff", "xml", "--format", "json").json()
    assert found["problem"].startswith("SG5008")
    assert found["changes"] == []
    label.must("show", stream)
    label.must("plan", "--target", STORE)
