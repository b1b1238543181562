"""`reconcile`: the broker's books beside the ledger."""

from __future__ import annotations

from typing import Annotated

import typer

from config.terminal import reconcile as reconciliation
from config.terminal import show
from config.terminal.app import FAILURE
from config.terminal.options import Json, ProfileName, Store
from config.verbs.faces import Faces
from config.verbs.opened import Opened

verbs = typer.Typer()


@verbs.command("reconcile")
def reconcile(
    context: typer.Context,
    accept: Annotated[
        str | None,
        typer.Option("--accept", metavar="ACCOUNT", help="Take the broker's cash as right."),
    ] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="Why it is accepted.")] = None,
    store: Store = None,
    profile: ProfileName = None,
    json: Json = False,
) -> None:
    """Compare the broker's accounts with the ledger: orders, fills, positions, cash."""
    lines, fine = reconciliation.run(Opened(Faces.of(context), store, profile).desk, accept, reason)
    show.as_json({"agrees": fine, "said": lines}) if json else show.line("\n".join(lines))
    if not fine:
        raise typer.Exit(FAILURE)
