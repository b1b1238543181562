"""The rule that switches a strategy off: weeks in a row behind its benchmark, or too far down."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.rules.switch_off import Valued, standing, verdict
from core.strategy import SwitchOffRule

TUESDAY = date(2026, 9, 8)  # a week's last day: weeks go from Wednesday to Tuesday
RULE = SwitchOffRule(weeks_behind=3, return_below_pct=-15.0)


def weekly(*weeks: tuple[float, float | None], first: date = TUESDAY) -> list[Valued]:
    """A close at each week's end, from the strategy's and the benchmark's return of that week."""
    closes, growth, price = [Valued(first, 1.0, 100.0)], 1.0, 100.0
    for number, (own, other) in enumerate(weeks, 1):
        growth *= 1 + own
        price *= 1 + (other or 0.0)
        session = first + timedelta(weeks=number)
        closes.append(Valued(session, growth, None if other is None else price))
    return closes


BEHIND, AHEAD = (0.0, 0.01), (0.02, 0.01)


def test_weeks_behind_count_back_to_the_last_that_was_not():
    assert standing(weekly(BEHIND, BEHIND, AHEAD, BEHIND, BEHIND)).weeks_behind == 2
    assert standing(weekly(BEHIND, AHEAD)).weeks_behind == 0
    assert standing([]).weeks_behind == 0


def test_a_week_level_with_its_benchmark_is_not_behind():
    assert standing(weekly((0.0, 0.0))).weeks_behind == 0


def test_it_switches_off_at_as_many_weeks_and_not_before():
    assert verdict(RULE, standing(weekly(*[BEHIND] * 2)), "SPY") is None
    why = verdict(RULE, standing(weekly(*[BEHIND] * 3)), "SPY")
    assert why == "behind SPY for 3 weeks in a row; 3 switch it off"


def test_it_switches_off_below_the_return_and_not_at_it():
    assert verdict(RULE, standing([Valued(TUESDAY, 0.85, None)]), "SPY") is None
    why = verdict(RULE, standing([Valued(TUESDAY, 0.84, None)]), "SPY")
    assert why == "a return of -16.00 % since 2026-09-08; below -15.00 % switches it off"


def test_a_week_without_a_benchmark_neither_counts_nor_breaks_the_row():
    closes = weekly(BEHIND, BEHIND, BEHIND, BEHIND)
    closes[2] = Valued(closes[2].session, closes[2].growth, None)
    assert standing(closes).weeks_behind == 2


def test_switched_on_again_it_has_a_new_trial():
    closes = weekly(*[(-0.1, 0.01)] * 4)
    found = standing(closes, closes[3].session)
    assert (found.weeks_behind, found.since) == (2, closes[2].session)
    assert found.return_pct == pytest.approx(-19.0)
    assert standing(closes, TUESDAY + timedelta(weeks=9)).weeks_behind == 0


def test_only_the_last_close_of_a_week_counts():
    midweek = Valued(TUESDAY + timedelta(days=3), 0.5, 100.0)
    closes = weekly(AHEAD)
    assert standing([closes[0], midweek, closes[1]]).weeks_behind == 0


@given(st.lists(st.sampled_from([BEHIND, AHEAD]), min_size=1, max_size=20))
def test_the_row_is_as_long_as_the_newest_weeks_behind(weeks):
    row = 0
    for week in reversed(weeks):
        if week is AHEAD:
            break
        row += 1
    assert standing(weekly(*weeks)).weeks_behind == row


@given(
    st.lists(st.tuples(st.floats(-0.2, 0.2), st.floats(-0.2, 0.2)), min_size=1, max_size=20),
    st.floats(0.1, 1000),
)
def test_the_unit_of_prices_and_growth_changes_nothing(weeks, unit):
    closes = weekly(*weeks)
    scaled = [Valued(one.session, one.growth, (one.benchmark or 0) * unit) for one in closes]
    ratios = [
        (b.growth / a.growth) / ((b.benchmark or 1) / (a.benchmark or 1))
        for a, b in pairwise(closes)
    ]
    if all(abs(ratio - 1) > 1e-9 for ratio in ratios):
        assert standing(scaled).weeks_behind == standing(closes).weeks_behind
