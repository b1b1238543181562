"""A login by an identity provider ends on the page where it began, not on the front page."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import quote, unquote, urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.http.asked import asked_of
from pages.http.cookies import local_path, speaks_tls
from pages.http.guards import is_ours, ours

BEGINS, ENDS = "/auth/login", "/oauth2callback"
"""Streamlit's own routes: out to the provider, and back from it."""
COOKIE = "council_came_from"
LASTS = timedelta(minutes=10)
A_PAGE = re.compile(r"/(?!login$|logout$|oauth2callback$)[a-z_]*")


class ComeBack:
    """ASGI middleware: remembers the page for as long as the login is under way, in a cookie.

    What counts is the Referer of the way out, which browsers send for pages of this site alone, and
    of it the path and the query. A target that is no page of ours is the front page, as is one that
    somebody else wrote into the cookie: nothing here leads anywhere else.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] not in (BEGINS, ENDS):
            await self._app(scope, receive, send)
            return
        request = Request(scope)

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                leave(request, headers) if scope["path"] == BEGINS else arrive(request, headers)
            await send(message)

        await self._app(scope, receive, send_on)


def leave(request: Request, headers: MutableHeaders) -> None:
    """The cookie, for the one address that reads it; SameSite=Lax, for the provider sends us back."""
    answer = Response()
    answer.set_cookie(
        COOKIE,
        quote(came_from(request), safe=""),
        max_age=int(LASTS.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=speaks_tls(request),
        path=ENDS,
    )
    headers.append("set-cookie", answer.headers["set-cookie"])


def arrive(request: Request, headers: MutableHeaders) -> None:
    """Where Streamlit leads to the front page, on to the page remembered; once."""
    if COOKIE not in request.cookies:
        return
    if headers.get("location") == "/":
        headers["location"] = a_page(unquote(request.cookies[COOKIE]))
    answer = Response()
    answer.delete_cookie(COOKIE, path=ENDS, httponly=True, samesite="lax")
    headers.append("set-cookie", answer.headers["set-cookie"])


def came_from(request: Request) -> str:
    """Path and query of the page that led here; ``/`` for another site's, or for none."""
    referer = request.headers.get("referer", "")
    if not is_ours(referer, asked_of(request), ours()[1]):
        return "/"
    parts = urlsplit(referer)
    return a_page(f"{parts.path}?{parts.query}" if parts.query else parts.path)


def a_page(target: str) -> str:
    """The target where it is a page of ours with its choices; ``/`` for anything else."""
    path = local_path(target)
    return path if A_PAGE.fullmatch(urlsplit(path).path) else "/"
