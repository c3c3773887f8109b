"""``docs/rules.md``, written from the rule book: ``python -m stardust_gitops.rules.docs``."""

from __future__ import annotations

import sys
from itertools import groupby
from pathlib import Path

from stardust_gitops.rules.book import rule_book
from stardust_gitops.rules.registry import Rule

GROUPS = {
    "SG10": "Reading YAML",
    "SG11": "The shape of a file",
    "SG12": "References between files",
    "SG13": "Identifiers",
    "SG20": "The catalogue",
    "SG21": "Recipients",
    "SG29": "Settings of the rules",
    "SG3": "Assets and locks",
    "SG4": "Messages",
    "SG5": "Ledger",
    "SG6": "Transport and delivery",
    "SG7": "Safety",
    "SG9": "The program",
}

_HEAD = """\
# Rules and codes

Written by `python -m stardust_gitops.rules.docs`: change the rule, not this page.

Codes are stable. `stardust-gitops validate --list-rules` lists them, `validate --explain SG2107`
shows one. What is not *fixed* can be set in `stardust.yaml`:

```yaml
rules: {SG2107: error, SG2105: off}   # error, warning, note or off
```

or accepted in the file of a release or track, with a reason and perhaps a last day:

```yaml
suppress:
  - {rule: SG2107, reason: the distributor sets the prices, expires: 2027-01-31}
```

A fixed rule guards that a message is valid, or that one can be made at all.
"""


def group_of(rule_id: str) -> str:
    """The heading that a rule stands under."""
    return GROUPS.get(rule_id[:4]) or GROUPS[rule_id[:3]]


def looks_at(rule: Rule) -> str:
    """What a rule looks at, in words."""
    return ", ".join(rule.scopes) or "found while working"


def rules_document() -> str:
    """The page in Markdown, equal for equal rules."""
    parts = [_HEAD]
    for group, rules in groupby(rule_book().values(), key=lambda rule: group_of(rule.id)):
        parts.append(f"\n## {group}\n")
        parts.extend(_section(rule) for rule in rules)
    return "".join(parts)


def _section(rule: Rule) -> str:
    fixed = " · fixed" if rule.fixed else ""
    return (
        f"\n### {rule.id} {rule.title}\n\n"
        f"*{rule.severity} · {looks_at(rule)}{fixed} · {rule.source}*\n\n"
        f"{rule.why}\n\n"
        f"```yaml\n{rule.example}\n```\n\n"
        f"To do: {rule.remedy}\n"
    )


if __name__ == "__main__":
    Path(sys.argv[1] if len(sys.argv) > 1 else "docs/rules.md").write_text(
        rules_document(), encoding="utf-8", newline="\n"
    )
