"""`discovery compare A.yaml B.yaml`: two configurations of the pickers on the same days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from config.discovery import read_settings
from config.terminal import compared, options, show
from config.terminal.options import Json, Store
from config.verbs.faces import Faces
from core.desk.comparing_pickers import (
    NamedSettings,
    compare_pickers,
    record_comparison,
    sessions_over,
)
from core.desk.desk import Desk
from core.desk.opening import desk_kind
from core.errors import BadInput
from core.strategy import EQUITY

SESSIONS, MOST_SESSIONS = 60, 520
File: TypeAlias = Annotated[Path, typer.Argument(help="In the form of config/discovery.yaml.")]


def compare(
    context: typer.Context,
    first: File,
    second: File,
    start: Annotated[
        str | None, typer.Option("--from", help="First day, YYYY-MM-DD; with --to.")
    ] = None,
    end: Annotated[str | None, typer.Option("--to", help="Last day, YYYY-MM-DD.")] = None,
    sessions: Annotated[
        int | None, typer.Option("--sessions", min=1, max=MOST_SESSIONS, help="The newest, 60.")
    ] = None,
    record: Annotated[
        bool, typer.Option("--record", help="Keep the result in the log, for the page.")
    ] = False,
    strategy: Annotated[
        str, typer.Option("--strategy", help="Whose market and universe.")
    ] = EQUITY,
    store: Store = None,
    json: Json = False,
) -> None:
    """Metric and fuzzy picker by two files, on the same days, as each day was known; no model is asked."""
    pair = tuple(NamedSettings(path.name, read_settings(path)) for path in (first, second))
    faces = Faces.of(context)
    settings, opened = faces.existing(store)
    desk = faces.wiring.build_desk(settings, opened, kind=desk_kind(opened))
    discovery = faces.wiring.discovery_of_strategy(settings, desk, settings.strategy(strategy))
    days = days_asked(desk, (start, end), sessions)
    with show.bar("days", len(days)) as (shown, task):
        found = compare_pickers(
            desk,
            discovery,
            (pair[0], pair[1]),
            days,
            lambda done, total: shown.update(task, completed=done, total=total),
        )
    kept = record_comparison(opened, found) if record else None
    compared.told(found, kept, as_json=json)


def days_asked(
    desk: Desk, span: tuple[str | None, str | None], sessions: int | None
) -> Sequence[date]:
    """The sessions meant; BadInput for half a range, or for a range and a number."""
    start, end = span
    over = sessions_over(desk.calendar, desk.clock.now(), sessions or SESSIONS)
    if start is None and end is None:
        return over
    if start is None or end is None or sessions is not None:
        raise BadInput("give --from and --to together, or --sessions alone")
    first, last = options.day(start, "--from"), options.day(end, "--to")
    if last < first:
        raise BadInput(f"--to {last} lies before --from {first}: swap them")
    known = min(last, over[-1])
    found = desk.calendar.sessions(first, known) if first <= known else ()
    if len(found) > MOST_SESSIONS:
        raise BadInput(f"{len(found)} sessions are too many: ask for {MOST_SESSIONS} at most")
    return found
