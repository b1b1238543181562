"""Netting and allocation: nothing is lost, nothing doubled, no order crosses zero."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.rules.allocation import allocate
from core.rules.netting import Part, net
from core.types import AccountId, Side

D = Decimal
SHARES = st.integers(1, 500).map(D)
FRACTIONS = st.integers(1, 5_000_000).map(lambda n: D(n) / 10_000)


def parts(quantities, prefix):
    return [
        Part(AccountId(f"acct_{n}"), f"{prefix}-{n}", quantity)
        for n, quantity in enumerate(quantities, 1)
    ]


def total(found):
    return sum((part.quantity for part in found), D(0))


@given(
    st.lists(st.one_of(SHARES, FRACTIONS), max_size=4),
    st.lists(st.one_of(SHARES, FRACTIONS), max_size=4),
    st.integers(-800, 800).map(D),
)
def test_every_intent_is_used_up_exactly_and_no_leg_crosses_zero(bought, sold, held):
    buys, sells = parts(bought, "b"), parts(sold, "s")
    crosses, legs = net(buys, sells, held)
    used: dict[str, Decimal] = {}
    pieces = [piece for cross in crosses for piece in (cross.buy, cross.sell)]
    for piece in (*pieces, *(part for leg in legs for part in leg.parts)):
        assert piece.quantity > 0
        used[piece.client_order_id] = used.get(piece.client_order_id, D(0)) + piece.quantity
    assert used == {part.client_order_id: part.quantity for part in (*buys, *sells)}
    assert all(cross.buy.quantity == cross.sell.quantity for cross in crosses)
    assert len({leg.side for leg in legs}) <= 1
    position = held
    for leg in legs:
        after = position + (leg.quantity if leg.side is Side.BUY else -leg.quantity)
        assert position * after >= 0
        position = after
    assert position == held + total(buys) - total(sells)


def test_a_sale_beyond_what_the_key_holds_is_closed_first_and_opened_after():
    _, (closing, opening) = net([], parts([D(4), D(8)], "s"), D(5))
    assert [(part.account_id, part.quantity) for part in closing.parts] == [
        ("acct_1", D(4)),
        ("acct_2", D(1)),
    ]
    assert (opening.side, opening.quantity) == (Side.SELL, D(7))


@given(st.lists(st.one_of(SHARES, FRACTIONS), min_size=1, max_size=6), st.data())
def test_fills_in_any_pieces_add_up_and_overfill_nobody(waiting, data):
    left, got = list(waiting), [D(0)] * len(waiting)
    while sum(left):
        most = sum(left, D(0))
        share = data.draw(st.integers(1, 100)) * most / 100
        fill = min(most, max(share.quantize(D("0.0001")), D("0.0001")))
        given_now = allocate(fill, left)
        assert sum(given_now, D(0)) == fill
        left = [one - part for one, part in zip(left, given_now, strict=True)]
        got = [one + part for one, part in zip(got, given_now, strict=True)]
        assert all(one >= 0 for one in left)
        if share == most:
            break
    if not sum(left):
        assert got == waiting


@given(st.lists(SHARES, min_size=1, max_size=6), st.data())
def test_whole_shares_stay_whole(waiting, data):
    fill = D(data.draw(st.integers(1, int(sum(waiting)))))
    assert all(part == part.to_integral_value() for part in allocate(fill, waiting))


def test_a_tie_goes_to_the_earlier_account():
    assert allocate(D(1), [D(5), D(5), D(5)]) == (D(1), D(0), D(0))
    assert allocate(D(2), [D(5), D(5), D(5)]) == (D(1), D(1), D(0))


@pytest.mark.parametrize("fill", ["0", "-1", "11"])
def test_more_than_is_waited_for_is_a_defect(fill):
    with pytest.raises(ValueError, match="cannot be split"):
        allocate(D(fill), [D(4), D(6)])
