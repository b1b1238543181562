"""Computed research: true to the bars it was given, blind to later ones, and frank about what it lacks."""

from __future__ import annotations

import asyncio
import re
from datetime import date, time, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.clock import at_new_york
from core.context import PipelineContext
from core.errors import ModelUnavailable, NoBars
from core.keys import RESEARCH_PACK_A, RUN
from core.market import BarSeries, Defect, DefectKind, MarketBars
from core.policy import AssetSpec
from core.schemas.research import (
    Bias,
    Impulse,
    PackStatus,
    Positioning,
    ResearchFindings,
    ResearchRequest,
    RiskMode,
)
from core.stages.research import ResearchStage
from core.types import week_of
from providers.market.calendar import XnysCalendar
from providers.market.daily import DailyBars, DailyBarsMarket
from providers.market.files import FilesMarket
from providers.research.rules import RulesResearcher
from tests.fakes.snapshots import CLASSES, UNSHORTABLE, known_bars
from tests.fakes.week import policy, run_spec
from tests.fixture_files import fixture_path

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


def research(pack, market, symbols=tuple(CLASSES), day=DAY, hour=time(8)):
    asked = ResearchRequest(
        pack=pack,
        week_id=week_of(day),
        as_of=at_new_york(day, hour),
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


def test_many_defects_of_a_kind_are_one_flag():
    days = [date(2021, 5, day) for day in (4, 3, 5)]
    gaps = [Defect("SPY", DefectKind.MISSING_SESSION, day, "gap") for day in days]
    stale = Defect("SPY", DefectKind.STALE, date(2021, 6, 7), "old")
    market = SeriesMarket({"SPY": drifting("SPY", 0.001)}, [*gaps, stale])
    flags = research("A", market, symbols=("SPY",)).findings.confidence_notes.data_quality_flags
    assert flags == ("SPY: missing_session on 2021-05-03 and 2 more", "SPY: stale on 2021-06-07")


@pytest.mark.parametrize("pack", ["A", "B"])
@pytest.mark.parametrize("sessions", [1, 2, 6, 20, 21, 22, 61, 200, 253, 271, 300])
def test_any_length_of_history_gives_a_whole_pack(pack, sessions):
    known = {symbol: bars.last(sessions) for symbol, bars in known_bars(DAY).items()}
    answer = research(pack, SeriesMarket(known))
    assert (
        ResearchFindings.model_validate_json(answer.findings.model_dump_json()) == answer.findings
    )
    flags = answer.findings.confidence_notes.data_quality_flags
    assert len(flags) == (len(CLASSES) if sessions < 300 else 0)
    if sessions < 20:
        assert len(answer.findings.confidence_notes.known_unknowns) == 6
        assert answer.findings.tradable_candidates == ()


@pytest.mark.parametrize("pack", ["A", "B"])
@pytest.mark.parametrize("symbol", CLASSES)
def test_any_one_missing_symbol_is_flagged_and_the_rest_is_read(pack, symbol):
    known = {name: bars for name, bars in known_bars(DAY).items() if name != symbol}
    found = research(pack, SeriesMarket(known)).findings
    assert found.confidence_notes.data_quality_flags == (f"{symbol}: no bars for {symbol}",)
    assert symbol not in {idea.instrument for idea in found.tradable_candidates}
    assert found.tradable_candidates


@pytest.mark.parametrize("pack", ["A", "B"])
@pytest.mark.parametrize("symbol", CLASSES)
def test_a_symbol_alone_is_enough_for_a_pack(pack, symbol):
    found = research(pack, SeriesMarket({symbol: known_bars(DAY)[symbol]}))
    assert [idea.instrument for idea in found.findings.tradable_candidates] == [symbol]
    assert len(found.findings.confidence_notes.data_quality_flags) == len(CLASSES) - 1


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


def later(series, moment, factor):
    """The same bars with everything changed that was not known at ``moment``."""
    known = np.array([CALENDAR.session_close(day.item()) <= moment for day in series.days])
    scale = np.where(known, 1.0, factor)
    names = ("open", "high", "low", "close", "volume")
    return BarSeries(series.symbol, series.days, *(getattr(series, n) * scale for n in names))


def held(series):
    return DailyBarsMarket(
        DailyBars(
            "test", True, series, {symbol: ["tape"] * len(bars) for symbol, bars in series.items()}
        ),
        CALENDAR,
    )


@settings(max_examples=12)
@given(
    week=st.integers(0, 300),
    hour=st.sampled_from([time(8), time(9, 31), time(15, 59), time(16, 1)]),
    factor=st.sampled_from([0.5, 1.3, 40.0]),
)
def test_no_bar_after_as_of_changes_a_word(week, hour, factor):
    day = CALENDAR.session_on_or_after(date(2015, 9, 2) + timedelta(weeks=week))
    moment = at_new_york(day, hour)
    around = known_bars(day + timedelta(days=14), sessions=320)
    changed = {symbol: later(bars, moment, factor) for symbol, bars in around.items()}
    for pack in "AB":
        before = research(pack, held(around), day=day, hour=hour)
        assert research(pack, held(changed), day=day, hour=hour) == before


def test_the_last_close_before_as_of_does_change_what_is_found():
    """The other half of the property: the change above is one that would have been seen."""
    around = known_bars(DAY + timedelta(days=14), sessions=320)
    seen = {
        symbol: later(bars, at_new_york(DAY - timedelta(days=2), time(16)), 1.3)
        for symbol, bars in around.items()
    }
    assert research("A", held(seen)).findings != research("A", held(around)).findings


def test_files_before_their_first_bar_are_a_failure_and_after_it_a_short_history():
    market = FilesMarket(fixture_path("market/universe"), CALENDAR)
    with pytest.raises(ModelUnavailable, match="no bars at 2014-06-25"):
        research("A", market, day=date(2014, 6, 25))
    found = research("A", market, day=date(2014, 8, 6)).findings
    assert "SPY: 27 sessions of history, 300 wanted" in found.confidence_notes.data_quality_flags


def outcome(market, day=DAY):
    """What the research stage makes of pack A."""
    stage = ResearchStage("A", RulesResearcher(market, "A", ASSETS, CALENDAR), policy())
    run = run_spec().model_copy(
        update={"as_of": at_new_york(day, time(8)), "week_id": week_of(day)}
    )
    return asyncio.run(stage.run(PipelineContext().bind(RUN, run)))[RESEARCH_PACK_A]


def test_a_received_an_empty_and_a_missing_pack_are_three_things():
    received = outcome(SeriesMarket(known_bars(DAY)))
    empty = outcome(SeriesMarket({"SPY": drifting("SPY", 0.001, sessions=5)}))
    missing = outcome(SeriesMarket({}))
    assert (received.status, received.source) == (PackStatus.RECEIVED, "rules/research-a")
    assert (empty.status, missing.status) == (PackStatus.EMPTY, PackStatus.MISSING)
    assert received.pack.report.startswith("Computed from daily prices")
    assert "no bars at 2021-06-09" in missing.missing_because


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
