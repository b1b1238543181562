"""Every endpoint as a route, and the document that describes them."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core.access import only_reader
from pages.http.api import (
    cycles,
    discovery,
    events,
    jobs,
    money,
    scheduler,
    strategies,
    system,
    weeks,
)
from pages.http.api.answering import answering, problem
from pages.http.api.endpoint import Endpoint
from pages.http.api.openapi import document
from pages.http.roles import allowed_to

NO_ORDERS = "orders are the council's alone: no face can place one"


def endpoints() -> list[Endpoint]:
    """In the order in which routes are tried: what is spelled out comes before what is a path."""
    parts = (weeks, money, discovery, events, jobs, system, scheduler, cycles, strategies)
    every = [one for part in parts for one in part.endpoints()]
    return sorted(every, key=lambda one: ":path}" in one.path)


def routes() -> list[Route]:
    by_path: dict[str, list[Endpoint]] = defaultdict(list)
    for one in endpoints():
        by_path[one.path].append(one)
    found = [
        Route(one.path, answering(one), methods=[one.method], name=f"{one.method} {one.path}")
        for one in endpoints()
    ]
    refused = [
        Route(path, _not_allowed(same), methods=["POST", "PUT", "PATCH", "DELETE"])
        for path, same in by_path.items()
        if {one.method for one in same} == {"GET"}
    ]
    return [
        Route("/api/openapi.json", _openapi),
        *found,
        *refused,
        Route("/api/{rest:path}", _nothing, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
    ]


@allowed_to(only_reader)
def _openapi(_request: Request) -> Response:
    return JSONResponse(_document())


@cache
def _document() -> dict[str, Any]:
    return document(endpoints())


def _nothing(request: Request) -> Response:
    return problem(f"there is no {request.url.path[:120]}: /api/openapi.json lists what is", 404)


def _not_allowed(_same: list[Endpoint]) -> Any:
    def answer(request: Request) -> Response:
        line = NO_ORDERS if request.url.path == "/api/trades" else "this can only be asked for"
        return JSONResponse({"error": line}, status_code=405, headers={"Allow": "GET, HEAD"})

    return answer
