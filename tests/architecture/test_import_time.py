"""Importing any module of ours touches no environment, file, socket or database."""

from __future__ import annotations

import ast

import pytest

from tests.architecture.source_tree import module_level_nodes, package_files, relative, tree

EFFECTS = {
    "open",
    "read_text",
    "read_bytes",
    "write_text",
    "mkdir",
    "environ",
    "getenv",
    "load_dotenv",
    "socket",
    "create_connection",
    "create_engine",
    "connect",
    "Client",
    "AsyncClient",
    "read_csv",
    "read_parquet",
    "load_settings",
}
ALEMBIC_RUNS_THIS_FILE = "storage/migrations/env.py"
STREAMLIT_RUNS_PAGES_TOP_TO_BOTTOM = "pages/"


def effects_at_import(module: ast.Module) -> set[str]:
    found: set[str] = set()
    for node in module_level_nodes(module):
        if isinstance(node, ast.Call):
            found.add(ast.unparse(node.func).rpartition(".")[2])
        if isinstance(node, ast.Attribute):
            found.add(node.attr) if node.attr == "environ" else None
    return found & EFFECTS


def imported_files():
    return [
        path
        for path in package_files()
        if relative(path) != ALEMBIC_RUNS_THIS_FILE
        and not relative(path).startswith(STREAMLIT_RUNS_PAGES_TOP_TO_BOTTOM)
    ]


def test_no_module_reaches_outside_while_it_is_imported():
    guilty = {relative(path): effects_at_import(tree(path)) for path in imported_files()}
    assert {name: found for name, found in guilty.items() if found} == {}


@pytest.mark.parametrize(
    "source",
    [
        "import os\nHOME = os.environ['HOME']",
        "import os\nKEY = os.getenv('KEY')",
        "TEXT = open('x').read()",
        "from pathlib import Path\nTEXT = Path('x').read_text()",
        "ENGINE = create_engine('sqlite://')",
        "class A:\n    client = httpx.Client()",
        "def f(x=open('x')): ...",
    ],
)
def test_an_effect_at_import_is_found(source):
    assert effects_at_import(ast.parse(source))


def test_an_effect_inside_a_function_is_no_effect_at_import():
    assert not effects_at_import(ast.parse("def f():\n    return open('x')"))
