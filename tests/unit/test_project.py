"""What holds for every file of the project."""

from __future__ import annotations

import ast
import functools
import importlib.metadata
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

import stardust_gitops
from tests.source_tree import PACKAGE, ROOT, imports, modules

LONGEST_FUNCTION, LONGEST_FILE = 60, 400

# Written so that they do not find themselves.
MARKS = re.compile(r"\b(TO[D]O|FIX[M]E|X[X]X|raise Not[I]mplementedError|x[f]ail)\b")
PLACES = re.compile(r"(?<![\w.$}~])/(?:home|Users|root|work)/\w|[.]library\b|/tmp/[v]env")
BESIDE = re.compile(r"\.\./[s]hared")

PARTS = {
    "pydantic-core": "pydantic",  # its error types; each version of one wants one of the other
    "botocore": "boto3",  # likewise
}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def project_files() -> Iterator[tuple[Path, str]]:
    """Every text file that is or would be committed."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if listed.returncode:
        pytest.skip("the project is not in git here, so nobody can say which files are its own")
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        data = path.read_bytes() if path.is_file() else b"\0"
        if b"\0" not in data[:4096]:
            yield Path(name), data.decode("utf-8", "replace")


def found(pattern: re.Pattern[str], path: Path, text: str) -> Iterator[str]:
    """``file:line: the line`` of every match."""
    for number, line in enumerate(text.splitlines(), 1):
        if pattern.search(line):
            yield f"{path}:{number}: {line.strip()[:100]}"


def test_what_is_public_says_what_it_means() -> None:
    silent = [
        f"{module.at(node)} {getattr(node, 'name', 'module')}"
        for module in modules().values()
        for node in _public(module.tree)
        if not ast.get_docstring(node)
    ]
    assert not silent, "without docstring:\n" + "\n".join(silent)


def test_functions_and_files_stay_short() -> None:
    long = [
        f"{module.at(node)} {node.name}: {lines} lines"
        for module in modules().values()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef)
        and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > LONGEST_FUNCTION
    ]
    long += [
        f"{module.at(module.tree)}: {lines} lines"
        for module in modules().values()
        if (lines := len(module.path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    ]
    assert not long, "\n".join(long)


def test_no_file_names_a_place_of_one_machine() -> None:
    named = [line for path, text in project_files() for line in found(PLACES, path, text)]
    assert not named, "\n".join(named)


def test_only_tests_look_beside_the_project() -> None:
    named = [
        line
        for path, text in project_files()
        if path.parts[0] != "tests"
        for line in found(BESIDE, path, text)
    ]
    assert not named, "\n".join(named)


def test_nothing_is_left_undone() -> None:
    marks = [
        line
        for path, text in project_files()
        if path.suffix == ".py"
        for line in found(MARKS, path, text)
    ]
    assert not marks, "\n".join(marks)


def test_the_version_is_the_one_printed() -> None:
    done = subprocess.run(
        [sys.executable, "-m", PACKAGE, "--version"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split()[-1] == stardust_gitops.__version__
    assert done.stdout.split()[0] == "stardust-gitops,"


def test_dependencies_are_what_is_imported() -> None:
    declared = {_distribution(requirement) for requirement in PROJECT["dependencies"]}
    extras = {
        _distribution(requirement)
        for extra, requirements in PROJECT["optional-dependencies"].items()
        if extra != "test"
        for requirement in requirements
    }
    by_import = importlib.metadata.packages_distributions()
    imported: set[str] = set()
    for module in modules().values():
        for _, name, _ in imports(module):
            top = name.partition(".")[0]
            if top in sys.stdlib_module_names or top in (PACKAGE, ""):
                continue
            names = {_distribution(entry) for entry in by_import[top]}  # a namespace has several
            known = {PARTS.get(entry, entry) for entry in names} & (declared | extras)
            assert known, f"{module.name} imports {top}, which no dependency brings"
            imported |= known
    assert declared <= imported, "nobody imports these"


@pytest.mark.parametrize("script", ["catalog_example/run.sh", "examples/gitops.sh", "tests/run.sh"])
def test_the_commands_of_the_readme_exist(script: str) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.search(rf"^\s*sh {re.escape(script)}\b", readme, re.MULTILINE)
    done = subprocess.run(["sh", "-n", script], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def _public(tree: ast.Module) -> Iterator[ast.Module | ast.ClassDef | ast.FunctionDef]:
    """The module, and in it every class, function and method that others may use."""
    waiting: list[ast.Module | ast.ClassDef] = [tree]
    while waiting:
        owner = waiting.pop()
        yield owner
        inherited = (
            _contract() if isinstance(owner, ast.ClassDef) and not _is_protocol(owner) else ()
        )
        for node in owner.body:
            if not isinstance(node, ast.ClassDef | ast.FunctionDef) or node.name.startswith("_"):
                continue
            if isinstance(node, ast.ClassDef):
                waiting.append(node)
            elif node.name not in inherited:
                yield node


@functools.cache
def _contract() -> frozenset[str]:
    """Methods of the package's protocols: what they mean stands there, for all that have them."""
    return frozenset(
        method.name
        for module in modules().values()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef) and _is_protocol(node)
        for method in node.body
        if isinstance(method, ast.FunctionDef)
    )


def _is_protocol(node: ast.AST) -> bool:
    return isinstance(node, ast.ClassDef) and any(
        isinstance(base, ast.Name) and base.id == "Protocol" for base in node.bases
    )


def _distribution(requirement: str) -> str:
    """The normalised name that a requirement begins with."""
    name = re.match(r"[\w.-]+", requirement)
    assert name is not None
    return re.sub(r"[-_.]+", "-", name[0]).lower()


def test_the_invariants_name_tests_that_are_there() -> None:
    text = (ROOT / "docs" / "development.md").read_text(encoding="utf-8")
    table = text[text.index("## What must always hold") : text.index("## Tests")]
    files = {path: path.read_text(encoding="utf-8") for path in ROOT.glob("tests/**/test_*.py")}
    tests = set(re.findall(r"^def (test_\w+)\(", "\n".join(files.values()), re.MULTILINE))
    named = re.findall(r"`(?:[\w/]+/)?(test_[\w*]+(?:\.py)?)`", table)
    assert len(named) > 40
    missing = [
        name
        for name in named
        if name not in tests and not any(fnmatchcase(file.name, name) for file in files)
    ]
    assert missing == []
