"""What the terminal says of any error: one line, a code, and the traceback only when asked."""

from __future__ import annotations

import subprocess
import sys

import pytest
import typer

from config.terminal.app import BothSpellings, run
from core.errors import BadInput, ConfigError, MarketError
from tests.fixture_files import ROOT


@pytest.fixture
def raising(capsys):
    """``raising(error, *more)`` runs a command that raises it; the code and standard error."""

    def call(error: BaseException, *more: str) -> tuple[int, str]:
        app = typer.Typer(cls=BothSpellings)

        @app.command("fall_over")
        def fall_over() -> None:
            raise error

        @app.command("other")
        def other() -> None: ...

        code = run(app, ["fall-over", *more])
        return code, capsys.readouterr().err

    return call


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (BadInput("no such week: give another"), 2, "error: no such week: give another\n"),
        (ConfigError("config/risk.yaml:3: wrong"), 2, "error: config/risk.yaml:3: wrong\n"),
        (MarketError("two\nlines"), 1, "error: two lines\n"),
        (KeyboardInterrupt(), 1, "error: interrupted: the same command goes on where it stopped\n"),
        (KeyError("x"), 1, "error: a defect of this program: KeyError: 'x'; --debug shows where\n"),
    ],
)
def test_every_error_is_one_line_with_its_code(raising, error, code, line):
    assert raising(error) == (code, line)


@pytest.mark.parametrize("error", [BadInput("wrong"), KeyError("x")])
def test_the_traceback_comes_when_asked_for(raising, error):
    _, said = raising(error, "--debug")
    assert "Traceback (most recent call last)" in said


def test_a_reader_that_has_seen_enough_hears_nothing_more():
    """`cli.py --help | head -1`, with more to say than a pipe holds."""
    flood = "import cli, sys; from config.terminal import show; "
    flood += "cli.app.command('flood')(lambda: [show.as_json('x' * 100) for _ in range(10000)]); "
    flood += "sys.exit(cli.run(cli.app, ['flood']))"
    process = subprocess.Popen(
        [sys.executable, "-c", flood], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()
    assert (process.wait(60), said) == (1, b"")
