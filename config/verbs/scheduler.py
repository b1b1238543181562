"""`scheduler status|jobs|run|cancel|pause|resume|market-status`."""

from __future__ import annotations

from typing import Annotated

import typer

from config.terminal import scheduling
from config.terminal.options import Json, Store
from config.verbs.faces import Faces
from core.clock import SystemClock


def add(app: typer.Typer, faces: Faces) -> None:
    """The group on the command line."""
    group = typer.Typer(no_args_is_help=True, help="What runs when, and what is asked of it.")
    app.add_typer(group, name="scheduler")

    @group.command("status")
    def status(store: Store = None, json: Json = False) -> None:
        """Who leads, whether it pauses, what comes next, and how the last slots ended."""
        _, opened = faces.existing(store)
        scheduling.status(opened, SystemClock().now(), as_json=json)

    @group.command("jobs")
    def jobs(
        count: Annotated[int, typer.Option("--count", min=1, max=1000)] = 20,
        store: Store = None,
        json: Json = False,
    ) -> None:
        """Jobs that were asked for, newest first."""
        _, opened = faces.existing(store)
        scheduling.jobs(opened, count, as_json=json)

    @group.command("run")
    def run(
        name: Annotated[
            str, typer.Argument(help="e.g. weekly, checkpoint, replay, export, rebuild.")
        ],
        fields: Annotated[
            list[str] | None, typer.Argument(help="NAME=VALUE, e.g. week_id=2026-11-18 time=12:00.")
        ] = None,
        store: Store = None,
        json: Json = False,
    ) -> None:
        """Ask the scheduler for a job; asking twice is harmless."""
        _, opened = faces.existing(store)
        scheduling.ask(opened, name, fields or [], faces.by, as_json=json)

    @group.command("cancel")
    def cancel(
        key: Annotated[str, typer.Argument(help="A job's key, as `scheduler jobs` shows it.")],
        store: Store = None,
    ) -> None:
        """Stop a job: at once when it has not begun, else at its next stage boundary."""
        _, opened = faces.existing(store)
        scheduling.cancel(opened, key, faces.by)

    @group.command("pause")
    def pause(
        reason: Annotated[str, typer.Option("--reason", help="Why; kept with the event.")] = "",
        store: Store = None,
    ) -> None:
        """Begin no slot and no job from now on; what is under way goes on."""
        _, opened = faces.existing(store)
        scheduling.pause_now(opened, faces.by, reason)

    @group.command("resume")
    def resume(store: Store = None) -> None:
        """Let it work again; what became too late meanwhile is recorded as missed."""
        _, opened = faces.existing(store)
        scheduling.resume_now(opened, faces.by)

    @group.command("market-status")
    def market_status(store: Store = None, json: Json = False) -> None:
        """Whether the exchange is open, and its next sessions, by New York's clock."""
        desk = faces.desk(*faces.existing(store))
        scheduling.market(desk.calendar, SystemClock().now(), as_json=json)
