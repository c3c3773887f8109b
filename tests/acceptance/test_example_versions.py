"""The example in every ERN version: each release in each state of its life."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lxml import etree

from stardust_gitops.messages.check import check_message
from stardust_gitops.messages.ern.versions import VERSIONS
from stardust_gitops.planning.model import Action
from stardust_gitops.reconciler.workspace import Workspace, open_workspace
from tests.acceptance.test_example import NOT_FOR, OPERATIONS, RELEASES, copy_example, render
from tests.ddex import official

TARGET = "harbour"
TAKEDOWNS = ("no_deals", "end_date", "takedown_flag")


def in_version(folder: Path, version: str, takedown: str) -> Workspace:
    """The example with a target that takes another version."""
    example = copy_example(folder)
    file = example.path(f"targets/{TARGET}.yaml")
    text = re.sub(r'version: "[0-9.]+"', f'version: "{version}"', file.read_text("utf-8"))
    file.write_text(re.sub(r"takedown: \w+", f"takedown: {takedown}", text), "utf-8")
    return open_workspace(example.root)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_state_of_every_release(version: str, tmp_path: Path) -> None:
    check, seen = official(version), 0
    for takedown in TAKEDOWNS:
        if takedown == "takedown_flag" and not version.startswith("3."):
            continue
        workspace = in_version(tmp_path / takedown, version, takedown)
        for icpn in RELEASES:
            assert (icpn, TARGET) not in NOT_FOR
            for operation in OPERATIONS if takedown == "no_deals" else (Action.TAKEDOWN,):
                message = render(workspace, icpn, TARGET, operation).message
                root = etree.fromstring(message)
                folder = version.replace(".", "")
                assert str(root.tag).startswith(f"{{http://ddex.net/xml/ern/{folder}}}")
                assert check(root) == [], (icpn, operation, takedown)
                assert check_message(message, version) == [], (icpn, operation, takedown)
                assert render(workspace, icpn, TARGET, operation).message == message
                seen += 1
    assert seen == len(RELEASES) * (len(OPERATIONS) + (2 if version.startswith("3.") else 1))
