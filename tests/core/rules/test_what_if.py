"""A run's target by itself, reckoned by hand: entry, horizon, week's end, costs, and when nothing is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal

from core.events.market import UniverseMarked
from core.policy import RiskLimits
from core.rules.lab_picks import Pick
from core.rules.what_if import Plan, outcome
from core.schemas.market import MarkedPrice

WEDNESDAY, ENDS = date(2024, 3, 6), date(2024, 3, 13)
SESSIONS = [date(2024, 3, day) for day in (6, 7, 8, 11, 12, 13)]
FREE = RiskLimits(slippage_bps=Decimal(0), commission_bps=Decimal(0), borrow_bps=Decimal(0))
DEAR = RiskLimits(slippage_bps=Decimal(100), commission_bps=Decimal(10), borrow_bps=Decimal(252))


def at(day, wall):
    return datetime.combine(day, time.fromisoformat(wall), UTC)


def priced(symbol, price, day, wall, kind):
    return MarkedPrice(
        symbol=symbol, price=Decimal(price), session=day, kind=kind,
        known_at=at(day, wall), source="test", feed="",
    )  # fmt: skip


def mark(number, opened, closed, symbol="SPY"):
    day = SESSIONS[number]
    return UniverseMarked(
        session=day,
        prices=(priced(symbol, closed, day, "21:00", "close"),),
        opens=(priced(symbol, opened, day, "14:30", "open"),),
    )


WEEK = [mark(0, 104, 105), mark(1, 106, 107), mark(2, 108, 109), mark(3, 110, 111)]
WHOLE = [*WEEK, mark(4, 112, 113), mark(5, 120, 90)]
PLAN = Plan(
    pick=Pick("SPY", Decimal("0.5"), 5),
    price=Decimal(100),
    equity=Decimal(10_000),
    decided_at=at(WEDNESDAY, "13:00"),
    ends=ENDS,
)


def held(weight, sessions=5):
    return replace(PLAN, pick=Pick("SPY", Decimal(weight), sessions))


def test_a_weeks_target_goes_from_the_first_open_to_the_next_weeks_open():
    """50 shares sized at 100, bought at 104, sold at 120."""
    found = outcome(PLAN, WHOLE, FREE)
    assert (found.pnl, found.until, found.over) == (50 * 16, SESSIONS[5], True)


def test_a_horizon_ends_at_its_sessions_close():
    one, three = outcome(held("0.5", 1), WHOLE, FREE), outcome(held("0.5", 3), WHOLE, FREE)
    assert (one.pnl, one.over) == (50 * 3, True)
    assert (three.pnl, three.over) == (50 * 7, True)


def test_a_week_under_way_counts_to_the_newest_close():
    found = outcome(PLAN, WEEK, FREE)
    assert (found.pnl, found.until, found.over) == (50 * 7, SESSIONS[3], False)


def test_slippage_and_commission_are_paid_twice():
    """Bought at 105.04 for 5.25, sold at 118.80 for 5.94."""
    found = outcome(PLAN, WHOLE, DEAR)
    assert found.pnl == 50 * Decimal("118.80") - 50 * Decimal("105.04") - Decimal("11.19")


def test_a_short_earns_what_falls_and_pays_its_borrow():
    """A ten-thousandth of its value a session: 0.52 + 0.54 + 0.54 + 0.56 at the closes."""
    free = outcome(held("-0.5"), WEEK, FREE)
    assert free.pnl == -50 * 7
    borrowing = FREE.model_copy(update={"borrow_bps": Decimal(252)})
    assert outcome(held("-0.5"), WEEK, borrowing).pnl == free.pnl - Decimal("2.16")


def test_flat_brings_nothing_and_is_over():
    found = outcome(replace(PLAN, pick=None, price=None), WHOLE, DEAR)
    assert (found.pnl, found.over) == (0, True)


def test_what_has_no_price_is_unknown_not_nothing():
    assert outcome(PLAN, [], FREE) is None
    assert outcome(PLAN, [mark(0, 104, 105, "GLD")], FREE) is None
    assert outcome(replace(PLAN, price=None), WHOLE, FREE) is None
    assert outcome(PLAN, WHOLE[5:], FREE) is None


def test_a_decision_after_the_close_enters_in_the_next_session():
    late = replace(PLAN, decided_at=at(WEDNESDAY, "21:30"))
    assert outcome(late, WHOLE, FREE).pnl == 50 * 14
