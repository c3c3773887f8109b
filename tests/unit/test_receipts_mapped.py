"""Reading answers in JSON and text, and which files are answers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from pydantic import ValidationError

from stardust_gitops.catalog.models.acknowledgements import Acknowledgements
from stardust_gitops.messages.receipts.reading import Reader
from stardust_gitops.messages.receipts.receipt import Receipt, ReceiptError
from tests.acknowledgements import file_ack

JSON: dict[str, Any] = {
    "path": "out",
    "format": "json",
    "items": "/results",
    "fields": {
        "message_id": "/ref/message",
        "status": "/state",
        "text": "/why",
        "time": "/at",
        "action": "/todo",
    },
    "statuses": {"OK": "accepted", "published": "live", "ERROR": "rejected"},
}
TEXT: dict[str, Any] = {
    "path": "out",
    "format": "text",
    "fields": {"release": "UPC", "status": "Result", "text": "Reason"},
    "statuses": {"done": "accepted", "failed": "rejected"},
}


def reader(**entry: Any) -> Reader:
    return Reader(entry=Acknowledgements.model_validate(entry))


def test_json_says_what_the_pointers_lead_to() -> None:
    entry = {
        "ref": {"message": "M-1"},
        "state": "error",
        "why": "no art",
        "at": "2026-11-22T13:00:00Z",
        "todo": "ResendXmlOnly",
    }
    document = {"results": [entry, {"ref": {"message": 7}, "state": "?"}]}
    first, second = reader(**JSON).read("out/a.json", orjson.dumps(document))
    assert first == Receipt(
        status="rejected",
        message_id="M-1",
        code="error",
        text="no art",
        time=datetime(2026, 11, 22, 13, tzinfo=UTC),
        action="ResendXmlOnly",
    )
    assert (second.message_id, second.status, second.code) == ("7", "unknown", "?")


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"{}", "no list at /results"),
        (b'{"results": {"a": 1}}', "no list at /results"),
        (b"[" * 100_000, "not JSON"),
        (b'{"results": [' + b"1," * 10_001 + b"1]}", "more than 10000"),
    ],
)
def test_what_is_not_that_json_is_refused_in_words(data: bytes, told: str) -> None:
    with pytest.raises(ReceiptError, match=told):
        reader(**JSON).read("out/a.json", data)


def test_text_is_read_by_lines_and_a_blank_one_begins_the_next() -> None:
    text = "UPC: 4006381333931\nResult = failed\nReason: cover: too small\n\nupc:2\nRESULT: done\n"
    first, second = reader(**TEXT).read("out/a.txt", text.encode())
    assert (first.release, first.status, first.text) == (
        *("4006381333931", "rejected"),
        "cover: too small",
    )
    assert (second.release, second.status) == ("2", "accepted")


@pytest.mark.parametrize(
    ("data", "told"),
    [(b"\xff", "not UTF-8"), (b"", "no line begins"), (b"hello", "no line begins")],
)
def test_what_is_not_that_text_is_refused_in_words(data: bytes, told: str) -> None:
    with pytest.raises(ReceiptError, match=told):
        reader(**TEXT).read("out/a.txt", data)


def test_a_files_name_can_say_it_all() -> None:
    named = reader(path="out", format="text", files="{message_id}.{status}")
    assert named.takes("out/M-1.accepted")
    (receipt,) = named.read("out/M-1.accepted", b"")
    assert (receipt.message_id, receipt.status) == ("M-1", "accepted")
    ddex = reader(path="out", files="ACK_{message_id}_*.xml")
    (receipt,) = ddex.read("out/ACK_M-1_20261122130000000.xml", file_ack(date=""))
    assert receipt.message_id == "M-1"


@pytest.mark.parametrize(
    ("path", "files", "yes", "no"),
    [
        ("/ack/", None, ["ack/a.xml"], ["ack/a.txt", "ack/b/a.xml", "a.xml", "xack/a.xml"]),
        ("ack", "ACK_*.xml", ["ack/ACK_1.xml"], ["ack/XACK_1.xml", "ack/ACK_1.xml.part"]),
        ("*/acknowledgements", None, ["7/acknowledgements/a.xml"], ["acknowledgements/a.xml"]),
        (
            "**/acknowledgements",
            None,
            ["acknowledgements/a.xml", "7/acknowledgements/a.xml", "7/8/acknowledgements/a.xml"],
            ["7/acknowledgements/8/a.xml", "7/xacknowledgements/a.xml", "7/a.xml"],
        ),
        ("ack/**", None, ["ack/a.xml", "ack/2026/11/a.xml"], ["a.xml", "acks/a.xml"]),
        ("", None, ["a.xml"], ["b/a.xml"]),
        ("a.b", "c.x", ["a.b/c.x"], ["axb/c.x", "a.b/cxx"]),
    ],
)
def test_which_files_are_answers(
    path: str, files: str | None, yes: list[str], no: list[str]
) -> None:
    made = reader(path=path, **({} if files is None else {"files": files}))
    assert [name for name in (*yes, *no) if made.takes(name)] == yes


def test_the_folder_to_list_is_what_comes_before_the_first_star() -> None:
    folders = ("ack", "in/*/acknowledgements", "**/acknowledgements", "")
    assert [reader(path=path).folder for path in folders] == ["ack", "in", "", ""]


def test_a_folder_that_a_batch_names_says_which_one() -> None:
    made = reader(path="*/acknowledgements")
    for folder in ("20261122120000001", "N_20261122120000001", "4006381333931_20261122120000001"):
        (receipt,) = made.read(f"{folder}/acknowledgements/ACK_1.xml", file_ack(date="2026"))
        assert receipt.batch == "20261122120000001"
    (receipt,) = made.read("20261122120000001/acknowledgements/ACK_1.xml", file_ack())
    assert receipt.batch == "20261122120000000", "what the message says goes first"


@pytest.mark.parametrize(
    "entry",
    [
        {"path": "../ack"},
        {"path": "ack/./x"},
        {"path": "ack", "files": "a/b"},
        {"path": "ack", "files": "{message}.xml"},
        {"path": "ack", "files": "{status}{status}"},
        {"path": "ack", "fields": {"status": "/a"}},
        {"path": "ack", "format": "json"},
        {"path": "ack", "format": "json", "fields": {"status": "/a"}},
        {"path": "ack", "format": "json", "fields": {"status": "a", "release": "/b"}},
        {**TEXT, "items": "/a"},
        {"path": "ack", "format": "csv"},
        {"path": "ack", "statuses": {"OK": "fine"}},
        {"path": "ack", "colour": "blue"},
        {},
    ],
)
def test_settings_that_cannot_be_meant_are_refused(entry: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Acknowledgements.model_validate(entry)
