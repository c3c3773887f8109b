"""A server that is missing is seen: as a skip on a laptop, as a failure in CI."""

from __future__ import annotations

import pytest

from tests.servers import require_binary


def test_a_missing_program_skips(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="apt-get install openssh-server"):
        require_binary("no-such-program", "openssh-server")


def test_a_missing_program_fails_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="apt-get install openssh-server"):
        require_binary("no-such-program", "openssh-server")
