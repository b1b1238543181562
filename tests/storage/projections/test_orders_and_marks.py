"""Orders from intent to end, and equity at each close, from hand-written events."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from core.desk.writing import MARKET_STREAM, account_stream
from core.events.account import (
    OrderAccepted,
    OrderCancelled,
    OrderFilled,
    OrderIntended,
    OrderRejected,
    SeatModelChanged,
)
from core.events.market import UniverseMarked
from core.schemas.market import MarkedPrice
from core.schemas.order import BrokerFill, OrderIntent, OrderStatus, Purpose
from core.types import AccountId, Side
from storage.projections import ALL_PROJECTIONS
from storage.queries import StoreReader, equity_frame, holdings, standings
from storage.queries.week_orders import week_orders
from tests.fakes.stored_weeks import RUN, append, open_desk
from tests.fakes.week import AS_OF, WEEK

ACCOUNT = AccountId("acct_1")
STREAM = account_stream(ACCOUNT)


def intent(key, quantity="10"):
    return OrderIntended(
        intent=OrderIntent(
            client_order_id=key,
            account_id=ACCOUNT,
            week_id=WEEK,
            run_id=RUN,
            symbol="SPY",
            side=Side.BUY,
            quantity=Decimal(quantity),
            purpose=Purpose.WEEKLY_OPEN,
            sequence=0,
            reference_price=Decimal(600),
            decided_at=AS_OF,
        )
    )


def accepted(key):
    return OrderAccepted(client_order_id=key, broker_order_id=f"b-{key}", sent_at=AS_OF)


def fill(key, quantity, price="600.10", number=1):
    return OrderFilled(
        fill=BrokerFill(
            fill_id=f"{key}-{number}",
            client_order_id=key,
            account_id=ACCOUNT,
            symbol="SPY",
            side=Side.BUY,
            quantity=Decimal(quantity),
            price=Decimal(price),
            commission=Decimal("0.25"),
            filled_at=AS_OF,
            session=date(2026, 11, 18),
            price_kind="open",
            source="files",
        )
    )


def marks(day, **prices):
    return UniverseMarked(
        session=day,
        prices=tuple(
            MarkedPrice(
                symbol=symbol,
                price=Decimal(price),
                kind="close",
                session=day,
                known_at=AS_OF,
                source="files",
                feed="",
            )
            for symbol, price in prices.items()
        ),
    )


@pytest.fixture
def desk(open_at):
    store = open_at(projections=ALL_PROJECTIONS)
    open_desk(store)
    return store


def test_an_order_is_intended_accepted_partly_filled_and_filled(desk):
    reader = StoreReader(desk.engine)

    def now():
        (line,) = week_orders(reader, WEEK)
        return line

    append(desk, STREAM, intent("o1"))
    assert now().status is OrderStatus.INTENDED
    append(desk, STREAM, accepted("o1"))
    assert now().status is OrderStatus.ACCEPTED
    append(desk, STREAM, fill("o1", "4", "600"))
    assert (now().status, now().filled) == (OrderStatus.PARTIALLY_FILLED, Decimal(4))
    append(desk, STREAM, fill("o1", "6", "610", number=2))
    assert now().status is OrderStatus.FILLED
    assert now().price == Decimal(606)
    assert now().commission == Decimal("0.50")


def test_a_refused_and_a_cancelled_order_keep_their_reason(desk):
    append(desk, STREAM, intent("o1"), intent("o2"))
    append(
        desk,
        STREAM,
        OrderRejected(client_order_id="o1", reason="not shortable"),
        OrderCancelled(client_order_id="o2", reason="o1 did not fill"),
    )
    first, second = week_orders(StoreReader(desk.engine), WEEK)
    assert (first.status, first.reason) == (OrderStatus.REFUSED, "not shortable")
    assert (second.status, second.reason) == (OrderStatus.CANCELLED, "o1 did not fill")


def test_equity_is_cash_plus_positions_at_mark_and_drawdown_is_from_the_peak(desk):
    append(desk, STREAM, intent("o1", "100"), accepted("o1"), fill("o1", "100", "600"))
    append(desk, MARKET_STREAM, marks(date(2026, 11, 18), SPY="610"))
    append(desk, MARKET_STREAM, marks(date(2026, 11, 19), SPY="590"))
    frame = equity_frame(StoreReader(desk.engine))
    own = frame[frame["account_id"] == ACCOUNT]
    assert list(own["equity"]) == [100_999.75, 98_999.75]
    assert list(own["peak"]) == [100_999.75, 100_999.75]
    assert own["drawdown"].iloc[-1] == pytest.approx(98_999.75 / 100_999.75 - 1)


def test_a_symbol_missing_from_a_mark_keeps_its_last_price(desk):
    append(desk, STREAM, intent("o1"), accepted("o1"), fill("o1", "10", "600"))
    append(desk, MARKET_STREAM, marks(date(2026, 11, 18), SPY="610", TLT="90"))
    append(desk, MARKET_STREAM, marks(date(2026, 11, 19), TLT="91"))
    frame = equity_frame(StoreReader(desk.engine))
    assert frame[frame["account_id"] == ACCOUNT]["equity"].nunique() == 1


def test_an_account_that_holds_what_was_never_marked_has_no_equity_rather_than_a_wrong_one(desk):
    append(desk, STREAM, intent("o1"), accepted("o1"), fill("o1", "10", "600"))
    append(desk, MARKET_STREAM, marks(date(2026, 11, 18), TLT="90"))
    assert ACCOUNT not in set(equity_frame(StoreReader(desk.engine))["account_id"])
    (held,) = holdings(StoreReader(desk.engine))
    assert (held.price, held.value, held.unrealised) == (None, None, None)


def test_a_new_model_starts_a_new_record_at_its_week(desk):
    append(desk, STREAM, intent("o1", "100"), accepted("o1"), fill("o1", "100", "600"))
    append(desk, MARKET_STREAM, marks(date(2026, 11, 17), SPY="660"))
    changed = SeatModelChanged(
        account_id=ACCOUNT, week_id=WEEK, model="openai/gpt-6", previous_model="openai/gpt-5.1"
    )
    append(desk, STREAM, changed)
    append(desk, MARKET_STREAM, marks(date(2026, 11, 18), SPY="660"))
    standing = next(
        one for one in standings(StoreReader(desk.engine)) if one.account.account_id == ACCOUNT
    )
    assert standing.since == WEEK
    assert standing.account.model == "openai/gpt-6"
    assert standing.performance.total_return == 0.0
    assert standing.performance.turnover == pytest.approx(60_000 / standing.equity)
