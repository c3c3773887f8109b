"""The main job: form is not content (invariant 5); other words for the same send nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.catalogues import CatalogueFolder
from tests.label import (
    EP,
    EP_FILE,
    SERVICE,
    SHARED_FILE,
    SINGLE,
    SINGLE_FILE,
    STORE,
    plan_of,
    sends_nothing,
)


def reformat(label: CatalogueFolder) -> None:
    label.write(SINGLE_FILE, _other_form())


def _other_form() -> str:
    return """\
# The same single, written by somebody else.
tracks: [ { track: "GBXYZ2600003" } ]
deals:
- offer: 'streaming'   # everywhere
status: active
cover: "assets/4006381333948.jpg"
title: >-
  Ebb
artists:
- name: 'Kestrel & Sons'
  role: MainArtist
genre: "HOUSE-00"
language: en
label: Alpha Tide
c_line: 2026 Alpha Tide
p_line: 2026 Alpha Tide
release_date: "2026-12-04"
type: Single
icpn: '4006381333948'
"""


def move_files(label: CatalogueFolder) -> None:
    for old, new in (
        (SINGLE_FILE, "releases/2026/december/ebb_single.yaml"),
        ("releases/single.lock.json", "releases/2026/december/ebb_single.lock.json"),
        (SHARED_FILE, "tracks/k/ebb.yaml"),
        ("tracks/ebb.lock.json", "tracks/k/ebb.lock.json"),
    ):
        label.path(new).parent.mkdir(parents=True, exist_ok=True)
        label.path(old).rename(label.path(new))


def another_host(label: CatalogueFolder) -> None:
    label.edit("targets/store.yaml", "delivered/store", "delivered/elsewhere")


def by_sftp(label: CatalogueFolder) -> None:
    label.edit(
        "targets/store.yaml",
        "{protocol: directory, path: delivered/store}",
        "{protocol: sftp, host: sftp.example.com, username: x, password: env:NOWHERE, "
        "host_key: ssh-ed25519 AAAA}",
    )


def target_line(line: str) -> Callable[[CatalogueFolder], None]:
    def add(label: CatalogueFolder) -> None:
        path = label.path("targets/store.yaml")
        label.write("targets/store.yaml", path.read_text("utf-8") + line)

    return add


def replace_in_target(old: str, new: str) -> Callable[[CatalogueFolder], None]:
    return lambda label: label.edit("targets/store.yaml", old, new)


def rename_map(label: CatalogueFolder) -> None:
    label.path("genre_maps/main.yaml").rename(label.path("genre_maps/house.yaml"))
    label.edit("targets/store.yaml", "genre_map: main", "genre_map: house")


def more_words(label: CatalogueFolder) -> None:
    label.write("genre_maps/main.yaml", "genres: {HOUSE-00: House, DUB-00: Dub}\nfallback: Other\n")
    label.edit("targets/store.yaml", 'Mid: "7"', 'Mid: "7", Front: "1"')


def guards_and_clock(label: CatalogueFolder) -> None:
    label.edit("stardust.yaml", "timezone: Europe/London", "timezone: Asia/Tokyo")
    text = label.path("stardust.yaml").read_text("utf-8")
    label.write("stardust.yaml", text + "safety: {takedowns: {count: 1}}\n")


def group_named(label: CatalogueFolder) -> None:
    label.edit("stardust.yaml", "DACH: [DE, AT, CH]", "DACH: [CH, DE, AT], JAPAN: [JP]")
    label.edit(EP_FILE, "excluded_territories: [JP]", "excluded_territories: [JAPAN]")


FORM: dict[str, Callable[[CatalogueFolder], None]] = {
    "yaml reformatted, keys in another order, comments": reformat,
    "files moved": move_files,
    "another path": another_host,
    "another protocol and host": by_sftp,
    "another verification": target_line("verify: read\n"),
    "another takedown": target_line("takedown: end_date\n"),
    "files in updates": target_line("files_in_updates: true\n"),
    "other choreography": replace_in_target(
        "{layout: release, completion: message}", "{layout: batch, prefix: P, max_releases: 7}"
    ),
    "another hash": replace_in_target("profile: Audio", "profile: Audio, hash: SHA-256"),
    "lead times": target_line("lead_time: {new: 20d, update: 20d}\n"),
    "genre map renamed": rename_map,
    "words that nobody uses": more_words,
    "guards and the plan's own clock": guards_and_clock,
    "territories by a group": group_named,
}


@pytest.mark.parametrize("change", FORM.values(), ids=FORM.keys())
def test_form_causes_no_message(
    label: CatalogueFolder, change: Callable[[CatalogueFolder], None]
) -> None:
    change(label)
    label.must("validate")
    sends_nothing(label)
    label.commit("in other words")
    sends_nothing(label)


def test_another_profile_of_a_single(label: CatalogueFolder) -> None:
    label.edit(EP_FILE, "type: EP\n", "type: EP\ntargets: [service]\n")
    label.edit("targets/store.yaml", "profile: Audio", "profile: SimpleAudioSingle")
    assert (SINGLE, STORE) not in plan_of(label).actions


def test_disabled_and_enabled_again(label: CatalogueFolder) -> None:
    target_line("enabled: false\n")(label)
    sends_nothing(label)
    assert plan_of(label, "--all").actions.keys() == {(EP, SERVICE), (SINGLE, SERVICE)}
    label.edit("targets/store.yaml", "enabled: false", "enabled: true")
    sends_nothing(label)
