"""A label to apply plans of."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.delivery_kit import Studio


@pytest.fixture
def label(tmp_path: Path) -> Iterator[Studio]:
    """A label without releases and recipients."""
    label = Studio(tmp_path)
    yield label
    assert label.ledger.verify() == []
    label.ledger.close()
