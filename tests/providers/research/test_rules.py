"""Computed research: true to the bars it was given, blind to later ones, and frank about what it lacks."""

from __future__ import annotations

import asyncio
from datetime import date, time

import numpy as np
import pytest

from core.clock import at_new_york
from core.errors import ModelUnavailable, NoBars
from core.market import BarSeries, Defect, DefectKind, MarketBars
from core.policy import AssetSpec
from core.schemas.research import Bias, Impulse, Positioning, ResearchRequest, RiskMode
from core.types import week_of
from providers.market.calendar import XnysCalendar
from providers.research.rules import RulesResearcher
from tests.fakes.snapshots import CLASSES, UNSHORTABLE, known_bars

CALENDAR = XnysCalendar()
DAY = date(2021, 6, 9)
ASSETS = [
    AssetSpec(
        symbol=symbol,
        name=symbol,
        asset_class=kind,
        sector=kind,
        shortable=symbol not in UNSHORTABLE,
    )
    for symbol, kind in CLASSES.items()
]


class SeriesMarket:
    """Serves the series it was given; a symbol without one has no bars."""

    source = "test"

    def __init__(self, series, defects=()):
        self.series, self.defects, self.reads = series, tuple(defects), []

    def bars(self, symbols, as_of, sessions):
        self.reads.append(as_of)
        for symbol in symbols:
            if symbol not in self.series:
                raise NoBars(f"no bars for {symbol}")
        found = {symbol: self.series[symbol].last(sessions) for symbol in symbols}
        return MarketBars(as_of, self.source, "tape", True, found, self.defects)


def drifting(symbol, daily, sessions=300, last=0.0):
    """Closes that grow by ``daily`` with a small wobble; the last 20 sessions by ``last`` more."""
    steps = np.full(sessions, daily) + 0.004 * np.cos(np.arange(sessions) * 2.1)
    steps[-20:] += last
    close = 100 * np.exp(np.cumsum(steps))
    days = np.datetime64("2021-06-08") - np.arange(sessions - 1, -1, -1)
    volume = np.full(sessions, 1e6)
    return BarSeries(symbol, days, close, close * 1.003, close * 0.997, close, volume)


def research(pack, market, symbols=tuple(CLASSES), day=DAY):
    asked = ResearchRequest(
        pack=pack,
        week_id=week_of(day),
        as_of=at_new_york(day, time(8)),
        symbols=symbols,
    )
    return asyncio.run(RulesResearcher(market, pack, ASSETS, CALENDAR).research(asked))


def trending(**drifts):
    return SeriesMarket({symbol: drifting(symbol, daily) for symbol, daily in drifts.items()})


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


def test_an_impulse_without_a_proxy_is_named_as_unknown():
    found = research("A", trending(SPY=0.002, TLT=0.001)).findings
    assert found.macro_regime.usd_impulse is Impulse.RANGE
    unknowns = " ".join(found.confidence_notes.known_unknowns)
    assert "usd_impulse is unknown, not a range: none of UUP could be read" in unknowns
    assert "rates_impulse" not in unknowns


def test_missing_short_and_defective_series_are_named():
    defect = Defect("SPY", DefectKind.MISSING_SESSION, date(2021, 6, 1), "gap")
    market = SeriesMarket({"SPY": drifting("SPY", 0.001, sessions=90)}, [defect])
    flags = research("A", market, symbols=("SPY", "GLD")).findings.confidence_notes
    assert flags.data_quality_flags == (
        "SPY: missing_session on 2021-06-01",
        "SPY: 90 sessions of history, 300 wanted",
        "GLD: no bars for GLD",
    )


def test_no_bars_at_all_is_a_failure_not_an_empty_pack():
    with pytest.raises(ModelUnavailable, match="rules/research-b has no bars at 2021-06-09"):
        research("B", SeriesMarket({}))


def test_prices_are_read_as_of_the_request_and_at_no_other_time():
    market = trending(SPY=0.001)
    research("A", market)
    assert set(market.reads) == {at_new_york(DAY, time(8))}


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
