"""A checkpoint's orders: halve toward zero, close, or close and then open the other side."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.rules.checkpoint_orders import Holding, checkpoint_orders, halved
from core.schemas.order import Purpose
from core.types import AccountId, CheckpointAction, RunId, WeekId

NONE = Decimal(0)
QUANTITIES = st.one_of(
    st.integers(-10_000, 10_000).filter(bool).map(Decimal),
    st.decimals("0.0001", "1000", places=4),
)


def holding(quantity):
    return Holding(
        account_id=AccountId("acct_1"),
        week_id=WeekId("2024-03-06"),
        run_id=RunId("run-1"),
        symbol="SPY",
        quantity=Decimal(quantity),
        price=Decimal(400),
        sequence=3,
        decided_at=datetime(2024, 3, 7, 17, tzinfo=UTC),
    )


def after(quantity, action, flip=NONE):
    orders = checkpoint_orders(holding(quantity), action, flip)
    return quantity + sum(order.side.sign * order.quantity for order in orders)


@pytest.mark.parametrize(
    ("held", "closed"),
    [("10", "5"), ("-7", "4"), ("1", "1"), ("-1", "1"), ("0.5", "0.25"), ("3.0001", "1.5001")],
)
def test_half_is_rounded_toward_zero(held, closed):
    assert halved(Decimal(held)) == Decimal(closed)


@given(quantity=QUANTITIES, flip=st.integers(0, 500).map(Decimal))
def test_each_action_leaves_what_it_promises_and_no_order_crosses_zero(quantity, flip):
    assert after(quantity, CheckpointAction.STAY) == quantity
    assert after(quantity, CheckpointAction.EXIT) == 0
    left = after(quantity, CheckpointAction.REDUCE)
    assert left * quantity >= 0
    assert abs(left) <= abs(quantity) / 2
    side = -1 if quantity > 0 else 1
    assert after(quantity, CheckpointAction.FLIP, flip) == side * flip
    first = checkpoint_orders(holding(quantity), CheckpointAction.FLIP, flip)[0]
    assert first.quantity == abs(quantity)


def test_a_flip_opens_only_after_its_close_with_the_next_number():
    close, opening = checkpoint_orders(holding("-4"), CheckpointAction.FLIP, Decimal(3))
    assert opening.after == close.client_order_id
    assert (close.sequence, opening.sequence) == (3, 4)
    assert (close.purpose, opening.purpose) == (Purpose.CHECKPOINT_CLOSE, Purpose.CHECKPOINT_OPEN)


@pytest.mark.parametrize("action", CheckpointAction)
def test_nothing_held_is_nothing_to_do(action):
    assert checkpoint_orders(holding("0"), action, Decimal(3)) == ()
