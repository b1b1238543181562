"""`password`: a password's hash, for the environment."""

from __future__ import annotations

from typing import Annotated

import typer

from config.terminal import access

Days = Annotated[int, typer.Option("--days", help="How long it is good for, 1 to 365.")]

verbs = typer.Typer()


@verbs.command("password")
def password() -> None:
    """Ask for a password and print its hash, for OPERATOR_PASSWORD_HASH or VIEWER_PASSWORD_HASH."""
    access.password()
