"""The shadow's books: targets on recorded closes, with costs, horizons and typed invalidations."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.policy import RiskLimits
from core.rules.ledger import AccountState, equity
from core.rules.shadow_ledger import Shadow, mark, retarget
from core.schemas.pitch import InvalidationRule
from core.schemas.risk import Target
from core.types import AccountId, Direction, Horizon

D = Decimal
ONE = AccountId("acct_1")
FREE = RiskLimits(slippage_bps=D(0), commission_bps=D(0), borrow_bps=D(0))
COSTLY = RiskLimits()
DAY = date(2024, 1, 3)
HORIZONS = {1: Horizon.DAY, 3: Horizon.THREE_DAYS, 5: Horizon.WEEK}


def target(weight="1", price="100", sessions=5, **more) -> Target:
    weight = D(weight)
    side = Direction.LONG if weight > 0 else Direction.SHORT if weight else Direction.FLAT
    fields = {
        "account_id": ONE,
        "instrument": "SPY",
        "direction": side,
        "conviction": 2.0,
        "horizon": HORIZONS[sessions],
        "weight": weight,
        "quantity": D(0),
        "equity": D(100_000),
        "reference_price": D(price),
    }
    return Target(**(fields | more))


def fresh() -> Shadow:
    return Shadow(AccountState(account_id=ONE, cash=D(100_000)))


def lived(shadow: Shadow, *closes: str, terms=FREE, start=0) -> Shadow:
    """Through these closes, one a session, from ``start`` days after the first."""
    for number, close in enumerate(closes, start):
        shadow = mark(shadow, DAY + timedelta(days=number), {"SPY": D(close)}, terms)
    return shadow


def held(shadow: Shadow) -> Decimal:
    return shadow.state.quantity("SPY")


def test_the_weight_no_halt_touched_is_traded_at_the_entry_sessions_close():
    shadow = retarget(fresh(), target("0", unhalted_weight=D("0.5")), DAY, {}, FREE)
    assert held(shadow) == 0
    shadow = lived(shadow, "125")
    assert held(shadow) == 500  # 50,000 at the reference of 100
    assert shadow.state.cash == 100_000 - 500 * 125


def test_nothing_is_traded_before_its_session():
    shadow = retarget(fresh(), target(), DAY + timedelta(days=1), {}, FREE)
    assert held(lived(shadow, "100")) == 0
    assert held(lived(shadow, "100", "100")) == 1_000


@pytest.mark.parametrize("sessions", [1, 3, 5])
def test_a_position_is_closed_at_the_close_of_its_last_session(sessions):
    shadow = retarget(fresh(), target(sessions=sessions), DAY, {}, FREE)
    before = lived(shadow, *["100"] * sessions)
    assert held(before) == 1_000
    after = lived(before, "101", start=sessions)
    assert held(after) == 0
    assert [trade.pnl for trade in after.state.closed_trades] == [1_000]
    assert held(lived(after, "90", start=sessions + 1)) == 0


def test_the_next_week_trades_the_difference_alone_and_a_turn_in_two_trades():
    shadow = lived(retarget(fresh(), target("0.5"), DAY, {}, FREE), "100")
    more = lived(retarget(shadow, target("1"), DAY, {"SPY": D(100)}, FREE), "100", start=1)
    assert held(more) == 1_000
    assert more.state.closed_trades == ()
    turned = lived(retarget(shadow, target("-1"), DAY, {"SPY": D(100)}, FREE), "100", start=1)
    assert held(turned) == -1_000
    assert len(turned.state.closed_trades) == 1


def test_slippage_and_commission_go_against_it_and_shorts_pay_borrow():
    shadow = lived(retarget(fresh(), target("1"), DAY, {}, COSTLY), "100", terms=COSTLY)
    assert shadow.state.cash == D(100_000) - 1_000 * D("100.02") - D("10.00")
    short = lived(retarget(fresh(), target("-1"), DAY, {}, COSTLY), "100", terms=COSTLY)
    borrow = (D(100_000) * D("0.005") / 252).quantize(D("0.01"))
    assert short.state.cash == D(100_000) + 1_000 * D("99.98") - D("10.00") - borrow


def test_an_invalidation_seen_at_one_close_is_traded_at_the_next():
    rule = InvalidationRule(operand="return_since_entry", comparison="below", threshold=-0.05)
    shadow = retarget(fresh(), target(invalidation_rules=(rule,)), DAY, {}, FREE)
    seen = lived(shadow, "100", "94")
    assert held(seen) == 1_000
    out = lived(seen, "93", start=2)
    assert held(out) == 0
    assert [trade.pnl for trade in out.state.closed_trades] == [-7_000]
    assert held(lived(out, "120", start=3)) == 0, "no re-entry that week"


def test_what_has_no_price_is_not_traded_and_waits():
    shadow = retarget(fresh(), target(), DAY, {}, FREE)
    shadow = mark(shadow, DAY, {"TLT": D(90)}, FREE)
    assert held(shadow) == 0
    assert held(lived(shadow, "100", start=1)) == 1_000


weeks = st.lists(
    st.tuples(
        st.decimals("-1", "1", places=2),
        st.sampled_from([1, 3, 5]),
        st.lists(st.decimals("50", "150", places=2), min_size=1, max_size=6),
    ),
    max_size=5,
)


@given(weeks)
def test_money_is_neither_made_nor_lost_but_by_prices(lives):
    """Without costs equity moves by shares held times the change of the close, to the last digit."""
    shadow, last, day = fresh(), D(100), DAY
    for weight, sessions, closes in lives:
        worth = equity(shadow.state, {"SPY": last})
        one = target(str(weight), str(last), sessions)
        shadow = retarget(shadow, one, day, {"SPY": last}, FREE)
        for close in closes:
            before = held(shadow)
            shadow = mark(shadow, day, {"SPY": close}, FREE)
            now = equity(shadow.state, {"SPY": close})
            assert now == worth + before * (close - last)
            worth, last, day = now, close, day + timedelta(days=1)
