"""The ledger: money is conserved to the last decimal, whatever the order of fills."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import NoBars
from core.rules.ledger import AccountState, apply_cash, apply_fill, equity, exposure
from core.schemas.order import BrokerFill
from core.types import AccountId, Direction, Side

ACCOUNT = AccountId("acct_1")
START = datetime(2026, 11, 18, 14, 30, tzinfo=UTC)
D = Decimal


def fill(side: Side, quantity: str, price: str, commission="0", *, symbol="SPY", n=0) -> BrokerFill:
    return BrokerFill(
        fill_id=f"fill-{symbol}-{n}",
        client_order_id=f"order-{symbol}-{n}",
        account_id=ACCOUNT,
        symbol=symbol,
        side=side,
        quantity=D(quantity),
        price=D(price),
        commission=D(commission),
        filled_at=START + timedelta(minutes=n),
        session=date(2026, 11, 18),
        price_kind="open",
        source="test",
    )


def book(*fills: BrokerFill, cash="100000") -> AccountState:
    state = AccountState(account_id=ACCOUNT, cash=D(cash))
    for one in fills:
        state = apply_fill(state, one)
    return state


def test_a_long_round_trip_brings_its_price_move_less_commissions():
    state = book(fill(Side.BUY, "10", "100", "1"), fill(Side.SELL, "10", "110", "1.1", n=1))
    assert state.cash == D("100097.9")
    assert state.positions == {}
    assert state.realised_pnl == D(100)
    assert state.costs == D("2.1")
    assert state.traded_notional == D(2100)
    (trade,) = state.closed_trades
    assert (trade.direction, trade.quantity, trade.pnl) == (Direction.LONG, D(10), D("97.9"))
    assert (trade.entry_price, trade.exit_price) == (D(100), D(110))
    assert trade.closed_at - trade.opened_at == timedelta(minutes=1)


def test_a_short_gains_when_the_price_falls_and_equity_counts_it_at_mark():
    state = book(fill(Side.SELL, "10", "50"))
    assert state.cash == D(100500)
    assert state.positions["SPY"].quantity == D(-10)
    assert state.positions["SPY"].average_cost == D(50)
    assert equity(state, {"SPY": D(45)}) == D(100050)
    closed = apply_fill(state, fill(Side.BUY, "10", "45", n=1))
    assert closed.realised_pnl == D(50)
    assert closed.closed_trades[0].direction is Direction.SHORT


def test_partial_exits_make_one_round_trip_with_the_mean_exit_price():
    state = book(
        fill(Side.BUY, "10", "100"),
        fill(Side.SELL, "5", "110", n=1),
        fill(Side.SELL, "5", "90", n=2),
    )
    (trade,) = state.closed_trades
    assert (trade.quantity, trade.exit_price, trade.pnl) == (D(10), D(100), D(0))


def test_a_fill_through_zero_closes_one_trip_and_opens_the_next():
    state = book(fill(Side.BUY, "3", "100"), fill(Side.SELL, "7", "110", "0.70", n=1))
    assert state.positions["SPY"].quantity == D(-4)
    assert state.positions["SPY"].average_cost == D(110)
    assert state.realised_pnl == D(30)
    assert state.closed_trades[0].pnl == D("29.7")
    assert state.costs == D("0.70")
    assert state.positions["SPY"].trip.costs == D("0.40")


def test_average_cost_that_has_no_exact_decimal_loses_nothing():
    state = book(fill(Side.BUY, "1", "10"), fill(Side.BUY, "2", "10.01", n=1))
    for n in range(3):
        state = apply_fill(state, fill(Side.SELL, "1", "11", n=n + 2))
    assert state.cash == D("100000") + D(33) - D("30.02")
    assert state.realised_pnl == D("2.98")


def test_a_missing_mark_raises_and_is_never_zero():
    state = book(fill(Side.BUY, "1", "10"))
    with pytest.raises(NoBars, match="no mark for SPY, which acct_1 holds"):
        equity(state, {"QQQ": D(1)})


def test_a_mark_that_is_not_needed_changes_nothing():
    assert equity(book(), {}) == D(100000)


def test_exposure_counts_both_sides():
    state = book(fill(Side.BUY, "2", "10"), fill(Side.SELL, "3", "20", symbol="TLT"))
    found = exposure(state, {"SPY": D(11), "TLT": D(19)})
    assert (found.long, found.short, found.gross, found.net) == (D(22), D(57), D(79), D(-35))


def test_a_borrow_charge_lowers_cash_and_the_result_of_its_round_trip():
    state = book(fill(Side.SELL, "10", "50"))
    state = apply_cash(state, D("-1.25"), "SPY")
    state = apply_fill(state, fill(Side.BUY, "10", "50", n=1))
    assert state.cash == D("99998.75")
    assert state.costs == D("1.25")
    assert state.closed_trades[0].pnl == D("-1.25")


def test_a_deposit_is_no_cost():
    state = apply_cash(book(), D(500))
    assert (state.cash, state.costs) == (D(100500), D(0))


def test_a_fill_of_another_account_is_refused():
    state = AccountState(account_id=AccountId("acct_2"), cash=D(1))
    with pytest.raises(ValueError, match="does not belong"):
        apply_fill(state, fill(Side.BUY, "1", "1"))


sides = st.sampled_from(list(Side))
quantities = st.decimals("0.0001", "5000", places=4)
prices = st.decimals("0.01", "900", places=4)
commissions = st.decimals("0", "40", places=2)
trades = st.lists(
    st.tuples(sides, quantities, prices, commissions, st.sampled_from(["SPY", "TLT"])),
    min_size=1,
    max_size=8,
)


def fills_of(rows) -> list[BrokerFill]:
    return [
        fill(s, str(q), str(p), str(c), symbol=symbol, n=n)
        for n, (s, q, p, c, symbol) in enumerate(rows)
    ]


@settings(max_examples=80, deadline=None)
@given(trades, prices, prices)
def test_equity_moves_by_price_moves_times_quantity_less_costs(rows, spy, tlt):
    fills, marks = fills_of(rows), {"SPY": spy, "TLT": tlt}
    moved = sum((marks[f.symbol] - f.price) * f.quantity * f.side.sign for f in fills)
    costs = sum(f.commission for f in fills)
    state = book(*fills)
    assert equity(state, marks) == D(100000) + moved - costs
    unrealised = sum(p.quantity * marks[s] - p.cost for s, p in state.positions.items())
    assert equity(state, marks) == D(100000) + state.realised_pnl + unrealised - state.costs
    assert state.costs == costs


@settings(max_examples=50, deadline=None)
@given(trades)
def test_the_order_of_fills_of_different_symbols_does_not_matter(rows):
    fills = fills_of(rows)
    grouped = sorted(fills, key=lambda one: one.symbol)
    mixed, apart = book(*fills), book(*grouped)
    assert (mixed.cash, mixed.positions, mixed.realised_pnl) == (
        apart.cash,
        apart.positions,
        apart.realised_pnl,
    )
    assert set(mixed.closed_trades) == set(apart.closed_trades)


@settings(max_examples=50, deadline=None)
@given(trades, prices)
def test_trading_back_to_zero_leaves_no_position_and_all_profit_realised(rows, price):
    state = book(*fills_of(rows))
    for n, (symbol, held) in enumerate(sorted(state.positions.items())):
        side = Side.SELL if held.quantity > 0 else Side.BUY
        state = apply_fill(
            state, fill(side, str(abs(held.quantity)), str(price), symbol=symbol, n=100 + n)
        )
    assert state.positions == {}
    assert state.cash == D(100000) + state.realised_pnl - state.costs
    assert sum(trade.pnl for trade in state.closed_trades) == state.cash - D(100000)
