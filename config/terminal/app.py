"""The Typer application: both spellings of every command, one line for every error, exit codes."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from typing import Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from core.errors import BadInput, ConfigError, CouncilError

FAILURE, USAGE, INTERRUPTED = 1, 2, 130
DEBUG = "--debug"


class BothSpellings(TyperGroup):
    """``run-weekly`` is ``run_weekly``."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command by either spelling; None when there is none."""
        found = super().get_command(ctx, cmd_name)
        return found or super().get_command(ctx, cmd_name.replace("-", "_"))


def run(app: typer.Typer, arguments: Sequence[str]) -> int:
    """Run one command line; 0, 1 for a failure, 2 for what was asked wrongly.

    ``--debug``, anywhere, shows the traceback.
    """
    debug = DEBUG in arguments
    rest = [word for word in arguments if word != DEBUG]
    try:
        result = app(rest, standalone_mode=False, prog_name="cli.py")
    except typer.Exit as done:
        result = done.exit_code
    except Exception as error:  # noqa: BLE001 - a defect is one line too
        if debug:
            traceback.print_exc()
        return _say(*_line_and_code(error))
    if result == INTERRUPTED:  # what Typer makes of Ctrl-C
        return _say("interrupted: the same command goes on where it stopped", FAILURE)
    return result if isinstance(result, int) else 0


def _line_and_code(error: Exception) -> tuple[str, int]:
    match error:
        case typer.Abort():
            return "no answer was given: nothing was done", FAILURE
        case TyperException():
            said = " ".join(error.format_message().split()).rstrip(".") or "no command was given"
            context = getattr(
                error, "ctx", None
            )  # a usage error has one; Typer keeps its class private
            asked = context.command_path if context else "cli.py"
            return f"{said}; `{asked} --help` lists what there is", USAGE
        case CouncilError():
            usage = isinstance(error, BadInput | ConfigError)
            return str(error), USAGE if usage else FAILURE
    what = f"{type(error).__name__}: {error}"
    return f"a defect of this program: {what}; --debug shows where", FAILURE


def _say(line: str, code: int) -> int:
    print(f"error: {' '.join(line.split())}", file=sys.stderr)  # noqa: T201 - a terminal's error line
    return code
