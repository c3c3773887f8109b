"""Every code that the program can print is explained in the documentation, and no other."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = re.compile(r"SG[0-9]{4}")


def test_every_code_is_documented() -> None:
    used: set[str] = set()
    for file in (ROOT / "stardust_gitops").rglob("*.py"):
        used.update(CODE.findall(file.read_text(encoding="utf-8")))
    documented = CODE.findall((ROOT / "docs" / "codes.md").read_text(encoding="utf-8"))
    assert sorted(used) == sorted(documented)
