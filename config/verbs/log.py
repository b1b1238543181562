"""`verify` and `rebuild`: the log proven, and its read models made anew."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from config.settings import Settings
from config.terminal import show
from config.terminal.app import FAILURE
from config.terminal.options import Json, Store
from config.verbs.faces import Faces
from core.clock import SystemClock
from core.errors import BadInput
from storage.anchors import anchor_file, write_anchor
from storage.event_store import SqlEventStore
from storage.verification import verify as verify_store

verbs = typer.Typer()


@verbs.command("verify")
def verify(
    context: typer.Context,
    anchor: Annotated[Path | None, typer.Option("--anchor", help="A file of anchors.")] = None,
    write: Annotated[bool, typer.Option("--write-anchor", help="Anchor every head now.")] = False,
    store: Store = None,
    json: Json = False,
) -> None:
    """Walk every hash chain; with an anchor also prove that no tail was cut off."""
    settings, opened = Faces.of(context).existing(store)
    begins = write and anchor is not None and not anchor.exists()
    result = verify_store(opened, None if begins else anchor)
    if write and result.ok:
        write_anchor(opened, _anchor_path(settings, opened, anchor), SystemClock())
    show.as_json(asdict(result)) if json else show.line(result.message)
    if not result.ok:
        raise typer.Exit(FAILURE)


def _anchor_path(settings: Settings, opened: SqlEventStore, given: Path | None) -> Path:
    found = given or anchor_file(opened.engine, settings.paths.runs)
    if found is None:
        raise BadInput("this store has no file beside it: say where with --anchor FILE")
    return found


@verbs.command("rebuild")
def rebuild(context: typer.Context, store: Store = None, json: Json = False) -> None:
    """Drop every read model and make it anew from the events."""
    _, opened = Faces.of(context).existing(store)
    events = opened.rebuild()
    names = [projection.name for projection in opened.projections]
    if json:
        show.as_json({"events": events, "projections": names})
    else:
        show.line(f"{len(names)} read models rebuilt from {events} events")
