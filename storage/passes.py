"""What faces say about access: share links and passes, made and taken back."""

from __future__ import annotations

from datetime import timedelta

from core.access import Role
from core.clock import Clock
from core.desk import sharing
from core.events.access import PassIssued, PassKind, ShareLinkCreated
from core.ports import EventStore
from core.types import WeekId


def create_share(
    store: EventStore, scope: tuple[str, WeekId], days: int, by: str, clock: Clock
) -> ShareLinkCreated:
    """A link to (page, week) for so many days; BadInput as `core.desk.sharing.create_share` has it."""
    return sharing.create_share(store, *scope, days, (by, clock.now()))


def revoke_share(store: EventStore, share_id: str, by: str, clock: Clock) -> None:
    sharing.revoke_share(store, share_id, by, clock.now())


def share_opened(store: EventStore, share_id: str, clock: Clock) -> None:
    sharing.share_opened(store, share_id, clock.now())


def log_in(store: EventStore, role: Role, lasts: timedelta, clock: Clock) -> PassIssued:
    """A login by password: everybody who knows it is called by its role."""
    now = clock.now()
    return sharing.issue_pass(store, PassKind.LOGIN, (role, str(role)), now + lasts, now)


def issue_token(store: EventStore, who: tuple[Role, str], days: int, clock: Clock) -> PassIssued:
    """A bearer token for (role, name)."""
    now = clock.now()
    return sharing.issue_pass(store, PassKind.TOKEN, who, sharing.token_until(days, now), now)


def end_pass(store: EventStore, pass_id: str, by: str, clock: Clock) -> None:
    sharing.end_pass(store, pass_id, by, clock.now())
