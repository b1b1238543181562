"""Health of the desk as the web process sees it: what the store says, nobody else is asked."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from core.clock import SystemClock
from core.errors import CouncilError
from pages.http.store import open_reader, pool_settings
from storage.queries.health import MISCONFIGURED, health_report, serves, without_store


def alive(_request: Request) -> Response:
    """``/livez``: the process runs; it asks nobody."""
    return PlainTextResponse("ok")


def health(_request: Request) -> Response:
    """``/health``: 200 while the store answers, else 503; scheduler and vendors as last reported.

    The web process talks to no vendor: what it does not know from the store is ``unknown``.
    """
    try:
        body = health_report(open_reader(), pool_settings(), SystemClock().now())
    except CouncilError:
        body = without_store(MISCONFIGURED)
    return JSONResponse(body, status_code=200 if serves(body) else 503)


def routes() -> list[Route]:
    paths = ("/healthz", "/health", "/api/health")
    return [Route("/livez", alive), *(Route(path, health) for path in paths)]
