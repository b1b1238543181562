"""`costs`: what a week's calls cost."""

from __future__ import annotations

import typer

from config.terminal import spending
from config.terminal.options import Json, ReadWeek, Store
from config.verbs.faces import Faces
from config.verbs.opened import read_week
from core.clock import SystemClock
from storage.queries import StoreReader
from storage.queries.costs import week_costs

verbs = typer.Typer()


@verbs.command("costs")
def costs(
    context: typer.Context, week: ReadWeek = None, store: Store = None, json: Json = False
) -> None:
    """What a week's calls cost: by stage and model, and where each figure comes from."""
    settings, opened = Faces.of(context).existing(store)
    asked = read_week(opened, week, SystemClock().now())
    spending.costs(settings, week_costs(StoreReader(opened.engine), asked), as_json=json)
