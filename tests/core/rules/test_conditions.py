"""A day's market in numbers and words."""

from __future__ import annotations

import numpy as np
import pytest

from core.market import BarSeries
from core.rules.conditions import Conditions, conditions_of, conditions_text, mood


def series(symbol, closes):
    close = np.asarray(closes, float)
    days = np.arange(len(close)).astype("datetime64[D]")
    return BarSeries(symbol, days, close, close, close, close, np.full(len(close), 1e6))


def growing(symbol, a_session, sessions=280):
    return series(symbol, 100 * (1 + a_session) ** np.arange(sessions))


def test_trend_breadth_and_sectors_are_those_of_the_bars():
    bars = {
        "SPY": growing("SPY", 0.001),
        "XLE": growing("XLE", -0.002),
        "XLK": growing("XLK", 0.003),
        "NEW": growing("NEW", 0.001, 10),
    }
    found = conditions_of(bars, {"SPY": "broad", "XLE": "energy", "XLK": "tech", "NEW": "tech"}, 14)
    assert found.figures["spy_return_20d"] == pytest.approx(1.001**20 - 1, abs=1e-6)
    assert found.figures["breadth_50"] == pytest.approx(2 / 3, abs=1e-6)  # NEW is too young to tell
    assert found.figures["vix"] == 14
    assert "spy_realised_volatility_20" not in found.figures
    assert found.sectors["energy"] == pytest.approx(0.998**5 - 1, abs=1e-6)
    both = (1.003**5 - 1 + 1.001**5 - 1) / 2
    assert found.sectors["tech"] == pytest.approx(both, abs=1e-6)


def test_without_a_vix_the_realised_volatility_stands_and_says_so():
    wild = series("SPY", 100 + 3 * (-1.0) ** np.arange(280))
    found = conditions_of({"SPY": wild}, {}, None)
    text = conditions_text(found)
    assert found.figures["spy_realised_volatility_20"] > 0.5
    assert "nervous, realised volatility" in text
    assert "(no VIX)" in text


def test_the_words_say_neither_a_date_nor_a_price_and_are_the_same_for_the_same_numbers():
    figures = {
        "spy_return_20d": -0.071,
        "spy_return_5d": -0.03,
        "spy_distance_sma_200": -0.02,
        "vix": 31.0,
        "breadth_50": 0.25,
    }
    sectors = {"energy": 0.02, "technology": -0.05, "health": -0.01, "gold": 0.03}
    shuffled = Conditions(dict(reversed(figures.items())), dict(reversed(sectors.items())))
    assert (
        conditions_text(Conditions(figures, sectors))
        == conditions_text(shuffled)
        == (
            "stocks are sharply falling, SPY -7.1% in 20 sessions, -3.0% in the last 5, 2.0% below its "
            "200-session mean; nervous, VIX 31; 25% of the symbols are above their 50-session mean; "
            "strongest sectors gold +3.0%, energy +2.0%; weakest sectors technology -5.0%, health -1.0%"
        )
    )


def test_what_is_unknown_is_said_to_be_or_left_out():
    assert conditions_text(Conditions({}, {})) == (
        "the trend of stocks is unknown; volatility unknown"
    )
    assert conditions_of({}, {}, None) == Conditions({}, {})


@pytest.mark.parametrize(
    ("volatility", "word"),
    [(0.05, "calm"), (0.12, "usual volatility"), (0.25, "usual volatility"), (0.26, "nervous")],
)
def test_a_volatility_has_a_word(volatility, word):
    assert mood(volatility) == word
