"""Hard limits: refused or cut, always with the numbers."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.rules.limits import Limits, Wish, apply_limits
from core.schemas.risk import LimitOutcome

LIMITS = Limits(Decimal("0.20"), Decimal(1))


def wish(weight="0.1", **more):
    fields = {
        "instrument": "SPY",
        "weight": Decimal(weight),
        "price": Decimal(400),
        "shortable": True,
        "equity": Decimal(100_000),
    }
    return Wish(**{**fields, **more})


@pytest.mark.parametrize(
    ("refused", "limit"),
    [
        (wish(price=None), "known_price"),
        (wish("-0.1", shortable=False), "shortable"),
        (wish(equity=Decimal(0)), "positive_equity"),
    ],
)
def test_what_cannot_be_traded_is_refused_with_its_reason(refused, limit):
    weight, hits = apply_limits(refused, LIMITS)
    assert weight == 0
    assert [(hit.limit, hit.outcome) for hit in hits] == [(limit, LimitOutcome.REFUSED)]
    assert hits[0].asked
    assert hits[0].allowed


def test_a_weight_over_the_cap_is_cut_to_it_and_says_both_numbers():
    weight, hits = apply_limits(wish("-0.55"), LIMITS)
    assert weight == Decimal("-0.20")
    assert (hits[0].asked, hits[0].allowed) == ("0.5500", "0.2000")


def test_wanting_nothing_hits_nothing():
    assert apply_limits(wish("0", price=None), LIMITS) == (0, ())


@given(
    weight=st.decimals("-3", "3", places=4),
    position=st.decimals("0.01", "1", places=2),
    gross=st.decimals("0.01", "1", places=2),
)
def test_no_weight_ever_passes_a_cap_or_changes_side(weight, position, gross):
    allowed, hits = apply_limits(wish(str(weight)), Limits(position, gross))
    assert abs(allowed) <= min(position, gross)
    assert allowed * weight >= 0
    assert (allowed == weight) == (not hits)
