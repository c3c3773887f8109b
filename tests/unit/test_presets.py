"""Presets: what is publicly known of recipients, under the keys of a target."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from stardust_gitops.catalog.findings import model_findings
from stardust_gitops.catalog.models.target import TargetFile
from stardust_gitops.catalog.presets import (
    GENERIC,
    load_preset,
    node_at,
    preset_names,
    with_preset,
)
from stardust_gitops.recipients.docs import recipients_document
from stardust_gitops.recipients.facts import known_values, leaves, shown, summary
from tests.source_tree import ROOT

ASKED_FOR = {
    *("amazon", "audius", "deezer", "generic", "labelcamp", "labelgrid", "musixmatch"),
    *("sourceaudio", "spotify", "tidal", "tiktok", "youtube", "youtube_content_id"),
}
OWN = {"transport": {"protocol": "directory", "path": "delivered/x"}}
DPID = "PADPIDA2026112202S"
_DAYS = re.compile(r"^([0-9]+)d$")
NOT_ABOUT_RELEASES = {
    *("recipient", "message", "choreography", "takedown", "end_date_days", "files_in_updates"),
    *("lead_time", "cover", "transport", "acknowledgements"),
}
"""The keys that a preset may have: none of them decides what is told of a release, and none says
where to or as whom; of a transport, only what its requests look like."""


def target(name: str, **own: Any) -> dict[str, Any]:
    """A target with a preset and as few keys of its own as it can have."""
    known = load_preset(name).values.get("recipient", {})
    recipient = {key: DPID for key in ("dpid", "name") if key not in known}
    return {"preset": name, **({"recipient": recipient} if recipient else {}), **OWN, **own}


def findings(document: dict[str, Any]) -> list[tuple[str, str, str]]:
    with pytest.raises(ValidationError) as caught:
        TargetFile.model_validate(document)
    found = model_findings(caught.value, TargetFile, with_preset(document), "targets/x.yaml")
    return [(finding.code, finding.message, finding.remedy) for finding in found]


def test_there_is_one_for_each_recipient() -> None:
    assert set(preset_names()) >= ASKED_FOR
    assert preset_names()[0] == GENERIC
    with pytest.raises(KeyError):
        load_preset("../presets/spotify")


@pytest.mark.parametrize("name", preset_names())
def test_every_value_has_a_fact_and_every_fact_a_source(name: str) -> None:
    preset = load_preset(name)
    assert preset.facts
    assert set(preset.values) <= NOT_ABOUT_RELEASES
    for pointer, _ in leaves(dict(preset.values)):
        assert preset.fact(pointer) or pointer == ("recipient", "name"), pointer
    for fact in preset.facts:
        assert re.fullmatch(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}", fact.date)
        for key in fact.keys:
            assert node_at(preset.values, tuple(key.split("."))) is not None, key
    if preset.facts[0].source == "none found":  # then it has a name, and the generic values
        assert list(known_values(preset)[0].path.split(".")) == ["recipient", "name"]
        assert {value.preset for value in known_values(preset)[1:]} == {GENERIC}
        assert summary(preset).generic == ("version", "choreography", "takedown")


@pytest.mark.parametrize("name", preset_names())
def test_it_makes_a_target_of_little(name: str) -> None:
    document = target(name)
    model = TargetFile.model_validate(document).model_dump()
    for pointer, value in leaves(with_preset(document)):
        assert shown(node_at(model, pointer)) == _DAYS.sub(r"\1", value), pointer


def test_the_generic_values_are_the_defaults() -> None:
    """Where a file has no preset, it has them all the same."""
    bare = {"recipient": {"dpid": DPID, "name": "Harbour"}, **OWN}
    generic = TargetFile.model_validate({"preset": GENERIC, **bare})
    assert generic.model_copy(update={"preset": None}) == TargetFile.model_validate(bare)


def test_mappings_merge_and_all_else_is_replaced() -> None:
    document = {
        "preset": "spotify",
        "recipient": {"name": "Spotify AB"},
        "choreography": {"max_releases": "10", "delivery_types": {"insert": "ReDelivery"}},
        "takedown": "end_date",
        "lead_time": {"update": "3d"},
        **OWN,
    }
    model = TargetFile.model_validate(document)
    assert (model.recipient.dpid, model.recipient.name) == ("PADPIDA2011072101T", "Spotify AB")
    assert (model.choreography.completion, model.choreography.max_releases) == ("manifest", 10)
    assert model.choreography.delivery_types == {"insert": "ReDelivery"}
    assert (model.lead_time.new, model.lead_time.update) == (5, 3)
    assert model.takedown == "end_date"
    assert model.message.version == "4.3"
    assert document["recipient"] == {"name": "Spotify AB"}, "what was handed in stays as it is"
    assert with_preset(with_preset(document)) == with_preset(document)


def test_an_empty_key_is_an_error_and_no_wish_for_the_preset() -> None:
    assert [code for code, *_ in findings({"preset": "spotify", "message": None, **OWN})] == [
        "SG1103"
    ]


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("spotfy", "did you mean spotify?"),
        ("YouTube", "did you mean youtube?"),
        ("../presets/spotify", ""),
        ("", ""),
    ],
)
def test_an_unknown_preset_is_the_only_finding(name: str, remedy: str) -> None:
    ((code, message, said),) = findings({"preset": name})
    assert (code, message) == ("SG1201", f"preset: there is no preset {name!r}")
    assert said == remedy if remedy else "use one of generic, " in said or "did you mean" in said


@pytest.mark.parametrize("preset", [None, ["spotify"], {"name": "spotify"}])
def test_what_is_no_name_is_refused(preset: Any) -> None:
    document = {"preset": preset, "recipient": {"dpid": DPID, "name": "x"}, **OWN}
    if preset is None:
        assert TargetFile.model_validate(document).preset is None
    else:
        assert [code for code, *_ in findings(document)] == ["SG1103"]


def test_what_a_preset_does_not_know_is_missing_by_its_whole_name() -> None:
    assert findings({"preset": "deezer", **OWN}) == [
        ("SG1101", "recipient.dpid is missing", "add dpid: …")
    ]


def test_the_editor_schema_asks_for_no_more() -> None:
    from jsonschema import Draft202012Validator

    from stardust_gitops.catalog.editor_schema import file_schema

    valid = Draft202012Validator(file_schema("target")).is_valid
    assert all(valid(target(name)) for name in preset_names())
    assert not valid(OWN)
    assert not valid({"recipient": {"dpid": DPID}, **OWN})
    assert valid({"recipient": {"dpid": DPID, "name": "Harbour"}, **OWN})
    assert not valid({"preset": "spotify"})


def test_the_page_is_of_these_presets() -> None:
    page = Path(ROOT / "docs" / "recipients.md").read_text(encoding="utf-8")
    assert page == recipients_document(page), "run: python -m stardust_gitops.recipients.docs"
