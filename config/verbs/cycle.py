"""`cycle run`, `cycle show` and `cycle replay`."""

from __future__ import annotations

import asyncio
from typing import Annotated, TypeAlias

import typer

from config.terminal import cycles, show
from config.terminal.app import FAILURE
from config.terminal.options import Json, Store
from config.terminal.replays import replayed
from config.verbs.faces import Faces
from core.desk.cycle_replay import replay_cycle
from core.desk.opening import desk_kind
from storage.queries import StoreReader

STAGES = 7
Named: TypeAlias = Annotated[
    str | None, typer.Argument(metavar="ID", help="The newest when it is left out.")
]
verbs = typer.Typer()
group = typer.Typer(no_args_is_help=True, help="The trading cycle of discovered equities.")
verbs.add_typer(group, name="cycle")


@group.command("run")
def run(
    context: typer.Context,
    symbols: Annotated[
        str | None,
        typer.Option(
            "--symbols", metavar="A,B", help="Instead of the watchlist; held ones as well."
        ),
    ] = None,
    execute: Annotated[
        bool, typer.Option("--execute", help="Send the orders. Without it: a dry run.")
    ] = False,
    store: Store = None,
    json: Json = False,
) -> None:
    """Look, signal, limit, doubt, decide; a dry run unless told to execute."""
    faces = Faces.of(context)
    settings, opened = faces.existing(store)
    desk = faces.wiring.build_desk(settings, opened, kind=desk_kind(opened))
    wanted = cycles.symbols_of(symbols)
    with show.stages(STAGES, quiet=json) as progress:
        ran = asyncio.run(cycles.run(desk, wanted, progress, execute=execute))
    cycles.tell(StoreReader(opened.engine), ran.cycle.run.run_id, as_json=json)


@group.command("replay")
def replay(
    context: typer.Context, cycle_id: Named = None, store: Store = None, json: Json = False
) -> None:
    """Do a cycle again from recorded answers and compare every event."""
    faces = Faces.of(context)
    settings, opened = faces.existing(store)
    wanted = cycles.wanted(StoreReader(opened.engine), cycle_id)
    build = faces.wiring.scratch_cycle(settings, opened)
    report = asyncio.run(replay_cycle(opened, wanted, build))
    replayed(report, f"cycle {report.run_id}", as_json=json)
    if not report.identical:
        raise typer.Exit(FAILURE)


@group.command("show")
def show_cycle(
    context: typer.Context,
    cycle_id: Named = None,
    store: Store = None,
    json: Json = False,
) -> None:
    """One cycle's four steps, symbol by symbol."""
    _, opened = Faces.of(context).existing(store)
    cycles.tell(StoreReader(opened.engine), cycle_id, as_json=json)
