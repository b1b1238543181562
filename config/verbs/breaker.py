"""`breaker status|evaluate|reset`: what halts trading, and its release."""

from __future__ import annotations

from typing import Annotated

import typer

from config.terminal import breaker
from config.terminal.options import Json, Reason, Store
from config.verbs.faces import Faces

verbs = typer.Typer(
    name="breaker", no_args_is_help=True, help="What halts trading, and its release."
)


@verbs.command("status")
def status(context: typer.Context, store: Store = None, json: Json = False) -> None:
    """Every scope: equity, peak, drawdown, losing streak, halts and their shadows."""
    breaker.status(Faces.of(context).desk(store), as_json=json)


@verbs.command("evaluate")
def evaluate(context: typer.Context, store: Store = None) -> None:
    """Measure now, and halt or release what is due."""
    breaker.evaluate_now(Faces.of(context).desk(store))


@verbs.command("reset")
def reset(
    context: typer.Context,
    scope: Annotated[str, typer.Argument(help="desk, strategy/NAME or account/acct_N.")],
    reason: Reason = None,
    store: Store = None,
) -> None:
    """End a scope's halts by hand and measure it anew from here."""
    faces = Faces.of(context)
    breaker.reset_scope(faces.desk(store), scope, reason, faces.by)
