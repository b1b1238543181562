"""The simulated broker: the contract, whole and in parts, and fills to the cent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import FixedClock, at_new_york
from core.errors import BrokerError, OrderRefused
from core.schemas.order import OrderStatus, OrderTicket
from core.types import AccountId, Side
from providers.broker.fill_rules import FillRules
from providers.broker.simulated import SimulatedBroker
from providers.market.simulated import SimulatedMarket, SimulatedPeriod
from tests.contract.broker import BrokerContract, BrokerDesk
from tests.contract.market_data import CALENDAR

D = Decimal
ONE, TWO = AccountId("acct_1"), AccountId("acct_2")
WEDNESDAY = date(2026, 11, 18)
EIGHT = at_new_york(WEDNESDAY, time(8, 0))
OPEN, CLOSE = CALENDAR.session_open(WEDNESDAY), CALENDAR.session_close(WEDNESDAY)
NEXT_OPEN = CALENDAR.session_open(date(2026, 11, 19))
MARKET = SimulatedMarket(
    ["SPY", "UUP"], 7, SimulatedPeriod(date(2026, 11, 2), date(2026, 12, 31)), CALENDAR
)
SHORTABLE = {"SPY": True, "UUP": False}


def rules(**changes: object) -> FillRules:
    values = {"slippage_bps": D(2), "commission_bps": D(1), "shortable": SHORTABLE, **changes}
    return FillRules(**values)


def broker_at(clock: FixedClock, fill_rules: FillRules | None = None) -> SimulatedBroker:
    return SimulatedBroker(MARKET, clock, fill_rules or rules(), {ONE: D(100_000), TWO: D(50_000)})


def ticket(order_id="order-1", side=Side.BUY, quantity="10", decided=EIGHT) -> OrderTicket:
    return OrderTicket(
        client_order_id=order_id,
        account_id=ONE,
        symbol="SPY",
        side=side,
        quantity=D(quantity),
        decided_at=decided,
    )


def split_seed(order_id: str) -> int:
    """A seed under which that order fills in two parts."""
    return next(
        seed
        for seed in range(1_000)
        if rules(partial_fills=True, seed=seed).first_part(order_id, D(10)) != D(10)
    )


class Contract(BrokerContract):
    fill_rules = rules()

    @pytest.fixture
    def desk(self):
        clock = FixedClock(EIGHT)
        broker = broker_at(clock, self.fill_rules)

        def reopen(tickets: Sequence[OrderTicket]) -> SimulatedBroker:
            fresh = broker_at(clock, self.fill_rules)
            fresh.restore([(one, broker.fills(ONE, one.client_order_id)) for one in tickets])
            return fresh

        return BrokerDesk(
            broker=broker,
            account=ONE,
            starting_cash=D(100_000),
            decided_at=EIGHT,
            let_fill=lambda: clock.move_to(NEXT_OPEN),
            reopen=reopen,
        )


class TestWholeFills(Contract):
    pass


class TestPartialFills(Contract):
    fill_rules = rules(partial_fills=True, seed=split_seed("order-1"))


def test_slippage_goes_against_the_trader_and_commission_is_to_the_cent():
    clock = FixedClock(EIGHT)
    broker = broker_at(clock, rules(slippage_bps=D(10), commission_bps=D(5)))
    broker.place(ticket("buy"))
    broker.place(ticket("sell", Side.SELL))
    clock.move_to(OPEN)
    market_price = MARKET.quotes(["SPY"], OPEN)["SPY"].price
    (bought,), (sold,) = broker.fills(ONE, "buy"), broker.fills(ONE, "sell")
    assert bought.price == (market_price * D("1.001")).quantize(D("0.0001"))
    assert sold.price == (market_price * D("0.999")).quantize(D("0.0001"))
    assert bought.commission == (bought.price * 10 * D("0.0005")).quantize(D("0.01"))
    assert bought.filled_at == OPEN
    assert (bought.session, bought.price_kind, bought.source) == (WEDNESDAY, "open", "SIMULATED")


def test_an_order_waits_until_its_price_is_known():
    clock = FixedClock(EIGHT)
    broker = broker_at(clock)
    assert broker.place(ticket()).status is OrderStatus.ACCEPTED
    assert broker.fills(ONE, "order-1") == ()
    clock.move_to(OPEN)
    assert broker.find(ONE, "order-1").status is OrderStatus.FILLED


def test_an_order_decided_during_the_session_fills_at_its_close():
    clock = FixedClock(at_new_york(WEDNESDAY, time(12, 0)))
    broker = broker_at(clock)
    broker.place(ticket(decided=clock.now()))
    clock.move_to(NEXT_OPEN)
    (fill,) = broker.fills(ONE, "order-1")
    assert (fill.filled_at, fill.price_kind) == (CLOSE, "close")


def test_a_late_look_gives_the_same_fill_as_an_early_one():
    early, late = FixedClock(EIGHT), FixedClock(datetime(2026, 12, 20, tzinfo=UTC))
    first, second = broker_at(early), broker_at(late)
    first.place(ticket())
    early.move_to(OPEN)
    second.place(ticket())
    assert first.fills(ONE, "order-1") == second.fills(ONE, "order-1")


def test_a_split_order_is_partly_filled_between_two_prices():
    clock = FixedClock(EIGHT)
    broker = broker_at(clock, rules(partial_fills=True, seed=split_seed("order-1")))
    broker.place(ticket())
    clock.move_to(OPEN)
    order = broker.find(ONE, "order-1")
    assert order.status is OrderStatus.PARTIALLY_FILLED
    assert broker.positions(ONE) == {"SPY": order.filled_quantity}
    clock.move_to(CLOSE)
    assert broker.find(ONE, "order-1").status is OrderStatus.FILLED
    assert [fill.price_kind for fill in broker.fills(ONE, "order-1")] == ["open", "close"]


def test_a_cancelled_order_keeps_its_fills_and_gets_no_more():
    clock = FixedClock(EIGHT)
    broker = broker_at(clock, rules(partial_fills=True, seed=split_seed("order-1")))
    broker.place(ticket())
    clock.move_to(OPEN)
    cancelled = broker.cancel(ONE, "order-1")
    clock.move_to(NEXT_OPEN)
    assert cancelled.status is OrderStatus.CANCELLED
    assert broker.find(ONE, "order-1") == cancelled
    assert broker.positions(ONE) == {"SPY": cancelled.filled_quantity}


def test_a_flip_is_allowed_while_its_close_is_still_open():
    clock = FixedClock(EIGHT)
    broker = broker_at(clock)
    broker.place(ticket("buy", Side.BUY, "1.5"))
    broker.place(ticket("close", Side.SELL, "1.5"))
    broker.place(ticket("open", Side.SELL, "2"))
    clock.move_to(OPEN)
    assert broker.positions(ONE) == {"SPY": D(-2)}


def test_accounts_are_kept_apart():
    clock = FixedClock(OPEN)
    broker = broker_at(clock)
    broker.place(ticket())
    clock.move_to(NEXT_OPEN)
    assert broker.positions(TWO) == {}
    assert broker.cash(TWO) == D(50_000)


def test_an_unknown_account_is_an_error_and_never_empty():
    broker, stranger = broker_at(FixedClock(EIGHT)), AccountId("acct_9")
    for ask in (broker.cash, broker.positions, lambda name: broker.find(name, "order-1")):
        with pytest.raises(BrokerError, match="no account acct_9: it has acct_1, acct_2"):
            ask(stranger)
    with pytest.raises(OrderRefused, match="acct_9"):
        broker.place(ticket().model_copy(update={"account_id": stranger}))


def test_fills_of_an_order_that_was_never_placed_raise():
    with pytest.raises(BrokerError, match="no order order-9"):
        broker_at(FixedClock(EIGHT)).fills(ONE, "order-9")


def test_restored_orders_go_on_where_the_log_left_them():
    clock = FixedClock(EIGHT)
    split = rules(partial_fills=True, seed=split_seed("order-1"))
    first = broker_at(clock, split)
    first.place(ticket())
    clock.move_to(OPEN)
    recorded = first.fills(ONE, "order-1")
    restarted = broker_at(clock, split)
    restarted.restore([(ticket(), recorded), (ticket("gone"), [])], cancelled=["gone"])
    clock.move_to(NEXT_OPEN)
    assert restarted.fills(ONE, "order-1") == first.fills(ONE, "order-1")
    assert restarted.find(ONE, "gone").status is OrderStatus.CANCELLED
    assert restarted.cash(ONE) == first.cash(ONE)


def test_restoring_twice_counts_nothing_twice():
    clock = FixedClock(EIGHT)
    broker = broker_at(clock)
    broker.place(ticket())
    clock.move_to(NEXT_OPEN)
    broker.restore([(ticket(), broker.fills(ONE, "order-1"))])
    assert broker.positions(ONE) == {"SPY": D(10)}


@given(
    st.text(min_size=1, max_size=48), st.integers(0, 2**31), st.decimals("0.0001", "9999", places=4)
)
def test_the_first_part_is_positive_and_never_more_than_the_order(order_id, seed, quantity):
    first = rules(partial_fills=True, seed=seed).first_part(order_id, quantity)
    assert 0 < first <= quantity
    if quantity == quantity.to_integral_value():
        assert first == first.to_integral_value()


def test_about_a_tenth_of_orders_fill_in_parts():
    split = rules(partial_fills=True, seed=1)
    parts = [split.first_part(f"order-{n}", D(1000)) for n in range(2_000)]
    assert 0.07 < sum(part < D(1000) for part in parts) / 2_000 < 0.13
