"""The whole market from files, from a service and from a small market: the same panel, point in time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from config.wiring import calendar
from core.clock import FixedClock
from core.errors import MarketUnavailable, NoBars, UnknownSymbol
from providers.market.daily_service import COLUMNS, Fetched, Service
from providers.market.files import FilesMarket
from providers.market.whole import SmallMarket, closed_sessions
from providers.market.whole_fetched import WholeFetched
from providers.market.whole_files import WholeFiles

AS_OF = datetime(2024, 3, 15, 14, 0, tzinfo=UTC)
DAYS = list(calendar().sessions(date(2024, 1, 2), date(2024, 3, 28)))
NUMBERS = ["open", "high", "low", "close", "volume"]


def frame(seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = [
        {
            "date": day.isoformat(),
            "symbol": symbol,
            "open": price,
            "high": price * 1.01,
            "low": price * 0.99,
            "close": price,
            "volume": 1e6 + place,
        }
        for symbol in ("AAA", "BBB", "CCC")
        for place, (day, price) in enumerate(
            zip(DAYS, 50 * np.exp(np.cumsum(rng.normal(0, 0.01, len(DAYS)))), strict=True)
        )
    ]
    return pd.DataFrame(rows)


@pytest.fixture
def folder(tmp_path):
    def written(rows: pd.DataFrame):
        rows.to_csv(tmp_path / "bars.csv", index=False)
        return tmp_path

    return written


def same(left, right) -> None:
    assert left.symbols == right.symbols
    np.testing.assert_array_equal(left.days, right.days)
    for name in NUMBERS:
        np.testing.assert_array_equal(getattr(left, name), getattr(right, name))


def test_files_as_a_panel_equal_the_files_market_symbol_by_symbol(folder):
    path = folder(frame().drop(index=[5, 40]))
    whole = WholeFiles(path, calendar()).panel(("AAA", "BBB", "CCC"), AS_OF, 30)
    small = SmallMarket(FilesMarket(path, calendar()), ("AAA", "BBB", "CCC"), calendar())
    same(whole, small.panel(("AAA", "BBB", "CCC"), AS_OF, 30))
    assert whole.last_day == date(2024, 3, 14)
    assert whole.feed == "bars.csv"


def test_nothing_later_than_the_instant_is_in_universe_or_panel(folder):
    rows = frame()
    early = rows[rows["date"] <= "2024-03-14"]
    new = rows[rows["symbol"] == "AAA"].assign(symbol="NEW")
    later = pd.concat([early, new[new["date"] > "2024-03-14"]])
    twice = rows[(rows["symbol"] == "BBB") & (rows["date"] == "2024-03-20")]
    later = pd.concat([later, twice, twice.assign(close=1.0, low=1.0)])
    first = WholeFiles(folder(early), calendar())
    universe, panel = first.universe(AS_OF), first.panel(("AAA", "BBB", "CCC"), AS_OF, 30)
    second = WholeFiles(folder(later), calendar())
    assert second.universe(AS_OF) == universe
    assert second.panel(("AAA", "BBB", "CCC", "NEW"), AS_OF, 30).digest == panel.digest
    after = second.universe(datetime(2024, 3, 27, 22, tzinfo=UTC))
    assert after.symbols == ("AAA", "CCC", "NEW")
    assert after.left_out == {"two different bars of one day": 1}


def test_a_folder_that_changes_is_read_again(folder):
    whole = WholeFiles(folder(frame()), calendar())
    before = whole.panel(("AAA",), AS_OF, 5)
    folder(frame(seed=2))
    assert whole.panel(("AAA",), AS_OF, 5).digest != before.digest


def test_an_index_is_no_symbol_and_an_old_folder_says_so(folder, tmp_path):
    path = folder(frame())
    vix = frame()[lambda rows: rows["symbol"] == "AAA"].drop(columns="symbol")
    vix.to_csv(tmp_path / "vix_daily.csv", index=False)
    whole = WholeFiles(path, calendar())
    assert whole.universe(AS_OF).symbols == ("AAA", "BBB", "CCC")
    with pytest.raises(NoBars, match="bring the folder up to date"):
        whole.panel(("AAA",), datetime(2026, 11, 20, 14, tzinfo=UTC), 30)
    with pytest.raises(NoBars, match="add older bars"):
        whole.universe(datetime(2020, 1, 10, 14, tzinfo=UTC))


@dataclass
class Vendor:
    """A `DailyFetch` over a frame; keeps what it was asked, and gives too much."""

    rows: pd.DataFrame
    asked: list[tuple[int, date]] = field(default_factory=list)

    def __call__(self, symbols, window):
        self.asked.append((len(symbols), window.start))
        told = self.rows[self.rows["symbol"].isin(symbols)]
        told = told.assign(day=pd.to_datetime(told["date"]), feed="alpaca/sip", where="here")
        return Fetched(told[list(COLUMNS)].astype(dict.fromkeys(NUMBERS, object)))


def fetched(vendor: Vendor, now: datetime = AS_OF) -> WholeFetched:
    return WholeFetched(
        Service("alpaca", vendor, timedelta(minutes=15)), calendar(), FixedClock(now)
    )


def test_a_service_is_asked_in_portions_and_once_a_session(folder):
    rows = frame()
    vendor = Vendor(rows)
    names = ("AAA", "BBB", "CCC", *(f"Z{n}" for n in range(400)))
    whole = fetched(vendor)
    panel = whole.panel(names, AS_OF, 30)
    assert [count for count, _ in vendor.asked] == [200, 200, 3]
    assert {start for _, start in vendor.asked} == {date(2024, 2, 1)}
    same(panel, WholeFiles(folder(rows), calendar()).panel(("AAA", "BBB", "CCC"), AS_OF, 30))
    again = whole.panel(names, AS_OF + timedelta(hours=4), 30)
    assert len(vendor.asked) == 3
    assert again.digest == panel.digest


def test_a_symbol_whose_cells_are_no_numbers_has_no_row(folder):
    rows = frame().astype(object)
    rows.loc[(rows["symbol"] == "BBB") & (rows["date"] == "2024-03-01"), "close"] = "NaN?"
    assert fetched(Vendor(rows)).panel(("AAA", "BBB", "CCC"), AS_OF, 30).symbols == ("AAA", "CCC")


def test_a_close_that_is_not_given_away_yet_is_waited_for():
    just_after = datetime(2024, 3, 15, 20, 5, tzinfo=UTC)
    with pytest.raises(MarketUnavailable, match="gives the close of 2024-03-15 away at 20:15Z"):
        fetched(Vendor(frame()), just_after).panel(("AAA",), just_after, 5)


def test_an_empty_answer_is_no_empty_market():
    with pytest.raises(NoBars, match="alpaca has no bar of 1 symbols"):
        fetched(Vendor(frame())).panel(("ZZZ",), AS_OF, 5)


class OneDown:
    """A market that knows AAA and is down for BBB."""

    source = "tests"

    def __init__(self, inner, error):
        self._inner, self._error = inner, error

    def bars(self, symbols, as_of, sessions):
        if symbols == ["BBB"]:
            raise self._error
        return self._inner.bars(symbols, as_of, sessions)


def test_an_unknown_symbol_has_no_row_and_a_silent_source_is_no_missing_symbol(folder):
    inner = FilesMarket(folder(frame()), calendar())
    unknown = SmallMarket(OneDown(inner, UnknownSymbol("who?")), ("AAA", "BBB"), calendar())
    assert unknown.panel(("AAA", "BBB"), AS_OF, 5).symbols == ("AAA",)
    down = SmallMarket(OneDown(inner, MarketUnavailable("no")), ("AAA", "BBB"), calendar())
    with pytest.raises(MarketUnavailable):
        down.panel(("AAA", "BBB"), AS_OF, 5)


def test_on_a_half_day_the_close_is_known_from_one_o_clock():
    def last(at):
        return closed_sessions(calendar(), at, 1)[-1]

    assert last(datetime(2024, 11, 29, 17, 59, tzinfo=UTC)) == date(2024, 11, 27)
    assert last(datetime(2024, 11, 29, 18, 0, tzinfo=UTC)) == date(2024, 11, 29)
