"""Parties in the place of those that refer to them; defaults and deal sets in that of nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from stardust_gitops.catalog.loading import Catalogue, Party
from stardust_gitops.catalog.models.config import ConfigFile
from stardust_gitops.catalog.models.parties import ArtistEntry
from stardust_gitops.catalog.models.party import PartyFile
from stardust_gitops.catalog.models.release import ReleaseFile
from stardust_gitops.content.artists import artist_documents
from stardust_gitops.content.effective import effective, place_of
from stardust_gitops.content.parties import Parties, without_ids
from stardust_gitops.content.problems import Problems

SENDER = {"dpid": "PADPIDA2026112201U", "name": "Alpha Tide"}
OWNER = "PADPIDA2026112203Q"


def config(**more: Any) -> ConfigFile:
    """A configuration with a little more than it needs."""
    return ConfigFile.model_validate({"format": "1", "id": "a", "sender": SENDER, **more})


def parties(**files: dict[str, Any]) -> Parties:
    """Parties by key, in a catalogue without targets."""
    return Parties(
        Catalogue(
            root=Path(),
            config=config(),
            targets={},
            genre_maps={},
            recordings={},
            release_files=(),
            parties={
                key: Party(f"parties/{key}.yaml", PartyFile.model_validate(document))
                for key, document in files.items()
            },
        )
    )


def resolved(known: Parties, *entries: dict[str, Any]) -> tuple[list[Any], list[str]]:
    """The documents of the artists, and the codes of what is wrong with them."""
    problems = Problems("releases/a.yaml")
    artists = tuple(ArtistEntry.model_validate(entry) for entry in entries)
    found = known.resolve(artists, "", ("artists",), problems)
    return artist_documents(found), [finding.code for finding in problems.findings]


def test_without_parties_nothing_is_touched() -> None:
    problems = Problems("releases/a.yaml")
    entries = (ArtistEntry(name="Ada Quill"),)
    assert parties().resolve(entries, "", ("artists",), problems) is entries
    assert problems.findings == []


def test_key_and_every_name_give_the_same_identifiers() -> None:
    known = parties(ada={"name": "Ada Quill", "names": [{"name": "エイダ", "language": "ja"}],
                         "ipn": "1", "ids": {OWNER: "a"}})  # fmt: skip
    documents, codes = resolved(known, {"party": "ada"}, {"name": "Ada Quill"}, {"name": "エイダ"})
    assert codes == []
    ids = {"ipn": "1", "ids": [{"namespace": OWNER, "value": "a"}]}
    names = ("Ada Quill", "Ada Quill", "エイダ")
    assert documents == [{"party": {"name": name, **ids}} for name in names]


def test_what_the_party_lacks_may_be_given_beside_it() -> None:
    known = parties(ada={"name": "Ada Quill"})
    documents, codes = resolved(known, {"party": "ada", "ipn": "7", "role": "FeaturedArtist"})
    assert codes == []
    assert documents == [{"party": {"name": "Ada Quill", "ipn": "7"}, "role": "FeaturedArtist"}]


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ({"party": "adda"}, "SG1201"),
        ({"party": "ada", "ipn": "2"}, "SG1205"),
        ({"name": "Ada Quill", "ids": {OWNER: "b"}}, "SG1205"),
        ({"name": "Bo"}, "SG1206"),
    ],
)
def test_an_unclear_reference_is_a_problem(entry: dict[str, Any], code: str) -> None:
    ada = {"name": "Ada Quill", "ipn": "1", "ids": {OWNER: "a"}}
    known = parties(ada=ada, bo={"name": "Bo"}, bob={"name": "Bo"})
    assert resolved(known, entry)[1] == [code]


@pytest.mark.parametrize("entry", [{}, {"name": ""}, {"name": " "}, {"party": None}, {"party": ""}])
def test_neither_name_nor_party_is_no_artist(entry: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ArtistEntry.model_validate(entry)


@given(st.lists(st.sampled_from(["a", "b", "c"]), unique=True))
def test_only_the_hidden_ids_are_left_out(values: list[str]) -> None:
    ids = [{"namespace": OWNER, "value": value} for value in values]
    party = {"name": "A"} | ({"ids": ids} if ids else {})
    document = {"artists": [{"party": party}], "tracks": [{"artists": [{"party": party}]}]}
    told = without_ids(document, frozenset({(OWNER, "a")}))
    kept = [entry for entry in ids if entry["value"] != "a"]
    expected = {"name": "A"} | ({"ids": kept} if kept else {})
    assert told == {
        "artists": [{"party": expected}],
        "tracks": [{"artists": [{"party": expected}]}],
    }
    assert party.get("ids", []) == ids, "the document of all targets stays as it is"


def test_what_a_release_says_stands() -> None:
    model = ReleaseFile.model_validate({"p_line": "2026 A", "genre": "X", "deals": []})
    more = {"p_line": "2025 B", "genre": "Y", "subgenre": "Z", "deals": [{"offer": "streaming"}]}
    assert effective(model, config(defaults=more), Problems("a")) == (model, {})


def test_each_deal_knows_where_it_stands() -> None:
    model = ReleaseFile.model_validate(
        {"deals": [{"offer": "download"}, {"use": "two"}, {"offer": "ad_supported"}]}
    )
    two = [{"offer": "streaming"}, {"offer": "streaming", "start": "+1d"}]
    found, taken = effective(model, config(deal_sets={"two": two}), Problems("releases/a.yaml"))
    assert [deal.offer for deal in found.deals] == [
        "download", "streaming", "streaming", "ad_supported",
    ]  # fmt: skip
    assert [place_of("releases/a.yaml", ("deals", n, "start"), taken) for n in range(4)] == [
        ("releases/a.yaml", ("deals", 0, "start")),
        ("stardust.yaml", ("deal_sets", "two", 0, "start")),
        ("stardust.yaml", ("deal_sets", "two", 1, "start")),
        ("releases/a.yaml", ("deals", 2, "start")),
    ]


def test_a_default_may_use_a_deal_set_too() -> None:
    more = {"defaults": {"deals": "one"}, "deal_sets": {"one": [{"offer": "streaming"}]}}
    found, taken = effective(ReleaseFile(), config(**more), Problems("a"))
    assert [deal.offer for deal in found.deals] == ["streaming"]
    assert taken == {("deals", 0): ("stardust.yaml", ("deal_sets", "one", 0))}


def test_a_deal_set_uses_no_other() -> None:
    with pytest.raises(ValidationError):
        config(deal_sets={"one": [{"use": "one"}]})
