"""The strict loader against data, another loader and damaged files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from stardust_gitops.catalog.locate import locate
from stardust_gitops.catalog.yaml_findings import MOST_FINDINGS, diagnose
from stardust_gitops.catalog.yaml_strict import YamlInvalid, parse
from stardust_gitops.diagnostics import Pointer
from tests.scale import examples

TEN_THOUSAND = examples(10_000)
CHARACTERS = st.characters(
    exclude_categories=("Cs", "Cc"), exclude_characters="\u2028\u2029\ufeff\ufffe\uffff"
)
TEXT = st.text(CHARACTERS, max_size=20)
PLAIN = st.sampled_from(["NO", "0012345670", "3:45", "1e3", "~", "null", "true", "Kestrel & Sons"])
KEYS = st.one_of(st.text(CHARACTERS, min_size=1, max_size=8), PLAIN).filter("<<".__ne__)
VALUES = st.recursive(
    st.one_of(st.none(), TEXT, PLAIN),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=20,
)
DOCUMENTS = st.dictionaries(KEYS, VALUES, min_size=1, max_size=5)
PLAIN_SAFE = re.compile(r"[A-Za-z0-9~][A-Za-z0-9:&+ ]*[A-Za-z0-9]|[A-Za-z0-9~]")


class Writer:
    """Writes block style line by line, and notes the place of every key and value."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.values: dict[Pointer, tuple[int, int]] = {}
        self.keys: dict[Pointer, tuple[int, int]] = {}

    @staticmethod
    def scalar(value: str | int) -> str:
        value = str(value)
        if PLAIN_SAFE.fullmatch(value) and ": " not in value:
            return value
        return json.dumps(value, ensure_ascii=False)

    def write(self, node: Any, pointer: Pointer, indent: int) -> None:
        """The items of a list or mapping that is not empty, each on lines of its own."""
        entries = node.items() if isinstance(node, dict) else enumerate(node)
        for step, value in entries:
            here = (*pointer, step)
            head = f"{self.scalar(step)}:" if isinstance(node, dict) else "-"
            line = " " * indent + head
            self.lines.append(line)
            row = len(self.lines)
            if isinstance(node, dict):
                self.keys[here] = (row, indent + 1)
            if isinstance(value, dict | list) and value:
                self.write(value, here, indent + 2)
                self.values[here] = (row + 1, indent + 3)
            elif value is not None:
                shown = json.dumps(value) if isinstance(value, dict | list) else self.scalar(value)
                self.lines[-1] += " " + shown
                self.values[here] = (row, len(line) + 2)


def pointers(node: Any, pointer: Pointer = ()) -> Iterator[Pointer]:
    yield pointer
    if isinstance(node, dict):
        for key, value in node.items():
            yield from pointers(value, (*pointer, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from pointers(value, (*pointer, index))


@TEN_THOUSAND
@given(DOCUMENTS)
def test_what_was_written_is_read_and_found(document: dict[str, Any]) -> None:
    writer = Writer()
    writer.write(document, (), 0)
    data = ("\n".join(writer.lines) + "\n").encode()
    assert parse(data, "x") == document
    everything = list(pointers(document))
    values, keys = locate(data, everything), locate(data, everything, at_key=True)
    assert set(values) == set(everything)
    for pointer, where in writer.values.items():
        assert values[pointer] == where
    for pointer, where in writer.keys.items():
        assert keys[pointer] == where


class Dumper(yaml.CSafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


STRINGS = st.recursive(
    st.one_of(TEXT, PLAIN, st.just("one\ntwo\n")),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=20,
)


@TEN_THOUSAND
@given(
    st.dictionaries(KEYS, STRINGS, max_size=5),
    st.sampled_from([None, '"', "'", "|"]),
    st.sampled_from([None, True, False]),
    st.sampled_from([20, 1000]),
)
def test_it_agrees_with_pyyaml_in_every_style(
    document: dict[str, Any], style: str | None, flow: bool | None, width: int
) -> None:
    text = yaml.dump(
        document,
        Dumper=Dumper,
        default_style=style,
        default_flow_style=flow,
        width=width,
        allow_unicode=True,
    )
    data = text.encode()
    if style == "|":  # the dumper tags keys that it cannot write as blocks
        data = data.replace(b"!!str ", b"")
    assert parse(data, "x") == yaml.load(data, yaml.BaseLoader)


# fmt: off
INSERTIONS = (
    "", "&a ", "*a", "!!str ", "!", "<<: x\n", "---\n", "...\n", "\t", "\n", "[", "]", "{", "}",
    "- ", "? ", ": ", '"', "'", "|", ">", "#", "%", "@", "\\", "\0", "\x07", "\r", "\x85",
    "\u2028", "\ufeff", '"\\0"', "a: ", "a: 1\n", "é", "𝄞",
)
# fmt: on
DAMAGE = st.lists(
    st.tuples(
        st.integers(0, 400),
        st.integers(0, 3),
        st.sampled_from(INSERTIONS),
    ),
    max_size=4,
)
SAMPLE = """\
icpn: "4006381333931"
title: Breakwater
artists: [{name: Kestrel & Sons}, {name: "Ada Quill", role: FeaturedArtist}]
tracks:
  - isrc: GBXYZ2600001
    note: |
      one
      two
    empty:
"""


@TEN_THOUSAND
@given(DAMAGE)
def test_a_file_is_either_read_or_has_findings(damage: list[tuple[int, int, str]]) -> None:
    text = SAMPLE
    for start, length, insertion in damage:
        text = text[:start] + insertion + text[start + length :]
    check(text.encode())


@TEN_THOUSAND
@given(st.binary(max_size=60))
def test_so_is_any_sequence_of_bytes(data: bytes) -> None:
    check(data)


def check(data: bytes) -> None:
    try:
        document = parse(data, "x")
    except YamlInvalid as invalid:
        assert 0 < len(invalid.findings) <= MOST_FINDINGS
        lines = data.decode("utf-8", "replace").count("\n") + data.count(b"\r") + 2
        for finding in invalid.findings:
            assert 1 <= finding.line <= lines
            assert finding.column >= 1
    else:
        assert diagnose(data, "x") == ()
        assert empty_as_text(document) == yaml.load(data, yaml.CBaseLoader)
        everything = list(pointers(document))
        assert set(locate(data, everything)) == set(everything)


def empty_as_text(node: Any) -> Any:
    """The document as the other loader reads it, which takes nothing for an empty text."""
    if isinstance(node, dict):
        return {key: empty_as_text(value) for key, value in node.items()}
    return [empty_as_text(value) for value in node] if isinstance(node, list) else node or ""
