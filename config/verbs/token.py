"""`token create|list|revoke`: who may use the HTTP API, and as what."""

from __future__ import annotations

from typing import Annotated

import typer

from config.terminal import access
from config.terminal.options import Json, Store
from config.verbs.faces import Faces
from core.access import Role
from core.clock import SystemClock

Days = Annotated[int, typer.Option("--days", help="How long it is good for, 1 to 365.")]

verbs = typer.Typer(name="token", no_args_is_help=True, help="Bearer tokens for the HTTP API.")


@verbs.command("create")
def token_create(
    context: typer.Context,
    name: Annotated[str, typer.Option("--name", help="How events call whoever uses it.")],
    role: Annotated[str, typer.Option("--role", help="operator or viewer.")] = Role.VIEWER,
    days: Days = 90,
    store: Store = None,
    json: Json = False,
) -> None:
    """Make a bearer token and print it; it is shown this once and kept nowhere."""
    settings, opened = Faces.of(context).existing(store)
    access.token_create(settings, opened, (role, name), days, as_json=json)


@verbs.command("list")
def token_list(context: typer.Context, store: Store = None, json: Json = False) -> None:
    """Tokens and logins, newest first."""
    _, opened = Faces.of(context).existing(store)
    access.token_list(opened, SystemClock().now(), as_json=json)


@verbs.command("revoke")
def token_revoke(
    context: typer.Context,
    pass_id: Annotated[str, typer.Argument(help="As `token list` shows it; a login as well.")],
    store: Store = None,
) -> None:
    """Take a token back, or log somebody out, at once."""
    faces = Faces.of(context)
    _, opened = faces.existing(store)
    access.token_revoke(opened, pass_id, faces.by)
