"""The week's orders: they lead from what is held to what shall be held."""

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from core.rules.orders import Plan, plan_orders
from core.schemas.order import Purpose
from core.types import AccountId, RunId, WeekId

SYMBOLS = ("GLD", "SPY", "TLT")
PLAN = Plan(
    account_id=AccountId("acct_1"),
    week_id=WeekId("2024-03-06"),
    run_id=RunId("run-1"),
    decided_at=datetime(2024, 3, 6, 13, tzinfo=UTC),
    prices=dict.fromkeys(SYMBOLS, Decimal(100)),
)
HOLDINGS = st.dictionaries(
    st.sampled_from(SYMBOLS), st.integers(-50, 50).filter(bool).map(Decimal), max_size=3
)


def legs(current, target):
    return [
        (leg.symbol, leg.side.sign * leg.quantity, leg.purpose)
        for leg in plan_orders(PLAN, current, target)
    ]


def test_the_same_instrument_and_direction_trades_only_the_difference():
    assert legs({"SPY": Decimal(10)}, {"SPY": Decimal(14)}) == [("SPY", 4, Purpose.WEEKLY_OPEN)]
    assert legs({"SPY": Decimal(10)}, {"SPY": Decimal(4)}) == [("SPY", -6, Purpose.WEEKLY_CLOSE)]


def test_another_instrument_closes_the_old_and_opens_the_new_at_once():
    assert legs({"SPY": Decimal(10)}, {"TLT": Decimal(-5)}) == [
        ("SPY", -10, Purpose.WEEKLY_CLOSE),
        ("TLT", -5, Purpose.WEEKLY_OPEN),
    ]


def test_a_reversal_opens_only_after_its_close():
    close, opening = plan_orders(PLAN, {"SPY": Decimal(10)}, {"SPY": Decimal(-3)})
    assert (close.quantity, close.after) == (10, None)
    assert (opening.quantity, opening.after) == (3, close.client_order_id)


@given(current=HOLDINGS, target=HOLDINGS)
def test_filling_the_plan_gives_the_target_and_no_order_crosses_zero(current, target):
    held = dict(current)
    orders = plan_orders(PLAN, current, target)
    for order in orders:
        before = held.get(order.symbol, Decimal(0))
        after = before + order.side.sign * order.quantity
        assert order.quantity > 0
        assert before * after >= 0
        held[order.symbol] = after
    assert {symbol: shares for symbol, shares in held.items() if shares} == target
    assert len({order.client_order_id for order in orders}) == len(orders)
