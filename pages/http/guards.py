"""What every request passes: the name it comes under, and for whatever changes something its origin."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from config.access import LOOPBACK_HOSTS, host_allowed
from core.errors import CouncilError
from pages.http.asked import Asked, asked_of
from pages.http.store import web_settings

ALIVE = frozenset({"/livez", "/healthz", "/health", "/api/health", "/_stcore/health"})
"""Asked by machines that know this one by its address alone; nothing of the desk's affairs is said."""
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
FORMS = frozenset({"/login", "/logout"})
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
STREAMLIT = "/_stcore/"
"""Streamlit's own routes have their own guard: a token of the session, and CORS."""


class RequestGuard:
    """ASGI middleware before every route, so that none can forget to ask.

    A request under a foreign host name is refused (421): a name that resolves to this machine (DNS
    rebinding) would make its pages the same origin as ours. Whatever may change something (any
    method but GET, HEAD, OPTIONS) must say where it comes from, and that must be here: an ``Origin``
    of this very host and port, or of PUBLIC_BASE_URL (403); and it must be JSON, but for the two
    forms of the login page (415).
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refused = refusal(scope) if scope["type"] in ("http", "websocket") else None
        if refused is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            status, line = refused
            await PlainTextResponse(line + "\n", status_code=status)(scope, receive, send)


def refusal(scope: Scope) -> tuple[int, str] | None:
    """Status and line for a request that goes no further; None for one that may."""
    if scope["path"] in ALIVE and scope.get("method", "GET") in SAFE_METHODS:
        return None
    asked = asked_of(HTTPConnection(scope))
    allowed, base = ours()
    if not host_allowed(asked.host, allowed):
        return 421, f"{_shown(asked)} is no host of this desk: add it to ALLOWED_HOSTS"
    if scope["type"] == "websocket":
        # Streamlit would ask servers elsewhere whether a foreign origin is perhaps its own.
        foreign = asked.all_of("origin") and not from_here(asked, base)
        return (403, "another site's page may not speak to this desk") if foreign else None
    if scope["method"] not in SAFE_METHODS:
        return _unsafe(scope["path"], asked, base)
    return None


def ours() -> tuple[tuple[str, ...], str | None]:
    """Host names and PUBLIC_BASE_URL; only this machine's names while the settings are unreadable."""
    try:
        settings = web_settings()
    except CouncilError:  # the pages say what is wrong
        return LOOPBACK_HOSTS, None
    return settings.access.allowed_hosts, settings.public_base_url


def from_here(asked: Asked, base_url: str | None) -> bool:
    """Whether the one Origin is this request's own host and port, or PUBLIC_BASE_URL's.

    The scheme is not compared with ours: a proxy that speaks TLS for us speaks HTTP to us.
    """
    given = asked.all_of("origin")
    return len(given) == 1 and is_ours(given[0], asked, base_url)


def is_ours(address: str, asked: Asked, base_url: str | None) -> bool:
    """Whether an origin or address is of this request's own host and port, or of PUBLIC_BASE_URL's."""
    hosts, told = asked.all_of("host"), urlsplit(address.lower())
    if len(hosts) != 1 or told.scheme not in ("http", "https"):
        return False
    base = base_url and urlsplit(base_url.lower())
    return told.netloc == hosts[0].lower() or bool(
        base and (told.scheme, told.netloc) == (base.scheme, base.netloc)
    )


def _unsafe(path: str, asked: Asked, base_url: str | None) -> tuple[int, str] | None:
    if path.startswith(STREAMLIT):
        return None
    if not from_here(asked, base_url):
        return 403, "the Origin header is missing or another site's: ask from this desk's own pages"
    wanted = FORM if path in FORMS else JSON
    kind = next(iter(asked.all_of("content-type")), "").partition(";")[0].strip().lower()
    return None if kind == wanted else (415, f"the content type must be {wanted}")


def _shown(asked: Asked) -> str:
    given = asked.all_of("host")
    return repr(given[0][:80]) if given else "a request without a host"
