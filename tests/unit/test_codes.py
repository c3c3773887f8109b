"""Every code that the program can print is in the rule book, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from stardust_gitops.rules.book import rule_book
from stardust_gitops.rules.docs import rules_document

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "stardust_gitops"
CODE = re.compile(r"SG[0-9]{4}")


def test_every_code_is_in_the_rule_book() -> None:
    used: set[str] = set()
    for file in PACKAGE.rglob("*.py"):
        if not file.is_relative_to(PACKAGE / "rules" / "codes"):
            used.update(CODE.findall(file.read_text(encoding="utf-8")))
    assert sorted(used) == sorted(rule_book()), "describe a code in rules/codes/, or as a rule"


def test_the_page_of_rules_is_the_rule_book() -> None:
    page = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    assert page == rules_document(), "run: python -m stardust_gitops.rules.docs"
