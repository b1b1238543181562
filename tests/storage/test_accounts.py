"""One account in full: its records, its history page by page, the prices beside it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from core.schemas.order import OrderStatus, Purpose
from core.types import AccountId, CheckpointAction
from storage.projections import ALL_PROJECTIONS
from storage.queries import StoreReader, standings
from storage.queries.account_history import (
    Slice,
    account_equity,
    account_fills,
    account_orders,
    account_trips,
    history_count,
)
from storage.queries.prices import session_prices
from storage.queries.records import account_courses
from storage.queries.tenures import tenure_course, tenures
from tests.fakes.account_life import PM, checkpoint, mark, new_model, target, trade
from tests.fakes.stored_weeks import open_desk
from tests.fakes.week import AS_OF

SESSIONS = [date(2026, 11, 18) + timedelta(days=number) for number in (0, 1, 2, 5, 6, 7, 8)]
NOON = AS_OF + timedelta(hours=4)


@pytest.fixture
def desk(open_at):
    store = open_at(projections=ALL_PROJECTIONS)
    open_desk(store)
    return store


@pytest.fixture
def reader(desk):
    return StoreReader(desk.engine)


@pytest.fixture
def two_models(desk):
    """PM 1 buys at 600; seven sessions close a dollar higher each; a new model comes on the second Wednesday."""
    trade(desk, "o1", 100, "600", AS_OF)
    new_model(desk, "2026-11-25")
    for number, day in enumerate(SESSIONS, 1):
        mark(desk, day, SPY=str(600 + number))


def test_a_store_that_is_not_there_has_no_account(tmp_path):
    nowhere = StoreReader.at(f"sqlite:///{tmp_path / 'none.db'}")
    assert tenures(nowhere, PM) == ()
    assert account_orders(nowhere, PM, Slice()) == account_equity(nowhere, PM) == ()
    assert history_count(nowhere, PM).orders == 0


def test_an_account_nobody_marked_has_one_tenure_and_no_course(reader):
    (only,) = tenures(reader, PM)
    assert (only.model, only.since, only.until) == ("openai/gpt-5.1", None, None)
    assert tenure_course(reader, only) is None


def test_a_new_model_begins_a_record_of_its_own_where_the_old_one_ended(two_models, reader):
    first, second = (tenure_course(reader, one) for one in tenures(reader, PM))
    assert (first.tenure.until, second.tenure.since) == ("2026-11-25", "2026-11-25")
    assert [len(one.record.days) for one in (first, second)] == [5, 2]
    assert first.record.begin == 100_000
    assert second.record.begin == first.record.equity[-1] == pytest.approx(100_499.75)
    assert second.tenure.model == "new/model"


def test_what_was_done_belongs_to_the_model_that_did_it(two_models, desk, reader):
    target(desk, 1.2)
    checkpoint(
        desk, NOON, action=CheckpointAction.EXIT, conviction_after=0.4, panic=True, account=PM
    )
    first, second = (tenure_course(reader, one).trading for one in tenures(reader, PM))
    assert first.traded_notional == pytest.approx(60_000)
    assert (list(first.conviction_paths), first.panic_exits) == ([[1.2, 0.4]], 1)
    assert (second.traded_notional, list(second.conviction_paths), second.panic_exits) == (0, [], 0)


def test_the_newest_record_is_the_one_every_page_has(two_models, reader):
    course = next(one for one in account_courses(reader) if one.account.account_id == PM)
    mine = tenure_course(reader, tenures(reader, PM)[-1]).record
    assert (mine.days == course.record.days).all()
    assert (mine.curve == course.record.curve).all()
    assert (mine.begin, mine.coverage) == (course.record.begin, course.record.coverage)
    standing = next(one for one in standings(reader) if one.account.account_id == PM)
    assert (standing.curve == mine.curve).all()


def test_cash_and_gross_say_how_much_was_held(two_models, reader):
    course = tenure_course(reader, tenures(reader, PM)[0])
    assert course.cash == pytest.approx(np.full(5, 39_999.75))
    assert course.gross == pytest.approx([60_100, 60_200, 60_300, 60_400, 60_500])


def test_sessions_in_which_nobody_knew_its_equity_lower_the_coverage(desk, reader):
    for number, day in enumerate(SESSIONS):
        if number == 2:
            trade(desk, "o1", 10, "50", AS_OF, symbol="XYZ")
        known = {"SPY": "600"} | ({"XYZ": "50"} if number >= 4 else {})
        mark(desk, day, **known)
    record = tenure_course(reader, tenures(reader, PM)[0]).record
    assert (len(record.days), record.coverage) == (5, 5 / 7)
    other = tenures(reader, AccountId("acct_2"))[0]
    assert tenure_course(reader, other).record.coverage == 1.0
    shared = next(one for one in account_courses(reader) if one.account.account_id == PM)
    assert record.coverage == shared.record.coverage


def test_history_comes_newest_first_and_page_by_page(desk, reader):
    for number in range(5):
        at = AS_OF + timedelta(days=number)
        trade(desk, f"in{number}", 10, "600", at)
        trade(desk, f"out{number}", -10, "601", at, purpose=Purpose.HORIZON)
    counts = history_count(reader, PM)
    assert (counts.orders, counts.fills, counts.trips) == (10, 10, 5)
    second = account_orders(reader, PM, Slice.page(2, 4))
    assert [one.client_order_id for one in second] == ["out2", "in2", "out1", "in1"]
    assert {one.status for one in second} == {OrderStatus.FILLED}
    assert len(account_orders(reader, PM, Slice.page(3, 4))) == 2
    assert [one.client_order_id for one in account_fills(reader, PM, Slice.page(1, 1))] == ["out4"]
    assert account_fills(reader, AccountId("acct_2"), Slice()) == ()


def test_a_round_trip_is_net_of_what_its_fills_cost(desk, reader):
    trade(desk, "o1", 10, "600", AS_OF)
    trade(desk, "o2", -10, "610", NOON)
    (trip,) = account_trips(reader, PM, Slice())
    assert (trip.pnl, trip.costs) == (Decimal("99.50"), Decimal("0.50"))
    assert trip.earned == pytest.approx(99.5 / 6000)


def test_every_line_of_equity_names_who_sat_there(two_models, reader):
    lines = account_equity(reader, PM)
    assert [line.model for line in lines] == ["openai/gpt-5.1"] * 5 + ["new/model"] * 2
    assert lines[0].equity == Decimal("100099.75")


def test_prices_are_those_of_the_sessions_asked_for(two_models, desk, reader):
    mark(desk, date(2026, 11, 27), SPY="700", TLT="90")
    days = np.array(SESSIONS[1:4], dtype="datetime64[D]")
    prices = session_prices(reader, ("SPY", "TLT"), days)
    assert set(prices) == {"SPY"}
    assert prices["SPY"].entry == 602
    assert list(prices["SPY"].closes) == [602, 603, 604]


def test_an_asset_first_priced_later_has_no_entry(two_models, desk, reader):
    mark(desk, date(2026, 11, 27), TLT="90")
    days = np.array([*SESSIONS, date(2026, 11, 27)], dtype="datetime64[D]")
    found = session_prices(reader, ("TLT",), days)["TLT"]
    assert np.isnan(found.entry)
    assert found.closes[-1] == 90
    assert session_prices(reader, ("SPY",), days[:0]) == {}
