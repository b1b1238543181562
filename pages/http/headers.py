"""What every response carries, and what is never answered."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.tracing import bind
from pages.http.coming_back import ComeBack
from pages.http.cors import ApiCors
from pages.http.guards import RequestGuard

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
BLOCKED = ("/_stcore/metrics", "/_stcore/agent/")
"""Streamlit's metrics are public; its agent interface would be a second way to drive the pages."""
CSP = "Content-Security-Policy"
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
"""``no-referrer`` would have browsers send ``Origin: null`` with a form's POST, our own login's too."""


class SecurityHeaders:
    """ASGI middleware: security headers and a request id on every response, no public metrics.

    The policy keeps pages from loading anything that is not this server's own, whatever a model
    managed to write into them; a response that says a policy of its own (the report's, which allows
    less) keeps it. The request id is the trace of every event and log line of the request.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._policy = content_security_policy()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = request_id_of(Headers(scope=scope))

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update({**FIXED, "X-Request-ID": request_id})
                headers.setdefault(CSP, self._policy)
            await send(message)

        blocked = any(part in scope["path"] for part in BLOCKED)
        app = PlainTextResponse("not found", status_code=404) if blocked else self._app
        with bind(trace_id=request_id):
            await app(scope, receive, send_with_headers)


def request_id_of(headers: Headers) -> str:
    """The caller's ``X-Request-ID`` when it is a plain one, else a new one."""
    given = headers.get("x-request-id", "")
    return given if REQUEST_ID.fullmatch(given) else uuid4().hex


def content_security_policy() -> str:
    """Nothing from elsewhere; of inline scripts only the one Streamlit's own page holds."""
    scripts = " ".join(["'self'", *inline_script_hashes()])
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src {scripts}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )


@cache
def inline_script_hashes() -> tuple[str, ...]:
    """Sources of the inline scripts in Streamlit's index.html, read where the package lies."""
    spec = find_spec("streamlit")
    if spec is None or spec.origin is None:
        return ()
    page = (Path(spec.origin).parent / "static" / "index.html").read_text(encoding="utf-8")
    return tuple(_source(script) for script in INLINE_SCRIPT.findall(page))


def _source(script: str) -> str:
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def middleware() -> list[Middleware]:
    """Outermost first: every answer carries the headers, a refusal too."""
    inner = (RequestGuard, ApiCors, ComeBack)
    return [Middleware(SecurityHeaders), *(Middleware(one) for one in inner)]
