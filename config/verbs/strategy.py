"""`strategy list|enable|disable|deposit|withdraw`: each strategy's switch and its money."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

from config.terminal import show, strategies
from config.terminal.options import Json, Reason, Store
from config.verbs.faces import Faces
from core.clock import SystemClock
from core.desk.strategy_broker import no_execution
from core.errors import BadInput
from core.strategy import StrategySpec
from storage import control
from storage.event_store import SqlEventStore
from storage.queries import StoreReader

Name: TypeAlias = Annotated[str, typer.Argument(help="As config/strategies.yaml names it.")]
Amount: TypeAlias = Annotated[str, typer.Argument(metavar="USD", help="To the cent.")]

verbs = typer.Typer(
    name="strategy", no_args_is_help=True, help="The desk's strategies: switches and capital."
)


@verbs.command("list")
def list_all(context: typer.Context, store: Store = None, json: Json = False) -> None:
    """Each strategy: on or off, who said so, what it is worth and earned."""
    settings, opened = Faces.of(context).existing(store)
    strategies.tell(settings, StoreReader(opened.engine), as_json=json)


@verbs.command("enable")
def enable(context: typer.Context, name: Name, reason: Reason = None, store: Store = None) -> None:
    """Its slots run from the next one on; refused where none of its cycles could trade."""
    faces = Faces.of(context)
    opened, spec = _named(faces, store, name)
    if spec.account is not None:
        desk = faces.desk(store)
        why = no_execution(desk, desk.strategy(name))
        if why is not None:
            raise BadInput(why)
    new = control.enable_strategy(opened, spec, reason or "", faces.by, SystemClock())
    show.line(f"{name} is on" if new else f"{name} was on already: nothing is changed")


@verbs.command("disable")
def disable(context: typer.Context, name: Name, reason: Reason = None, store: Store = None) -> None:
    """Nothing new of it begins; what it holds stays held."""
    faces = Faces.of(context)
    opened, spec = _named(faces, store, name)
    new = control.disable_strategy(opened, spec, reason or "", faces.by, SystemClock())
    show.line(f"{name} is off" if new else f"{name} was off already: nothing is changed")


@verbs.command("deposit")
def deposit(
    context: typer.Context, name: Name, amount: Amount, reason: Reason = None, store: Store = None
) -> None:
    """Money into its account, for cycles to trade with."""
    faces = Faces.of(context)
    opened, spec = _named(faces, store, name)
    asked = strategies.transfer(amount, reason, faces.by)
    event = control.deposit_capital(opened, spec, asked, SystemClock())
    show.line(f"{event.account_id} got ${event.amount:,.2f}: {event.reason}")


@verbs.command("withdraw")
def withdraw(
    context: typer.Context, name: Name, amount: Amount, reason: Reason = None, store: Store = None
) -> None:
    """Money out of its account, at most its cash."""
    faces = Faces.of(context)
    opened, spec = _named(faces, store, name)
    asked = strategies.transfer(amount, reason, faces.by)
    event = control.withdraw_capital(opened, spec, asked, SystemClock())
    show.line(f"{event.account_id} gave ${event.amount:,.2f}: {event.reason}")


def _named(faces: Faces, store: str | None, name: str) -> tuple[SqlEventStore, StrategySpec]:
    settings, opened = faces.existing(store)
    return opened, settings.strategy(name)
