"""`scheduler status|jobs|run|cancel|pause|resume|market-status`."""

from __future__ import annotations

from typing import Annotated

import typer

from config.terminal import scheduling
from config.terminal.options import Count, Json, Reason, Store
from config.verbs.faces import Faces
from core.clock import SystemClock

verbs = typer.Typer(
    name="scheduler", no_args_is_help=True, help="What runs when, and what is asked of it."
)


@verbs.command("status")
def status(context: typer.Context, store: Store = None, json: Json = False) -> None:
    """Who leads, whether it pauses, what comes next, and how the last slots ended."""
    _, opened = Faces.of(context).existing(store)
    scheduling.status(opened, SystemClock().now(), as_json=json)


@verbs.command("jobs")
def jobs(
    context: typer.Context,
    count: Count = 20,
    store: Store = None,
    json: Json = False,
) -> None:
    """Jobs that were asked for, newest first."""
    _, opened = Faces.of(context).existing(store)
    scheduling.jobs(opened, count, as_json=json)


@verbs.command("run")
def run(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="e.g. weekly, checkpoint, replay, export, rebuild.")],
    fields: Annotated[
        list[str] | None, typer.Argument(help="NAME=VALUE, e.g. week_id=2026-11-18 time=12:00.")
    ] = None,
    store: Store = None,
    json: Json = False,
) -> None:
    """Ask the scheduler for a job; asking twice is harmless."""
    faces = Faces.of(context)
    _, opened = faces.existing(store)
    scheduling.ask(opened, name, fields or [], faces.by, as_json=json)


@verbs.command("cancel")
def cancel(
    context: typer.Context,
    key: Annotated[str, typer.Argument(help="A job's key, as `scheduler jobs` shows it.")],
    store: Store = None,
) -> None:
    """Stop a job: at once when it has not begun, else at its next stage boundary."""
    faces = Faces.of(context)
    _, opened = faces.existing(store)
    scheduling.cancel(opened, key, faces.by)


@verbs.command("pause")
def pause(
    context: typer.Context,
    reason: Reason = None,
    store: Store = None,
) -> None:
    """Begin no slot and no job from now on; what is under way goes on."""
    faces = Faces.of(context)
    _, opened = faces.existing(store)
    scheduling.pause_now(opened, faces.by, reason or "")


@verbs.command("resume")
def resume(context: typer.Context, store: Store = None) -> None:
    """Let it work again; what became too late meanwhile is recorded as missed."""
    faces = Faces.of(context)
    _, opened = faces.existing(store)
    scheduling.resume_now(opened, faces.by)


@verbs.command("market-status")
def market_status(context: typer.Context, store: Store = None, json: Json = False) -> None:
    """Whether the exchange is open, and its next sessions, by New York's clock."""
    desk = Faces.of(context).desk(store)
    scheduling.market(desk.calendar, SystemClock().now(), as_json=json)
