"""Whatever a file looks like: formatting changes its form once, its meaning and comments never."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from stardust_gitops.catalog.formatter import format_file
from stardust_gitops.catalog.yaml_strict import YamlInvalid, parse
from stardust_gitops.catalog.yaml_tree import read_comments
from tests.scale import examples

TEN_THOUSAND = examples(10_000)
EXAMPLE = Path(__file__).resolve().parents[2] / "catalog_example"
SAMPLES = [
    *(file.read_text(encoding="utf-8") for file in sorted(EXAMPLE.rglob("*.yaml"))),
    """\
# head

title: A   # tail
# above
icpn: 400-6381333931
artists: [{name: Kestrel & Sons, # who
    isni: 0000 0000 0000 001X}, # what
  # last
  ]
deals:
- offer: x
  # deep
# next
-   # dash
  offer: "y"
  start: +14d
tracks:
  - # one
    - two # three
  - title: |  # block
      several
      lines

    # end of item

  # end of list
unknown: {a: , b: [], c: {}}
""",
]
INSERTIONS = (
    *("", "\n", "\n\n", "\n  ", "\r\n", "\r", " ", "  ", "    ", " # c\n", "#", "\n# c\n"),
    *("\n  # d\n", " # é e\u0301\n", "\n\n# section\n\n", "- ", "? ", ": ", ", "),
    *("[", "]", "{", "}", '"', "'"),
    *("|\n", ">-\n", "|+\n", "a: ", "\nb: 1\n", "\n- x\n", "---\n", "...\n", "\t", "\\"),
    *("𝄞", "%", "NO"),
)  # fmt: skip
DAMAGE = st.lists(
    st.tuples(st.integers(0, 1500), st.integers(0, 6), st.sampled_from(INSERTIONS)), max_size=6
)
FILES = st.sampled_from(("releases/a.yaml", "targets/a.yaml", "stardust.yaml", "elsewhere.yaml"))
CHARACTERS = st.characters(
    exclude_categories=("Cs", "Cc"), exclude_characters="\u2028\u2029\ufeff\ufffe\uffff"
)
WORDS = ("NO", "0012345670", "3:45", "~", "true", "a, b", "env:X", "- a", "# a", "é", "e\u0301", "")
TEXT = st.sampled_from(WORDS) | st.text(CHARACTERS, max_size=20) | st.just("one\n two\n\nthree\n")
KEYS = (st.sampled_from(("icpn", "title", "tracks", "isrc", "no", "1")) | TEXT).filter(
    lambda key: key not in ("", "<<") and "\n" not in key and len(key) < 100
)
DOCUMENTS = st.dictionaries(
    KEYS,
    st.recursive(
        TEXT,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
        max_leaves=15,
    ),
    min_size=1,
    max_size=5,
)


def check(text: str, file: str) -> None:
    """Format a file that reads; any other is refused with findings."""
    data = text.encode()
    try:
        document = parse(data, file)
    except YamlInvalid:
        return
    after = format_file(data, file)
    assert same_meaning(parse(after, file)) == same_meaning(document)
    before_comments = read_comments(text.replace("\r\n", "\n").replace("\r", "\n") + "\n")
    wanted = Counter(unicodedata.normalize("NFC", comment) for comment in before_comments)
    assert Counter(read_comments(after.decode())) == wanted
    assert format_file(after, file) == after
    assert after.endswith(b"\n")
    assert not after.endswith(b"\n\n")
    assert b"\r" not in after


def same_meaning(node: Any) -> Any:
    """A document without what formatting may change: NFC, and separators of identifiers."""
    if isinstance(node, dict):
        return {normal(key): same_meaning(value) for key, value in node.items()}
    if isinstance(node, list):
        return [same_meaning(item) for item in node]
    return node if node is None else normal(node)


def normal(text: str) -> str:
    text = unicodedata.normalize("NFC", text)
    stored = text.replace(" ", "").replace("-", "").replace(".", "").upper()
    return stored if stored.isalnum() and any(c.isdigit() for c in stored) else text


@TEN_THOUSAND
@given(st.sampled_from(SAMPLES), DAMAGE, FILES)
@example(SAMPLES[-1], [], "releases/a.yaml")
@example("a: |+\n  x\n\n\nb: c", [], "releases/a.yaml")
@example("{}", [], "releases/a.yaml")
@example("# only\n{a: b # c\n} # d", [], "releases/a.yaml")
@example("%YAML 1.2 # c\n--- # d\na: b\n... # e\n", [], "releases/a.yaml")
@example("- # a\n  - # b\n    x: # c\n", [], "releases/a.yaml")
@example("a:\n- - - b # c\n    # d\n  # e\n# f\n- g", [], "releases/a.yaml")
@example("e\u0301: 1\n\u00e9: 2", [], "genre_maps/a.yaml")
@example("? a # kc\n: b # vc", [], "releases/a.yaml")
def test_any_file_that_reads_keeps_meaning_and_comments(
    text: str, damage: list[tuple[int, int, str]], file: str
) -> None:
    for start, length, insertion in damage:
        text = text[:start] + insertion + text[start + length :]
    check(text, file)


@TEN_THOUSAND
@given(
    DOCUMENTS,
    st.sampled_from((None, '"', "'")),
    st.sampled_from((None, True, False)),
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 8), st.booleans()), max_size=6),
    FILES,
)
def test_any_document_in_any_style_with_comments_anywhere(
    document: dict[str, Any],
    style: str | None,
    flow: bool | None,
    comments: list[tuple[int, int, bool]],
    file: str,
) -> None:
    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, data: Any) -> bool:
            return True

    lines = yaml.dump(
        document, Dumper=Dumper, default_style=style, default_flow_style=flow, allow_unicode=True
    ).split("\n")
    for number, (place, indent, blank) in enumerate(comments):
        comment = f"{' ' * indent}# {number}"
        lines[place % len(lines) : place % len(lines)] = ["", comment] if blank else [comment]
    check("\n".join(lines), file)


RELEASE = st.fixed_dictionaries(
    {},
    optional={
        "icpn": st.sampled_from(("4006381333931", "400-6381 333931", "wrong")),
        "title": TEXT,
        "release_date": st.sampled_from(("2026-12-04", "soon")),
        "artists": st.lists(
            st.fixed_dictionaries(
                {"name": TEXT},
                optional={
                    "isni": st.sampled_from(("0000 0000 0000 001x", "000000000000001X")),
                    "ids": st.dictionaries(
                        st.sampled_from(("PA-DPIDA-2026112201-U", "PADPIDA2026112201U", "x")), TEXT
                    ),
                },
            ),
            max_size=3,
        ),
        "tracks": st.lists(
            st.fixed_dictionaries(
                {},
                optional={
                    "title": TEXT,
                    "isrc": st.sampled_from(("gb-xyz-26-00001", "GBXYZ2600001")),
                    "disc": st.sampled_from(("1", "2")),
                    "instrumental": st.sampled_from(("true", "false", "yes")),
                    "deals": st.lists(st.fixed_dictionaries({"offer": TEXT}), max_size=2),
                },
            ),
            max_size=3,
        ),
    },
)


@TEN_THOUSAND
@given(RELEASE, st.randoms(use_true_random=False))
def test_the_order_in_which_keys_were_written_leaves_no_trace(
    release: dict[str, Any], random: Any
) -> None:
    one = format_file(json.dumps(release, ensure_ascii=False).encode(), "releases/a.yaml")
    mixed = json.dumps(shuffled(release, random), ensure_ascii=False).encode()
    assert format_file(mixed, "releases/a.yaml") == one
    check(one.decode(), "releases/a.yaml")


def shuffled(node: Any, random: Any) -> Any:
    if isinstance(node, list):
        return [shuffled(item, random) for item in node]
    if not isinstance(node, dict):
        return node
    items = [(key, shuffled(value, random)) for key, value in node.items()]
    if not any(key.startswith("PA") for key in node):  # the order of free keys is their author's
        random.shuffle(items)
    return dict(items)
