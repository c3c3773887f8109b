"""The ids that a message declares: unique in the whole document (xs:ID)."""

from __future__ import annotations

from lxml import etree

from stardust_gitops.messages.problems import Problem

_IDS = (
    "PartyReference",
    "ResourceReference",
    "TechnicalResourceDetailsReference",
    "ReleaseReference",
    "VisibilityReference",
)


def declared(root: etree._Element) -> tuple[dict[str, etree._Element], list[Problem]]:
    """The elements by their ids, and a problem for each id that is declared again."""
    owners: dict[str, etree._Element] = {}
    problems = []
    for declaration in root.iter(*_IDS):
        name = name_of(declaration)
        owner = declaration.getparent()
        if name in owners:
            problems.append(problem_at(declaration, f"{name} is declared twice"))
        elif owner is not None:
            owners[name] = owner
    return owners, problems


def name_of(element: etree._Element) -> str:
    """The id that an element declares or refers to; any text without the space around it."""
    return (element.text or "").strip()


def problem_at(element: etree._Element, message: str) -> Problem:
    """What is wrong with the ids or references of an element."""
    path = element.getroottree().getpath(element)
    return Problem(path=path, message=message, source="references")
