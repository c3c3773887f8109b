"""How long messages are kept, counted in the calendar."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from stardust_gitops.catalog.editor_schema import file_schema
from stardust_gitops.catalog.models.config import ConfigFile
from stardust_gitops.catalog.models.messages import MessagesEntry

NOW = datetime(2028, 2, 29, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "means", "oldest"),
    [
        ("730 days", "730 days", "2026-03-01"),
        ("1d", "1 day", "2028-02-28"),
        ("2 years", "2 years", "2026-02-28"),
        ("1 year", "1 year", "2027-02-28"),
        ("4 years", "4 years", "2024-02-29"),
        ("18 months", "18 months", "2026-08-29"),
        ("1 month", "1 month", "2028-01-29"),
        ("26 months", "26 months", "2025-12-29"),
        ("99999 years", "99999 years", "0001-01-01"),
        ("99999 days", "99999 days", "1754-05-17"),
    ],
)
def test_periods(written: str, means: str, oldest: str) -> None:
    entry = MessagesEntry(keep_for=written)
    moment = entry.oldest(NOW)
    assert (entry.keep_for, moment and f"{moment:%Y-%m-%d}".rjust(10, "0")) == (means, oldest)


def test_both_forms_are_read_and_in_the_schema() -> None:
    raw = {"format": "1", "id": "a", "sender": {"dpid": "PADPIDA2026112201U", "name": "A"}}
    short = ConfigFile.model_validate({**raw, "messages": "s3://bucket/sent"})
    assert short.messages == MessagesEntry(url="s3://bucket/sent")
    assert ConfigFile.model_validate(raw).messages.oldest(NOW) is None
    schema = file_schema("config")["properties"]["messages"]
    assert {one.get("type", "object") for one in schema["anyOf"]} == {"string", "object"}
