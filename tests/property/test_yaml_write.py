"""What is written into a catalogue file comes back as it was, whoever reads it."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from stardust_gitops.catalog.models.release import ReleaseFile
from stardust_gitops.catalog.models.scalars import Text
from stardust_gitops.catalog.yaml_strict import parse
from stardust_gitops.catalog.yaml_write import WIDTH, Plain, write_scalar, write_yaml
from stardust_gitops.cli.release_draft import NewRelease, NewTrack

AWKWARD = (
    "No: 5 #1", "yes", "NO", "~", "null", "3:45", "1e3", "0o17", "0x1F", "1_000", ".5", "2026",
    "2026-12-04", "<<", "=", "y", "- a", "-", "---", "?", "? a", ": a", "a:", "#a", "a #b", "*a",
    "&a", "!a", "%a", "@a", "`a`", "|", ">", "[a]", "{a}", "a, b", "'", '"', "''", "it's", "\\",
    "\\n", "a\u00a0b", "👩‍🚀", "\u2028a", "a\u200db", "עברית", "é", "x" * 300, "a " * 200 + "b",
    "true", "Infinity", ".nan", "12:30:45", "4006381333931", "a: b: c", "{", "]", ",",
)  # fmt: skip
_letters = st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff")
anything = st.sampled_from(AWKWARD) | st.text(_letters, max_size=30)
keys = st.text(_letters, min_size=1, max_size=8).filter("<<".__ne__) | st.sampled_from(("no", "1"))
nodes = st.recursive(
    anything,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=4)
        | st.dictionaries(keys, inner, min_size=1, max_size=4)
    ),
    max_leaves=12,
)
_text = TypeAdapter(Text)


def sayable(text: str) -> bool:
    """Whether the models take the text at all."""
    try:
        _text.validate_python(text)
    except ValidationError:
        return False
    return True


@given(st.dictionaries(keys, nodes, min_size=1, max_size=5))
def test_any_document_comes_back_in_our_reader_and_in_others(document: dict[str, Any]) -> None:
    text = write_yaml(document)
    assert parse(text.encode(), "x") == document
    assert yaml.load(text, yaml.SafeLoader) == document
    assert yaml.load(text, yaml.CSafeLoader) == document


@given(anything.filter(sayable), anything.filter(sayable))
@example("yes", "No: 5 #1")
def test_any_title_survives_in_a_release(title: str, track: str) -> None:
    asked = NewRelease(
        icpn="4006381333931",
        values={"title": title, "release_date": "2026-12-04", "type": None},
        artists=[track],
        tracks=[NewTrack(isrc="GB-XYZ-26-00001", title=track, audio=None)],
    )
    model, document = asked.checked()
    again = ReleaseFile.model_validate(parse(write_yaml(document).encode(), "x"))
    assert again == model
    assert again.title == _text.validate_python(title)


@pytest.mark.parametrize("text", AWKWARD)
def test_a_scalar_is_one_line_in_block_and_in_brackets(text: str) -> None:
    written = write_scalar(text)
    assert "\n" not in written
    assert parse(f"k: {written}".encode(), "x") == {"k": text}
    assert parse(f"k: [{written}, b]".encode(), "x") == {"k": [text, "b"]}
    assert parse(f"k: {{a: {written}, b: c}}".encode(), "x") == {"k": {"a": text, "b": "c"}}


@pytest.mark.parametrize("text", ["Breakwater", "Kestrel & Sons", "2026 Alpha Tide", "Ada's", "é"])
def test_ordinary_texts_have_no_quotes(text: str) -> None:
    assert write_scalar(text) == text


@pytest.mark.parametrize("text", ["NO", "1e3", "0o17", "3:45", "4006381333931", "y", "2026-12-04"])
def test_what_some_reader_takes_for_something_else_is_quoted(text: str) -> None:
    assert write_scalar(text) == json.dumps(text)


def test_a_date_that_is_one_has_no_quotes() -> None:
    assert write_yaml({"release_date": Plain("2026-12-04")}) == "release_date: 2026-12-04\n"


def test_the_style_of_a_file() -> None:
    document = {
        "title": "Breakwater",
        "artists": [{"name": "A"}, {"name": "B, C", "role": "FeaturedArtist"}],
        "targets": ["deezer", "spotify"],
        "empty": [],
        "tracks": [{"isrc": "X", "title": "T", "roles": ["Composer"]}, {"isrc": "Z"}],
        "ids": {"a": "1"},
    }
    assert write_yaml(document) == (
        "title: Breakwater\n"
        "artists:\n"
        "  - {name: A}\n"
        '  - {name: "B, C", role: FeaturedArtist}\n'
        "targets: [deezer, spotify]\n"
        "tracks:\n"
        "  - isrc: X\n"
        "    title: T\n"
        "    roles: [Composer]\n"
        "  - {isrc: Z}\n"
        'ids: {a: "1"}\n'
    )


def test_long_lists_take_a_line_for_each_item() -> None:
    names = [f"a-target-with-a-long-name-{number}" for number in range(9)]
    lines = write_yaml({"targets": names}).splitlines()
    assert len(lines) == 1 + len(names)
    assert all(len(line) <= WIDTH for line in lines)
