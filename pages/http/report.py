"""The static report: ``/r/{token}`` for whoever holds a share link to it, ``/report/{week}`` for readers."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from core.access import REPORT, only_reader
from core.errors import BadInput, CouncilError
from core.types import WeekId, week_of
from pages.http.headers import CSP
from pages.http.keys import shares
from pages.http.roles import allowed_to
from pages.http.share_routes import STATUS, note_opened
from pages.http.shares import FORGED
from pages.http.store import open_reader
from pages.report.render import header_policy, render_report
from storage.queries import StoreReader

KEPT = 16


def shared(request: Request) -> Response:
    """The report behind a link; one plain line with 403 for a forged link, 410 for one that is over.

    A link that opens a page opens no report: what it grants is that page.
    """
    known, token = shares(), request.path_params["token"]
    found = FORGED if known is None else known.found(token)
    if isinstance(found, str):
        return PlainTextResponse(found + "\n", status_code=STATUS[found])
    if found.page != REPORT:
        return PlainTextResponse(FORGED + "\n", status_code=STATUS[FORGED])
    note_opened(found.share_id)
    return answer(found.week_id)


@allowed_to(only_reader)
def read(request: Request) -> Response:
    """The report of the week that holds a date, for operators and viewers."""
    try:
        week_id = week_of(date.fromisoformat(request.path_params["week"]))
    except ValueError:
        return PlainTextResponse("a week is a date such as 2026-11-18\n", status_code=404)
    return answer(week_id)


def answer(week_id: WeekId) -> Response:
    """The report as a page that loads nothing, runs nothing and is kept by nobody."""
    try:
        reader = open_reader()
        html = _rendered(reader, reader.version(), week_id)
    except BadInput as error:
        return PlainTextResponse(f"{error}\n", status_code=404)
    except CouncilError as error:
        return PlainTextResponse(f"{error}\n", status_code=503)
    headers = {CSP: header_policy(), "Cache-Control": "no-store"}
    return HTMLResponse(html, headers=headers)


@lru_cache(maxsize=KEPT)
def _rendered(reader: StoreReader, _version: str, week_id: WeekId) -> str:
    """Kept until the log moves: a link may be sent to many."""
    return render_report(reader, week_id)


def routes() -> list[Route]:
    return [
        Route("/r/{token}", shared, methods=["GET"]),
        Route("/report/{week}", read, methods=["GET"]),
    ]
