"""`share create|list|revoke`: links that open one page of one week."""

from __future__ import annotations

from typing import Annotated

import typer

from config.terminal import access
from config.terminal.options import Json, ReadWeek, Store
from config.verbs.faces import Faces
from config.verbs.opened import read_week
from core.access import SHAREABLE
from core.clock import SystemClock

Days = Annotated[int, typer.Option("--days", help="How long it is good for, 1 to 365.")]

verbs = typer.Typer(
    name="share", no_args_is_help=True, help="Links that open one page of one week."
)


@verbs.command("create")
def share_create(
    context: typer.Context,
    page: Annotated[str, typer.Option("--page", help=", ".join(SHAREABLE))] = SHAREABLE[0],
    days: Days = 30,
    week: ReadWeek = None,
    store: Store = None,
    json: Json = False,
) -> None:
    """Make a link and print it; it is shown this once and kept nowhere."""
    settings, opened = Faces.of(context).existing(store)
    asked = read_week(opened, week, SystemClock().now())
    access.share_create(settings, opened, (page, asked), days, as_json=json)


@verbs.command("list")
def share_list(context: typer.Context, store: Store = None, json: Json = False) -> None:
    """Every link, newest first: what it opens, until when, and when it was opened."""
    _, opened = Faces.of(context).existing(store)
    access.share_list(opened, SystemClock().now(), as_json=json)


@verbs.command("revoke")
def share_revoke(
    context: typer.Context,
    share_id: Annotated[str, typer.Argument(help="As `share list` shows it.")],
    store: Store = None,
) -> None:
    """Take a link back at once."""
    faces = Faces.of(context)
    _, opened = faces.existing(store)
    access.share_revoke(opened, share_id, faces.by)
