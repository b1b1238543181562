"""Which other origins' pages may read the HTTP API: those of the hosts the operator has named."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from config.access import LOOPBACK_HOSTS, host_allowed
from core.errors import CouncilError
from pages.http.asked import host_name
from pages.http.store import web_settings

API = "/api/"
ALLOWED = {
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, X-Request-ID",
    "Access-Control-Max-Age": "600",
}


class ApiCors:
    """ASGI middleware: pages of TAILSCALE_IP and ALLOWED_HOSTS may read ``/api/``, with a bearer token.

    Deliberately: no cookies go with it, nothing but reading is allowed (a POST needs our own
    Origin), and no other page of this very machine is let in: any program here could serve one.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(API):
            await self._app(scope, receive, send)
            return
        origin = Headers(scope=scope).get("origin")
        headers = {"Access-Control-Allow-Origin": origin} if origin and may_read(origin) else {}

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = MutableHeaders(scope=message)
                answer.add_vary_header("Origin")
                answer.update(headers)
            await send(message)

        asks_first = scope["method"] == "OPTIONS" and headers
        app = Response(status_code=204, headers=ALLOWED) if asks_first else self._app
        await app(scope, receive, send_with_headers)


def may_read(origin: str) -> bool:
    """Whether an origin's host is one of those that were named, this machine's own names apart."""
    parts = urlsplit(origin.lower())
    name = host_name(parts.netloc)
    if parts.scheme not in ("http", "https") or name in LOOPBACK_HOSTS:
        return False
    try:
        return host_allowed(name, web_settings().access.allowed_hosts)
    except CouncilError:  # the pages say what is wrong with the settings
        return False
