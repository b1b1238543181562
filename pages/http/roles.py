"""A route asks who may: the role again, at every request."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeAlias

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from core.access import Role, Visitor
from core.errors import NotAllowed
from pages.http.access import visitor

Handler: TypeAlias = Callable[[Request], Response]
Rule: TypeAlias = Callable[[Visitor], Visitor]
"""``core.access.only_operator`` or ``only_reader``: the visitor back, or NotAllowed."""


def allowed_to(rule: Rule) -> Callable[[Handler], Handler]:
    """A handler (a plain function: Starlette runs it in a thread) behind a rule.

    ``@allowed_to(only_operator)``; whoever may not gets one line of JSON, ``{"error": …}``, with 401
    where logging in would help and 403 where it would not. ``request.state.visitor`` is whoever asks.
    """

    def wrapped(handler: Handler) -> Handler:
        @wraps(handler)
        def answer(request: Request) -> Response:
            return refused(request, rule) or handler(request)

        return answer

    return wrapped


def refused(request: Request, rule: Rule) -> Response | None:
    """The refusal; None for whoever may, who stands in ``request.state.visitor`` from then on."""
    who = visitor(request)
    try:
        request.state.visitor = rule(who)
    except NotAllowed as error:
        return refusal_of(who, error)
    return None


def refusal_of(who: Visitor, error: NotAllowed) -> Response:
    stranger = who.role is Role.STRANGER
    headers = {"WWW-Authenticate": "Bearer"} if stranger else None
    line = who.why or str(error)
    return JSONResponse({"error": line}, status_code=401 if stranger else 403, headers=headers)
