"""Forward returns: against plain pandas on real prices, point in time, and on what real data do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import numpy as np
import pandas as pd
import pytest

from config.wiring import calendar
from core.clock import at_new_york
from core.discovery.panel import Panel, panel_of
from core.market import BarSeries, MarketBars, PriceKind
from core.rules.forward_returns import HORIZONS, Suggested, first_price, forward_return
from core.schemas.forward import ForwardReturn, ForwardStatus
from core.schemas.suggestion import Picker
from tests.core.discovery.markets import series
from tests.fixture_files import fixture_path

NYSE = calendar()
START = date(2026, 11, 20)
DAYS = list(NYSE.sessions(START, date(2027, 1, 29)))
AT_OPEN = at_new_york(START, time(9, 30))
GROUPS = ("dead", "ipo", "gappy", "split")


def suggested(symbol: str, at: datetime = AT_OPEN) -> Suggested:
    return Suggested(f"id of {symbol}", symbol, at, 1, (Picker.METRIC,))


def panel(*held: BarSeries, days: Sequence[date] = DAYS) -> Panel:
    spy = series("SPY", DAYS, [600 + n for n in range(len(DAYS))])
    bars = MarketBars(AT_OPEN, "tests", "sip", adjusted=True, series={"SPY": spy} | of(held))
    return panel_of(bars, days)


def of(held: Sequence[BarSeries]) -> dict[str, BarSeries]:
    return {one.symbol: one for one in held}


def rising(symbol: str, kept: Sequence[date] = DAYS) -> BarSeries:
    return series(symbol, kept, [100.0 + DAYS.index(day) for day in kept])


def told(found: Panel, symbol: str, horizon: int, at: datetime = AT_OPEN) -> ForwardReturn | None:
    return forward_return(found, suggested(symbol, at), first_price(NYSE, at), horizon)


def known(found: Panel, symbol: str, horizon: int, at: datetime = AT_OPEN) -> ForwardReturn:
    answer = told(found, symbol, horizon, at)
    assert answer is not None
    return answer


@pytest.mark.parametrize(
    ("at", "day", "kind"),
    [
        (at_new_york(START, time(9, 29)), START, PriceKind.OPEN),
        (AT_OPEN, START, PriceKind.CLOSE),  # the open is known at that instant: too late for it
        (at_new_york(START, time(15, 59)), START, PriceKind.CLOSE),
        (at_new_york(START, time(16)), date(2026, 11, 23), PriceKind.OPEN),
        (at_new_york(date(2026, 11, 26), time(12)), date(2026, 11, 27), PriceKind.OPEN),
        (at_new_york(date(2026, 11, 27), time(13)), date(2026, 11, 30), PriceKind.OPEN),
        (at_new_york(date(2026, 11, 28), time(12)), date(2026, 11, 30), PriceKind.OPEN),
    ],
)
def test_the_first_price_is_the_next_open_or_close_known_after_the_suggestion(at, day, kind):
    due = first_price(NYSE, at)
    assert (due.session, due.kind) == (day, kind)


def test_horizons_count_sessions_over_thanksgiving_and_a_half_day():
    answer = known(panel(rising("UP")), "UP", 5)
    assert answer.ends == date(2026, 11, 30)  # 23, 24, 25, 27 (half), 30
    assert answer.returned == pytest.approx(0.05)
    assert answer.benchmark == pytest.approx(5 / 600)
    assert answer.excess == pytest.approx(0.05 - 5 / 600)
    assert answer.status is ForwardStatus.MEASURED


def test_bought_at_an_open_the_first_session_ends_at_its_own_close():
    at = AT_OPEN - timedelta(hours=1)
    days = np.array(DAYS, dtype="datetime64[D]")
    closes = np.array([100.0 + n for n in range(len(DAYS))])
    bars = BarSeries("UP", days, closes - 2, closes, closes - 2, closes, closes)
    answer = known(panel(bars), "UP", 1, at)
    assert (answer.entry_price, answer.exit_price, answer.ends) == (98.0, 100.0, START)


@pytest.mark.parametrize("horizon", HORIZONS)
def test_a_return_is_known_from_its_last_close_on_and_never_changes(horizon):
    whole = known(panel(rising("UP")), "UP", horizon)
    end = DAYS.index(whole.known)
    assert end == horizon
    assert told(panel(rising("UP"), days=DAYS[:end]), "UP", horizon) is None
    assert told(panel(rising("UP"), days=DAYS[: end + 1]), "UP", horizon) == whole


def test_a_missing_last_bar_is_stated_not_filled():
    holed = rising("HOLE", [day for day in DAYS if day != DAYS[5]])
    answer = known(panel(holed), "HOLE", 5)
    assert (answer.status, answer.returned, answer.exit_price) == (ForwardStatus.HOLE, None, None)
    assert answer.known == DAYS[6]  # until then it might have been the last bar there was
    assert told(panel(holed, days=DAYS[:6]), "HOLE", 5) is None
    assert known(panel(holed), "HOLE", 1).returned == pytest.approx(0.01)
    assert known(panel(holed), "HOLE", 20).holes == 1


def test_a_missing_first_bar_is_bought_at_the_next_price_as_an_order_would_be():
    late = rising("LATE", DAYS[2:])
    answer = known(panel(late), "LATE", 1)
    assert (answer.due, answer.entry_session, answer.entry_kind) == (START, DAYS[2], PriceKind.OPEN)
    assert answer.ends == DAYS[2]


def test_a_delisted_symbol_is_valued_at_its_last_price_and_flagged():
    dead = rising("DEAD", DAYS[:4])
    answer = known(panel(dead), "DEAD", 5)
    assert answer.status is ForwardStatus.DELISTED
    assert (answer.exit_session, answer.ends) == (DAYS[3], DAYS[5])
    assert answer.returned == pytest.approx(0.03)
    assert answer.benchmark == pytest.approx(5 / 600)
    assert answer.known == DAYS[14]  # eleven sessions without a bar: no halt any more
    assert told(panel(dead, days=DAYS[:14]), "DEAD", 5) is None
    assert known(panel(dead, days=DAYS[:15]), "DEAD", 5) == answer
    assert known(panel(dead), "DEAD", 1).status is ForwardStatus.MEASURED


def test_a_ticker_that_comes_back_after_a_long_gap_is_another_company():
    back = rising("BACK", [*DAYS[:3], *DAYS[16:]])
    answer = known(panel(back), "BACK", 20)
    assert (answer.status, answer.exit_session) == (ForwardStatus.DELISTED, DAYS[2])
    halted = rising("HALT", [*DAYS[:3], *DAYS[13:]])
    resumed = known(panel(halted), "HALT", 20)
    assert (resumed.status, resumed.holes) == (ForwardStatus.MEASURED, 10)


def test_a_symbol_without_any_price_after_the_suggestion_says_so():
    answer = known(panel(), "NONE", 5)
    assert (answer.status, answer.returned) == (ForwardStatus.NO_ENTRY, None)
    assert answer.known == DAYS[10]
    assert told(panel(days=DAYS[:10]), "NONE", 5) is None


def test_a_suspected_split_in_the_window_is_stated_and_stands_in_no_average():
    prices = [100.0 if n < 4 else 25.1 for n in range(len(DAYS))]
    answer = known(panel(series("SPLIT", DAYS, prices)), "SPLIT", 5)
    assert answer.splits == (f"{DAYS[4]}: x0.251 overnight, a split the source missed?",)
    assert not answer.counts
    before = known(panel(series("SPLIT", DAYS, prices)), "SPLIT", 1)
    assert before.counts


def test_without_the_benchmarks_price_there_is_no_excess():
    days = [day for day in DAYS if day != DAYS[5]]
    bars = of((rising("UP"), series("SPY", days, 600.0)))
    found = panel_of(MarketBars(AT_OPEN, "tests", "sip", adjusted=True, series=bars), DAYS)
    answer = known(found, "UP", 5)
    assert (answer.returned, answer.benchmark, answer.excess) == (0.05, None, None)


@pytest.fixture(scope="module")
def stocks() -> pd.DataFrame:
    frame = pd.read_parquet(fixture_path("market/stocks/us_equities_489_daily_2020_2023.parquet"))
    prices = ["open", "high", "low", "close"]
    kept = frame[frame["group"].isin(GROUPS) | (frame["symbol"] == "SPY")]
    return kept.astype({**dict.fromkeys(prices, float), "symbol": str})


def plain(rows: pd.DataFrame, days: pd.DatetimeIndex, spy: pd.DataFrame, horizon: int) -> dict:
    """The same from an open on ``days[0]``, said with pandas' own words."""
    bars = rows.set_index("date")[["open", "close"]].reindex(days)
    there = bars["close"].notna()
    first = there[:11][there[:11]].index.min()
    if pd.isna(first):
        return {"status": "no price after the suggestion"}
    bought = bars["open"][first]
    end = days[days.get_loc(first) + horizon - 1]
    until = bars["close"][first:].dropna()
    before = until.index[until.index <= end]
    gaps = pd.Series([days.get_loc(day) for day in until.index]).diff() - 1
    cut = [until.index[n - 1] for n in gaps.index[gaps > 10] if until.index[n - 1] < end]
    last = cut[0] if cut else before[-1]
    if not cut and last != end:
        later = until.index[until.index > end]
        if len(later) and days.get_loc(later[0]) - days.get_loc(last) - 1 <= 10:
            return {"status": "no bar of the last session"}
    against = spy.set_index("date")
    return {
        "status": "measured" if last == end else "delisted",
        "returned": until[last] / bought - 1,
        "benchmark": against["close"][end] / against["open"][first] - 1,
    }


@pytest.mark.parametrize("horizon", HORIZONS)
def test_real_prices_give_what_plain_pandas_gives(stocks, horizon):
    seen: dict[str, int] = {}
    spy = stocks[stocks["symbol"] == "SPY"]
    for day in (date(2020, 9, 8), date(2021, 6, 1), date(2022, 5, 27), date(2022, 11, 22)):
        due = first_price(NYSE, at_new_york(day, time(8)))
        sessions = NYSE.sessions(day, NYSE.offset(due.session, 45))
        days = pd.DatetimeIndex([str(one) for one in sessions])
        window = stocks[stocks["date"].isin(days)]
        held = {symbol: as_series(symbol, rows) for symbol, rows in window.groupby("symbol")}
        found = panel_of(MarketBars(AT_OPEN, "files", "iex", adjusted=True, series=held), sessions)
        for symbol in sorted(set(stocks["symbol"])):
            answer = forward_return(
                found, suggested(symbol, at_new_york(day, time(8))), due, horizon
            )
            wanted = plain(window[window["symbol"] == symbol], days, spy, horizon)
            assert answer is not None
            assert answer.status.value == wanted["status"], (symbol, day)
            seen[answer.status.value] = seen.get(answer.status.value, 0) + 1
            if answer.returned is not None:
                assert answer.returned == pytest.approx(wanted["returned"], abs=1e-7)
                assert answer.benchmark == pytest.approx(wanted["benchmark"], abs=1e-7)
    assert seen["measured"] > 60
    assert seen["no price after the suggestion"] > 10


def as_series(symbol: str, rows: pd.DataFrame) -> BarSeries:
    columns = [rows[name].to_numpy(dtype=float) for name in ("open", "high", "low", "close")]
    volume = rows["volume"].to_numpy(dtype=float)
    return BarSeries(symbol, rows["date"].to_numpy().astype("datetime64[D]"), *columns, volume)


def test_no_bar_after_the_decision_changes_a_real_return(stocks):
    day = date(2022, 5, 27)
    at = at_new_york(day, time(11))
    due = first_price(NYSE, at)
    sessions = NYSE.sessions(day, NYSE.offset(due.session, 45))
    held = {symbol: as_series(symbol, rows) for symbol, rows in stocks.groupby("symbol")}
    bars = MarketBars(AT_OPEN, "files", "iex", adjusted=True, series=held)
    whole = panel_of(bars, sessions)
    for symbol in sorted(held):
        answer = forward_return(whole, suggested(symbol, at), due, 5)
        assert answer is not None
        end = list(sessions).index(answer.known)
        early, then = (panel_of(bars, sessions[:until]) for until in (end, end + 1))
        assert forward_return(early, suggested(symbol, at), due, 5) is None
        assert forward_return(then, suggested(symbol, at), due, 5) == answer
