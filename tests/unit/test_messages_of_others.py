"""Messages that others wrote pass our check; what is refused holds what we do not emit."""

from __future__ import annotations

import re
from pathlib import Path

from stardust_gitops.messages.check import check_message
from stardust_gitops.messages.ern.versions import VERSIONS
from tests.ddex import samples

_RELEASE = "/ern:NewReleaseMessage/ReleaseList/Release"
_NO_LIST = "expected ReleaseResourceReferenceList"
REFUSED = {
    "382_ddex-official_LifeCycle_Takedown.xml": [
        f"{_RELEASE}/ResourceOmissionReason: not allowed here; {_NO_LIST}",
        f"{_RELEASE}/ReleaseDetailsByTerritory: not allowed here; {_NO_LIST}",
        f"{_RELEASE}: ends too early; {_NO_LIST}",
    ]
}
"""All problems of the messages that do not pass."""
NOT_EMITTED = re.compile(r"^## What is not emitted$(.+?)(?=^## )", re.MULTILINE | re.DOTALL)


def test_messages_of_others_pass() -> None:
    """A message names its version: ``43_name.xml``."""
    checked = dict.fromkeys(VERSIONS, 0)
    for path in samples():
        version = ".".join(path.name.split("_")[0])
        checked[version] += 1
        problems = [str(problem) for problem in check_message(path.read_bytes(), version)]
        assert problems == REFUSED.get(path.name, []), path.name
    assert {version for version, count in checked.items() if count < 8} == {"3.8.3"}


def test_what_keeps_a_message_from_passing_is_documented() -> None:
    page = Path(__file__).parents[2] / "docs" / "messages.md"
    section = NOT_EMITTED.search(page.read_text(encoding="utf-8"))
    assert section is not None
    for first, *_ in REFUSED.values():
        element = first.partition(": ")[0].rpartition("/")[2]
        assert element in section[1]
