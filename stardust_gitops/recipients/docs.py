"""The presets in ``docs/recipients.md``: ``python -m stardust_gitops.recipients.docs``."""

from __future__ import annotations

import sys
from pathlib import Path

from stardust_gitops.catalog.presets import Preset, load_preset, preset_names
from stardust_gitops.recipients.facts import Summary, known_values, summary

MARK = "<!-- From here on written by `python -m stardust_gitops.recipients.docs`. -->\n"
"""What stands above it in the page is written by hand."""

_HEAD = """
A value with * is the generic one: no public source of this recipient states it.

| preset | ERN | choreography | takedown | source | noted on |
|---|---|---|---|---|---|
"""


def recipients_document(page: str) -> str:
    """The page in Markdown with its presets anew, equal for equal presets."""
    presets = [load_preset(name) for name in preset_names()]
    rows = [_row(summary(preset)) for preset in presets]
    above = page.partition(MARK)[0]
    return "".join((above, MARK, _HEAD, *rows, *map(_section, presets)))


def _row(entry: Summary) -> str:
    cells = (
        f"[`{entry.preset}`](#{entry.preset})",
        entry.marked("version"),
        entry.marked("choreography"),
        entry.marked("takedown").replace("_", "\\_"),
        entry.source,
        entry.date,
    )
    return f"| {' | '.join(cells)} |\n"


def _section(preset: Preset) -> str:
    own = [value for value in known_values(preset) if value.preset == preset.id]
    values = "".join(f"- `{value.path}: {value.value}`\n" for value in own)
    facts = "".join(
        f"| {', '.join(f'`{key}`' for key in fact.keys)} | {_cell(fact.says)} | "
        f"{_cell(fact.source)}, {fact.date} |\n"
        for fact in preset.facts
    )
    return f"\n### {preset.id}\n\n{values}\n| of | says | source |\n|---|---|---|\n{facts}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")


if __name__ == "__main__":
    path = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/recipients.md")
    document = recipients_document(path.read_text(encoding="utf-8"))
    path.write_text(document, encoding="utf-8", newline="\n")
