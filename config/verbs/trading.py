"""`trading disable|enable`: the kill switch."""

from __future__ import annotations

from typing import Annotated

import typer

from config.terminal import breaker
from config.terminal.options import Reason, Store
from config.verbs.faces import Faces

verbs = typer.Typer(name="trading", no_args_is_help=True, help="The kill switch.")


@verbs.command("disable")
def disable(
    context: typer.Context,
    reason: Reason = None,
    flatten: Annotated[
        bool, typer.Option("--flatten", help="Close every position as well.")
    ] = False,
    store: Store = None,
) -> None:
    """No order goes out from the next one on, whatever is running."""
    faces = Faces.of(context)
    breaker.disable_trading(faces.desk(store), reason, faces.by, flatten=flatten)


@verbs.command("enable")
def enable(context: typer.Context, reason: Reason = None, store: Store = None) -> None:
    """Orders go out again."""
    faces = Faces.of(context)
    breaker.enable_trading(faces.desk(store), reason, faces.by)
