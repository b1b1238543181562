"""`password`, `share` and `token`: what is made here is printed once and kept nowhere."""

from __future__ import annotations

import sys
from dataclasses import asdict
from datetime import datetime
from getpass import getpass

from config.passwords import hash_of
from config.settings import Settings
from config.signing import made_signer
from config.terminal import show
from config.tokens import pass_token, share_link
from core.access import Role
from core.clock import SystemClock, in_new_york
from core.errors import BadInput
from core.types import WeekId
from storage import passes as said
from storage.event_store import SqlEventStore
from storage.queries import StoreReader
from storage.queries.access import PassLine, ShareLine, passes, shares

BY = "operator"
CLOCK = SystemClock()
ROLES = {str(role): role for role in (Role.OPERATOR, Role.VIEWER)}


def password() -> None:
    """Read from a prompt (or a pipe), never from the command line, where others see it."""
    if sys.stdin.isatty():
        typed = getpass("Password: ")
        if getpass("Again: ") != typed:
            raise BadInput("the two differ: nothing was made")
    else:
        typed = sys.stdin.readline().rstrip("\n")
    show.line(hash_of(typed))


def share_create(
    settings: Settings,
    store: SqlEventStore,
    scope: tuple[str, WeekId],
    days: int,
    *,
    as_json: bool,
) -> None:
    signer = made_signer(settings)
    made = said.create_share(store, scope, days, BY, CLOCK)
    link = share_link(settings, signer, made.share_id)
    if as_json:
        show.as_json({**made.model_dump(mode="json"), "link": link})
        return
    show.line(link)
    show.line(f"opens {made.page}, week {made.week_id}, until {_shown(made.expires_at)}")


def share_list(store: SqlEventStore, now: datetime, *, as_json: bool) -> None:
    found = shares(StoreReader(store.engine))
    if as_json:
        show.as_json([{**asdict(one), "open": one.is_open(now)} for one in found])
        return
    rows = [
        (one.share_id, one.page, one.week_id, one.created_by, _state(one, now), _opened(one))
        for one in found
    ]
    if not rows:
        show.line("no link was made yet: `cli.py share create` makes one")
        return
    show.table(("id", "page", "week", "by", "state", "opened"), rows)


def share_revoke(store: SqlEventStore, share_id: str, by: str) -> None:
    said.revoke_share(store, share_id, by, CLOCK)
    show.line(f"link {share_id} opens nothing any more")


def token_create(
    settings: Settings, store: SqlEventStore, who: tuple[str, str], days: int, *, as_json: bool
) -> None:
    role, name = who
    if role not in ROLES:
        raise BadInput(f"--role {role!r} is unknown: use {', '.join(ROLES)}")
    signer = made_signer(settings)
    made = said.issue_token(store, (ROLES[role], name), days, CLOCK)
    token = pass_token(signer, made.kind, made.role, "", made.pass_id)
    if as_json:
        show.as_json({**made.model_dump(mode="json"), "token": token})
        return
    show.line(token)
    show.line(f"lets {made.name} in as {made.role} until {_shown(made.expires_at)}")


def token_list(store: SqlEventStore, now: datetime, *, as_json: bool) -> None:
    found = passes(StoreReader(store.engine))
    if as_json:
        show.as_json([{**asdict(one), "open": one.is_open(now)} for one in found])
        return
    rows = [(one.pass_id, one.kind, one.role, one.name, _state(one, now)) for one in found]
    if not rows:
        show.line("no token was made yet, and nobody has logged in")
        return
    show.table(("id", "kind", "role", "name", "state"), rows)


def token_revoke(store: SqlEventStore, pass_id: str, by: str) -> None:
    said.end_pass(store, pass_id, by, CLOCK)
    show.line(f"{pass_id} opens nothing any more")


def _state(line: ShareLine | PassLine, now: datetime) -> str:
    if line.is_open(now):
        return f"open until {_shown(line.expires_at)}"
    ended = line.revoked_at if isinstance(line, ShareLine) else line.ended_at
    return f"taken back {_shown(ended)}" if ended else f"over since {_shown(line.expires_at)}"


def _opened(line: ShareLine) -> str:
    if line.first_opened_at is None or line.last_opened_at is None:
        return "never"
    first, last = _shown(line.first_opened_at), _shown(line.last_opened_at)
    return first if first == last else f"{first} … {last}"


def _shown(at: datetime) -> str:
    return f"{in_new_york(at):%Y-%m-%d %H:%M} New York"
