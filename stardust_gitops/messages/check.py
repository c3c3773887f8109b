"""The one gate that every message passes before a byte of it is sent."""

from __future__ import annotations

from pathlib import Path

from lxml import etree

from stardust_gitops.messages.ern.conformance import check_identity, check_structure
from stardust_gitops.messages.ern.references import check_references
from stardust_gitops.messages.mead import conformance as mead
from stardust_gitops.messages.mead.version import MEAD_11
from stardust_gitops.messages.problems import MessageError, Problem
from stardust_gitops.messages.xml import parse
from stardust_gitops.messages.xsd import validator


def check_tree(root: etree._Element, version: str, schemas: Path | None = None) -> list[Problem]:
    """What is wrong with a message of a version (of ERN, or ``MEAD 1.1``): its structure, else its
    references and what the official XSD says where it is installed (in `schemas`, else
    `xsd.schemas_root`). Empty if it may leave.

    Where the structure is wrong the rest would only say the same again.
    """
    is_mead = version == MEAD_11.name
    problems = mead.check_structure(root) if is_mead else check_structure(root, version)
    if problems:
        return problems
    if is_mead:
        problems = mead.check_references(root)
    else:
        problems = check_identity(root, version) + check_references(root)
    official = validator(version, schemas)
    return problems + official(root) if official else problems


def check_message(data: bytes, version: str, schemas: Path | None = None) -> list[Problem]:
    """The same for a document as bytes, whoever wrote it."""
    try:
        root = parse(data)
    except MessageError as error:
        return [Problem(path="/", message=error.message, source="syntax")]
    return check_tree(root, version, schemas)
