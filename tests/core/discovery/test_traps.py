"""What real data do to a screen: holes, new listings, dead ones, reused tickers, splits, half a tape."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from core.discovery.facts import Facts, SymbolFacts
from core.discovery.fuzzy import Holdings, pick_fuzzy
from core.discovery.measures import measure
from core.discovery.metric import pick_metric
from core.discovery.panel import Panel, panel_of
from core.discovery.settings import FuzzyScores, MetricFilters
from core.discovery.tape import Tape, tape_of
from core.market import BarSeries
from core.schemas.suggestion import Pick
from tests.core.discovery.markets import market, panel, series, wave, weekdays

DAYS = weekdays(130)
GOOD = series("GOOD", DAYS, wave(130))


def picks(found: Panel, symbol: str, facts: Facts | None = None) -> tuple[Pick, Pick]:
    measures, row = measure(found), found.index[symbol]
    known = facts or Facts()
    metric = pick_metric(found, measures, known, MetricFilters())
    fuzzy = pick_fuzzy(found, measures, known, Holdings(), FuzzyScores())
    return metric.pick(row), fuzzy.pick(row)


def test_a_clean_series_passes_both_and_says_what_nobody_knows():
    metric, fuzzy = picks(panel(GOOD), "GOOD")
    assert metric.picked
    assert metric.score == 1
    assert set(metric.unknown) == {
        "spread: nobody knows",
        "market cap: nobody knows",
        "beta: nobody knows",
    }
    assert fuzzy.picked
    assert fuzzy.unknown == ("sector: unknown",)


def test_one_hole_is_stated_and_three_refuse():
    def holed(holes: int) -> BarSeries:
        kept = [day for place, day in enumerate(DAYS) if not 120 <= place < 120 + holes]
        return series("HOLE", kept, wave(len(kept)))

    one, _ = picks(panel(GOOD, holed(1)), "HOLE")
    assert one.picked
    assert "1 of the last 20 sessions have no bar" in one.unknown
    three, fuzzy = picks(panel(GOOD, holed(3)), "HOLE")
    assert not three.picked
    assert three.reasons == ("holes 3 of 20 sessions: no, at most 2 wanted",)
    assert "3 of the last 20 sessions have no bar" in fuzzy.unknown


def test_a_new_listing_is_picked_by_nobody_until_its_averages_exist():
    new = series("NEW", DAYS[-12:], wave(12), volume=9e7)
    metric, fuzzy = picks(panel(GOOD, new), "NEW")
    assert (metric.picked, fuzzy.picked) == (False, False)
    assert "history 12 bars: no, at least 20 wanted" in metric.reasons
    assert "volume: nobody knows, so not picked" in metric.unknown
    assert "momentum: unknown" in fuzzy.unknown


def test_a_dead_symbol_is_picked_by_nobody_however_good_it_was():
    dead = series("DEAD", DAYS[:-1], wave(129), volume=9e7)
    metric, fuzzy = picks(panel(GOOD, dead), "DEAD")
    assert (metric.picked, fuzzy.picked) == (False, False)
    assert "newest bar 1 sessions ago: no, a bar of the newest session" in metric.reasons
    assert fuzzy.reasons[0] == "not picked: too few bars, or none of the newest session"


def test_a_symbol_without_any_bar_in_the_window_is_refused_not_lost():
    old = series("OLD", weekdays(20, "2024-01-31"), 50.0)
    metric, fuzzy = picks(panel(GOOD, old), "OLD")
    assert (metric.picked, fuzzy.picked, metric.score) == (False, False, 0.0)


def test_a_reused_ticker_starts_anew_after_its_gap():
    days = [*DAYS[:60], *DAYS[100:]]
    reused = series("BACK", days, [*wave(60, start=9), *wave(30, start=90)])
    found = panel(GOOD, reused)
    metric, fuzzy = picks(found, "BACK")
    note = (
        "40 sessions without a bar, what lies before is not used: "
        "a halt, or another company under this ticker"
    )
    assert note in metric.unknown
    assert note in fuzzy.unknown
    alone = measure(panel(GOOD, series("BACK", DAYS[100:], wave(30, start=90))))
    ours, row = measure(found), found.index["BACK"]
    assert ours.rsi_14[row] == pytest.approx(alone.rsi_14[row], rel=1e-12)
    assert np.isnan(ours.distance_sma_50[row])


@pytest.mark.parametrize("ratio", [0.25, 10.0])
def test_across_a_split_nothing_is_measured_and_the_pick_says_so(ratio):
    close = [one * (ratio if place >= 120 else 1) for place, one in enumerate(wave(130))]
    metric, fuzzy = picks(panel(GOOD, series("SPLT", DAYS, close)), "SPLT")
    words = "a split is suspected 9 bars ago: nothing is measured across it"
    assert words in metric.unknown
    assert words in fuzzy.unknown
    assert "volume: nobody knows, so not picked" in metric.unknown
    assert not fuzzy.picked
    assert {"volatility", "momentum"}.isdisjoint(fuzzy.parts)


def test_a_suspected_split_out_of_reach_leaves_the_month_alone():
    close = [*wave(60, start=400), *wave(70, start=100)]
    metric, fuzzy = picks(panel(GOOD, series("SPLT", DAYS, close)), "SPLT")
    assert metric.picked
    assert "volatility: unknown" in fuzzy.unknown  # RSI still remembers it
    assert "momentum" in fuzzy.parts


def test_zero_and_negative_prices_are_no_bars_and_contradictions_are_counted():
    bad = series("BADP", DAYS, wave(130))
    close, high = bad.close.copy(), bad.high.copy()
    close[128], high[125] = -1, high[125] * 0.9
    mixed = BarSeries("BADP", bad.days, bad.open, high, bad.low, close, bad.volume)
    metric, _ = picks(panel(GOOD, mixed), "BADP")
    assert "1 of the last 20 sessions have no bar" in metric.unknown
    assert "1 bars contradict themselves (high, low): closes alone are used" in metric.unknown


def test_an_unknown_volume_is_no_zero_and_no_guess():
    volume = np.full(130, 2e6)
    volume[125] = np.nan
    known = series("HALF", DAYS, wave(130))
    half = BarSeries("HALF", known.days, known.open, known.high, known.low, known.close, volume)
    metric, fuzzy = picks(panel(GOOD, half), "HALF")
    assert not metric.picked
    assert "volume: nobody knows, so not picked" in metric.unknown
    assert "liquidity: unknown" in fuzzy.unknown


@pytest.mark.parametrize(
    ("volume", "picked", "says"),
    [
        (50_000, True, "volume on the tape: 1,250,000 to 5,000,000 shares, from IEX alone"),
        (
            20_000,
            False,
            (
                "volume: 20,000 on IEX alone, 500,000 to 2,000,000 on the tape; "
                "at least 1,000,000 a session is wanted, so not picked"
            ),
        ),
        (5_000, False, "volume on the tape: 125,000 to 500,000 shares, from IEX alone"),
    ],
)
def test_iex_counts_are_a_span_of_the_tape(volume, picked, says):
    found = panel(series("IEXX", DAYS, wave(130), volume=volume), feed="alpaca/iex")
    metric, _ = picks(found, "IEXX")
    assert metric.picked is picked
    assert says in metric.unknown


def test_a_feed_that_does_not_say_which_tape_is_named():
    found = panel(GOOD, feed="bars_2020.parquet")
    metric, _ = picks(found, "GOOD")
    assert metric.picked
    assert (
        "volume as bars_2020.parquet has it: whether of the whole tape is not said"
        in metric.unknown
    )


@pytest.mark.parametrize(
    ("feed", "tape"),
    [
        ("alpaca/sip", Tape.CONSOLIDATED),
        ("alpaca/sip+alpaca/iex", Tape.IEX),
        ("yfinance", Tape.CONSOLIDATED),
        ("my_files.csv", Tape.UNDECLARED),
        ("", Tape.UNDECLARED),
    ],
)
def test_the_tape_is_read_from_the_feed(feed, tape):
    assert tape_of(feed, "auto", (0.01, 0.04)).tape is tape
    assert tape_of(feed, "consolidated", (0.01, 0.04)).tape is Tape.CONSOLIDATED


def test_facts_that_are_known_refuse():
    facts = Facts({"GOOD": SymbolFacts(spread=0.02, market_cap=1e8, beta=4)})
    metric, _ = picks(panel(GOOD), "GOOD", facts)
    assert metric.reasons == (
        "spread 2.000%: no, at most 1.00%",
        "market cap 100,000,000: no, at least 300,000,000 USD",
        "beta 4.00: no, at most 3",
    )


def test_bars_outside_the_sessions_change_nothing():
    """A series with holes brings older bars along; a future one must not be there, and is cut all the same."""
    days = [DAYS[0] - timedelta(days=400), *DAYS, date(2026, 11, 23)]
    wide = series("GOOD", days, [1.0, *wave(130), 999.0])
    cut = panel_of(market({"GOOD": wide}), DAYS)
    assert cut.digest == panel(GOOD).digest
