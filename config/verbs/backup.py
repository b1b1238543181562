"""`backup` and `restore`: a copy of the store, and a store made of one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from config.settings import load_settings
from config.terminal import backup as keeping
from config.terminal.app import FAILURE
from config.terminal.options import Json, Store
from config.verbs.faces import Faces
from core.clock import SystemClock
from core.desk.opening import desk_kind

verbs = typer.Typer()


@verbs.command("backup")
def backup(
    context: typer.Context,
    to: Annotated[
        Path | None, typer.Option("--to", help="A new file, or a folder; default: runs/backups/.")
    ] = None,
    nightly: Annotated[
        bool, typer.Option("--nightly", help="Once a day; the oldest of its own are removed.")
    ] = False,
    store: Store = None,
    json: Json = False,
) -> None:
    """Copy the store while it is in use: one file, and a manifest that says what it holds."""
    settings, opened = Faces.of(context).existing(store)
    kind = desk_kind(opened)
    make = keeping.make_nightly if nightly else keeping.make_backup
    target = to or keeping.backup_folder(settings, kind)
    make(opened, target, SystemClock().now(), as_json=json)


@verbs.command("restore")
def restore(
    context: typer.Context,
    source: Annotated[Path, typer.Argument(metavar="FILE", help="Its manifest lies beside it.")],
    store: Store = None,
    json: Json = False,
) -> None:
    """Make a store anew from a backup, proven by its chains; only where there is none yet."""
    wiring = Faces.of(context).wiring
    settings = load_settings(store=store)
    whole = keeping.restore_backup(
        source, settings, lambda url: wiring.open_store(settings, url), as_json=json
    )
    if not whole:
        raise typer.Exit(FAILURE)
