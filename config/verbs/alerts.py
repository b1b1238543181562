"""`alerts test|watch|list`: who is told of what."""

from __future__ import annotations

from typing import Annotated

import typer

from config.terminal import show
from config.terminal.alerts import alerts_list, alerts_test
from config.terminal.options import Count, Json, Store
from config.terminal.silence import look
from config.verbs.faces import Faces
from core.clock import SystemClock

verbs = typer.Typer(name="alerts", no_args_is_help=True, help="Who is told of what.")


@verbs.command("test")
def send_one(
    context: typer.Context,
    channel: Annotated[
        str | None, typer.Option("--channel", help="One of config/alerts.yaml; default: all.")
    ] = None,
    store: Store = None,
) -> None:
    """Send one alert over every channel, or over one; says which took it."""
    settings, _ = Faces.of(context).existing(store)
    raise typer.Exit(alerts_test(settings, SystemClock(), channel))


@verbs.command("watch")
def watch(context: typer.Context, store: Store = None) -> None:
    """One look from outside (cron, a timer): tell of a scheduler that fell silent, send what is owed."""
    settings, opened = Faces.of(context).existing(store)
    show.line(look(settings, opened))


@verbs.command("list")
def listed(
    context: typer.Context,
    count: Count = 20,
    store: Store = None,
    json: Json = False,
) -> None:
    """The newest alerts and what became of each on every channel."""
    _, opened = Faces.of(context).existing(store)
    alerts_list(opened, count, as_json=json)
