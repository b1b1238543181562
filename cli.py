"""The command line: the desk's verbs for a terminal. `cli.py --help` lists them."""

from __future__ import annotations

import sys

import typer

from config import wiring
from config.terminal.app import BothSpellings, run
from config.verbs import (
    alerts,
    approval,
    ask,
    backup,
    breaker,
    checkpoint,
    costs,
    council,
    cycle,
    discovery,
    doctor,
    export,
    init,
    log,
    memory,
    password,
    reading,
    reconcile,
    scheduler,
    share,
    simulation,
    strategy,
    token,
    trading,
    up,
    weekly,
    what_if,
)
from config.verbs.faces import Faces
from pages.report.render import render_report

VERBS = (
    weekly,
    checkpoint,
    reconcile,
    reading,
    what_if,
    council,
    cycle,
    ask,
    strategy,
    simulation,
    costs,
    log,
    export,
    backup,
    doctor,
    init,
    up,
    approval,
    password,
    scheduler,
    breaker,
    trading,
    discovery,
    alerts,
    memory,
    share,
    token,
)
"""In the order `--help` lists them; what has a name of its own is a group."""

app = typer.Typer(
    cls=BothSpellings,
    no_args_is_help=True,
    add_completion=False,
    context_settings={"obj": Faces(wiring, render_report)},
)
"""Every command; errors are one line on standard error, exit code 1 or, asked wrongly, 2."""

for _module in VERBS:
    app.add_typer(_module.verbs)


if __name__ == "__main__":
    sys.exit(run(app, sys.argv[1:]))
