"""The strict loader: what it reads, what it refuses, and where it says that things stand."""

from __future__ import annotations

import time

import pytest

from stardust_gitops.catalog.locate import locate
from stardust_gitops.catalog.suggest import did_you_mean
from stardust_gitops.catalog.yaml_findings import MOST_FINDINGS, YamlCode
from stardust_gitops.catalog.yaml_strict import MAX_BYTES, MAX_DEPTH, YamlInvalid, parse
from stardust_gitops.diagnostics import Finding, Severity


def refused(data: bytes) -> tuple[Finding, ...]:
    with pytest.raises(YamlInvalid) as caught:
        parse(data, "releases/x.yaml")
    assert caught.value.findings
    for finding in caught.value.findings:
        assert finding.severity is Severity.ERROR
        assert finding.file == "releases/x.yaml"
        assert finding.line >= 1
        assert finding.column >= 1
        assert finding.message
        assert finding.remedy
    return caught.value.findings


def test_plain_scalars_keep_the_text_of_the_file() -> None:
    data = b"""
country: NO
icpn: 0012345670
length: 3:45
float: 1e3
date: 2026-12-04
null: null
tilde: ~
yes: true
hex: 0x1F
empty:
quoted: ""
single: ''
"""
    assert parse(data, "x") == {
        "country": "NO",
        "icpn": "0012345670",
        "length": "3:45",
        "float": "1e3",
        "date": "2026-12-04",
        "null": "null",
        "tilde": "~",
        "yes": "true",
        "hex": "0x1F",
        "empty": None,
        "quoted": "",
        "single": "",
    }


def test_lists_mappings_quotes_and_blocks() -> None:
    data = """\
artists: [{name: Kestrel & Sons}, {name: "Ada \\u00c5 Quill", role: }]
tracks:
- title: 'It''s'
-
- - deep
note: |
  one
  two
folded: >-
  one
  two
"key": [a, , b]
""".replace(", ,", ",")
    assert parse(data.encode(), "x") == {
        "artists": [{"name": "Kestrel & Sons"}, {"name": "Ada Å Quill", "role": None}],
        "tracks": [{"title": "It's"}, None, ["deep"]],
        "note": "one\ntwo\n",
        "folded": "one two",
        "key": ["a", "b"],
    }


def test_a_byte_order_mark_and_windows_line_ends_are_accepted() -> None:
    assert parse(b"\xef\xbb\xbftitle: A\r\ntype: EP\r\n", "x") == {"title": "A", "type": "EP"}


@pytest.mark.parametrize(
    ("data", "code", "line", "column"),
    [
        (b"a: 1\nb: x: y\n", YamlCode.SYNTAX, 2, 5),
        (b"a: 1\nb: [1, 2\nc: 3\n", YamlCode.SYNTAX, 3, 2),
        (b"a: 1\nb: 'open\nc: 3\n", YamlCode.SYNTAX, 2, 4),
        (b"a: @b\n", YamlCode.SYNTAX, 1, 4),
        (b'a: "\\q"\n', YamlCode.SYNTAX, 1, 5),
        (b'a: "\\ud800"\n', YamlCode.SYNTAX, 1, 7),
        (b"%YAML 3.0\n---\na: b\n", YamlCode.SYNTAX, 1, 1),
        (b"a: 1\nb\n", YamlCode.SYNTAX, 3, 1),
        (b"a:\n\tb: 1\n", YamlCode.TAB, 2, 1),
        (b"a: 1\n  \tb: 2\n", YamlCode.TAB, 2, 3),
        (b"a: 1\nb: 2\na: 3\n", YamlCode.DUPLICATE_KEY, 3, 1),
        (b'x: {a: 1, "a": 3}\n', YamlCode.DUPLICATE_KEY, 1, 11),
        (b"a: &x 1\n", YamlCode.ANCHOR, 1, 4),
        (b"a: &x [1]\n", YamlCode.ANCHOR, 1, 4),
        (b"&x a: 1\n", YamlCode.ANCHOR, 1, 1),
        (b"a: *x\n", YamlCode.ALIAS, 1, 4),
        (b"a: [*x]\n", YamlCode.ALIAS, 1, 5),
        (b"*x : 1\n", YamlCode.ALIAS, 1, 1),
        (b"a: !!str x\n", YamlCode.TAG, 1, 4),
        (b"a: ! x\n", YamlCode.TAG, 1, 4),
        (b"a: !custom {b: c}\n", YamlCode.TAG, 1, 4),
        (b"a: !!python/object/apply:os.system [x]\n", YamlCode.TAG, 1, 4),
        (b"--- !x\na: b\n", YamlCode.TAG, 1, 5),
        (b"a:\n  <<: {b: c}\n", YamlCode.MERGE_KEY, 2, 3),
        (b"a: 1\n---\nb: 2\n", YamlCode.SEVERAL_DOCUMENTS, 2, 1),
        (b"[a]: b\n", YamlCode.KEY, 1, 1),
        (b"a: {{ b }}\n", YamlCode.KEY, 1, 5),
        (b"? \n: b\n", YamlCode.KEY, 1, 2),
        (b"'': b\n", YamlCode.KEY, 1, 1),
        (b"", YamlCode.EMPTY, 1, 1),
        (b"# only a comment\n", YamlCode.EMPTY, 1, 1),
        (b"---\n", YamlCode.EMPTY, 1, 1),
        (b"\xef\xbb\xbf", YamlCode.EMPTY, 1, 1),
        ("title: A".encode("utf-16"), YamlCode.ENCODING, 1, 1),
        ("title: A".encode("utf-16-be"), YamlCode.BINARY, 1, 1),
        (b"a: 1\nb: caf\xe9\n", YamlCode.ENCODING, 2, 7),
        (b"\x89PNG\r\n\x1a\n\0\0", YamlCode.BINARY, 3, 1),
        (b"a: b\0c\n", YamlCode.BINARY, 1, 5),
        (b"a: b\x07c\n", YamlCode.CHARACTER, 1, 5),
        ("a: b\u2028c: d\n".encode(), YamlCode.CHARACTER, 1, 5),
        ("a: b\x85\n".encode(), YamlCode.CHARACTER, 1, 5),
        ("a: b\n\ufeffc: d\n".encode(), YamlCode.CHARACTER, 2, 1),
        (b'a: "b\\0"\n', YamlCode.CHARACTER, 1, 4),
        (b'"a\\a": "b"\n', YamlCode.CHARACTER, 1, 1),
        (b'a: ["\\uFFFE"]\n', YamlCode.CHARACTER, 1, 5),
        (b"- a\n- b\n", YamlCode.ROOT, 1, 1),
        (b"text\n", YamlCode.ROOT, 1, 1),
        (b"''\n", YamlCode.ROOT, 1, 1),
        (b"#" * (MAX_BYTES + 1), YamlCode.TOO_LARGE, 1, 1),
    ],
)
def test_what_is_refused_is_named_and_found(
    data: bytes, code: YamlCode, line: int, column: int
) -> None:
    findings = refused(data)
    assert [(f.code, f.line, f.column) for f in findings] == [(code.value, line, column)]


def test_a_duplicate_key_names_both_lines() -> None:
    (finding,) = refused(b"tracks:\n- title: A\n  isrc: B\n  title: C\n")
    assert finding.message == 'the key "title" stands twice: in line 2 and in line 4'
    assert finding.pointer == ("tracks", 0, "title")


def test_all_findings_come_at_once_and_a_syntax_error_ends_them() -> None:
    data = b"a: &x 1\na: !t 2\nb: *x\n<<: 3\n[q]: 4\nc: d: e\nf: &y 5\n"
    assert [(f.code, f.line) for f in refused(data)] == [
        (YamlCode.ANCHOR, 1),
        (YamlCode.DUPLICATE_KEY, 2),
        (YamlCode.TAG, 2),
        (YamlCode.ALIAS, 3),
        (YamlCode.MERGE_KEY, 4),
        (YamlCode.KEY, 5),
        (YamlCode.SYNTAX, 6),
    ]


def test_the_words_of_a_syntax_error_help() -> None:
    (finding,) = refused(b"title: One: Two\n")
    assert "colon" in finding.message
    assert "quotes" in finding.remedy
    (finding,) = refused(b"a: [1,\n 2\nb: 3\n")
    assert finding.message.endswith("it begins in line 1")
    (finding,) = refused(b"a: @b\n")
    assert finding.message == "a value cannot begin with @"


def nested(levels: int, opening: str, closing: str) -> bytes:
    """A root mapping with lists or mappings in it, `levels` in all."""
    return f"a: {opening * (levels - 1)}x{closing * (levels - 1)}\n".encode()


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ("{b: ", "}")])
def test_the_depth_has_a_limit(opening: str, closing: str) -> None:
    assert parse(nested(MAX_DEPTH, opening, closing), "x")["a"]
    (finding,) = refused(nested(MAX_DEPTH + 1, opening, closing))
    assert finding.code == YamlCode.TOO_DEEP


@pytest.mark.parametrize(
    "bomb",
    [
        b"[" * MAX_BYTES,
        b"a: " + b"{b: " * (MAX_BYTES // 5),
        b"a:\n" + b"- " * (MAX_BYTES // 4),
        b"? " * (MAX_BYTES // 4),
        b"a: &a [x]\n" + b"".join(b"b%d: [*a,*a]\n" % n for n in range(9000)),
        b"a: 1\n" * (MAX_BYTES // 5),
        b'"' + b"\\x41" * (MAX_BYTES // 5),
    ],
)
def test_bombs_are_refused_quickly_and_with_few_findings(bomb: bytes) -> None:
    start = time.process_time()
    assert len(refused(bomb)) <= MOST_FINDINGS
    assert locate(bomb, [("a", 0)])
    assert time.process_time() - start < 5


DOCUMENT = b"""\
# a comment
title: Breakwater
artists: [{name: Kestrel}, {name: Ada, role: }]
tracks:
  - isrc: GBXYZ2600001
    contributors:
      - name: Ada
  -   title: Two
"""


@pytest.mark.parametrize(
    ("pointer", "value", "key"),
    [
        ((), (2, 1), (2, 1)),
        (("title",), (2, 8), (2, 1)),
        (("artists",), (3, 10), (3, 1)),
        (("artists", 1), (3, 28), (3, 28)),
        (("artists", 1, "role"), (3, 46), (3, 40)),
        (("tracks", 0), (5, 5), (5, 5)),
        (("tracks", 0, "contributors", 0, "name"), (7, 15), (7, 9)),
        (("tracks", 1, "title"), (8, 14), (8, 7)),
        # what is not there: its nearest ancestor
        (("tracks", 1, "isrc"), (8, 7), (8, 7)),
        (("tracks", 5, "isrc"), (5, 3), (4, 1)),
        (("title", "x", 3), (2, 8), (2, 1)),
        (("genre",), (2, 1), (2, 1)),
    ],
)
def test_locate(
    pointer: tuple[str | int, ...], value: tuple[int, int], key: tuple[int, int]
) -> None:
    assert locate(DOCUMENT, [pointer]) == {pointer: value}
    assert locate(DOCUMENT, [pointer], at_key=True) == {pointer: key}


@pytest.mark.parametrize("data", [b"", b"\0", b"\xff\xfea", b"\xff", b"'", b"[" * 5000])
def test_locate_survives_files_that_cannot_be_read(data: bytes) -> None:
    assert locate(data, [("a", 1)]) == {("a", 1): (1, 1)}


def test_locate_finds_what_stands_before_the_trouble() -> None:
    assert locate(b"a: 1\nb: 2\nc: d: e\n", [("b",), ("z",)]) == {("b",): (2, 4), ("z",): (1, 1)}


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("tittle", "title"),
        ("Title", "title"),
        ("relase_date", "release_date"),
        ("zzz", None),
        ("", None),
        ("title" * 100, None),
    ],
)
def test_did_you_mean(word: str, meant: str | None) -> None:
    assert did_you_mean(word, ["title", "release_date", "icpn"]) == meant
