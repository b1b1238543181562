"""Weights and quantities: exact, capped, rounded toward zero."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.rules.sizing import quantity, target_weight
from core.types import Direction

ONE = Decimal(1)


@pytest.mark.parametrize(
    ("conviction", "direction", "weight"),
    [
        (2.0, Direction.LONG, "1"),
        (1.2, Direction.LONG, "0.6"),
        (-1.0, Direction.SHORT, "-0.5"),
        (0.25, Direction.LONG, "0.125"),
        (0.24, Direction.LONG, "0"),
        (0.0, Direction.FLAT, "0"),
        (1.9, Direction.FLAT, "0"),
    ],
)
def test_weight_is_half_the_conviction_of_the_maximum(conviction, direction, weight):
    assert target_weight(conviction, direction, ONE, 0.25) == Decimal(weight)


@given(
    conviction=st.floats(0.25, 2),
    cap=st.decimals("0.01", "1", places=2),
    equity=st.decimals("1", "1000000", places=2),
    price=st.decimals("0.5", "900", places=4),
    long=st.booleans(),
    fractions=st.booleans(),
)
def test_a_position_is_never_worth_more_than_its_weight_and_wastes_less_than_a_share(
    *, conviction, cap, equity, price, long, fractions
):
    direction = Direction.LONG if long else Direction.SHORT
    weight = target_weight(conviction, direction, cap, 0.25)
    assert abs(weight) <= cap
    shares = quantity(weight, equity, price, fractional_longs=fractions)
    assert abs(shares) * price <= abs(weight) * equity
    assert (abs(shares) + 1) * price > abs(weight) * equity
    assert shares == 0 or (shares > 0) == long
    if not long:
        assert shares == shares.to_integral_value()


@pytest.mark.parametrize(("equity", "price"), [("0", "10"), ("-5", "10"), ("100", "0")])
def test_nothing_is_bought_without_equity_or_a_price(equity, price):
    assert quantity(ONE, Decimal(equity), Decimal(price), fractional_longs=True) == 0
