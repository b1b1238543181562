"""`export`: a week as files, or its raw calls as one archive."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from config.settings import load_settings
from config.terminal import backup as keeping
from config.terminal import options, show
from config.terminal.options import Json, ReadWeek, Store
from config.verbs.faces import Faces
from config.verbs.opened import Opened
from core.clock import SystemClock
from storage.export import export_week

verbs = typer.Typer()


@verbs.command("export")
def export(
    context: typer.Context,
    folder: Annotated[Path | None, typer.Argument(help="Default: runs/week_YYYY-MM-DD/.")] = None,
    raw: Annotated[
        bool, typer.Option("--raw", help="Only the raw calls, as one archive that proves itself.")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Only check such an archive.")] = False,
    week: ReadWeek = None,
    store: Store = None,
    json: Json = False,
) -> None:
    """A week as files: raw/, normalized/, events.sqlite."""
    if check:
        asked = options.week(week, SystemClock().now())
        archives = folder or load_settings(store=store).paths.runs / "archive"
        keeping.check_archive(asked, archives, as_json=json)
        return
    opened = Opened(Faces.of(context), store, None, week, reading=True)
    if raw:
        archives = folder or opened.settings.paths.runs / "archive"
        keeping.archive_raw(opened.store, opened.week, archives, as_json=json)
        return
    target = folder or opened.settings.paths.runs / f"week_{opened.week}"
    events = export_week(opened.store, opened.week, target)
    if json:
        show.as_json({"week_id": opened.week, "events": events, "folder": str(target)})
    else:
        show.line(f"week {opened.week}: {events} events exported to {target}")
