"""A time-weighted return is the money's own: deposits and withdrawals neither make nor hide it."""

from __future__ import annotations

import math
from decimal import Decimal
from itertools import accumulate
from operator import mul

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.rules.time_weighted import grown

D = Decimal
MONEY = st.decimals("1000", "1000000", places=2)
DAYS = st.lists(st.floats(-0.2, 0.2), min_size=1, max_size=30)


def time_weighted(capital, closes):
    """Growth since the start at each close, of (flow since the close before, equity at it) in USD."""
    equities = [equity for _, equity in closes]
    days = zip([capital, *equities], closes, strict=False)
    return list(accumulate((grown(before, *close) for before, close in days), mul))


def test_money_put_in_is_no_return():
    assert time_weighted(D(100), [(D(0), D(110)), (D(90), D(200)), (D(0), D(220))]) == [
        pytest.approx(1.1),
        pytest.approx(1.1),
        pytest.approx(1.21),
    ]


def test_taking_everything_out_leaves_the_return_where_it_was():
    assert time_weighted(D(100), [(D(0), D(120)), (D(-120), D(0)), (D(50), D(55))]) == [
        pytest.approx(1.2),
        pytest.approx(1.2),
        pytest.approx(1.32),
    ]
    assert grown(D(0), D(0), D(0)) == 1.0


@given(MONEY, st.lists(MONEY, min_size=1, max_size=30))
def test_without_flows_it_is_the_plain_return(capital, closes):
    growth = time_weighted(capital, [(D(0), close) for close in closes])
    assert growth[-1] == pytest.approx(float(closes[-1] / capital), rel=1e-9)


@given(MONEY, DAYS, st.data())
def test_whatever_is_put_in_or_taken_out_the_same_days_give_the_same_return(capital, days, data):
    equity, closes = capital, []
    for day in days:
        most = float(equity) * 0.9
        flow = D(str(round(data.draw(st.floats(-most, 3 * most)), 2)))
        equity = (equity + flow) * (1 + D(str(day)))
        closes.append((flow, equity))
    expected = math.prod(1 + day for day in days)
    assert time_weighted(capital, closes)[-1] == pytest.approx(expected, rel=1e-6)
