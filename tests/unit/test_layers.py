"""Imports point down, never in a circle, and what belongs to one place stays in it."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

import pytest

from tests.source_tree import ROOT, Module, imports, modules, own_imports

LAYERS = (
    ("__main__",),
    ("cli",),
    ("ci", "notifications"),
    ("reports",),
    ("reconciler",),
    ("delivery",),
    ("planning",),
    ("messages", "ledger"),
    ("rules",),
    ("content",),
    ("assets", "genres", "recipients"),
    ("catalog",),
    ("identifiers", "git", "secrets", "objects"),
    ("errors", "diagnostics", "clock"),
    ("",),  # the package itself: its version
)
"""From the top. What stands on one line does not import each other."""

HEIGHT = {name: -number for number, layer in enumerate(LAYERS) for name in layer}

FORBIDDEN = {
    *(("reports", below) for below in ("reconciler", "delivery")),
    *(("ci", below) for below in ("reconciler", "delivery")),
}
"""Renderers take what was planned and done; they do not know how it came about."""

ONLY = {
    ("planning", "ledger"): {"ledger.events", "ledger.state", "ledger.store"},
    ("catalog", "secrets"): {"secrets.references"},
}
"""Of a folder below, no more than these modules."""

PRINTING = {"cli", "reports"}
CONSOLE_LIBRARIES = {"click", "rich"}
CLOCK_READS = {
    "datetime": {"now", "today", "utcnow"},
    "date": {"today"},
    "time": {
        *("localtime", "gmtime", "ctime", "monotonic", "monotonic_ns", "perf_counter"),
        *("perf_counter_ns", "process_time", "sleep", "strftime", "time", "time_ns"),
    },
}
HEAVY = (
    *("PIL", "boto3", "httpx", "jsonschema", "lxml", "numpy", "paramiko", "psycopg", "pydantic"),
    *("pymediainfo", "rich", "soundfile", "sqlite3", "tenacity", "xmlschema", "yaml"),
)


def test_every_folder_has_its_layer() -> None:
    homeless = {module.folder for module in modules().values()} - set(HEIGHT)
    assert not homeless, "say in LAYERS where these stand"


def test_imports_point_down() -> None:
    wrong = [
        f"{module.at(node)}: {module.name} imports {target}{why}"
        for module in modules().values()
        for node, target in own_imports(module)
        if (why := _wrong(module.folder, target))
    ]
    assert not wrong, "\n".join(wrong)


def test_no_module_imports_itself_over_others() -> None:
    graph = {
        name: {target for _, target in own_imports(module)} - {name, ""}
        for name, module in modules().items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail("a circle: " + " -> ".join(reversed(error.args[1])), pytrace=False)


def test_only_the_command_line_prints() -> None:
    wrong = [
        f"{module.at(node)} {why}"
        for module in modules().values()
        if module.folder not in PRINTING
        for node, why in _printing(module)
    ]
    assert not wrong, "\n".join(wrong)


def test_only_the_clock_knows_the_time() -> None:
    wrong = [
        f"{module.at(node)} {why}"
        for module in modules().values()
        if module.name != "clock"
        for node, why in _clock_reads(module)
    ]
    assert not wrong, "\n".join(wrong)


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys, json; from stardust_gitops.cli.main import run; code = run(['--help']);"
        "print(json.dumps([code, sorted(sys.modules)]), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    exit_code, loaded = json.loads(done.stderr)
    assert exit_code == 0
    assert "stardust_gitops.cli.main" in loaded
    assert not sorted(set(HEAVY) & set(loaded))


def _wrong(folder: str, target: str) -> str:
    """Why a folder may not import a module; empty if it may."""
    below = target.partition(".")[0]
    if below == folder:
        return ""
    if HEIGHT[below] >= HEIGHT[folder]:
        return ", which does not stand below it"
    if (folder, below) in FORBIDDEN:
        return ", which it has no business with"
    allowed = ONLY.get((folder, below))
    if allowed is not None and target not in allowed:
        return f" and may import of {below} only {', '.join(sorted(allowed))}"
    return ""


def _printing(module: Module) -> Iterator[tuple[ast.AST, str]]:
    for node, name, _ in imports(module):
        if name.partition(".")[0] in CONSOLE_LIBRARIES:
            yield node, f"imports {name}"
    for call in ast.walk(module.tree):
        match call:
            case ast.Call(func=ast.Name(id="print")):
                yield call, "prints"


def _clock_reads(module: Module) -> Iterator[tuple[ast.AST, str]]:
    for node, name, taken in imports(module):
        if name == "time" and taken in CLOCK_READS["time"]:
            yield node, f"imports {taken} from time"
    for read in ast.walk(module.tree):
        match read:
            case ast.Attribute(value=ast.Name(id=owner), attr=name):
                pass
            case ast.Attribute(value=ast.Attribute(attr=owner), attr=name):
                pass
            case _:
                continue
        if name in CLOCK_READS.get(owner, ()):
            yield read, f"uses {owner}.{name}"
