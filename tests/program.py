"""The program as a command of its own, for scripts and workflows that call it by name."""

from __future__ import annotations

import sys
from pathlib import Path


def program_in(folder: Path) -> Path:
    """A folder for PATH with `stardust-gitops` in it; PYTHONPATH has to name the source."""
    folder.mkdir()
    program = folder / "stardust-gitops"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m stardust_gitops "$@"\n')
    program.chmod(0o755)
    return folder
