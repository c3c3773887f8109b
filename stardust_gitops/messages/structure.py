"""Checking trees against tables: order, cardinality, attributes and values, table-driven.

A table maps the name of a type to one line of text::

    "Party": "PartyReference:P (PartyId+ | PartyName+ PartyId*)"
    "SamplingRate": "=decimal @UnitOfMeasure:{UnitOfFrequency}"

Elements stand in their order with ``? * +`` as in regular expressions, ``( | )`` for a choice.
``name:type`` gives the type: another line, a built-in (`VALUES`), or ``{set}`` of allowed values;
without it the type is the line of that name, else ``string``. ``=type`` is the text content,
``@name!`` a required attribute. Whatever a table does not mention is refused.

Each line becomes a Glushkov automaton, so a check costs one dictionary lookup per element. An XSD
is deterministic ("unique particle attribution"), and so the automaton is without further work.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from lxml import etree

from stardust_gitops.messages.problems import Problem
from stardust_gitops.messages.xml import XSI

Accepts = Callable[[str], object]

_BLANK = " \t\r\n"
_SILENT = (etree._Comment, etree._ProcessingInstruction)  # these say nothing
_ZONE = r"(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00)?"
_DATE_TIME = re.compile(
    r"(\d{4})-(0[1-9]|1[0-2])-(\d\d)T(?:([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?|24:00:00(?:\.0+)?)"
    + _ZONE,
    re.ASCII,
)


def _collapsed(pattern: str) -> Accepts:
    """A lexical check of a type that ignores space around the value, as most XSD types do.

    Answers are kept: the same ids, numbers and dates come in every message.
    """
    match = re.compile(pattern, re.ASCII).fullmatch
    return lru_cache(maxsize=1024)(lambda text: match(text.strip(_BLANK)) is not None)


def _verbatim(pattern: str) -> Accepts:
    """A lexical check of a type made from xs:string, where space counts."""
    return re.compile(pattern, re.ASCII).fullmatch


def _is_date_time(text: str) -> bool:
    found = _DATE_TIME.fullmatch(text.strip(_BLANK))
    if not found or found[1] == "0000":
        return False
    year, month, day = int(found[1]), int(found[2]), int(found[3])
    return 1 <= day <= calendar.monthrange(year, month)[1]


VALUES: Mapping[str, Accepts] = {
    "integer": _collapsed(r"[+-]?\d+"),
    "decimal": _collapsed(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)"),
    "boolean": _collapsed(r"true|false|0|1"),
    "duration": _collapsed(
        r"-?P(?=.)(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?=.)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?"
    ),
    "dateTime": _is_date_time,
    "gYear": _collapsed(r"-?(?!0000)(?:[1-9]\d{3,}|0\d{3})" + _ZONE),
    "isoDate": _verbatim(r"\d{4}(?:-\d\d)?(?:-\d\d)?"),
    "langcode": _verbatim(
        r"[a-zA-Z]{2,3}(-[a-zA-Z]+)?(-[a-zA-Z]{2}|-[0-9]{3})?(-[a-zA-Z][a-zA-Z0-9]{4}[a-zA-Z0-9]*)?"
    ),
    "dpid": _verbatim(r"PADPIDA[a-zA-Z0-9]+"),
    "ipi": _verbatim(r"\d{11}"),
    "audioFile": _verbatim(r"AudioFile"),
    **{letter: _collapsed(letter + r"[\w-]+") for letter in "PARTV"},
}
"""Built-in value types by name; ``string`` takes anything and is not here. P A R T V are
references: the letter and what follows."""


class Rule:
    """One compiled line: the automaton of the children, the attributes, the text."""

    __slots__ = ("attributes", "name", "required", "start", "text", "text_type")

    def __init__(self, name: str) -> None:
        self.name = name
        self.start = State()
        self.attributes: dict[str, Accepts | None] = {}
        self.required: tuple[str, ...] = ()
        self.text: Accepts | None = None
        self.text_type: str | None = None  # None: elements only


class State:
    """A place in the order of children: what may follow, and whether it may end here."""

    __slots__ = ("accepts", "follow")

    def __init__(self) -> None:
        self.follow: dict[str, tuple[Rule, State]] = {}
        self.accepts = False


class _Part(NamedTuple):
    """A piece of a content model in Glushkov's construction; numbers are positions."""

    empty: bool
    first: frozenset[int]
    last: frozenset[int]


class _Model:
    """Parses the children of one line and finds which position follows which."""

    _TOKEN = re.compile(r"(\w+)(?::(\{\w+\}|\w+))?|([()|?*+])")

    def __init__(self, text: str) -> None:
        self._tokens = [match.groups() for match in self._TOKEN.finditer(text)]
        self._at = 0
        self.names: list[tuple[str, str | None]] = []
        self.follow: dict[int, set[int]] = {}
        self.whole = self._choice()

    def _mark(self) -> str | None:
        return self._tokens[self._at][2] if self._at < len(self._tokens) else ")"

    def _choice(self) -> _Part:
        part = self._sequence()
        while self._at < len(self._tokens) and self._mark() == "|":
            self._at += 1
            other = self._sequence()
            part = _Part(
                part.empty or other.empty, part.first | other.first, part.last | other.last
            )
        return part

    def _sequence(self) -> _Part:
        part = _Part(True, frozenset(), frozenset())
        while self._mark() not in (")", "|"):
            other = self._item()
            for position in part.last:
                self.follow[position] |= other.first
            part = _Part(
                part.empty and other.empty,
                part.first | other.first if part.empty else part.first,
                part.last | other.last if other.empty else other.last,
            )
        return part

    def _item(self) -> _Part:
        name, kind, mark = self._tokens[self._at]
        self._at += 1
        if mark == "(":
            part = self._choice()
            self._at += 1
        else:
            position = len(self.names)
            self.names.append((name or "", kind))
            self.follow[position] = set()
            part = _Part(False, frozenset({position}), frozenset({position}))
        mark = self._mark()
        if mark in ("?", "*", "+"):
            self._at += 1
            if mark != "?":
                for position in part.last:
                    self.follow[position] |= part.first
            part = part._replace(empty=part.empty or mark != "+")
        return part


class Grammar:
    """A whole table, compiled; `roots` are the qualified names of documents' elements."""

    def __init__(
        self, types: Mapping[str, str], sets: Mapping[str, frozenset[str]], *, roots: Iterable[str]
    ) -> None:
        self._sets = sets
        self._rules = {name: Rule(name) for name in types}
        for name, line in types.items():
            self._compile(self._rules[name], line)
        self._roots = {root: self._rules[etree.QName(root).localname] for root in roots}

    def _compile(self, rule: Rule, line: str) -> None:
        words = line.split()
        for word in words:
            if word.startswith("="):
                rule.text_type = word[1:]
                rule.text = self._values(rule.text_type)
            elif word.startswith("@"):
                name, _, kind = word[1:].partition(":")
                rule.attributes[name.rstrip("!")] = self._values(kind or "string")
                if name.endswith("!"):
                    rule.required += (name[:-1],)
        model = _Model(" ".join(word for word in words if word[0] not in "=@"))
        states = [State() for _ in model.names]
        rule.start.accepts = model.whole.empty
        for position in model.whole.last:
            states[position].accepts = True
        for state, following in [(rule.start, model.whole.first)] + [
            (states[position], frozenset(after)) for position, after in model.follow.items()
        ]:
            for position in sorted(following):
                name, kind_ = model.names[position]
                if name in state.follow:
                    raise ValueError(f"{rule.name}: two ways to read {name}")
                state.follow[name] = (self._rule(name, kind_), states[position])

    def _rule(self, name: str, kind: str | None) -> Rule:
        found = self._rules.get(kind or name)
        if found is None:
            found = Rule(kind or "string")
            found.text_type = kind or "string"
            found.text = self._values(found.text_type)
            if kind:
                self._rules[kind] = found
        return found

    def _values(self, kind: str) -> Accepts | None:
        if kind == "string":
            return None
        return self._sets[kind[1:-1]].__contains__ if kind[0] == "{" else VALUES[kind]

    def check(self, root: etree._Element) -> list[Problem]:
        """All problems of the tree under `root`, in document order; empty if there are none."""
        start = self._roots.get(root.tag)
        if start is None:
            known = " or ".join(self._roots)
            return [Problem(path="/", message=f"the root is {root.tag}, not {known}")]
        problems: list[Problem] = []
        _walk(root, start, problems)
        return problems


def _walk(element: etree._Element, rule: Rule, problems: list[Problem]) -> None:
    """Check the attributes, text and children of an element, and go down."""
    if rule.attributes or element.keys():
        _check_attributes(element, rule, problems)
    if rule.text_type is not None:
        _check_text(element, rule, problems)
        return
    text = element.text
    if text is not None and text.strip(_BLANK):
        _report(problems, element, f"text {_short(text)} where only elements may stand")
    state = rule.start
    for child in element:
        tail = child.tail
        if tail is not None and tail.strip(_BLANK):
            _report(problems, element, f"text {_short(tail)} where only elements may stand")
        step = state.follow.get(child.tag)
        if step is None:
            if not isinstance(child, _SILENT):
                _report(problems, child, f"not allowed here; {_expected(state)}")
            continue
        child_rule, state = step
        if child_rule.text_type is not None and not len(child):
            # the common case, in line: most elements are a text
            if child_rule.required or child.keys():
                _check_attributes(child, child_rule, problems)
            if child_rule.text is not None and not child_rule.text(child.text or ""):
                _report(problems, child, _not_a(child.text or "", child_rule))
        else:
            _walk(child, child_rule, problems)
    if not state.accepts:
        _report(problems, element, f"ends too early; {_expected(state)}")


def _check_text(element: etree._Element, rule: Rule, problems: list[Problem]) -> None:
    text = element.text or ""
    for child in element:
        if not isinstance(child, _SILENT):
            _report(problems, element, "holds an element where only text may stand")
            return
        text += child.tail or ""
    if rule.text is not None and not rule.text(text):
        _report(problems, element, _not_a(text, rule))


def _check_attributes(element: etree._Element, rule: Rule, problems: list[Problem]) -> None:
    for name in rule.required:
        if element.get(name) is None:
            _report(problems, element, f"the attribute {name} is missing")
    for key, text in element.items():
        name, value = str(key), str(text)
        if name not in rule.attributes:
            if name != f"{{{XSI}}}schemaLocation" or element.getparent() is not None:
                _report(problems, element, f"the attribute {name} is not allowed")
            continue
        accepts = rule.attributes[name]
        if accepts is not None and not accepts(value):
            _report(problems, element, f"{_short(value)} is not a value of the attribute {name}")


def _not_a(text: str, rule: Rule) -> str:
    kind = rule.text_type or ""
    if kind.startswith("{"):
        return f"{_short(text)} is not an allowed value of {kind[1:-1]}"
    return f"{_short(text)} is not of the form {kind}"


def _expected(state: State) -> str:
    names = list(state.follow)
    ends = ["the end"] if state.accepts else []
    return "expected " + (" or ".join(names[:6] + ends) if names else "the end")


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "…")


def _report(problems: list[Problem], element: etree._Element, message: str) -> None:
    problems.append(Problem(path=element.getroottree().getpath(element), message=message))
