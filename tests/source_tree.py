"""The package as source: its modules, parsed, and who imports whom. For tests of its structure."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "stardust_gitops"


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """One source file. `name` is what stands in an import, without the package's own name."""

    name: str
    path: Path
    tree: ast.Module
    is_package: bool

    @property
    def folder(self) -> str:
        """The first part of the name: the folder, or the module itself at the top."""
        return self.name.partition(".")[0]

    def at(self, node: ast.AST) -> str:
        """``file:line`` of a node, relative to the project."""
        return f"{self.path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"


@functools.cache
def modules() -> dict[str, Module]:
    """Every module of the package by name; the package itself is ``""``."""
    base = ROOT / PACKAGE
    found = {}
    for path in sorted(base.rglob("*.py")):
        parts = path.relative_to(base).with_suffix("").parts
        is_package = parts[-1] == "__init__"
        name = ".".join(parts[:-1] if is_package else parts)
        tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
        found[name] = Module(name=name, path=path, tree=tree, is_package=is_package)
    return found


def imports(module: Module) -> Iterator[tuple[ast.stmt, str, str]]:
    """Each import statement, wherever it stands: the node, the module, the name taken from it."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name, ""
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(module, node)
            for alias in node.names:
                yield node, base, alias.name


def own_imports(module: Module) -> Iterator[tuple[ast.stmt, str]]:
    """The same, of the package's own modules only: the node and the module's name."""
    for node, name, attribute in imports(module):
        if name != PACKAGE and not name.startswith(f"{PACKAGE}."):
            continue
        inner = name[len(PACKAGE) + 1 :]
        submodule = f"{inner}.{attribute}".strip(".")
        yield node, submodule if submodule in modules() else inner


def _absolute(module: Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    parts = [PACKAGE, *module.name.split(".")] if module.name else [PACKAGE]
    if not module.is_package:
        parts.pop()
    parts = parts[: len(parts) - (node.level - 1)]
    return ".".join([*parts, *([node.module] if node.module else [])])
