"""Records of accounts: where they begin, how many trades they hold, which sessions they cover."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from core.desk.halts import BREAKER_STREAM
from core.desk.writing import MARKET_STREAM, account_stream
from core.events.account import OrderFilled, SeatModelChanged
from core.events.breaker import BreakerReset, BreakerTripped
from core.events.market import UniverseMarked
from core.schemas.breaker import Cause
from core.schemas.market import MarkedPrice
from core.schemas.order import BrokerFill
from core.types import AccountId, Side
from storage.projections import ALL_PROJECTIONS
from storage.queries import StoreReader, standings
from storage.queries.halts import standing_halts
from storage.queries.records import account_courses
from tests.fakes.stored_weeks import append, open_desk, simulated_store
from tests.fakes.week import AS_OF, WEEK
from tests.storage.conftest import SHARED

ACCOUNT = AccountId("acct_1")


@pytest.fixture
def desk(open_at):
    store = open_at(projections=ALL_PROJECTIONS)
    open_desk(store)
    return store


def filled(key, side, quantity, price):
    return OrderFilled(
        fill=BrokerFill(
            fill_id=key,
            client_order_id=key,
            account_id=ACCOUNT,
            symbol="SPY",
            side=side,
            quantity=Decimal(quantity),
            price=Decimal(price),
            commission=Decimal(0),
            filled_at=AS_OF,
            session=date(2026, 11, 18),
            price_kind="open",
            source="files",
        )
    )


def mark(store, day, price, symbol="SPY"):
    price = MarkedPrice(
        symbol=symbol,
        price=Decimal(price),
        kind="close",
        session=day,
        known_at=AS_OF,
        source="files",
        feed="",
    )
    append(store, MARKET_STREAM, UniverseMarked(session=day, prices=(price,)))


def course(store, account=ACCOUNT):
    every = account_courses(StoreReader(store.engine))
    return next((one for one in every if one.account.account_id == account), None)


@pytest.mark.parametrize("store_url", SHARED, indirect=True)
def test_a_record_begins_with_the_starting_cash_and_counts_its_closed_trades(desk):
    stream = account_stream(ACCOUNT)
    append(desk, stream, filled("in", Side.BUY, "100", "600"))
    mark(desk, date(2026, 11, 18), "610")
    append(desk, stream, filled("out", Side.SELL, "100", "620"))
    mark(desk, date(2026, 11, 19), "620")
    found = course(desk)
    assert list(found.record.curve) == [100_000, 101_000, 102_000]
    assert found.record.closed_trades == 1
    assert found.record.coverage == 1.0
    assert found.since is None


def test_a_new_model_answers_for_its_own_weeks_alone(desk):
    stream = account_stream(ACCOUNT)
    append(desk, stream, filled("in", Side.BUY, "100", "600"))
    mark(desk, date(2026, 11, 17), "660")
    append(
        desk,
        stream,
        SeatModelChanged(
            account_id=ACCOUNT, week_id=WEEK, model="openai/gpt-6", previous_model="openai/gpt-5.1"
        ),
    )
    assert course(desk) is None
    mark(desk, date(2026, 11, 18), "670")
    found = course(desk)
    assert found.since == WEEK
    assert list(found.record.curve) == [106_000, 107_000]
    assert list(found.equity) == [106_000, 107_000]


def test_a_session_without_a_known_equity_is_one_the_record_does_not_cover(desk):
    mark(desk, date(2026, 11, 17), "600")
    append(desk, account_stream(ACCOUNT), filled("in", Side.BUY, "1", "600"))
    mark(desk, date(2026, 11, 18), "600")
    assert course(desk).record.coverage == 1.0
    tlt = filled("other", Side.BUY, "1", "90").fill.model_copy(update={"symbol": "TLT"})
    append(desk, account_stream(ACCOUNT), OrderFilled(fill=tlt))
    mark(desk, date(2026, 11, 19), "600")
    assert course(desk).record.coverage == pytest.approx(2 / 3)
    assert course(desk, AccountId("acct_6")).record.coverage == 1.0


def test_records_say_what_the_standings_say(tmp_path):
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    simulated_store(url, weeks=3)
    reader = StoreReader.at(url)
    known = {one.account.account_id: one for one in standings(reader)}
    for one in account_courses(reader):
        other = known[one.account.account_id]
        assert np.array_equal(one.record.curve, other.curve)
        assert one.record.closed_trades == other.performance.closed_trades


def test_a_halt_stands_until_it_is_reset(desk):
    reader = StoreReader(desk.engine)
    assert standing_halts(reader) == ()
    tripped = BreakerTripped(
        scope="desk",
        cause=Cause.LOSSES,
        value=Decimal(10),
        threshold=Decimal(10),
        at_equity=Decimal(1),
        peak=Decimal(2),
    )
    append(desk, BREAKER_STREAM, tripped)
    (halt,) = standing_halts(reader)
    assert (halt.scope, halt.value) == ("desk", Decimal(10))
    append(desk, BREAKER_STREAM, BreakerReset(scope="desk", reason="looked at", by="me"))
    assert standing_halts(reader) == ()
