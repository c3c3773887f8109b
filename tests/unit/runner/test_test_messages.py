"""Outside production every document says that it is a test, also when a later run ends the work."""

from __future__ import annotations

import pytest
from lxml import etree

from stardust_gitops.delivery.results import Outcome
from tests import delivery_kit
from tests.delivery_kit import Studio
from tests.flaky import Fault
from tests.unit.runner.wires import LOST, MARKER, flaky, lose_marker


@pytest.fixture(autouse=True)
def _test_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery_kit, "ENVIRONMENT", "test")


def told(label: Studio) -> set[tuple[str, str | None]]:
    """What the documents in an inbox say of being a test."""
    return {
        (str(element.tag).rpartition("}")[2], element.text)
        for path in label.inbox("batchy").rglob("*.xml")
        for element in etree.parse(path).iter("{*}MessageControlType", "{*}IsTestFlag")
    }


ALL = {("MessageControlType", "TestMessage"), ("IsTestFlag", "true")}


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_marker_that_was_lost(label: Studio, after: bool) -> None:
    lose_marker(label, after=after)
    label.put_release(1)
    label.apply()
    assert {item.outcome for item in label.apply().items} <= {Outcome.RESUMED}
    assert told(label) == ALL
    assert label.nothing_to_send()


def test_an_upload_that_was_interrupted(label: Studio) -> None:
    wire = flaky(label, Fault("put", r"\.xml$", LOST, times=99), attempts=1)
    label.put_release(1)
    label.apply()
    assert told(label) == set()
    wire.faults.clear()
    label.apply()
    assert told(label) == ALL
    assert any(MARKER in name for name in label.files())
    assert label.nothing_to_send()
