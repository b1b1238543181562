"""Cookies that scripts cannot read and other sites cannot send."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

LONGEST_PATH = 500


def keep(answer: Response, request: Request, name: str, value: str, lasts: timedelta) -> None:
    """HttpOnly and SameSite=Strict; Secure as well where the browser speaks TLS, also to a proxy."""
    answer.set_cookie(
        name,
        value,
        max_age=max(int(lasts.total_seconds()), 1),
        httponly=True,
        samesite="strict",
        secure=speaks_tls(request),
        path="/",
    )


def forget(answer: Response, name: str) -> None:
    answer.delete_cookie(name, path="/", httponly=True, samesite="strict")


def speaks_tls(request: Request) -> bool:
    """A browser that says so to itself alone: the worst it gets from lying is a cookie it may not send."""
    said = (request.headers.get("x-forwarded-proto", ""), request.headers.get("origin", ""))
    return request.url.scheme == "https" or any(one.lower().startswith("https") for one in said)


def local_path(text: str | None) -> str:
    """A path of ours to go on to; ``/`` for anything that could lead elsewhere."""
    given = text or "/"
    parts = urlsplit(given)
    plain = given.isascii() and given.isprintable() and len(given) <= LONGEST_PATH
    ours = given.startswith("/") and not given.startswith("//") and "\\" not in given
    return given if plain and ours and not parts.netloc and not parts.scheme else "/"
