"""From a request to an endpoint's answer: the role, the fields, the store, one line for what is wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import orjson
from pydantic import BaseModel, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from core.clock import SystemClock
from core.errors import (
    BadInput,
    Busy,
    ConcurrencyError,
    ConfigError,
    CouncilError,
    NotAllowed,
    StoreError,
)
from pages.http.api.endpoint import Call, Endpoint, NoSuch, SetByFile
from pages.http.roles import refused
from pages.http.store import open_reader

AsyncHandler: TypeAlias = Callable[[Request], Awaitable[Response]]
LONGEST_BODY = 64 * 1024
STATUS: tuple[tuple[type[CouncilError], int], ...] = (
    (NoSuch, 404),
    (NotAllowed, 403),
    (SetByFile, 409),
    (Busy, 409),
    (BadInput, 422),
    (ConcurrencyError, 409),
    (ConfigError, 503),
    (StoreError, 503),
)
"""The first kind that fits; what fits none is a fault of ours, 500."""


def answering(endpoint: Endpoint) -> AsyncHandler:
    """The Starlette handler of an endpoint; the work itself runs in a thread."""

    async def answer(request: Request) -> Response:
        body = await _body(request)
        return await run_in_threadpool(_answer, endpoint, request, body)

    return answer


def problem(line: str, status: int) -> Response:
    return JSONResponse({"error": line}, status_code=status)


async def _body(request: Request) -> bytes | None:
    """At most `LONGEST_BODY` bytes; None for more, and no more is read."""
    read = bytearray()
    async for chunk in request.stream():
        read += chunk
        if len(read) > LONGEST_BODY:
            return None
    return bytes(read)


def _answer(endpoint: Endpoint, request: Request, body: bytes | None) -> Response:
    no = refused(request, endpoint.rule)
    if no is not None:
        return no
    if body is None:
        return problem(f"the body is longer than {LONGEST_BODY} bytes: send less", 413)
    try:
        value = endpoint.handle(_call(endpoint, request, body))
    except CouncilError as error:
        return problem(
            str(error), next((code for kind, code in STATUS if isinstance(error, kind)), 500)
        )
    document = endpoint.adapter.dump_python(value, mode="json")
    return Response(
        orjson.dumps(document), status_code=endpoint.status, media_type="application/json"
    )


def _call(endpoint: Endpoint, request: Request, body: bytes) -> Call:
    given = request.query_params
    doubled = sorted({name for name in given if len(given.getlist(name)) > 1})
    if doubled:
        raise BadInput(f"{doubled[0][:60]} is given twice: give it once")
    return Call(
        reader=open_reader(),
        visitor=request.state.visitor,
        clock=SystemClock(),
        path=request.path_params,
        query=_fields(endpoint.query, dict(given), "parameter"),
        body=_fields(endpoint.body, _document(body), "field"),
    )


def _document(body: bytes) -> Any:
    try:
        return orjson.loads(body) if body.strip() else {}
    except orjson.JSONDecodeError as error:
        raise BadInput(f"the body is no JSON: {error}") from error


def _fields(model: type[BaseModel], given: Any, what: str) -> BaseModel:
    """BadInput in one line for the first thing that does not fit; Schema models refuse unknown names."""
    try:
        return model.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])[:80] or "the body"
        if first["type"] == "extra_forbidden":
            known = ", ".join(model.model_fields) or "none"
            raise BadInput(f"there is no {what} {where!r}: use {known}") from error
        raise BadInput(
            f"{what} {where} cannot be {str(first['input'])[:60]!r}: {first['msg']}"
        ) from error
