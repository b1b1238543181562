"""A test file that checks nothing is worse than none."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.architecture.source_tree import imported_modules, relative, tree
from tests.fixture_files import ROOT


def test_files() -> list[Path]:
    return sorted((ROOT / "tests").rglob("test_*.py"))


def runs_a_contract(path: Path) -> bool:
    """Whether the file runs a port's contract suite on an adapter: the asserts are in the suite."""
    return any(name.startswith("tests.contract.") for name in imported_modules(path))


def checks_something(node: ast.AST) -> bool:
    """An assert, ``pytest.raises`` / ``pytest.fail``, or a call of an ``assert_…`` / ``expect``."""
    if isinstance(node, ast.Assert):
        return True
    if not isinstance(node, ast.Call):
        return False
    name = ast.unparse(node.func)
    last = name.rpartition(".")[2]
    return name in {"pytest.raises", "pytest.fail", "expect"} or last.startswith(
        ("assert_", "check_")
    )


test_files.__test__ = False


@pytest.mark.parametrize("path", test_files(), ids=relative)
def test_every_test_file_checks_something(path):
    assert runs_a_contract(path) or any(checks_something(node) for node in ast.walk(tree(path)))
