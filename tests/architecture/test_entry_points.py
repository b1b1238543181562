"""The launchers hold no logic, and only they reach the composition root."""

from __future__ import annotations

import ast

from tests.architecture.source_tree import (
    PACKAGES,
    entry_points,
    imported_modules,
    package_files,
    relative,
    tree,
)
from tests.fixture_files import ROOT

ROOT_OF_ALL = "config/wiring/"
MAY_WIRE = {"scheduler.py", "cli.py"}


def importers_of(module: str) -> set[str]:
    files = [*package_files(*PACKAGES), *entry_points()]
    return {
        relative(path)
        for path in files
        if any(name == module or name.startswith(f"{module}.") for name in imported_modules(path))
    }


def test_only_the_scheduler_and_the_command_line_import_the_wiring():
    outside = {name for name in importers_of("config.wiring") if not name.startswith(ROOT_OF_ALL)}
    assert outside - MAY_WIRE == set()


def test_nothing_outside_the_configuration_can_read_a_key():
    outside = {name for name in importers_of("config.secrets") if not name.startswith("config/")}
    assert outside - MAY_WIRE == set()


def test_streamlit_is_imported_by_pages_and_the_launcher_alone():
    outside = {name for name in importers_of("streamlit") if not name.startswith("pages/")}
    assert outside - {"streamlit_app.py"} == set()


def test_routes_and_the_static_report_know_no_streamlit():
    bare = ("pages/http/", "pages/report/")
    assert {name for name in importers_of("streamlit") if name.startswith(bare)} == set()


def test_the_launcher_is_a_docstring_imports_and_one_assignment():
    launcher = ROOT / "streamlit_app.py"
    if launcher not in entry_points():
        assert not launcher.exists()
        return
    docstring, *rest = tree(launcher).body
    assert isinstance(docstring, ast.Expr)
    assert isinstance(docstring.value, ast.Constant)
    statements = [node for node in rest if not isinstance(node, ast.Import | ast.ImportFrom)]
    assert [ast.unparse(node).partition(" = ")[0] for node in statements] == ["app"]
