"""The project's own Python files, read as syntax trees without importing them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.fixture_files import ROOT

PACKAGES = ("core", "storage", "providers", "config", "pages")
ENTRY_POINTS = ("streamlit_app.py", "scheduler.py", "cli.py")


def package_files(*packages: str) -> list[Path]:
    return sorted(path for name in packages or PACKAGES for path in (ROOT / name).rglob("*.py"))


def entry_points() -> list[Path]:
    """The launchers that exist."""
    return [ROOT / name for name in ENTRY_POINTS if (ROOT / name).exists()]


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imported_modules(path: Path) -> set[str]:
    """Dotted names a file imports anywhere: ``from a.b import c`` gives both ``a.b`` and ``a.b.c``."""
    names: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def module_level_nodes(module: ast.Module) -> Iterator[ast.AST]:
    """Every node that runs when the module is imported: function and lambda bodies are left out.

    Their decorators and defaults do run at import and are kept.
    """
    waiting: list[ast.AST] = list(module.body)
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            waiting += [*node.decorator_list, *node.args.defaults]
            waiting += [default for default in node.args.kw_defaults if default is not None]
        elif isinstance(node, ast.If) and is_main_guard(node):
            waiting += node.orelse
        elif not isinstance(node, ast.Lambda):
            waiting += list(ast.iter_child_nodes(node))


def is_main_guard(node: ast.If) -> bool:
    return ast.unparse(node.test) == "__name__ == '__main__'"
