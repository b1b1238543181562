"""Two configurations on the same days: paired differences over the same panels."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

import numpy as np
import pytest

from config.wiring import calendar
from core.clock import at_new_york
from core.discovery.comparing import Look, compare_settings, suggested_by_code
from core.discovery.facts import Facts
from core.discovery.fuzzy import Holdings
from core.discovery.inputs import Inputs
from core.discovery.panel import newest_of, panel_of
from core.discovery.settings import DiscoverySettings, MetricFilters
from core.market import MarketBars
from core.schemas.suggestion import Picker
from core.strategy import EQUITY
from tests.core.desk.test_discovering import DAYS, market

SESSIONS = 60
LOOKS = 12
CHEAP = DiscoverySettings(enabled=(Picker.METRIC,))
DEAR = DiscoverySettings(enabled=(Picker.METRIC,), metric=MetricFilters(min_price=70))


def looks() -> list[Look]:
    held = market().held
    found = []
    for end in range(SESSIONS, SESSIONS + LOOKS):
        at = at_new_york(DAYS[end], time(9, 30))
        bars = MarketBars(at, "tests", "alpaca/sip", adjusted=True, series=held)
        before = replace(panel_of(bars, DAYS[end - SESSIONS : end]), as_of=at)
        universe = frozenset(set(held) - {"SPY"})
        inputs = Inputs(EQUITY, before, universe, Facts(), Holdings())
        found.append(Look(inputs, panel_of(bars, DAYS[end : end + 20])))
    return found


def test_each_configuration_is_measured_on_what_it_would_have_suggested():
    days, held = looks(), market().held
    found = compare_settings(days, CHEAP, DEAR, calendar())
    assert len(found.days) == LOOKS
    by_hand = []
    for settings in (CHEAP, DEAR):
        means = []
        for place, look in enumerate(days):
            bought = SESSIONS + place
            names = [one.symbol for one in suggested_by_code(look.inputs, settings)]
            returns = [
                held[name].close[bought + 5] / held[name].close[bought] - 1 for name in names
            ]
            means.append(np.mean(returns))
        by_hand.append(np.array(means))
    assert found.first.mean.value == pytest.approx(by_hand[0].mean(), abs=1e-8)
    assert found.second.mean.value == pytest.approx(by_hand[1].mean(), abs=1e-8)
    assert found.difference.value == pytest.approx((by_hand[1] - by_hand[0]).mean(), abs=1e-8)
    assert found.first.mean != found.second.mean


def test_the_same_configuration_twice_does_not_differ():
    found = compare_settings(looks(), CHEAP, CHEAP, calendar())
    assert found.difference.value == 0
    assert found.difference.interval is None  # nothing varies: no interval is made up


def test_a_configuration_that_suggests_nothing_leaves_no_day():
    nobody = DiscoverySettings(enabled=(Picker.METRIC,), metric=MetricFilters(min_price=9_000))
    found = compare_settings(looks(), CHEAP, nobody, calendar())
    assert (found.days, found.left_out) == ((), LOOKS)
    assert (found.first.mean.value, found.difference.value) == (None, None)


def test_hit_rate_and_overlap_are_counted_over_the_same_days():
    days, held = looks(), market().held
    found = compare_settings(days, CHEAP, DEAR, calendar())
    wins = counted = shared = either = 0
    for place, look in enumerate(days):
        bought = SESSIONS + place
        one, two = (
            {each.symbol for each in suggested_by_code(look.inputs, settings)}
            for settings in (CHEAP, DEAR)
        )
        shared, either = shared + len(one & two), either + len(one | two)
        counted += len(one)
        wins += sum(held[name].close[bought + 5] > held[name].close[bought] for name in one)
    assert (found.first.suggested, found.first.counted) == (counted, counted)
    assert found.first.hit_rate.value == pytest.approx(wins / counted)
    assert (found.shared, found.either) == (shared, either)
    assert 0 < shared < either


def test_a_configuration_sees_no_more_sessions_than_it_asks_for():
    [look, *_] = looks()
    short = DiscoverySettings(enabled=(Picker.FUZZY,), sessions=30)
    cut = replace(look.inputs, panel=newest_of(look.inputs.panel, 30))
    assert len(cut.panel.days) == 30
    assert suggested_by_code(look.inputs, short) == suggested_by_code(cut, short)
    assert suggested_by_code(look.inputs, short) != suggested_by_code(
        look.inputs, short.model_copy(update={"sessions": SESSIONS})
    )


def test_looks_are_taken_one_at_a_time():
    found = compare_settings(iter(looks()), CHEAP, DEAR, calendar())
    assert found == compare_settings(looks(), CHEAP, DEAR, calendar())
