"""Any change to a valid release, and any YAML at all: a diagnosis or a pass, never a traceback,
and never a line that the file does not have."""

from __future__ import annotations

import copy
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from stardust_gitops.diagnostics import Finding
from stardust_gitops.rules.book import rule_book
from tests.release_lab import RELEASE, RELEASE_TEXT, Case, judge, judged
from tests.scale import examples

TEN_THOUSAND = examples(
    10_000, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
MORE = """\
version: Deluxe
original_release_date: 2026-12-04
visibility: {release: 2026-11-20}
status: {default: active}
send_from: 2026-11-23
suppress: [{rule: SG2107, reason: prices follow}]
"""
VALID = yaml.load(RELEASE_TEXT + MORE, Loader=yaml.BaseLoader)

TEXTS = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        [
            *("", " ", "0", "-1", "~", "true", "2026-12-04", "2026-12-04T00:00:00Z", "9999-12-31"),
            *("0001-01-01", "+9999d", "-9999d", "+1d", "GB", "Worldwide", "DACH", "UK", "ZZ"),
            *("GBXYZ2600001", "4006381333931", "96385074", "assets/one.flac", "../x", "streaming"),
            *("download", "store", "SG2107", "draft", "takedown", "Single", "Composer", "引き潮"),
            *("A & B", "FEAT. X", "x" * 300, "\u200b", "🌊", "1e400", "4.20", "EUR", "Clean"),
        ]
    ),
)
VALUES = st.recursive(
    TEXTS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=6,
)
EDITS = st.lists(
    st.tuples(
        st.sampled_from(["delete", "duplicate", "replace", "swap", "rename", "graft"]),
        st.integers(0, 10_000),
        st.integers(0, 10_000),
        VALUES,
    ),
    min_size=1,
    max_size=4,
)


def slots(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every container with each of its keys or indexes."""
    entries = list(node.items() if isinstance(node, dict) else enumerate(node))
    for key, value in entries:
        yield node, key
        if isinstance(value, dict | list):
            yield from slots(value)


def mutate(document: Any, kind: str, first: int, second: int, value: Any) -> None:
    """One edit somewhere in a document."""
    places = list(slots(document))
    if not places:
        return
    holder, key = places[first % len(places)]
    other, there = places[second % len(places)]
    if kind == "delete":
        del holder[key]
    elif kind == "duplicate" and isinstance(holder, list):
        holder.insert(key, copy.deepcopy(holder[key]))
    elif kind == "rename" and isinstance(holder, dict) and isinstance(there, str):
        holder[there] = holder.pop(key)
    elif kind == "graft":
        holder[key] = copy.deepcopy(other[there])
    elif kind == "swap":
        one, two = copy.deepcopy(holder[key]), copy.deepcopy(other[there])
        other[there], holder[key] = one, two
    else:
        holder[key] = value


def dump(document: Any, flow: bool) -> str:
    """The document as YAML."""
    return yaml.dump(document, allow_unicode=True, sort_keys=False, default_flow_style=flow)


def assert_told(findings: list[Finding], root: Path) -> None:
    """Every finding has a known code, words and a place that is there."""
    for finding in findings:
        assert finding.code in rule_book()
        assert finding.message
        assert finding.remedy
        path = root / finding.file
        if path.suffix == ".yaml" and path.exists():
            lines = path.read_bytes().decode("utf-8", "replace").splitlines() or [""]
            assert 1 <= finding.line <= len(lines) + 1, finding
            assert finding.column >= 1, finding


@pytest.fixture(scope="module")
def root() -> Iterator[Path]:
    """A valid catalogue of one release."""
    with tempfile.TemporaryDirectory(prefix="stardust-validate-") as folder:
        assert judge(Path(folder), Case()) == []
        yield Path(folder)


def judged_as(root: Path, text: str) -> list[Finding]:
    (root / RELEASE).write_bytes(text.encode("utf-8", "surrogatepass"))
    return judged(root)


@TEN_THOUSAND
@given(EDITS, st.booleans())
def test_any_change_of_a_valid_release(root: Path, edits: list[Any], flow: bool) -> None:
    document = copy.deepcopy(VALID)
    for kind, first, second, value in edits:
        mutate(document, kind, first, second, value)
    assert_told(judged_as(root, dump(document, flow)), root)


@TEN_THOUSAND
@given(st.one_of(VALUES, st.dictionaries(st.sampled_from(sorted(VALID)), VALUES)))
def test_any_yaml(root: Path, document: Any) -> None:
    assert_told(judged_as(root, dump(document, flow=False)), root)


@TEN_THOUSAND
@given(st.integers(0, len(RELEASE_TEXT)), st.integers(0, 60), st.text(max_size=12))
def test_any_cut_of_the_text(root: Path, at: int, length: int, text: str) -> None:
    spoiled = RELEASE_TEXT[:at] + text + RELEASE_TEXT[at + length :]
    assert_told(judged_as(root, spoiled), root)
