"""Answers over SFTP, from a real server."""

from __future__ import annotations

import os
from typing import Any

from tests.acceptance.diagnosis import assert_told
from tests.acceptance.store import Store
from tests.acknowledgements import answer, file_ack
from tests.catalogues import ICPNS
from tests.servers import free_port

EXTRA = 'acknowledgements: {path: "**/acknowledgements"}\n'


def delivered(store: Store) -> str:
    """Everything is delivered; the folder of the first release."""
    name = "targets/store.yaml"
    store.catalogue.write(name, store.catalogue.path(name).read_text("utf-8") + EXTRA)
    assert store.catalogue.apply().code == 0
    (message,) = (path for path in store.files() if path.name == f"{ICPNS[0]}.xml")
    return message.parent.name


def pulled(store: Store, code: int = 0) -> dict[str, Any]:
    """What a pull found at the store."""
    outcome = store.catalogue.run("receipts", "pull", "--format", "json")
    assert outcome.code == code, outcome.text
    store.assert_no_secret(outcome.text)
    (found,) = outcome.json()["targets"]
    assert isinstance(found, dict)
    return found


def test_answers_beside_the_delivery(store: Store) -> None:
    folder = store.inbox / delivered(store) / "acknowledgements"
    folder.mkdir()
    for number in range(20):
        (folder / f"ACK_{number}.xml").write_bytes(
            file_ack(date="2026", time=f"2026-11-22T09:00:{number:02}Z")
        )
    (folder / "ACK_x.xml").write_bytes(b"")
    found = pulled(store)
    assert (len(found["new"]), len(found["unreadable"])) == (20, 1)
    assert {each["icpn"] for each in found["new"]} == {ICPNS[0]}
    before = store.catalogue.position()
    assert pulled(store)["files_known"] == 21
    assert store.catalogue.position() == before
    late = file_ack(status="ErnMissing", date="2026", time="2026-11-22T10:00:00Z")
    (folder / "ACK_x.xml").write_bytes(late)
    found = pulled(store)
    assert [each["status"] for each in found["new"]] == ["rejected"]
    assert_told(store.catalogue.run("plan"), 0, "the recipient rejected it: ErnMissing")


def test_a_file_that_may_not_be_read_stops_no_other(store: Store) -> None:
    folder = store.inbox / delivered(store) / "acknowledgements"
    folder.mkdir()
    (folder / "a.xml").write_bytes(answer("M-1"))
    (folder / "b.xml").write_bytes(file_ack(date="2026"))
    if os.geteuid() == 0:
        (folder / "a.xml").unlink()
        (folder / "a.xml").symlink_to("a.xml")  # whoever opens it, fails
    else:
        (folder / "a.xml").chmod(0)
    found = pulled(store, code=1 if os.geteuid() else 0)
    assert len(found["new"]) == 1


def test_a_store_that_is_away_is_told(store: Store) -> None:
    delivered(store)
    store.reach(port=free_port())
    name = "targets/store.yaml"
    store.catalogue.write(name, store.catalogue.path(name).read_text("utf-8") + EXTRA)
    found = pulled(store, code=1)
    assert (found["error"]["code"], found["new"]) == ("SG6001", [])
    assert found["error"]["hint"]
