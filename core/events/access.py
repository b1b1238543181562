"""Events of who was let in: share links and passes (logins, bearer tokens); never a token, only its id."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from core.access import Role
from core.events.envelope import Event
from core.types import WeekId


class ShareLinkCreated(Event):
    """One page of one week is open to whoever holds the link, until ``expires_at``."""

    share_id: str
    page: str
    week_id: WeekId
    expires_at: datetime
    by: str


class ShareLinkRevoked(Event):
    share_id: str
    by: str


class ShareLinkOpened(Event):
    """Somebody opened the link; said once an hour at most, however often it is opened."""

    share_id: str


class PassKind(StrEnum):
    LOGIN = "login"
    """A session of a browser, behind a cookie."""
    TOKEN = "token"  # noqa: S105 - the kind's name
    """A bearer token for the HTTP API."""


class PassIssued(Event):
    """Somebody was let in as ``role`` until ``expires_at``; ``name`` is how events call them."""

    pass_id: str
    kind: PassKind
    role: Role
    name: str
    expires_at: datetime
    by: str


class PassEnded(Event):
    """A logout, or a token taken back: it opens nothing any more."""

    pass_id: str
    by: str
