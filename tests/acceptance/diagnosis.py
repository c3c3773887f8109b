"""What every test of bad input asks for: a diagnosis, and that nothing was lost or sent."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from tests.catalogues import ICPNS, CatalogueFolder, Outcome

BROKEN = f"releases/{ICPNS[0]}.yaml"
"""The file that tests break; the release in ICPNS[1] stays sound."""


def words(text: str) -> str:
    """A text without the line breaks and indents of a terminal."""
    return " ".join(text.split())


def assert_told(outcome: Outcome, code: int, *fragments: str) -> None:
    """The command ended with this exit code and says all of this, not as a traceback."""
    assert outcome.code == code, outcome.text
    said = words(outcome.text)
    assert "Traceback" not in said
    assert "SG9070" not in said, "that is a bug, not a diagnosis"
    for fragment in fragments:
        assert fragment in said, f"{fragment!r} is not in:\n{outcome.text}"


def assert_finding(outcome: Outcome, place: str, code: str, message: str, remedy: str) -> None:
    """One finding stands there with its place (``file:line:column``), code, message and remedy."""
    lines = outcome.text.splitlines()
    heads = [n for n, line in enumerate(lines) if line.startswith(f"{place}  ")]
    texts = [words(" ".join(lines[n : n + 5])) for n in heads]
    assert any(code in text and message in text and remedy in text for text in texts), outcome.text
    assert "Traceback" not in outcome.text


def assert_untouched(catalogue: CatalogueFolder) -> None:
    """Nothing is in the ledger and nothing at the recipient."""
    assert catalogue.position() == 0
    assert catalogue.delivered() == []


def assert_invalid(
    catalogue: CatalogueFolder, place: str, code: str, message: str, remedy: str
) -> None:
    """`validate` ends with 3 and this finding."""
    outcome = catalogue.run("validate")
    assert outcome.code == 3, outcome.text
    assert_finding(outcome, place, code, message, remedy)


def assert_blocks_itself_alone(catalogue: CatalogueFolder, *fragments: str) -> None:
    """`plan` tells it, `apply` ends with 6; the sound release is delivered, the broken is not, and
    the ledger knows nothing of it."""
    assert_told(catalogue.run("plan"), 0, *fragments)
    assert_untouched(catalogue)
    assert_told(catalogue.apply(), 6, *fragments)
    assert [name.rpartition("/")[2] for name in catalogue.messages()] == [f"{ICPNS[1]}.xml"]
    known = catalogue.must("history", "--format", "json").stdout
    assert ICPNS[1] in known
    assert ICPNS[0] not in known


def run_without_root(catalogue: CatalogueFolder, *arguments: str) -> Outcome:
    """Run a command to which permissions of files apply: root reads and writes everything, unless
    it lays down that power."""
    without = "--bounding-set=-dac_override,-dac_read_search"
    prefix = ["setpriv", without] if os.getuid() == 0 else []
    if prefix and shutil.which("setpriv") is None:
        pytest.skip("permissions do not apply to root, and there is no setpriv to change that")
    words = [*prefix, sys.executable, "-m", "stardust_gitops", *arguments]
    command = [*words, "--catalog", str(catalogue.root)]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    return Outcome(done.returncode, done.stdout, done.stderr)
