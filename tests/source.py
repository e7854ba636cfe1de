"""Reads the project's own source, for the tests about its layout and shape."""

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, kw_only=True)
class Module:
    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @property
    def room(self) -> str:
        return self.path.relative_to(ROOT).parts[0]


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def rooms() -> list[str]:
    return project()["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]


@cache
def read(path: Path) -> Module:
    """Parsed once: many tests look at the whole tree."""
    text = path.read_text(encoding="utf-8")
    return Module(path=path, text=text, tree=ast.parse(text, str(path)))


def modules_of(*folders: str) -> list[Module]:
    return [read(path) for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def imports(module: Module) -> Iterator[str]:
    """Yield the dotted name of each module that is imported, at any depth of the code."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module


def roots_imported(module: Module) -> set[str]:
    return {name.partition(".")[0] for name in imports(module)}


def calls(module: Module, name: str) -> list[int]:
    """Return the lines that call a function or method of this name."""
    return [
        node.lineno
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and _called(node.func) == name
    ]


def _called(function: ast.expr) -> str | None:
    if isinstance(function, ast.Name):
        return function.id
    return function.attr if isinstance(function, ast.Attribute) else None
