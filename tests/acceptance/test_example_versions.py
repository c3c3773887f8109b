"""The example in every ERN version: each release in each state of its life."""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

import pytest
from lxml import etree

from stardust_gitops.messages.check import check_message
from stardust_gitops.messages.ern.versions import VERSIONS
from stardust_gitops.planning.model import Action
from stardust_gitops.reconciler.workspace import Workspace, open_workspace
from tests.acceptance.test_example import (
    ATMOS,
    BOX,
    CLASSICAL,
    NOT_FOR,
    OPERATIONS,
    RELEASES,
    RINGTONE,
    VIDEO,
    copy_example,
    render,
    speak,
)
from tests.ddex import official

TAKEDOWNS = ("no_deals", "end_date", "takedown_flag")


def in_version(folder: Path, version: str, takedown: str) -> Workspace:
    """The example with targets that take another version."""
    example = copy_example(folder)
    speak(example.root, version, takedown=takedown)
    return open_workspace(example.root)


def taker(icpn: str) -> str:
    """The target that takes a release whole."""
    return "lighthouse" if icpn == RINGTONE else "harbour"


@pytest.mark.parametrize("version", VERSIONS)
def test_every_state_of_every_release(version: str, tmp_path: Path) -> None:
    check, seen = official(version), 0
    for takedown in TAKEDOWNS:
        if takedown == "takedown_flag" and not version.startswith("3."):
            continue
        workspace = in_version(tmp_path / takedown, version, takedown)
        for icpn in RELEASES:
            target = taker(icpn)
            assert (icpn, target) not in NOT_FOR
            for operation in OPERATIONS if takedown == "no_deals" else (Action.TAKEDOWN,):
                message = render(workspace, icpn, target, operation).message
                root = etree.fromstring(message)
                folder = version.replace(".", "")
                assert str(root.tag).startswith(f"{{http://ddex.net/xml/ern/{folder}}}")
                assert check(root) == [], (icpn, operation, takedown)
                assert check_message(message, version) == [], (icpn, operation, takedown)
                assert render(workspace, icpn, target, operation).message == message
                seen += 1
    assert seen == len(RELEASES) * (len(OPERATIONS) + (2 if version.startswith("3.") else 1))


Told: TypeAlias = dict[str, str | None]
"""By what is said: what it is told as, ``None`` for nothing."""
NO_AI: Told = {
    "contains_ai": None,
    "tracks[0].contains_ai": None,
    "tracks[0].contributors[1].ai": None,
    "tracks[0].contributors[2].ai": None,
}
LYRICS: Told = {"tracks[0].lyrics": "UserDefined (ern/432: Lyrics)"}
BOOKLET: Told = {"booklet": "UserDefined (ern/432: Booklet)"}
ROLES: dict[str, Told] = {  # what ERN 3.8.2 does not know yet; 3.8.3 does
    VIDEO: {"tracks[0].contributors[1].roles": "UserDefined (ern/42: VideoDirector)"},
    ATMOS: {
        "tracks[0].contributors[0].roles": "UserDefined (ern/42: LeadVocalist)",
        "tracks[0].contributors[2].roles": "UserDefined (ern/42: Mixer)",
    },
    BOX: {"tracks[1].contributors[1].roles": "UserDefined (ern/42: DJ)"},
}
RELATED: dict[str, Told] = {
    VIDEO: {"tracks[0].related[0]": None},
    BOX: {"tracks[1].related[0]": None, "tracks[1].related[1]": None},
    RINGTONE: {"tracks[0].related[0]": None},
}
TOLD: dict[str, dict[str, Told]] = {
    "3.8.2": {
        VIDEO: ROLES[VIDEO] | RELATED[VIDEO],
        ATMOS: ROLES[ATMOS] | NO_AI,
        BOX: ROLES[BOX] | RELATED[BOX],
        RINGTONE: RELATED[RINGTONE],
    },
    "3.8.3": {**RELATED, ATMOS: NO_AI},
    "4.2": {
        CLASSICAL: BOOKLET,
        ATMOS: NO_AI | LYRICS,
        RINGTONE: {"tracks[0].related[0].type": "HasContentFrom"},
    },
    "4.3": {CLASSICAL: BOOKLET, ATMOS: NO_AI | LYRICS | {"tracks[1].contains_ai": None}},
    "4.3.2": {},
}


@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_said_otherwise_is_explained(version: str, tmp_path: Path) -> None:
    """Of the releases that are no plain albums: all that a version has no word for, and no more."""
    example = copy_example(tmp_path / "example")
    speak(example.root, version)
    for icpn in (VIDEO, CLASSICAL, ATMOS, BOX, RINGTONE):
        command = ("render", icpn, "--target", taker(icpn), "--explain")
        found = example.must(*command, "--format", "json").json()
        told = {mapping["path"]: mapping["told"] for mapping in found["mappings"]}
        assert told == TOLD[version].get(icpn, {}), icpn
        assert all(path in example.must(*command).stdout for path in told)


@pytest.mark.parametrize("version", VERSIONS)
def test_what_a_version_cannot_say_is_refused_until_it_is_left_out(
    version: str, tmp_path: Path
) -> None:
    example = copy_example(tmp_path / "example")
    speak(example.root, version)
    takes_all = version in ("4.3", "4.3.2")
    file = example.path("targets/harbour.yaml")
    assert ("leave_out" in file.read_text("utf-8")) is not takes_all
    if not takes_all:
        example.edit("targets/harbour.yaml", "leave_out:\n- clips\n- immersive\n", "")
        outcome = example.run("render", ATMOS, "--target", "harbour")
        assert outcome.code == 3
        assert "SG2119" in outcome.stderr
        assert "leave_out: [immersive]" in " ".join(outcome.stderr.split())
        return
    message = example.must("render", ATMOS, "--target", "harbour").stdout
    assert message.count("<Type>ImmersiveEdition</Type>") == 1
    assert message.count("<ClipRelease>") == 1
