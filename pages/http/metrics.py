"""``/metrics`` of the web process: the desk's log in Prometheus' words."""

from __future__ import annotations

from functools import cache

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from core.access import only_reader
from core.errors import CouncilError
from pages.http.roles import allowed_to
from pages.http.store import open_reader
from storage.metrics import LogMetrics
from storage.queries import StoreReader


@allowed_to(only_reader)
def metrics(_request: Request) -> Response:
    """Run in a thread, as every plain function is: reading on in the log holds up no page."""
    try:
        reader = open_reader()
    except CouncilError as error:
        return PlainTextResponse(f"error: {error}\n", status_code=503)
    return Response(_metrics_of(reader).render(), media_type=CONTENT_TYPE_LATEST)


@cache
def _metrics_of(reader: StoreReader) -> LogMetrics:
    return LogMetrics(reader)


def routes() -> list[Route]:
    return [Route("/metrics", metrics)]
