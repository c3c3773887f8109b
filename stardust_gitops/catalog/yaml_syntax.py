"""libyaml's syntax errors in words for people who do not know YAML's grammar."""

from __future__ import annotations

from typing import NamedTuple

from yaml.error import MarkedYAMLError

from stardust_gitops.catalog.yaml_nodes import Place

_COLON = "mapping values are not allowed in this context"
_NO_TOKEN = "found character that cannot start any token"
_OPEN_QUOTE = "found unexpected end of stream"

# libyaml's words -> what is wrong, what to do. The words are those of libyaml 0.1 to 0.2.
_SENTENCES = {
    _COLON: (
        "a colon and a blank stand inside a value, or the line is indented too far",
        'put the value in quotes, as in  title: "One: Two",  or indent the line as its neighbours',
    ),
    _OPEN_QUOTE: (
        "a quotation mark is opened here and never closed",
        "close it; a value that holds one kind of quotation mark goes between the other kind",
    ),
    "did not find expected ',' or ']'": (
        "a list in [ ] lacks a comma or its closing bracket",
        "add it; a text with brackets or commas goes in quotes",
    ),
    "did not find expected ',' or '}'": (
        "a mapping in { } lacks a comma or its closing brace",
        "add it; a text with braces or commas goes in quotes",
    ),
    "did not find expected key": (
        "this does not fit what stands above: no key of its mapping begins here",
        "indent the line as its neighbours; a text that goes on after a closing quotation mark "
        "goes in quotes as a whole",
    ),
    "did not find expected '-' indicator": (
        "this line is not an item of the list above it",
        "begin it with  -  or indent it as the item that it belongs to",
    ),
    "could not find expected ':'": (
        "this line has no colon, and is not the continuation of a value",
        "write  key: value,  or indent the line deeper than the key that it belongs to",
    ),
    "block sequence entries are not allowed in this context": (
        "a list item begins where none can stand",
        "put  -  on a line of its own below the key; a text that begins with  -  goes in quotes",
    ),
    "found unknown escape character": (
        "the backslash in double quotes begins an unknown escape",
        "write \\\\ for a backslash, or use single quotes",
    ),
    "found invalid Unicode character escape code": (
        "an escape in double quotes stands for no character",
        "write the character itself, or use single quotes",
    ),
    "found incompatible YAML document": (
        "the file asks for another version of YAML",
        "remove the line that begins with  %YAML",
    ),
}
_OTHERWISE = "compare this line and the one above with the example in the documentation"


class Explanation(NamedTuple):
    """Where, what is wrong, what to do; and whether tabs in the indentation are the cause."""

    place: Place
    message: str
    remedy: str
    is_tab: bool = False


def explain(error: MarkedYAMLError, data: bytes) -> Explanation:
    """A syntax error as people would put it. `data` is known to be UTF-8."""
    mark, problem = error.problem_mark, error.problem or "libyaml does not say why"
    if mark is None:
        return Explanation((1, 1), f"this is not YAML: {problem}", _OTHERWISE)
    lines = data.decode("utf-8").removeprefix("\ufeff").splitlines()
    line = lines[mark.line] if mark.line < len(lines) else ""
    indentation = line[: len(line) - len(line.lstrip())]
    if "\t" in indentation:  # libyaml has several complaints for it, none of which says so
        return Explanation(
            (mark.line + 1, indentation.index("\t") + 1),
            "the line is indented with a tab",
            "indent with blanks; set the editor to write blanks for tabs in YAML files",
            True,
        )
    where = (mark.line + 1, mark.column + 1)
    if problem == _NO_TOKEN:
        return Explanation(
            where,
            f"a value cannot begin with {line[mark.column : mark.column + 1] or 'this'}",
            "put the value in quotes",
        )
    message, remedy = _SENTENCES.get(problem, (f"this is not YAML: {problem}", _OTHERWISE))
    begin = error.context_mark
    if begin is not None and problem == _OPEN_QUOTE:
        where = (begin.line + 1, begin.column + 1)
    elif begin is not None and error.context and "flow" in error.context:
        message += f"; it begins in line {begin.line + 1}"
    return Explanation(where, message, remedy)
