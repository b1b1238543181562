"""What docs/operations says can be typed, and what it delivers can be started."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import typer.main
import yaml

import cli
from tests.fixture_files import ROOT

GUIDE = ROOT / "docs" / "operations.md"
FILES = ROOT / "docs" / "operations"
SERVICES = sorted(FILES.glob("*.service"))
UNITS = [*SERVICES, *sorted(FILES.glob("*.timer"))]
LONG_RUNNING = [unit for unit in SERVICES if "backup" not in unit.name]
INSTALLED = "/opt/llm-trading-council"
COMMAND = re.compile(r"cli\.py ([a-z][a-z_-]*)([^`\n]*)")


def named_commands() -> list[tuple[str, str]]:
    """Each command the guide names, with the words after it on its line."""
    return [(match[1], match[2]) for match in COMMAND.finditer(GUIDE.read_text())]


def missing_words(name: str, rest: str) -> list[str]:
    """What of one named command line does not exist: the command, its subcommand or an option."""
    command = typer.main.get_command(cli.app).commands.get(name)
    if command is None:
        return [name]
    words = rest.split()
    if words and words[0] in getattr(command, "commands", {}):
        command = command.commands[words[0]]
    elif hasattr(command, "commands"):
        return [f"{name} {' '.join(words[:1])}"]
    known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
    return [f"{name} {word}" for word in words if word.startswith("--") and word not in known]


def unit(path: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=True, interpolation=None, delimiters=("=",))
    parser.optionxform = str
    parser.read_string(path.read_text())
    return parser


def test_every_command_of_the_guide_exists_with_its_options():
    named = named_commands()
    assert len(named) > 30
    missing = {word for name, rest in named for word in missing_words(name, rest)}
    assert missing == set()


def test_what_needs_a_reason_is_shown_with_one():
    """Typed in an emergency, a line must work as it stands."""
    needing = ("trading", "breaker reset")
    named = [(name, f"{name}{rest}") for name, rest in named_commands()]
    bare = [line for _, line in named if line.startswith(needing) and "--reason" not in line]
    assert bare == []


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_every_unit_is_one_to_systemd(path, tmp_path):
    """Looked at by systemd itself where it is there, with a program that exists on this machine."""
    assert unit(path).has_section("Unit")
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        return
    program = f"{INSTALLED}/.venv/bin/python"
    for one in UNITS:  # a timer is refused without its service
        (tmp_path / one.name).write_text(one.read_text().replace(program, shutil.which("true")))
    said = subprocess.run(
        [analyze, "verify", tmp_path / path.name],
        check=False,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert (said.returncode, said.stderr) == (0, "")


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_every_service_may_do_little(path):
    service = unit(path)["Service"]
    assert service["User"] == "council"
    assert service["NoNewPrivileges"] == "yes"
    assert service["ProtectSystem"] == "strict"
    exports = f" {INSTALLED}/exports" if "scheduler" in path.name else ""
    assert service["ReadWritePaths"] == f"{INSTALLED}/runs{exports}"
    assert service["CapabilityBoundingSet"] == ""


@pytest.mark.parametrize("path", LONG_RUNNING, ids=lambda path: path.name)
def test_what_runs_for_months_is_asked_to_stop_and_started_again(path):
    parsed = unit(path)
    service = parsed["Service"]
    assert service["Restart"] == "on-failure"
    assert (service["KillSignal"], service["TimeoutStopSec"]) == ("SIGTERM", "30")
    assert parsed["Unit"]["StartLimitIntervalSec"] == "0"


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_every_program_a_service_starts_is_there(path):
    words = unit(path)["Service"]["ExecStart"].split()
    assert words[0] == f"{INSTALLED}/.venv/bin/python"
    (script,) = [word for word in words if word.endswith(".py")]
    assert (ROOT / script).exists()


def test_the_container_holds_what_the_program_is_made_of_and_nothing_secret():
    copied = {
        word.rstrip("/")
        for line in (FILES / "Containerfile").read_text().splitlines()
        if line.startswith("COPY ")
        for word in line.split()[1:-1]
    }
    assert copied >= {"core", "storage", "providers", "config", "pages", "cli.py", "scheduler.py"}
    assert all((ROOT / name).exists() for name in copied)
    assert not copied & {".", ".env", "runs", "constraints"}


def test_the_container_runs_as_nobody_in_particular_and_says_whether_it_is_well():
    text = (FILES / "Containerfile").read_text()
    assert text.index("USER council") < text.index("ENTRYPOINT")
    assert "/healthz" in text
    assert text.startswith("#")
    assert re.search(r"^FROM python:3\.11-slim$", text, re.MULTILINE)


def test_the_composition_is_web_two_schedulers_and_one_database():
    services = yaml.safe_load((FILES / "compose.yaml").read_text())["services"]
    assert {"database", "web", "scheduler", "standby"} <= services.keys()
    assert services["scheduler"] == services["standby"]
    assert services["database"]["image"].startswith("pgvector/pgvector:")
    for name in ("web", "scheduler", "standby", "backup"):
        assert "@database:5432/" in services[name]["environment"]["DATABASE_URL"]
        assert services[name]["read_only"]
    assert services["web"]["ports"] == ["127.0.0.1:8200:8200"]


def test_no_file_names_a_registry_or_a_password():
    for path in [GUIDE, *UNITS, FILES / "Containerfile", FILES / "compose.yaml"]:
        text = path.read_text()
        assert not re.search(r"\b[\w-]+\.(io|com|org|net|dev)/", text), path.name
        assert "index-url" not in text
    assert "${POSTGRES_PASSWORD:?" in (FILES / "compose.yaml").read_text()
