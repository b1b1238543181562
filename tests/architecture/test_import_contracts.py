"""The walls between packages, as import-linter sees them."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.fixture_files import ROOT

OURS = ("core", "storage", "providers", "config", "pages")


def contracts() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]


def exists(module: str) -> bool:
    path = ROOT / module.replace(".", "/")
    return module.partition(".")[0] not in OURS or path.is_dir() or path.with_suffix(".py").exists()


def lint(root: Path, config: Path) -> subprocess.CompletedProcess[str]:
    command = (
        "import sys; from importlinter.cli import lint_imports_command; lint_imports_command()"
    )
    return subprocess.run(
        [sys.executable, "-c", command, "--no-logo", "--no-cache", "--config", str(config)],
        cwd=root,
        env={"PYTHONPATH": str(root), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )


def missing_modules() -> list[str]:
    named = {
        module
        for contract in contracts()["contracts"]
        for key in ("forbidden_modules", "protected_modules", "source_modules")
        for module in contract.get(key, [])
    }
    return sorted(module for module in named if not exists(module))


def test_every_module_a_contract_names_is_there():
    assert missing_modules() == []


def test_every_import_contract_holds():
    answer = lint(ROOT, ROOT / "pyproject.toml")
    assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("core/leak.py", "import httpx"),
        ("core/leak.py", "import storage"),
        ("providers/leak.py", "import storage"),
        ("storage/leak.py", "import providers"),
        ("config/leak.py", "import pages"),
        ("pages/leak.py", "import core.stages"),
        ("pages/leak.py", "import config.wiring"),
        ("config/leak.py", "import config.wiring"),
        ("providers/leak.py", "import streamlit"),
    ],
)
def test_a_wall_that_is_broken_is_found(tmp_path, path, line):
    for module in (*OURS, "core.stages"):
        package = tmp_path / module.replace(".", "/")
        package.mkdir()
        (package / "__init__.py").touch()
    for module in ("core/pipeline", "core/pipelines", "config/wiring"):
        (tmp_path / f"{module}.py").touch()
    (tmp_path / path).write_text(f"{line}\n")
    answer = lint(tmp_path, ROOT / "pyproject.toml")
    assert answer.returncode == 1, answer.stdout + answer.stderr
    assert "BROKEN" in answer.stdout
