"""Health of the web process: whether it answers, and whether its store does."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from core.errors import CouncilError, StoreError
from pages.http.store import open_reader, web_settings

NOT_REPORTED = "unknown"


def alive(_request: Request) -> Response:
    """``/healthz``: the process runs; it asks nobody."""
    return PlainTextResponse("ok")


def health(_request: Request) -> Response:
    """``/health``: 200 while the store answers, else 503; scheduler and vendors as last reported.

    The web process talks to no vendor: what it does not know from the store is ``unknown``.
    """
    database = _database()
    healthy = database["status"] in ("ok", "empty")
    body = {
        "status": "ok" if healthy else "degraded",
        "database": database,
        "scheduler": NOT_REPORTED,
        "market_data": NOT_REPORTED,
        "broker": NOT_REPORTED,
    }
    return JSONResponse(body, status_code=200 if healthy else 503)


def _database() -> dict[str, object]:
    """Status and pool; a SQLite file has no pool, its numbers are null."""
    try:
        settings, reader = web_settings(), open_reader()
        status = "empty" if reader.version() == "empty" else "ok"
    except StoreError:
        return {"status": "unreachable", **_pool(None, None, None)}
    except CouncilError:
        return {"status": "misconfigured", **_pool(None, None, None)}
    size, free = reader.pool()
    if size is None:
        return {"status": status, **_pool(None, None, None)}
    bounds = (settings.pool.min_size, settings.pool.max_size)
    return {"status": status, **_pool(size, free, bounds)}


def _pool(
    size: int | None, free: int | None, bounds: tuple[int, int] | None
) -> dict[str, int | None]:
    least, most = bounds or (None, None)
    return {"pool_size": size, "free_connections": free, "min_size": least, "max_size": most}


def routes() -> list[Route]:
    return [
        Route("/healthz", alive),
        Route("/health", health),
        Route("/api/health", health),
    ]
