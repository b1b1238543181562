"""Share links and passes as events: made, taken back, opened; whoever holds the token is not in them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from core.access import SHAREABLE, Role
from core.clock import iso
from core.desk.writing import append_one, new_event, week_stream
from core.errors import BadInput, ConcurrencyError
from core.events.access import (
    PassEnded,
    PassIssued,
    PassKind,
    ShareLinkCreated,
    ShareLinkOpened,
    ShareLinkRevoked,
)
from core.events.envelope import Append, Event, event_id
from core.ports import EventStore
from core.types import StreamId, WeekId, deterministic_id

SHARES_STREAM = StreamId("system/shares")
PASSES_STREAM = StreamId("system/passes")
LONGEST_DAYS = 365
LONGEST_NAME = 80
ID_DIGITS = 16
TRIES = 10
Made = TypeVar("Made", bound=Event)


def create_share(
    store: EventStore, page: str, week_id: WeekId, days: int, word: tuple[str, datetime]
) -> ShareLinkCreated:
    """Open a page of a week for so many days; ``word`` is by whom and when.

    BadInput for a page that shows more than one week, a week nobody has run, and too many days.
    """
    by, at = word
    if page not in SHAREABLE:
        raise BadInput(f"page {page!r} cannot be shared: choose one of {', '.join(SHAREABLE)}")
    if store.head(week_stream(week_id)).version == 0:
        raise BadInput(f"week {week_id} has not been run: there is nothing to share")
    expires = at + _days(days)
    return _append_numbered(
        store,
        SHARES_STREAM,
        lambda share_id: ShareLinkCreated(
            share_id=share_id, page=page, week_id=week_id, expires_at=expires, by=by
        ),
        at,
    )


def revoke_share(store: EventStore, share_id: str, by: str, at: datetime) -> ShareLinkRevoked:
    """Take a link back; saying it again changes nothing. BadInput for a link nobody made."""
    _refuse_unknown(store, SHARES_STREAM, share_id, "share link")
    event = ShareLinkRevoked(share_id=share_id, by=by)
    _append_once(store, SHARES_STREAM, event, [share_id], at)
    return event


def share_opened(store: EventStore, share_id: str, at: datetime) -> None:
    """Note that a link was opened, once an hour."""
    hour = iso(at.replace(minute=0, second=0, microsecond=0))
    _append_once(store, SHARES_STREAM, ShareLinkOpened(share_id=share_id), [share_id, hour], at)


def issue_pass(
    store: EventStore, kind: PassKind, who: tuple[Role, str], until: datetime, at: datetime
) -> PassIssued:
    """Let somebody in as (role, name) until an instant. BadInput for an empty or long name."""
    role, name = who
    if not name.strip() or len(name) > LONGEST_NAME:
        raise BadInput(f"a name has 1 to {LONGEST_NAME} characters: it stands in events as `by`")
    return _append_numbered(
        store,
        PASSES_STREAM,
        lambda pass_id: PassIssued(
            pass_id=pass_id,
            kind=kind,
            role=role,
            name=name.strip(),
            expires_at=until,
            by=name.strip(),
        ),
        at,
    )


def end_pass(store: EventStore, pass_id: str, by: str, at: datetime) -> None:
    """Log out, or take a token back; saying it again changes nothing. BadInput for an unknown one."""
    _refuse_unknown(store, PASSES_STREAM, pass_id, "pass")
    _append_once(store, PASSES_STREAM, PassEnded(pass_id=pass_id, by=by), [pass_id], at)


def token_until(days: int, at: datetime) -> datetime:
    """When a token made now ends; BadInput for too many days, or none."""
    return at + _days(days)


def _days(days: int) -> timedelta:
    if not 1 <= days <= LONGEST_DAYS:
        raise BadInput(f"{days} days are not allowed: 1 to {LONGEST_DAYS}")
    return timedelta(days=days)


def _append_numbered(
    store: EventStore, stream: StreamId, make: Callable[[str], Made], at: datetime
) -> Made:
    """Append what gets its id from its place in the stream; the next place when somebody was faster."""
    for attempt in range(TRIES):
        version = store.head(stream).version
        given = id_at(stream, version + 1)
        event = make(given)
        try:
            store.commit([Append(stream, [new_event(stream, event, [given], at)], version)])
        except ConcurrencyError:
            if attempt == TRIES - 1:
                raise
        else:
            return event
    raise AssertionError  # the loop returns or raises


def id_at(stream: StreamId, version: int) -> str:
    """The id of what is made at a place of a stream: no secret, the signature beside it is."""
    return deterministic_id("access", stream, version).hex[:ID_DIGITS]


def _append_once(
    store: EventStore, stream: StreamId, event: Event, what: list[object], at: datetime
) -> None:
    new = new_event(stream, event, what, at)
    if store.find(str(new.event_id)) is None:
        append_one(store, stream, new)


def _refuse_unknown(store: EventStore, stream: StreamId, given: str, what: str) -> None:
    made = {SHARES_STREAM: ShareLinkCreated, PASSES_STREAM: PassIssued}[stream]
    if store.find(str(event_id(stream, made.__name__, given))) is None:
        raise BadInput(f"there is no {what} {given[:40]!r}: the list shows their ids")
