"""`breaker status|evaluate|reset` and `trading disable|enable`."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

from config.terminal import breaker
from config.terminal.options import Json, Store
from config.verbs.faces import Faces
from core.desk.desk import Desk

Reason: TypeAlias = Annotated[
    str | None, typer.Option("--reason", help="Why; it is kept with the event.")
]


def add(app: typer.Typer, faces: Faces) -> None:
    """Both groups on the command line."""

    def desk(store: str | None) -> Desk:
        return faces.desk(*faces.existing(store))

    halts = typer.Typer(no_args_is_help=True, help="What halts trading, and its release.")
    app.add_typer(halts, name="breaker")

    @halts.command("status")
    def status(store: Store = None, json: Json = False) -> None:
        """Every scope: equity, peak, drawdown, losing streak, halts and their shadows."""
        breaker.status(desk(store), as_json=json)

    @halts.command("evaluate")
    def evaluate(store: Store = None) -> None:
        """Measure now, and halt or release what is due."""
        breaker.evaluate_now(desk(store))

    @halts.command("reset")
    def reset(
        scope: Annotated[str, typer.Argument(help="desk, strategy/NAME or account/acct_N.")],
        reason: Reason = None,
        store: Store = None,
    ) -> None:
        """End a scope's halts by hand and measure it anew from here."""
        breaker.reset_scope(desk(store), scope, reason, faces.by)

    switch = typer.Typer(no_args_is_help=True, help="The kill switch.")
    app.add_typer(switch, name="trading")

    @switch.command("disable")
    def disable(
        reason: Reason = None,
        flatten: Annotated[
            bool, typer.Option("--flatten", help="Close every position as well.")
        ] = False,
        store: Store = None,
    ) -> None:
        """No order goes out from the next one on, whatever is running."""
        breaker.disable_trading(desk(store), reason, faces.by, flatten=flatten)

    @switch.command("enable")
    def enable(reason: Reason = None, store: Store = None) -> None:
        """Orders go out again."""
        breaker.enable_trading(desk(store), reason, faces.by)
