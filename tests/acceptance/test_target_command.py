"""``target``: targets of the catalogue with the origin of each value, and presets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.shell_completion import BashComplete
from lxml import etree

from stardust_gitops.catalog.presets import load_preset, preset_names
from stardust_gitops.cli.main import cli
from tests.catalogues import CONFIG, GENRES, CatalogueFolder, run_cli
from tests.ddex import official

SPOTIFY = """\
preset: spotify
transport:
  protocol: sftp
  host: sftp.example.com
  username: alphatide
  password: env:SPOTIFY_PASSWORD
  host_key: ssh-ed25519 AAAA
offers: [streaming, radio]
takedown: end_date
lead_time: {update: 3d}
"""
SAID = "providersupport.spotify.com, Step 3: Sending your test deliveries, 2026-11-22"


@pytest.fixture
def folder(tmp_path: Path) -> CatalogueFolder:
    made = CatalogueFolder(tmp_path / "catalogue")
    made.write("stardust.yaml", f"{CONFIG}offers:\n  radio: [SubscriptionModel/Stream]\n")
    made.write("genre_maps/main.yaml", GENRES)
    made.add_target("store")
    made.write("targets/spotify.yaml", SPOTIFY)
    return made


def values(folder: CatalogueFolder, name: str) -> dict[str, dict[str, Any]]:
    document = folder.must("target", "show", name, "--format", "json").json()
    return {value["path"]: value for value in document["values"]}


def test_list(folder: CatalogueFolder) -> None:
    lines = folder.must("target", "list").stdout.splitlines()
    assert [line.split()[:5] for line in lines] == [
        ["spotify", "ERN", "4.3", "sftp", "enabled"],
        ["store", "ERN", "4.3", "directory", "enabled"],
    ]
    document = folder.must("target", "list", "--format", "json").json()
    assert document["targets"][0]["preset"] == "spotify"
    assert document["unreadable"] == []


def test_show_tells_where_each_value_comes_from(folder: CatalogueFolder) -> None:
    shown = folder.must("target", "show", "spotify").stdout.splitlines()
    by_path = {line.split()[0]: line.split(maxsplit=2)[1:] for line in shown}
    assert by_path["takedown"] == ["end_date", "target (targets/spotify.yaml:9)"]
    assert by_path["lead_time.new"] == ["5d", f"preset spotify ({SAID})"]
    assert by_path["lead_time.update"] == ["3d", "target (targets/spotify.yaml:10)"]
    assert by_path["recipient.name"] == ["Spotify", "preset spotify"]
    assert by_path["files_in_updates"][1].startswith("preset generic (kb.ddex.net")
    assert by_path["offers.streaming"] == ["SubscriptionModel/OnDemandStream", "default"]
    assert by_path["offers.radio"] == ["SubscriptionModel/Stream", "catalogue (stardust.yaml:8)"]
    assert by_path["verify"] == ["size", "default"]
    plain = values(folder, "store")
    assert {value["origin"] for value in plain.values()} == {"target", "default"}
    assert plain["offers.download"]["line"] == 7
    assert plain["prices.Mid"]["value"] == "7"


def test_secrets_stay_references(folder: CatalogueFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPOTIFY_PASSWORD", "hunter2-hunter2")
    for form in ("text", "json"):
        outcome = folder.must("target", "show", "spotify", "--format", form)
        assert "env:SPOTIFY_PASSWORD" in outcome.stdout
        assert "hunter2" not in outcome.text


def test_findings_about_values_of_a_preset_point_at_its_line(folder: CatalogueFolder) -> None:
    folder.edit("targets/spotify.yaml", "takedown: end_date\n", "choreography: {layout: release}\n")
    folder.write("targets/deezer.yaml", "enabled: false\npreset: deezer\n")
    outcome = folder.run("validate", "--format", "json")
    found = {
        (finding["file"], finding["line"], finding["message"])
        for finding in outcome.json()["findings"]
    }
    assert outcome.code == 3
    assert (
        *("targets/spotify.yaml", 1, "completion: manifest does not go with layout: release"),
    ) in found
    assert {message for file, _, message in found if file == "targets/deezer.yaml"} == {
        "recipient.dpid is missing",
        "transport is missing",
    }


def test_a_preset_that_there_is_not(folder: CatalogueFolder) -> None:
    folder.edit("targets/spotify.yaml", "preset: spotify", "preset: spotfy")
    outcome = folder.run("validate")
    assert outcome.code == 3
    assert "targets/spotify.yaml:1:9  error  SG1201  preset: there is no preset" in outcome.text
    assert "did you mean spotify?" in outcome.text
    assert "spotify              is not valid" in folder.must("target", "list").stdout
    shown = folder.run("target", "show", "spotify")
    assert (shown.code, "did you mean spotify?" in shown.stderr) == (3, True)
    assert folder.must("target", "show", "store").stdout


def test_what_there_is_not_is_a_usage_error(folder: CatalogueFolder, tmp_path: Path) -> None:
    outcome = folder.run("target", "show", "stor")
    assert (outcome.code, "did you mean store?" in outcome.stderr) == (64, True)
    outcome = run_cli("target", "presets", "amzon")
    assert (outcome.code, "did you mean amazon?" in outcome.stderr) == (64, True)
    assert run_cli("target", "list", "--catalog", tmp_path).code == 3
    assert run_cli("target", "lst").code == 64


def test_presets_are_listed(folder: CatalogueFolder) -> None:
    lines = run_cli("target", "presets").stdout.splitlines()
    rows = {line.split()[0]: line for line in lines if line}
    assert rows["spotify"].split()[1:4] == ["4.3", "batch", "manifest"]
    assert rows["deezer"].split()[1:] == [
        *("4.3*", "batch*", "no_deals*", "2026-11-22", "none", "found"),
    ]
    assert lines[-1] == "* no public source says so: the generic value"
    document = run_cli("target", "presets", "--format", "json").json()
    assert [entry["preset"] for entry in document["presets"]] == list(rows)[:-1]


def test_a_preset_is_shown_with_its_sources() -> None:
    text = run_cli("target", "presets", "youtube").stdout
    assert "recipient.dpid       PADPIDA2013020802I  preset youtube (support.google.com" in text
    assert "  - takedown, end_date_days: an updated deal whose EndDate" in text
    assert "support.google.com/youtube/answer/3506116, Takedowns, 2026-11-22" in text
    document = run_cli("target", "presets", "youtube", "--format", "json").json()
    assert document["preset"] == "youtube"
    assert all(fact["source"] and fact["date"] for fact in document["facts"])
    assert {value["preset"] for value in document["values"]} == {"youtube", "generic"}


def complete(*words: str) -> list[str]:
    """What a shell would propose for the last word."""
    shell = BashComplete(cli, {}, "stardust-gitops", "_STARDUST_GITOPS_COMPLETE")
    return [item.value for item in shell.get_completions(list(words[:-1]), words[-1])]


def test_names_are_completed(folder: CatalogueFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    assert complete("target", "presets", "you") == ["youtube", "youtube_content_id"]
    monkeypatch.chdir(folder.root)
    assert complete("target", "show", "s") == ["spotify", "store"]
    monkeypatch.chdir("/")
    assert complete("target", "show", "s") == []


def test_a_target_with_a_preset_is_delivered_to(folder: CatalogueFolder) -> None:
    """And a change of what the preset says is no change of content."""
    folder.path("targets/spotify.yaml").unlink()
    text = folder.path("targets/store.yaml").read_text()
    folder.write("targets/store.yaml", text.replace("recipient:", "preset: generic\nrecipient:"))
    folder.add_release()
    folder.must("ledger", "init")
    folder.lock()
    assert folder.apply().code == 0
    folder.write("targets/store.yaml", text.replace("recipient:", "preset: spotify\nrecipient:"))
    plan = folder.must("plan", "--format", "json").json()
    assert (plan["items"], plan["summary"]["unchanged"]) == ([], 1)


def test_what_changed_is_known_of_targets_with_presets(folder: CatalogueFolder) -> None:
    """A target that went is found in the commit before, its preset included."""
    text = folder.path("targets/store.yaml").read_text()
    lines = [line for line in text.splitlines() if not line.startswith(("recipient:", "message:"))]
    folder.write("targets/store.yaml", "\n".join(["preset: spotify", "id: shop", *lines]))
    folder.edit("targets/store.yaml", "completion: message", "completion: semaphore")
    folder.path("targets/spotify.yaml").unlink()
    folder.add_release()
    folder.must("ledger", "init")
    folder.lock()
    assert folder.apply().code == 0
    folder.commit()
    folder.path("targets/store.yaml").unlink()
    plan = folder.run("plan", "--changed-since", "HEAD", "--format", "json").json()
    assert (plan["summary"]["orphaned"], plan["items"][0]["target"]) == (1, "shop")


@pytest.mark.parametrize("name", preset_names())
def test_with_few_keys_of_its_own_a_preset_makes_valid_messages(
    folder: CatalogueFolder, name: str
) -> None:
    known = load_preset(name).values.get("recipient", {})
    own = {"dpid": "PADPIDA2026112202S", "name": "Harbour"}
    recipient = {key: value for key, value in own.items() if key not in known}
    lines = [f"preset: {name}", "transport: {protocol: directory, path: out}"]
    lines += [f"recipient: {json.dumps(recipient)}"] if recipient else []
    lines += ["offers: [streaming]", "genre_map: main", ""]
    folder.path("targets/spotify.yaml").unlink()
    folder.path("targets/store.yaml").unlink()
    folder.write("targets/shop.yaml", "\n".join(lines))
    icpn = Path(folder.add_release()).stem
    folder.lock()
    assert folder.must("validate", "--strict").code == 0
    message = folder.must("render", icpn, "--target", "shop").stdout.encode()
    version = str(values(folder, "shop")["message.version"]["value"])
    assert official(version)(etree.fromstring(message)) == []
