"""Who asks: one answer for routes and pages, from what a request shows and what the desk allows."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

from starlette.requests import HTTPConnection

from core.access import STRANGER, Role, Visitor
from core.errors import CouncilError
from pages.http.asked import Asked, asked_of
from pages.http.keys import passes, shares
from pages.http.shares import FORGED
from pages.http.store import STORE_VARIABLE, web_settings

Reader: TypeAlias = Callable[[str], Visitor | None]
"""A token or a cookie's value → whom it lets in; None for one that is not valid (any more)."""

SESSION_COOKIE, SHARE_COOKIE = "council_session", "council_share"
LOCAL = Visitor(Role.OPERATOR, "operator")
PUBLIC = Visitor(Role.VIEWER, "public viewer")
BAD_TOKEN = Visitor(Role.STRANGER, "stranger", why="this bearer token is not valid (any more)")


def nobody(_shown: str) -> Visitor | None:
    return None


@dataclass(frozen=True, slots=True)
class Door:
    """What opens: everything `visitor_of` must know beside the request. E-mails are in lower case."""

    public_read_only: bool = False
    operators: frozenset[str] = frozenset()
    viewers: frozenset[str] = frozenset()
    session: Reader = nobody
    bearer: Reader = nobody
    share: Reader = nobody


def visitor_of(asked: Asked, door: Door) -> Visitor:
    """Who asks. What was shown on purpose comes first: a token, a login, then a share link.

    A bearer token that is not valid makes a stranger, wherever it comes from. A share link narrows
    somebody at this machine (and the public) to what it grants, and nobody who has logged in.
    Without any of them somebody at this machine is its operator, and whoever comes from elsewhere a
    stranger, or a viewer where the desk was started with ``--public-read-only``.
    """
    if asked.bearer is not None:
        return door.bearer(asked.bearer) or BAD_TOKEN
    return (
        _shown(asked, SESSION_COOKIE, door.session)
        or _vouched_for(asked.email, door)
        or _shown(asked, SHARE_COOKIE, door.share)
        or (LOCAL if asked.is_local else None)
        or (PUBLIC if door.public_read_only else STRANGER)
    )


def visitor(connection: HTTPConnection) -> Visitor:
    """Who asks a route (Starlette's Request, or a WebSocket)."""
    return visitor_of(asked_of(connection), door())


def door() -> Door:
    """The process's door; while the settings cannot be read, only somebody at this machine comes in."""
    try:
        return _door(os.environ.get(STORE_VARIABLE))
    except CouncilError:  # the pages say what is wrong
        return Door()


def has_provider() -> bool:
    """Whether an identity provider can vouch for anybody; nobody can while settings are unreadable."""
    try:
        return web_settings().access.oidc
    except CouncilError:
        return False


@cache
def _door(_store: str | None) -> Door:
    access = web_settings().access
    return Door(
        public_read_only=access.public_read_only,
        operators=frozenset(access.operator_emails),
        viewers=frozenset(access.viewer_emails),
        session=_login,
        bearer=_bearer,
        share=_guest,
    )


def _login(cookie: str) -> Visitor | None:
    try:
        known = passes()
    except CouncilError:  # a key that others can read signs nobody in
        return None
    return known.login(cookie) if known else None


def _bearer(token: str) -> Visitor | None:
    try:
        known = passes()
    except CouncilError:
        return None
    return known.bearer(token) if known else None


def _guest(cookie: str) -> Visitor | None:
    try:
        known = shares()
    except CouncilError:
        return Visitor(Role.STRANGER, "stranger", why=FORGED)
    return known.guest(cookie) if known else Visitor(Role.STRANGER, "stranger", why=FORGED)


def _shown(asked: Asked, cookie: str, read: Reader) -> Visitor | None:
    value = asked.cookies.get(cookie)
    return read(value) if value else None


def _vouched_for(email: str | None, door: Door) -> Visitor | None:
    known = (email or "").lower()
    if known in door.operators:
        return Visitor(Role.OPERATOR, known)
    return Visitor(Role.VIEWER, known) if known in door.viewers else None
