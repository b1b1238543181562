"""`postmortem`, `summary` and `report`: a week as it is read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from config.terminal import reports, show, week_reports
from config.terminal.options import Json, ProfileName, ReadWeek, Store
from config.verbs.faces import Faces
from config.verbs.opened import Opened, read_week
from core.clock import SystemClock
from core.desk.postmortem import PROVISIONAL, compare
from core.desk.summary import last_postmortem, week_summary
from core.desk.summary_text import summary_markdown
from storage.queries import StoreReader

verbs = typer.Typer()


@verbs.command("postmortem")
def postmortem(
    context: typer.Context,
    week: ReadWeek = None,
    store: Store = None,
    profile: ProfileName = None,
    json: Json = False,
) -> None:
    """Compare the accounts over a week: the written one, or how it stands now."""
    opened = Opened(Faces.of(context), store, profile, week, reading=True)
    report = last_postmortem(opened.store, opened.week) or compare(
        opened.desk, opened.week, PROVISIONAL, opened.now
    )
    week_reports.postmortem(report, as_json=json)


@verbs.command("summary")
def summary(
    context: typer.Context,
    week: ReadWeek = None,
    store: Store = None,
    profile: ProfileName = None,
    json: Json = False,
) -> None:
    """A week in Markdown, for chat."""
    opened = Opened(Faces.of(context), store, profile, week, reading=True)
    found = week_summary(opened.store, opened.settings.policy, opened.week)
    show.as_json(found) if json else show.line(summary_markdown(found))


@verbs.command("report")
def report(
    context: typer.Context,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Default: week_YYYY-MM-DD.html.")
    ] = None,
    week: ReadWeek = None,
    store: Store = None,
    json: Json = False,
) -> None:
    """A week as one HTML file to read, print or send: nothing else is needed to show it."""
    faces = Faces.of(context)
    _, opened = faces.existing(store)
    asked = read_week(opened, week, SystemClock().now())
    html = faces.report(StoreReader(opened.engine), asked)
    reports.written(output or Path(f"week_{asked}.html"), asked, html, as_json=json)
