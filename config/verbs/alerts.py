"""`alerts test|list`."""

from __future__ import annotations

from typing import Annotated

import typer

from config.terminal import show
from config.terminal.alerts import alerts_list, alerts_test
from config.terminal.options import Json, Store
from config.terminal.silence import look
from config.verbs.faces import Faces
from core.clock import SystemClock


def add(app: typer.Typer, faces: Faces) -> None:
    """The group on the command line."""
    group = typer.Typer(no_args_is_help=True, help="Who is told of what.")
    app.add_typer(group, name="alerts")

    @group.command("test")
    def test(
        channel: Annotated[
            str | None, typer.Option("--channel", help="One of config/alerts.yaml; default: all.")
        ] = None,
        store: Store = None,
    ) -> None:
        """Send one alert over every channel, or over one; says which took it."""
        settings, _ = faces.existing(store)
        raise typer.Exit(alerts_test(settings, SystemClock(), channel))

    @group.command("watch")
    def watch(store: Store = None) -> None:
        """One look from outside (cron, a timer): tell of a scheduler that fell silent, send what is owed."""
        settings, opened = faces.existing(store)
        show.line(look(settings, opened))

    @group.command("list")
    def listed(
        count: Annotated[int, typer.Option("--count", min=1, max=1000)] = 20,
        store: Store = None,
        json: Json = False,
    ) -> None:
        """The newest alerts and what became of each on every channel."""
        _, opened = faces.existing(store)
        alerts_list(opened, count, as_json=json)
