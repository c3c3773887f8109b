"""What a rule is, how one is written, and how rules are run.

A rule is a generator that looks at one subject and yields a `Hit` for each thing that is wrong;
the type of its parameter says what it looks at::

    @rule(
        "SG2003",
        severity=Severity.ERROR,
        title="a deal ends before it starts",
        why="…", example="…", remedy="…", source="BR12 (DDEX …)",
    )
    def deal_ends_before_it_starts(subject: ReleaseSubject) -> Iterator[Hit]:
        ...

`rules.book` collects the rules of all modules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Any, NamedTuple, TypeVar, get_args, get_type_hints

from stardust_gitops.diagnostics import Finding, Pointer, Severity
from stardust_gitops.rules.subjects import Scope, Subject

S = TypeVar("S", bound=Subject)


class Hit(NamedTuple):
    """One thing that a rule found: where, and what is wrong in words that stand alone.

    `remedy` and `file` stand in for the rule's remedy and the subject's file; `release` (GTIN-14)
    says of which release a rule of the catalogue speaks.
    """

    pointer: Pointer
    message: str
    remedy: str | None = None
    file: str | None = None
    release: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule with its documentation.

    `title` says in a few words what is wrong, `why` what comes of it, `example` shows YAML that
    breaks the rule, `remedy` what to do, `source` who asks for it. A `fixed` rule guards that a
    message is valid, or can be made at all: it is never lowered, switched off or suppressed.
    Without `check` it is found while files are read and content is resolved.
    """

    id: str
    severity: Severity
    title: str
    why: str
    example: str
    remedy: str
    source: str
    scopes: tuple[Scope, ...] = ()
    fixed: bool = False
    check: Callable[[Any], Iterator[Hit]] | None = None


def rule(
    id: str,
    *,
    severity: Severity,
    title: str,
    why: str,
    example: str,
    remedy: str,
    source: str,
    fixed: bool = False,
) -> Callable[[Callable[[S], Iterator[Hit]]], Rule]:
    """Makes a rule of a generator over one kind of subject, or over a union of several."""

    def make(check: Callable[[S], Iterator[Hit]]) -> Rule:
        return Rule(
            id=id,
            severity=severity,
            title=title,
            why=why,
            example=example,
            remedy=remedy,
            source=source,
            scopes=_scopes(check),
            fixed=fixed,
            check=check,
        )

    return make


def documented(
    id: str,
    title: str,
    why: str,
    example: str,
    remedy: str,
    source: str,
    severity: Severity = Severity.ERROR,
) -> Rule:
    """The documentation of a code that is found while files are read, content is resolved or a
    command works. It is no setting of the catalogue."""
    return Rule(
        id=id,
        severity=severity,
        title=title,
        why=why,
        example=example,
        remedy=remedy,
        source=source,
        fixed=True,
    )


def _scopes(check: Callable[[S], Iterator[Hit]]) -> tuple[Scope, ...]:
    hints = get_type_hints(check)
    hints.pop("return", None)
    (subject,) = hints.values()
    kinds = get_args(subject) if isinstance(subject, UnionType) else (subject,)
    return tuple(kind.scope for kind in kinds)


def run_rules(
    rules: Iterable[Rule], subject: Subject, severities: Mapping[str, Severity]
) -> list[Finding]:
    """What the rules find about a subject they are for. `severities` hold what the catalogue says
    otherwise than the rules; rules that it switches off are not among `rules`."""
    found: list[Finding] = []
    for entry in rules:
        assert entry.check is not None  # only those are for a subject
        for hit in entry.check(subject):
            place = subject.place
            found.append(
                Finding(
                    code=entry.id,
                    severity=severities.get(entry.id, entry.severity),
                    message=hit.message,
                    remedy=entry.remedy if hit.remedy is None else hit.remedy,
                    file=hit.file or place.file,
                    pointer=hit.pointer,
                    release=hit.release or place.release,
                    target=place.target,
                )
            )
    return found
