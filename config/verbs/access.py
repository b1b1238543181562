"""`password`, `share create|list|revoke`, `token create|list|revoke`: who is let in, and as what."""

from __future__ import annotations

from typing import Annotated

import typer

from config.terminal import access, options
from config.terminal.options import Json, OneWeek, Store
from config.verbs.faces import Faces
from core.access import SHAREABLE, Role
from core.clock import SystemClock

Days = Annotated[int, typer.Option("--days", help="How long it is good for, 1 to 365.")]


def add(app: typer.Typer, faces: Faces) -> None:
    """The commands on the command line."""

    @app.command("password")
    def password() -> None:
        """Ask for a password and print its hash, for OPERATOR_PASSWORD_HASH or VIEWER_PASSWORD_HASH."""
        access.password()

    shares = typer.Typer(no_args_is_help=True, help="Links that open one page of one week.")
    app.add_typer(shares, name="share")
    tokens = typer.Typer(no_args_is_help=True, help="Bearer tokens for the HTTP API.")
    app.add_typer(tokens, name="token")

    @shares.command("create")
    def share_create(
        page: Annotated[str, typer.Option("--page", help=", ".join(SHAREABLE))] = SHAREABLE[0],
        days: Days = 30,
        week: OneWeek = None,
        store: Store = None,
        json: Json = False,
    ) -> None:
        """Make a link and print it; it is shown this once and kept nowhere."""
        settings, opened = faces.existing(store)
        asked = options.week(week, SystemClock().now())
        access.share_create(settings, opened, (page, asked), days, as_json=json)

    @shares.command("list")
    def share_list(store: Store = None, json: Json = False) -> None:
        """Every link, newest first: what it opens, until when, and when it was opened."""
        _, opened = faces.existing(store)
        access.share_list(opened, SystemClock().now(), as_json=json)

    @shares.command("revoke")
    def share_revoke(
        share_id: Annotated[str, typer.Argument(help="As `share list` shows it.")],
        store: Store = None,
    ) -> None:
        """Take a link back at once."""
        _, opened = faces.existing(store)
        access.share_revoke(opened, share_id, faces.by)

    @tokens.command("create")
    def token_create(
        name: Annotated[str, typer.Option("--name", help="How events call whoever uses it.")],
        role: Annotated[str, typer.Option("--role", help="operator or viewer.")] = Role.VIEWER,
        days: Days = 90,
        store: Store = None,
        json: Json = False,
    ) -> None:
        """Make a bearer token and print it; it is shown this once and kept nowhere."""
        settings, opened = faces.existing(store)
        access.token_create(settings, opened, (role, name), days, as_json=json)

    @tokens.command("list")
    def token_list(store: Store = None, json: Json = False) -> None:
        """Tokens and logins, newest first."""
        _, opened = faces.existing(store)
        access.token_list(opened, SystemClock().now(), as_json=json)

    @tokens.command("revoke")
    def token_revoke(
        pass_id: Annotated[str, typer.Argument(help="As `token list` shows it; a login as well.")],
        store: Store = None,
    ) -> None:
        """Take a token back, or log somebody out, at once."""
        _, opened = faces.existing(store)
        access.token_revoke(opened, pass_id, faces.by)
