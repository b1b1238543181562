"""`checkpoint`: a session's decisions on what was frozen on Wednesday."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from config.terminal import options, reports
from config.terminal.app import FAILURE
from config.terminal.options import Json, ProfileName, Store
from config.verbs.faces import Faces
from config.verbs.opened import Opened
from core.clock import at_new_york, in_new_york
from core.desk.past_slots import checkpoint_slots, run_past_slots
from core.errors import BadInput

verbs = typer.Typer()


@verbs.command("checkpoint")
def checkpoint(
    context: typer.Context,
    time: Annotated[str | None, typer.Option("--time", help="HH:MM, New York.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All checkpoints of the day.")] = False,
    on: Annotated[str | None, typer.Option("--date", help="A session; default: today.")] = None,
    store: Store = None,
    profile: ProfileName = None,
    json: Json = False,
) -> None:
    """Keep, reduce, flip or exit from what was frozen; never from new research."""
    if every == (time is not None):
        raise BadInput("checkpoint needs either --time HH:MM or --all")
    asked = options.day(on, "--date") if on else None
    opened = Opened(Faces.of(context), store, profile)
    today = in_new_york(opened.now).date()
    session = asked or today
    times = opened.settings.policy.schedule.checkpoints
    labels = None if time is None else {f"{options.wall(time, times):%H:%M}"}
    desk = opened.desk_at(at_new_york(session, times[0]) if session < today else None)
    outcomes = asyncio.run(run_past_slots(desk, checkpoint_slots(desk, session, labels)))
    if not reports.slots(opened.store, outcomes, as_json=json):
        raise typer.Exit(FAILURE)
