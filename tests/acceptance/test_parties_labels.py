"""Parties and labels that are described once: what recipients are told, and what is found."""

from __future__ import annotations

import pytest

from tests.acceptance.written_once import (
    KEYED,
    LABEL_FILE,
    NAMED,
    PARTY,
    PARTY_FILE,
    RELEASE_FILE,
    findings,
    found,
    ids_told,
    line_of,
    message,
)
from tests.catalogues import ICPNS, CatalogueFolder, run_cli
from tests.label import (
    EP,
    EP_FILE,
    SERVICE,
    SHARED_FILE,
    SINGLE,
    STORE,
    delivered_message,
    plan_of,
    sends_nothing,
)


def test_a_name_refers_to_the_party_of_that_name(label: CatalogueFolder) -> None:
    label.write(PARTY_FILE, PARTY)
    paths = {path for path, _, _ in plan_of(label).changes(SINGLE)}
    assert {"artists[0].party.isni", "tracks[0].artists[0].party.isni"} <= paths
    label.apply()
    assert b"000000000000001X" in delivered_message(label, SINGLE)
    sends_nothing(label)


def test_a_key_and_a_name_say_the_same(label: CatalogueFolder) -> None:
    label.write(PARTY_FILE, PARTY)
    assert label.apply().code == 0
    for file in (EP_FILE, SHARED_FILE):
        label.edit(file, NAMED, KEYED)
    sends_nothing(label)


def test_each_recipient_is_told_its_own_ids_and_nobody_elses(
    label: CatalogueFolder,
) -> None:
    label.write(PARTY_FILE, PARTY)
    assert label.apply().code == 0
    assert ids_told(label, EP, STORE) == {"st-1", "own-1"}
    assert ids_told(label, EP, SERVICE) == {"svc-1", "own-1"}


def test_a_change_is_shown_where_the_party_says_it(label: CatalogueFolder) -> None:
    label.write(PARTY_FILE, PARTY)
    label.commit("a party")
    label.must("apply", "--auto-approve")
    label.edit(PARTY_FILE, "svc-1", "svc-2")
    plan = plan_of(label)
    assert set(plan.actions) == {(EP, SERVICE), (SINGLE, SERVICE)}
    sources = {source for source, _ in plan.origins(EP, SERVICE)}
    assert sources == {f"{PARTY_FILE}:{line_of(label, PARTY_FILE, 'ids:')}"}


@pytest.mark.parametrize(
    ("artist", "code", "said"),
    [
        ("{party: kestral}", "SG1201", "there is no party 'kestral'; did you mean kestrel?"),
        ("{party: zz}", "SG1201", "there is no party 'zz'; add parties/zz.yaml"),
        (
            "{party: kestrel, isni: 0000000121032683}",
            "SG1205",
            "isni is 0000000121032683 here and 000000000000001X in parties/kestrel.yaml",
        ),
        (
            "{name: Kestrel & Sons, ids: {PADPIDA2026112203Q: st-2}}",
            "SG1205",
            "ids of PADPIDA2026112203Q is st-2 here and st-1 in parties/kestrel.yaml",
        ),
        ("{role: MainArtist}", "SG1101", "the name is missing; add name: …"),
        ("{party: Kestrel}", "SG1117", "'Kestrel' is no name"),
    ],
)
def test_a_reference_that_is_wrong(
    catalogue: CatalogueFolder, artist: str, code: str, said: str
) -> None:
    catalogue.write(PARTY_FILE, PARTY)
    assert found(catalogue) == []
    catalogue.edit(RELEASE_FILE, NAMED, f"artists: [{artist}]")
    line = line_of(catalogue, RELEASE_FILE, "artists:")
    assert found(catalogue) == [(code, RELEASE_FILE, line, None)]
    assert said in message(catalogue)


def test_a_recording_with_an_unknown_party_blocks_the_releases_that_use_it(
    label: CatalogueFolder,
) -> None:
    label.edit(SHARED_FILE, NAMED, KEYED)
    assert {entry[:2] for entry in found(label)} == {("SG1201", SHARED_FILE)}
    assert set(plan_of(label).actions.values()) == {"blocked"}


def test_the_same_identifiers_beside_a_party_are_fine(catalogue: CatalogueFolder) -> None:
    catalogue.write(PARTY_FILE, PARTY)
    said = "artists: [{party: kestrel, isni: 0000 0000 0000 001X}]"
    catalogue.edit(RELEASE_FILE, NAMED, said)
    assert found(catalogue) == []


def test_the_name_in_another_script_refers_too_and_is_the_one_credited(
    label: CatalogueFolder,
) -> None:
    label.write(PARTY_FILE, PARTY)
    label.edit(EP_FILE, NAMED, "artists: [{name: ケストレル}]")
    assert label.apply().code == 0
    text = delivered_message(label, EP).decode()
    assert "ケストレル" in text
    assert "000000000000001X" in text


def test_a_name_beside_a_key_is_the_one_credited(label: CatalogueFolder) -> None:
    label.write(PARTY_FILE, PARTY)
    label.edit(EP_FILE, NAMED, "artists: [{party: kestrel, name: Kestrel}]")
    assert ("artists[0].party.name", "Kestrel & Sons", "Kestrel") in plan_of(label).changes(EP)


def test_a_key_that_two_files_define(catalogue: CatalogueFolder) -> None:
    catalogue.write(PARTY_FILE, PARTY)
    catalogue.write("parties/more/kestrel.yaml", "name: Another\n")
    assert found(catalogue) == [("SG1204", "parties/more/kestrel.yaml", 1, None)]
    assert "the party kestrel is also in parties/kestrel.yaml" in message(catalogue)


def test_two_parties_of_one_name_are_told_apart_by_their_keys(catalogue: CatalogueFolder) -> None:
    catalogue.write(PARTY_FILE, PARTY)
    catalogue.write("parties/kestrel2.yaml", "name: Kestrel & Sons\n")
    assert {entry[:2] for entry in found(catalogue)} == {
        ("SG1206", f"releases/{icpn}.yaml") for icpn in ICPNS[:2]
    }
    assert "several parties: kestrel, kestrel2; say which one: party: KEY" in message(catalogue)
    for icpn in ICPNS[:2]:
        catalogue.edit(f"releases/{icpn}.yaml", NAMED, KEYED)
    assert found(catalogue) == []


def test_a_broken_party_takes_no_identifier_from_anyone(label: CatalogueFolder) -> None:
    label.write(PARTY_FILE, PARTY)
    assert label.apply().code == 0
    label.write(PARTY_FILE, PARTY + "nme: oops\n")
    assert set(plan_of(label).actions.values()) == {"blocked"}
    codes = [entry[0] for entry in found(label)]
    assert codes.count("SG1102") == 1
    assert set(codes) == {"SG1102", "SG1201"}


def test_a_broken_target_has_its_ids_told_to_nobody_else(label: CatalogueFolder) -> None:
    label.write(PARTY_FILE, PARTY)
    assert label.apply().code == 0
    label.edit("targets/service.yaml", "genre_map:", "genre_mapp:")
    assert set(plan_of(label).actions.values()) == {"blocked"}
    assert {entry[0] for entry in found(label)} == {"SG1102", "SG1201"}
    label.write(PARTY_FILE, PARTY.replace("PADPIDA2026112202S: svc-1, ", ""))
    assert {entry[0] for entry in found(label)} == {"SG1102"}


def test_a_changed_party_or_label_concerns_the_releases_that_use_it(
    label: CatalogueFolder,
) -> None:
    label.write(PARTY_FILE, PARTY)
    label.write("parties/other.yaml", "name: Somebody\n")
    label.write(LABEL_FILE, "name: Alpha Tide\np_line_owners: [Beta Tide]\n")
    label.commit("parties")
    assert findings(label, "--changed-since", "HEAD") == []
    label.write("parties/other.yaml", "name: Somebody Else\n")
    assert findings(label, "--changed-since", "HEAD") == []
    label.write(PARTY_FILE, PARTY + 'ipn: "12345678"\n')
    told = findings(label, "--changed-since", "HEAD")
    assert {entry["code"] for entry in told} == {"SG2703"}
    label.git("checkout", PARTY_FILE)
    label.write(LABEL_FILE, "name: Alpha Tide\np_line_owners: [Gamma Tide]\n")
    assert {entry["code"] for entry in findings(label, "--changed-since", "HEAD")} == {"SG2703"}


@pytest.mark.parametrize(
    ("text", "code", "line_text", "said"),
    [
        ("allowed_targets: [other]", "SG2701", None, "does not allow Alpha Tide at store"),
        ("territories: [GB, DACH]", "SG2702", "deals:", "no rights in"),
        ("p_line_owners: [Alfa Tide]", "SG2703", "p_line:", "did you mean Alfa Tide?"),
        ("c_line_owners: [Zz]", "SG2703", "c_line:", "'Alpha Tide' is no owner"),
        ("rights: {from: 2027-01-01}", "SG2704", "deals:", "begins 2026-12-04, the rights"),
        ("rights: {until: 2027-01-01}", "SG2704", "deals:", "ends never, the rights"),
    ],
)
def test_a_release_is_held_against_its_label(
    catalogue: CatalogueFolder, text: str, code: str, line_text: str | None, said: str
) -> None:
    catalogue.add_target("other")
    catalogue.edit(RELEASE_FILE, "icpn:", "targets: [store]\nicpn:")
    second = f"releases/{ICPNS[1]}.yaml"
    catalogue.edit(second, "icpn:", "label: Another Label\nicpn:")
    catalogue.write(LABEL_FILE, f"name: Alpha Tide\n{text}\n")
    number = line_of(catalogue, RELEASE_FILE, line_text or "targets:")
    (finding,) = findings(catalogue)
    assert (finding["code"], finding["file"]) == (code, RELEASE_FILE)
    assert number <= finding["line"] <= number + 1
    assert said in message(catalogue)


def test_what_is_within_the_label_is_fine(catalogue: CatalogueFolder) -> None:
    offer = "  - {offer: streaming, territories: [DE, GB], end: 2027-01-01}\n"
    for icpn in ICPNS[:2]:
        catalogue.edit(f"releases/{icpn}.yaml", "  - {offer: streaming}\n", offer)
    catalogue.write(
        LABEL_FILE,
        "name: Alpha Tide\np_line_owners: [Alpha Tide]\nc_line_owners: [Alpha Tide]\n"
        "allowed_targets: [store]\nterritories: [DACH, GB]\n"
        "rights: {from: 2026-12-04, until: 2027-01-01}\n",
    )
    assert found(catalogue) == []


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("allowed_targets: [stor]", "SG2705", "no target 'stor'; did you mean store?"),
        ("targets: {stor: AT}", "SG2705", "no target 'stor'; did you mean store?"),
        ("territories: [Worldwide, NORD]", "SG2705", "no territory or group 'NORD'"),
        ("rights: {till: 2027-01-01}", "SG1104", "is not one of"),
    ],
)
def test_a_label_that_is_wrong(catalogue: CatalogueFolder, text: str, code: str, said: str) -> None:
    catalogue.write(LABEL_FILE, f"name: Alpha Tide\n{text}\n")
    told = [entry for entry in findings(catalogue) if entry["file"] == LABEL_FILE]
    assert [(entry["code"], entry["line"]) for entry in told] == [(code, 2)]
    assert said in f"{told[0]['message']}; {told[0]['remedy']}"


def test_a_target_is_told_the_name_that_it_knows_the_label_by(label: CatalogueFolder) -> None:
    text = "name: Alpha Tide\ntargets: {service: AT-4711}\n"
    label.write(LABEL_FILE, text)
    plan = plan_of(label)
    assert set(plan.actions) == {(EP, SERVICE), (SINGLE, SERVICE)}
    assert plan.changes(EP, SERVICE) == [("label", "Alpha Tide", "AT-4711")]
    assert plan.origins(EP, SERVICE)[0][0] == f"{LABEL_FILE}:2"
    label.apply()
    assert b">AT-4711<" in delivered_message(label, EP, SERVICE)
    assert b">AT-4711<" not in delivered_message(label, EP, STORE)


def test_a_label_is_referred_to_by_its_key_too(label: CatalogueFolder) -> None:
    label.write(LABEL_FILE, "name: Alpha Tide\n")
    label.edit(EP_FILE, "genre:", "label: alpha\ngenre:")
    sends_nothing(label)


def test_editors_know_their_form() -> None:
    for kind in ("party", "label"):
        assert "name" in run_cli("schema", "file", kind).json()["properties"]
