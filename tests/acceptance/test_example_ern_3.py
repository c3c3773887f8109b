"""Every release of the example for every target as ERN 3, in every state of its life (for every
takedown method, see `test_example_versions`)."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from stardust_gitops.identifiers.icpn import to_gtin14
from stardust_gitops.messages.check import check_message
from stardust_gitops.planning.model import Action
from stardust_gitops.reconciler.preview import preview
from stardust_gitops.reconciler.workspace import open_workspace
from tests.acceptance.test_example import (
    NOT_FOR,
    OPERATIONS,
    RELEASES,
    TARGETS,
    copy_example,
    speak,
)
from tests.ddex import official

TAKEDOWNS = ("no_deals", "takedown_flag")


@pytest.mark.parametrize("version", ["3.8.2", "3.8.3"])
@pytest.mark.parametrize("takedown", TAKEDOWNS)
def test_every_message_is_valid(tmp_path: Path, version: str, takedown: str) -> None:
    check = official(version)
    example = copy_example(tmp_path / "example")
    speak(example.root, version, takedown=takedown, update_indicator=True)
    workspace = open_workspace(example.root)
    kinds = set()
    for icpn in RELEASES:
        for target in TARGETS:
            if NOT_FOR.get((icpn, target)):
                continue
            for operation in OPERATIONS if takedown == TAKEDOWNS[0] else (Action.TAKEDOWN,):
                shown = preview(workspace, to_gtin14(icpn), target, operation)
                root = etree.fromstring(shown.message)
                kinds.add(etree.QName(root).localname)
                assert check(root) == [], (icpn, target, operation)
                assert check_message(shown.message, version) == [], (icpn, target, operation)
                again = preview(workspace, to_gtin14(icpn), target, operation)
                assert again.message == shown.message
    assert kinds == (
        {"NewReleaseMessage", "PurgeReleaseMessage"}
        if takedown == TAKEDOWNS[0]
        else {"NewReleaseMessage"}
    )
