"""Deals, defaults and offers that are written once, and where every value comes from."""

from __future__ import annotations

import pytest

from tests.acceptance.written_once import (
    KEYED,
    LABEL_FILE,
    NAMED,
    PARTY,
    PARTY_FILE,
    RELEASE_FILE,
    found,
    line_of,
    message,
)
from tests.catalogues import CatalogueFolder
from tests.label import EP, EP_FILE, SERVICE, SHARED_FILE, SINGLE, plan_of, sends_nothing

SET = "deal_sets:\n  standard:\n    - {offer: streaming, excluded_territories: [JP]}\n"
SET_PRICED = "    - {offer: download, price_code: Mid, track_price_code: Mid}\n"
WRITTEN_OUT = """\
deals:
  - {offer: streaming, excluded_territories: [JP]}
  - {offer: download, price_code: Mid, track_price_code: Mid}
"""


def configure(catalogue: CatalogueFolder, text: str) -> None:
    """Add to stardust.yaml."""
    config = catalogue.path("stardust.yaml").read_text("utf-8")
    catalogue.write("stardust.yaml", config + text)


@pytest.mark.parametrize("use", ["deals: standard\n", "deals: [{use: standard}]\n"])
def test_a_deal_set_says_what_was_written_out(label: CatalogueFolder, use: str) -> None:
    configure(label, SET + SET_PRICED)
    label.edit(EP_FILE, WRITTEN_OUT, use)
    sends_nothing(label)


def test_a_deal_set_among_other_deals(label: CatalogueFolder) -> None:
    configure(label, SET)
    label.edit(EP_FILE, "{offer: streaming, excluded_territories: [JP]}", "use: standard")
    sends_nothing(label)


def test_a_changed_deal_set_is_the_source_of_the_change(label: CatalogueFolder) -> None:
    configure(label, SET + SET_PRICED)
    label.edit(EP_FILE, WRITTEN_OUT, "deals: standard\n")
    label.edit("stardust.yaml", "[JP]", "[JP, KR]")
    number = line_of(label, "stardust.yaml", "[JP, KR]")
    assert {source for source, _ in plan_of(label).origins(EP)} == {f"stardust.yaml:{number}"}


def test_what_is_wrong_in_a_deal_set_is_told_where_it_stands(label: CatalogueFolder) -> None:
    configure(label, SET.replace("[JP]", "[JP, NORD]"))
    label.edit(EP_FILE, WRITTEN_OUT, "deals: standard\n")
    number = line_of(label, "stardust.yaml", "NORD")
    assert {entry[:3] for entry in found(label)} == {("SG1203", "stardust.yaml", number)}


@pytest.mark.parametrize(
    ("deals", "code", "said"),
    [
        ("deals: standart", "SG1201", "no deal set 'standart'; did you mean standard?"),
        ("deals: [{use: standard, start: +1d}]", "SG1104", "use stands alone"),
        ("deals: [{start: +1d}]", "SG1101", "the offer is missing"),
    ],
)
def test_a_use_of_a_deal_set_that_is_wrong(
    catalogue: CatalogueFolder, deals: str, code: str, said: str
) -> None:
    configure(catalogue, SET)
    catalogue.edit(RELEASE_FILE, "deals:\n  - {offer: streaming}\n", f"{deals}\n")
    (entry,) = found(catalogue)
    assert entry[:3] == (code, RELEASE_FILE, line_of(catalogue, RELEASE_FILE, "deals:"))
    assert said in message(catalogue)


def test_defaults_hold_where_a_release_says_nothing(label: CatalogueFolder) -> None:
    more = "genre: HOUSE-00, p_line: 2026 Alpha Tide, c_line: 2026 Alpha Tide, deals: standard"
    configure(label, SET + SET_PRICED)
    label.edit("stardust.yaml", "{language: en,", f"{{{more}, targets: [store], language: en,")
    label.edit(EP_FILE, WRITTEN_OUT, "targets: [service, store]\n")
    for line in ("genre: HOUSE-00\n", "p_line: 2026 Alpha Tide\n", "c_line: 2026 Alpha Tide\n"):
        label.edit(EP_FILE, line, "")
    assert plan_of(label).actions == {(SINGLE, SERVICE): "orphaned"}
    label.edit("stardust.yaml", "p_line: 2026", "p_line: 2027")
    number = line_of(label, "stardust.yaml", "p_line: 2027")
    origins = {source for source, _ in plan_of(label).origins(EP)}
    assert origins == {f"stardust.yaml:{number}"}


def test_a_target_takes_offers_that_are_named_once(label: CatalogueFolder) -> None:
    configure(label, "offers: {streaming: [SubscriptionModel/OnDemandStream]}\n")
    written = "offers: {streaming: [SubscriptionModel/OnDemandStream]}\n"
    label.edit("targets/service.yaml", written, "offers: [streaming]\n")
    sends_nothing(label)
    label.edit("targets/service.yaml", "[streaming]", "[streaming, premium]")
    assert found(label)[0][:2] == ("SG1201", "targets/service.yaml")
    assert "there is no offer 'premium'; add it to offers:" in message(label)
    assert plan_of(label).actions == {}
    configure(label, "")
    label.edit("stardust.yaml", "offers: {", "offers: {premium: [FreeOfChargeModel/Stream], ")
    sends_nothing(label)


def effective(label: CatalogueFolder, icpn: str) -> dict[str, tuple[str, str, str]]:
    """Value, origin and place of what holds for a release, by path."""
    values = label.must("show", icpn, "--effective", "--format", "json").json()["values"]
    return {v["path"]: (v["value"], v["origin"], f"{v['file']}:{v['line']}") for v in values}


def test_every_effective_value_says_where_it_comes_from(label: CatalogueFolder) -> None:
    label.write(PARTY_FILE, PARTY)
    label.write(LABEL_FILE, "name: Alpha Tide\n")
    configure(label, SET)
    label.edit("stardust.yaml", "{language: en,", "{p_line: 2026 Alpha Tide, language: en,")
    label.edit(EP_FILE, "{offer: streaming, excluded_territories: [JP]}", "use: standard")
    label.edit(EP_FILE, "p_line: 2026 Alpha Tide\n", "")
    label.edit(EP_FILE, NAMED, KEYED)
    label.edit(EP_FILE, "  - track: GBXYZ2600003\n", "  - {track: GBXYZ2600003, disc: 2}\n")

    def at(file: str, text: str) -> str:
        return f"{file}:{line_of(label, file, text)}"

    config = at("stardust.yaml", "defaults:")
    shared = at(SHARED_FILE, "title:")
    told = effective(label, EP)
    expected = {
        "title": ("Breakwater", "release", f"{EP_FILE}:3"),
        "artists[0].name": ("Kestrel & Sons", "party", at(PARTY_FILE, "name: K")),
        "artists[0].isni": ("000000000000001X", "party", at(PARTY_FILE, "isni")),
        "artists[0].ids.PADPIDA2026112202S": ("svc-1", "party", at(PARTY_FILE, "ids:")),
        "display_artist": ("Kestrel & Sons", "derived", at(EP_FILE, "artists:")),
        "label": ("Alpha Tide", "label", f"{LABEL_FILE}:1"),
        "language": ("en", "defaults", config),
        "p_line": ("2026 Alpha Tide", "defaults", config),
        "tracks[0].p_line": ("2026 Alpha Tide", "defaults", config),
        "deals[0].offer": ("streaming", "deal set", at("stardust.yaml", "- {offer: streaming")),
        "deals[1].price_code": ("Mid", "release", at(EP_FILE, "price_code")),
        "tracks[2].title": ("Ebb", "track", shared),
        "tracks[2].disc": ("2", "release", at(EP_FILE, "disc: 2")),
        "tracks[2].artists[0].name": ("Kestrel & Sons", "track", at(SHARED_FILE, "artists:")),
        "tracks[2].artists[0].isni": ("000000000000001X", "party", at(PARTY_FILE, "isni")),
    }
    assert {path: told.get(path) for path in expected} == expected
    text = label.must("show", EP, "--effective").stdout
    assert f"2026 Alpha Tide  (defaults, {config})" in text


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ([f"{EP}@store", "--effective"], 64, "show ICPN --effective"),
        ([EP, "--effective", "--message"], 64, "show ICPN --effective"),
        (["4006381333979", "--effective"], 64, "there is no release"),
        ([EP], 64, "is not ICPN@TARGET"),
    ],
)
def test_what_show_does_not_take(
    label: CatalogueFolder, arguments: list[str], code: int, said: str
) -> None:
    outcome = label.run("show", *arguments)
    assert outcome.code == code
    assert said in outcome.text
