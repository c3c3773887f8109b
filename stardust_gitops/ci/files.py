"""The files through which a step tells GitHub Actions something: outputs and the job summary."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from pathlib import Path

from stardust_gitops.ci.run import Run
from stardust_gitops.errors import GitOpsError

SUMMARY_BYTES = 900 * 1024
"""GitHub drops a step's summary that is larger than 1 MiB, all of it."""


def write_outputs(run: Run, values: Mapping[str, str]) -> bool:
    """Add outputs of the step; whether there is a file for them. A value may hold anything: it
    stands between lines that nobody can guess."""
    if run.output is None:
        return False
    text = ""
    for name, value in values.items():
        end = f"end-{uuid.uuid4().hex}"
        text += f"{name}<<{end}\n{value}\n{end}\n" if "\n" in value else f"{name}={value}\n"
    return _append(run.output, text)


def write_summary(run: Run, markdown: str) -> bool:
    """Add to the summary of the job; whether there is a file for it."""
    return False if run.summary is None else _append(run.summary, markdown + "\n")


def _append(path: Path, text: str) -> bool:
    try:
        with path.open("a", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as error:
        raise GitOpsError(
            f"GitHub's file {path} cannot be written: {error.strerror}",
            hint="look at GITHUB_OUTPUT and GITHUB_STEP_SUMMARY",
        ) from error
    return True
