"""Computed research: true to the bars it was given, blind to later ones, and frank about what it lacks."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from core.schemas.research import (
    Bias,
    Impulse,
    Positioning,
    RiskMode,
)
from tests.fakes.research import (
    DAY,
    SeriesMarket,
    drifting,
    research,
    trending,
)
from tests.fakes.snapshots import known_bars


@pytest.mark.parametrize("pack", ["A", "B"])
def test_a_real_week_gives_every_part_of_a_pack_and_says_it_is_computed(pack):
    answer = research(pack, SeriesMarket(known_bars(DAY)))
    found = answer.findings
    assert answer.source == f"rules/research-{pack.lower()}"
    assert found.top_narratives
    assert 0 < len(found.tradable_candidates) <= 4
    assert all(one.invalidation_rule for one in found.tradable_candidates)
    assert all(one.what_would_falsify_it for one in found.top_narratives)
    assert "computed from prices" in found.confidence_notes.known_unknowns[0]
    assert answer.report.startswith("Computed from daily prices")
    assert found.confidence_notes.data_quality_flags == ()


def test_the_two_packs_read_the_same_prices_differently():
    days = [date(2016, 3, 2), date(2017, 8, 9), date(2018, 12, 19), date(2020, 3, 18)]
    for day in days:
        bars = SeriesMarket(known_bars(day))
        assert research("A", bars, day=day).findings != research("B", bars, day=day).findings


def test_the_spring_of_2020_is_risk_off_and_the_summer_after_it_risk_on():
    crash, summer = (known_bars(day) for day in (date(2020, 3, 18), date(2020, 8, 19)))
    for pack in "AB":
        assert regime(pack, crash, date(2020, 3, 18)).risk_mode is RiskMode.RISK_OFF
    assert regime("A", summer, date(2020, 8, 19)).risk_mode is RiskMode.RISK_ON


def regime(pack, series, day=DAY):
    return research(pack, SeriesMarket(series), day=day).findings.macro_regime


def test_each_impulse_has_the_sign_of_its_proxy():
    rising = trending(
        SPY=0.002, HYG=0.002, IWM=0.002, TLT=-0.002, IEF=-0.002, UUP=-0.002, GLD=0.002
    )
    found = research("A", rising).findings.macro_regime
    assert found.rates_impulse is Impulse.UP  # bonds fall
    assert found.usd_impulse is Impulse.DOWN
    assert found.inflation_impulse is Impulse.UP
    assert found.growth_impulse is Impulse.UP
    assert found.risk_mode is RiskMode.RISK_ON


def test_nothing_that_would_falsify_a_view_is_true_already():
    """Prices named in falsifiers and invalidations lie on the far side of today's, weeks on end."""
    for step in range(40):
        day = date(2015, 9, 2) + timedelta(weeks=8 * step)
        bars = known_bars(day)
        for pack in "AB":
            found = research(pack, SeriesMarket(bars), day=day).findings
            said = [turn for one in found.top_narratives for turn in one.what_would_falsify_it]
            said += [f"{i.instrument} {i.invalidation_rule}" for i in found.tradable_candidates]
            for sentence in said:
                level = re.match(r"(\w+) (?:closing|price) (above|below) ([\d.]+)", sentence)
                if level:
                    price, limit = bars[level[1]].close[-1], float(level[3])
                    assert price < limit if level[2] == "above" else price > limit, sentence


def test_a_crowded_move_is_followed_by_one_pack_and_faded_by_the_other():
    squeezed = SeriesMarket({"GLD": drifting("GLD", 0.0, last=0.01), "SPY": drifting("SPY", 0.0)})
    followed, faded = (
        research(pack, squeezed, symbols=("SPY", "GLD")).findings.tradable_candidates[0]
        for pack in "AB"
    )
    assert (followed.instrument, followed.directional_bias) == ("GLD", Bias.BULLISH)
    assert (faded.instrument, faded.directional_bias) == ("GLD", Bias.BEARISH)
    assert followed.invalidation_rule.startswith("price below")
    assert faded.invalidation_rule.startswith("return_since_entry below -0.")


def test_positioning_is_light_when_nothing_moves_and_crowded_after_a_squeeze():
    def guessed(**more):
        market = SeriesMarket({"SPY": drifting("SPY", 0.0, **more)})
        return research("B", market, symbols=("SPY",)).findings.consensus_map.positioning_guess

    assert guessed(last=0.01) is Positioning.CROWDED
    assert guessed(last=-0.01) is Positioning.CROWDED
    assert guessed() is not Positioning.CROWDED


@pytest.mark.parametrize(
    ("day", "event", "when"),
    [
        (date(2021, 11, 24), "NYSE closed", date(2021, 11, 25)),
        (date(2021, 11, 24), "NYSE closes at 13:00", date(2021, 11, 26)),
        (date(2021, 6, 16), "Monthly options expiry", date(2021, 6, 18)),
        (date(2019, 4, 17), "Monthly options expiry", date(2019, 4, 18)),  # Good Friday
        (date(2021, 5, 26), "Last session of the month", date(2021, 5, 28)),
    ],
)
def test_the_calendar_names_what_the_exchange_itself_knows(day, event, when):
    market = trending(SPY=0.001, TLT=0.001)
    events = research("A", market, day=day).findings.event_calendar_next_7d
    found = [one for one in events if (one.event, one.date_et) == (event, when)]
    assert len(found) == 1
    assert "SPY" in found[0].expected_impact_assets


def test_an_ordinary_week_has_no_invented_event():
    market = trending(SPY=0.002, HYG=0.002, IWM=0.002)
    found = research("A", market, day=DAY).findings
    assert found.event_calendar_next_7d == ()
    assert (
        "None that the exchange's calendar knows"
        in found.top_narratives[0].key_catalysts_next_7d[0]
    )


def test_events_name_only_assets_of_the_universe():
    market = trending(SPY=0.001)
    events = research("A", market, symbols=("SPY",), day=date(2021, 11, 24))
    assets = {
        one
        for event in events.findings.event_calendar_next_7d
        for one in event.expected_impact_assets
    }
    assert assets == {"SPY"}
