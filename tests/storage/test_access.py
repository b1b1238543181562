"""Share links and passes: made, opened, ended; their read models say the same after a rebuild."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.access import Role
from core.clock import FixedClock
from core.errors import BadInput
from core.events.access import PassKind
from core.types import WeekId
from storage.passes import (
    create_share,
    end_pass,
    issue_token,
    log_in,
    revoke_share,
    share_opened,
)
from storage.projections import ALL_PROJECTIONS
from storage.queries import StoreReader
from storage.queries.access import one_pass, passes, share, shares
from tests.fakes.stored_weeks import open_desk, write_week
from tests.storage.conftest import SHARED

NOW = datetime(2026, 11, 21, 15, 20, tzinfo=UTC)
WEEK = WeekId("2026-11-18")
SCOPE = ("week", WEEK)


@pytest.fixture
def clock():
    return FixedClock(NOW)


@pytest.fixture
def store(open_at):
    opened = open_at(projections=ALL_PROJECTIONS)
    open_desk(opened)
    write_week(opened)
    return opened


@pytest.fixture
def reader(store):
    return StoreReader(store.engine)


@pytest.mark.parametrize("store_url", SHARED, indirect=True)
def test_a_link_is_made_opened_and_taken_back_and_a_rebuild_says_the_same(store, reader, clock):
    made = create_share(store, SCOPE, 7, "boss", clock)
    line = share(reader, made.share_id)
    assert line is not None
    assert (line.page, line.week_id, line.created_by) == ("week", WEEK, "boss")
    assert (line.expires_at, line.opened) == (NOW + timedelta(days=7), 0)
    assert line.is_open(NOW)
    assert not line.is_open(NOW + timedelta(days=7))
    for minutes in (0, 10, 39, 40, 45, 200):
        clock.move_to(NOW + timedelta(minutes=minutes))
        share_opened(store, made.share_id, clock)
    revoke_share(store, made.share_id, "boss", clock)
    revoke_share(store, made.share_id, "boss", clock)
    line = share(reader, made.share_id)
    assert line is not None
    assert (line.opened, line.first_opened_at) == (3, NOW)
    assert line.last_opened_at == NOW + timedelta(minutes=200)
    assert not line.is_open(clock.now())
    before = shares(reader), passes(reader)
    store.rebuild()
    assert (shares(reader), passes(reader)) == before
    assert len(list(store.read("system/shares"))) == 5


@pytest.mark.parametrize(
    ("scope", "days", "said"),
    [
        (("audit", WEEK), 7, "page 'audit' cannot be shared: choose one of week,"),
        (("week", WeekId("2026-11-11")), 7, "week 2026-11-11 has not been run"),
        (SCOPE, 0, "0 days are not allowed: 1 to 365"),
        (SCOPE, 366, "366 days are not allowed"),
    ],
)
def test_what_cannot_be_shared_is_one_line_and_no_event(store, clock, scope, days, said):
    with pytest.raises(BadInput, match=said):
        create_share(store, scope, days, "boss", clock)
    assert store.head("system/shares").version == 0


def test_the_same_log_gives_the_same_ids_and_no_two_links_share_one(store, clock):
    first, second = (create_share(store, SCOPE, 1, "boss", clock).share_id for _ in range(2))
    assert first != second
    assert first == "".join(char for char in first if char in "0123456789abcdef")


def test_a_link_or_pass_nobody_made_cannot_be_taken_back(store, clock):
    with pytest.raises(BadInput, match="there is no share link 'x'"):
        revoke_share(store, "x", "boss", clock)
    with pytest.raises(BadInput, match="there is no pass 'x'"):
        end_pass(store, "x", "boss", clock)


def test_a_login_and_a_token_are_passes_that_end(store, reader, clock):
    entered = log_in(store, Role.OPERATOR, timedelta(hours=12), clock)
    bot = issue_token(store, (Role.VIEWER, " bot "), 30, clock)
    assert (entered.name, entered.kind, bot.name, bot.kind) == (
        "operator",
        PassKind.LOGIN,
        "bot",
        PassKind.TOKEN,
    )
    known = one_pass(reader, entered.pass_id)
    assert known is not None
    assert known.is_open(NOW)
    end_pass(store, entered.pass_id, "operator", clock)
    ended = one_pass(reader, entered.pass_id)
    assert ended is not None
    assert not ended.is_open(NOW)
    assert {one.pass_id for one in passes(reader)} == {entered.pass_id, bot.pass_id}


@pytest.mark.parametrize("name", ["", "  ", "x" * 81])
def test_a_token_has_a_name(store, clock, name):
    with pytest.raises(BadInput, match="a name has 1 to 80"):
        issue_token(store, (Role.VIEWER, name), 30, clock)
