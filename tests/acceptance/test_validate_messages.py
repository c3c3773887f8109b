"""``validate --messages``, and what others say of the messages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.acceptance.diagnosis import assert_finding, assert_told
from tests.catalogues import ICPNS, CatalogueFolder
from tests.workbench import Answer, Server, invalid, workbench

FIRST, SECOND = ICPNS[:2]


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with workbench() as running:
        monkeypatch.setenv("DDEX_WORKBENCH_URL", running.url)
        monkeypatch.delenv("DDEX_WORKBENCH_KEY", raising=False)
        yield running


def test_every_message_is_judged(catalogue: CatalogueFolder) -> None:
    text = catalogue.must("validate", "--messages").text
    assert "Valid: 2 releases, 1 target." in text
    assert "2 messages judged; " in text
    assert "judged" not in catalogue.must("validate").text


def test_what_a_message_cannot_say_is_found(catalogue: CatalogueFolder) -> None:
    catalogue.edit("targets/store.yaml", "profile: Audio", "profile: SimpleAudioSingle")
    file = f"releases/{FIRST}.yaml"
    text = catalogue.path(file).read_text("utf-8")
    track = text[text.index("  - isrc:") :].replace("GBXYZ2600001", "GBXYZ2600009")
    catalogue.write(file, text + track)
    catalogue.lock()
    outcome = catalogue.run("validate", "--messages")
    assert outcome.code == 3
    assert "SimpleAudioSingle" in outcome.text
    assert "1 message judged" in outcome.text or "2 messages judged" in outcome.text


def test_messages_are_chosen(catalogue: CatalogueFolder) -> None:
    catalogue.add_target("second")
    assert "4 messages judged" in catalogue.must("validate", "--messages").text
    for chosen, number in (
        (("--release", FIRST), "2 messages"),
        (("--release", FIRST, "--target", "store"), "1 message"),
        (("--exclude", f"{FIRST}@store"), "3 messages"),
        ((catalogue.path(f"releases/{SECOND}.yaml"),), "2 messages"),
    ):
        text = catalogue.must("validate", "--messages", *chosen).text
        assert f"{number} judged" in text, chosen


def test_messages_that_changed_are_chosen(label: CatalogueFolder) -> None:
    assert "4 messages judged" in label.must("validate", "--messages").text
    label.edit("releases/single.yaml", "type: Single", "type: Single\ncatalog_number: AT2")
    text = label.must("validate", "--messages", "--changed-since", "HEAD").text
    assert "2 messages judged" in text


def test_what_is_broken_is_left_out(catalogue: CatalogueFolder) -> None:
    catalogue.edit(f"releases/{FIRST}.yaml", "genre: HOUSE-00", "genre: NONE-00")
    outcome = catalogue.run("validate", "--messages")
    assert outcome.code == 3
    assert "1 message judged" in outcome.text


def test_nothing_is_sent_unless_asked_for(catalogue: CatalogueFolder, service: Server) -> None:
    catalogue.must("validate", "--messages")
    assert service.requests == []


def test_a_second_opinion_is_merged(catalogue: CatalogueFolder, service: Server) -> None:
    service.answers = [
        Answer(),
        invalid({"line": 9, "message": "no such role", "severity": "error", "rule": "R-7"}),
    ]
    outcome = catalogue.run("validate", "--messages", "--with", "workbench")
    assert outcome.code == 3
    assert_finding(
        outcome,
        f"releases/{SECOND}.yaml:1:1",
        "SG4071",
        "line 9 of the message: no such role (R-7)",
        "our own checks and the official XSD decide",
    )
    assert "DDEX Workbench was asked about 2 messages" in outcome.text
    contents = [request.body["content"] for request in service.requests]
    assert [FIRST in content for content in contents] == [True, False]
    document = catalogue.run(
        "validate", "--messages", "--with", "workbench", "--format", "json"
    ).json()
    assert document["summary"]["error"] == 2, "the last answer stands for both now"
    assert {each["target"] for each in document["findings"]} == {"store"}


def test_the_key_comes_from_the_environment(
    catalogue: CatalogueFolder, service: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DDEX_WORKBENCH_KEY", "wb-key")
    catalogue.must("validate", "--messages", "--with", "workbench")
    assert {request.headers["authorization"] for request in service.requests} == {"Bearer wb-key"}
    monkeypatch.setenv("DDEX_WORKBENCH_KEY", "")
    outcome = catalogue.run("validate", "--messages", "--with", "workbench")
    assert_told(outcome, 1, "SG6090", "DDEX_WORKBENCH_KEY is empty")


def test_a_service_that_fails_is_told_beside_the_rest(
    catalogue: CatalogueFolder, service: Server
) -> None:
    service.answers = [Answer(status=500, body=b'{"error": {"code": "X", "message": "down"}}')]
    catalogue.edit(f"releases/{FIRST}.yaml", "genre: HOUSE-00", "genre: NONE-00")
    outcome = catalogue.run("validate", "--messages", "--with", "workbench")
    assert_told(outcome, 1, "SG4072", "DDEX Workbench answered 500: X down", "leave --with out")
    assert "NONE-00" in outcome.text
    assert len(service.requests) == 1


def test_options_that_do_not_go_together(catalogue: CatalogueFolder) -> None:
    assert_told(catalogue.run("validate", "--with", "workbench"), 64, "--messages --with")
    assert_told(catalogue.run("validate", "--release", FIRST), 64, "add --messages")
    assert_told(catalogue.run("validate", "--messages", "--release", "404"), 64, "matches nothing")
    assert_told(catalogue.run("validate", "--messages", "--with", "others"), 64, "workbench")


def test_render_explains_what_is_said_otherwise(catalogue: CatalogueFolder) -> None:
    render = ("render", FIRST, "--target", "store", "--explain")
    assert_told(catalogue.run(*render, "--check"), 64, "stands alone")
    assert_told(catalogue.run(*render[:-1], "--format", "json"), 64, "for --explain")
    assert catalogue.must(*render).text.endswith(": all is said as the catalogue says it.\n")
    catalogue.edit("targets/store.yaml", 'version: "4.3", profile: Audio', 'version: "3.8.2"')
    catalogue.edit(f"releases/{FIRST}.yaml", "[Composer, Lyricist]", "[Composer, Mixer]")
    document = catalogue.must(*render, "--format", "json").json()
    assert document["version"] == "3.8.2"
    (role,) = (each for each in document["mappings"] if each["said"] == "Mixer")
    assert role["path"] == "tracks[0].contributors[0].roles"
    for output_format in ("text", "markdown"):
        text = catalogue.must(*render, "--format", output_format).text.replace("\\", "")
        assert role["path"] in text
        assert role["told"] in text
        assert role["reason"] in text
        assert "said otherwise than in the catalogue." in text
