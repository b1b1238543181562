"""Bars from a folder: the contract on CSV and on the real fixture, and every way a file is wrong."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.errors import BadBars, NoBars, UnknownSymbol
from core.market import DefectKind
from providers.market.files import FilesMarket
from tests.contract.market_data import CALENDAR, MarketDataContract
from tests.fixture_files import fixture_path

UNIVERSE = "market/universe"
ETFS = ("SPY", "QQQ", "IWM", "TLT", "IEF", "HYG", "LQD", "UUP", "GLD", "IAU", "USO", "BNO")
SESSIONS = CALENDAR.sessions(date(2026, 9, 1), date(2026, 12, 31))


def rows_of(symbol: str, days=SESSIONS, seed: int = 0) -> pd.DataFrame:
    close = 100 + np.cumsum(np.random.default_rng(seed).standard_normal(len(days))).round(2)
    return pd.DataFrame(
        {
            "date": [day.isoformat() for day in days],
            "symbol": symbol,
            "open": close - 0.25,
            "high": close + 1,
            "low": close - 1,
            "close": close,
            "volume": 1_000_000,
            "source": "vendor",
        }
    )


def scrambled(rows: pd.DataFrame, as_of: datetime) -> pd.DataFrame:
    """Every cell that became known after ``as_of`` changed, a third of later rows removed, reversed."""
    days = [date.fromisoformat(str(day)) for day in rows["date"]]
    open_known = np.array([CALENDAR.session_open(day) <= as_of for day in days])
    known = np.array([CALENDAR.session_close(day) <= as_of for day in days])
    changed = rows.copy()
    changed["open"] = np.where(open_known, rows["open"], rows["open"] * 3)
    for name in ("high", "low", "close", "volume"):
        changed[name] = np.where(known, rows[name], rows[name] * -2.0)
    changed["source"] = np.where(open_known, rows["source"], "another")
    return changed[open_known | (np.arange(len(rows)) % 3 > 0)].iloc[::-1]


class TestCsvContract(MarketDataContract):
    @pytest.fixture
    def market(self, tmp_path):
        for symbol in self.both:
            rows_of(symbol).to_csv(tmp_path / f"{symbol}.csv", index=False)
        return FilesMarket(tmp_path, CALENDAR)

    both = ("SPY", "TLT")

    @pytest.fixture
    def symbols(self):
        return self.both

    @pytest.fixture
    def sessions(self):
        return SESSIONS

    @pytest.fixture
    def altered(self, tmp_path):
        def change(as_of: datetime) -> FilesMarket:
            for symbol in self.both:
                changed = scrambled(rows_of(symbol), as_of)
                changed.to_csv(tmp_path / f"{symbol}.csv", index=False)
            return FilesMarket(tmp_path, CALENDAR)

        return change


class TestRealUniverseContract(MarketDataContract):
    @pytest.fixture
    def market(self):
        return FilesMarket(fixture_path(UNIVERSE), CALENDAR)

    @pytest.fixture
    def symbols(self):
        return ("SPY", "USO", "TLT")

    @pytest.fixture
    def sessions(self):
        return CALENDAR.sessions(date(2014, 6, 27), date(2021, 12, 31))

    @pytest.fixture
    def altered(self, tmp_path):
        rows = pd.read_parquet(fixture_path(f"{UNIVERSE}/etf12_daily_adjusted_2014_2021.parquet"))
        rows = rows[rows["symbol"].isin(["SPY", "USO", "TLT"])]

        def change(as_of: datetime) -> FilesMarket:
            scrambled(rows, as_of).to_parquet(tmp_path / "bars.parquet")
            return FilesMarket(tmp_path, CALENDAR)

        return change


def test_the_real_universe_has_twelve_funds_the_vix_and_no_defect():
    market = FilesMarket(fixture_path(UNIVERSE), CALENDAR)
    assert set(market.symbols) == {*ETFS, "VIX"}
    bars = market.bars(ETFS, datetime(2021, 12, 31, 22, tzinfo=UTC), 5_000)
    assert {len(series) for series in bars.series.values()} == {1_893}
    assert bars.defects == ()
    assert (bars.source, bars.adjusted) == ("files", True)
    assert "market-lab" in bars.feed


def test_the_vix_file_has_no_volume_and_says_unknown():
    market = FilesMarket(fixture_path(UNIVERSE), CALENDAR)
    bars = market.bars(["VIX"], datetime(2020, 3, 16, 22, tzinfo=UTC), 5)
    assert bars.series["VIX"].close[-1] > 80
    assert np.all(np.isnan(bars.series["VIX"].volume))


def test_real_stocks_load_and_a_file_that_holds_no_bars_is_left_out_with_its_reason():
    market = FilesMarket(fixture_path("market/stocks"), CALENDAR, ["SPY", "TSLA"])
    assert market.symbols == ("SPY", "TSLA")
    assert "not a file of bars" in market.left_out["selection_index.csv"]


def test_long_csv_parquet_and_one_file_a_symbol_give_the_same_bars(tmp_path):
    both = pd.concat([rows_of("SPY"), rows_of("TLT", seed=1)])
    for name in ("long", "parquet", "single"):
        (tmp_path / name).mkdir()
    both.to_csv(tmp_path / "long" / "all.csv", index=False)
    both.to_parquet(tmp_path / "parquet" / "all.parquet")
    for symbol, rows in both.groupby("symbol"):
        path = tmp_path / "single" / f"{symbol}.csv"
        rows.drop(columns="symbol").sample(frac=1, random_state=1).to_csv(path, index=False)
    at = CALENDAR.session_close(SESSIONS[-1])
    found = [
        FilesMarket(tmp_path / name, CALENDAR).bars(["SPY", "TLT"], at, 500)
        for name in ("long", "parquet", "single")
    ]
    for other in found[1:]:
        for symbol in ("SPY", "TLT"):
            np.testing.assert_array_equal(other.series[symbol].close, found[0].series[symbol].close)
            np.testing.assert_array_equal(other.series[symbol].days, found[0].series[symbol].days)
        assert other.feed == "vendor"


def test_headings_in_capitals_and_instants_with_a_zone_are_understood(tmp_path):
    rows = rows_of("SPY").rename(columns=str.title)
    rows["Date"] = [f"{day}T05:00:00+00:00" for day in rows["Date"]]
    rows.to_csv(tmp_path / "SPY.csv", index=False)
    series = FilesMarket(tmp_path, CALENDAR).bars(
        ["SPY"], CALENDAR.session_close(SESSIONS[-1]), 500
    )
    assert series.series["SPY"].days.tolist() == list(SESSIONS)


def test_unadjusted_files_are_said_to_be_so(tmp_path):
    rows_of("SPY").to_csv(tmp_path / "SPY.csv", index=False)
    market = FilesMarket(tmp_path, CALENDAR, adjusted=False)
    assert not market.bars(["SPY"], CALENDAR.session_close(SESSIONS[5]), 5).adjusted


def load(folder: Path, rows: pd.DataFrame, name: str = "SPY.csv") -> FilesMarket:
    path = folder / name
    rows.to_parquet(path) if path.suffix == ".parquet" else rows.to_csv(path, index=False)
    return FilesMarket(folder, CALENDAR)


def defects_of(folder: Path, rows: pd.DataFrame, at: date = SESSIONS[-1]):
    return load(folder, rows).bars(["SPY"], CALENDAR.session_close(at), 500).defects


def with_cell(rows: pd.DataFrame, line: int, name: str, value: object) -> pd.DataFrame:
    """``line`` as an editor counts them: the heading is line 1."""
    changed = rows.astype({name: object})
    changed.loc[line - 2, name] = value
    return changed


def refusal(make) -> str:
    with pytest.raises(BadBars) as caught:
        make()
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("name", ["date", "open", "close", "volume"])
def test_a_missing_column_is_named_with_the_file(tmp_path, name):
    words = refusal(lambda: load(tmp_path, rows_of("SPY").drop(columns=name)))
    assert f"SPY.csv has no column {name}" in words


@pytest.mark.parametrize("text", ["abc", "n/a", "12,5", "inf", "--"])
def test_text_in_close_is_named_with_file_line_and_value(tmp_path, text):
    words = refusal(lambda: load(tmp_path, with_cell(rows_of("SPY"), 7, "close", text)))
    assert f"SPY.csv line 7, column close: {text!r} is not a number" in words


def test_text_in_a_parquet_column_is_named_with_its_row(tmp_path):
    rows = rows_of("SPY").astype({"close": str})
    rows.loc[3, "close"] = "abc"
    words = refusal(lambda: load(tmp_path, rows, "SPY.parquet"))
    assert "SPY.parquet row 4, column close: 'abc'" in words


def test_a_date_that_is_none_is_named(tmp_path):
    words = refusal(lambda: load(tmp_path, with_cell(rows_of("SPY"), 3, "date", "yesterday")))
    assert "SPY.csv line 3, column date: 'yesterday' is not a date" in words


def test_an_empty_date_is_named(tmp_path):
    words = refusal(lambda: load(tmp_path, with_cell(rows_of("SPY"), 3, "date", "")))
    assert "SPY.csv line 3, column date" in words


def test_a_date_the_calendar_does_not_cover_is_named(tmp_path):
    words = refusal(lambda: load(tmp_path, with_cell(rows_of("SPY"), 2, "date", "1962-01-02")))
    assert "SPY.csv line 2, column date, SPY: 1962-01-02 lies outside" in words


def test_a_ticker_that_is_none_is_named(tmp_path):
    words = refusal(lambda: load(tmp_path, with_cell(rows_of("SPY"), 4, "symbol", "S&P 500")))
    assert "SPY.csv line 4, column symbol: 'S&P 500' is not a ticker" in words


def test_a_file_without_symbol_column_needs_a_ticker_for_a_name(tmp_path):
    rows = rows_of("SPY").drop(columns="symbol")
    words = refusal(lambda: load(tmp_path, rows, "my bars (2).csv"))
    assert "my bars (2).csv has no column symbol and its name is no ticker" in words


def test_two_different_bars_of_one_day_are_refused_with_both_places(tmp_path):
    rows = rows_of("SPY")
    again = rows.iloc[[4]].assign(close=99.5)
    words = refusal(lambda: load(tmp_path, pd.concat([rows, again])))
    assert f"two different bars for {SESSIONS[4]}" in words
    assert f"SPY.csv line 6 and SPY.csv line {len(rows) + 2}, column close" in words


def test_two_files_that_contradict_each_other_are_both_named(tmp_path):
    rows_of("SPY").to_csv(tmp_path / "a.csv", index=False)
    rows_of("SPY", seed=9).to_csv(tmp_path / "b.csv", index=False)
    words = refusal(lambda: FilesMarket(tmp_path, CALENDAR))
    assert "a.csv line 2 and b.csv line 2" in words


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("SPY.parquet", b"this is no parquet"),
        ("SPY.csv", b""),
        ("SPY.csv", b"date,open,close\n2026-01-02,1,2,3,4\n2026-01-02,1,2,3,4,5\n"),
        ("SPY.csv", b"\xff\xfe\x00\x01\x80date"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    words = refusal(lambda: FilesMarket(tmp_path, CALENDAR))
    assert name in words
    assert len(words) < 400


def test_an_empty_folder_and_no_folder_have_no_bars(tmp_path):
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(NoBars, match="MARKET_DATA_DIR"):
            FilesMarket(folder, CALENDAR)


def test_a_heading_without_rows_has_no_bars(tmp_path):
    with pytest.raises(NoBars, match="no bars in"):
        load(tmp_path, rows_of("SPY").head(0))


def test_other_files_in_the_folder_are_no_matter(tmp_path):
    (tmp_path / "README.md").write_text("notes")
    assert load(tmp_path, rows_of("SPY")).symbols == ("SPY",)


def test_a_wanted_symbol_that_no_file_has_is_named(tmp_path):
    load(tmp_path, rows_of("SPY"))
    with pytest.raises(UnknownSymbol, match="no bars of NOPE"):
        FilesMarket(tmp_path, CALENDAR, ["SPY", "NOPE"])


def test_equal_duplicates_are_used_once_and_reported(tmp_path):
    rows = rows_of("SPY")
    (defect,) = defects_of(tmp_path, pd.concat([rows, rows.iloc[[4]]]))
    assert (defect.kind, defect.session) == (DefectKind.DUPLICATE_DATE, SESSIONS[4])


def test_missing_sessions_are_reported_one_by_one(tmp_path):
    found = defects_of(tmp_path, rows_of("SPY").drop(index=[10, 11]))
    assert [(one.kind, one.session) for one in found] == [
        (DefectKind.MISSING_SESSION, SESSIONS[10]),
        (DefectKind.MISSING_SESSION, SESSIONS[11]),
    ]


def test_a_missing_session_is_stale_until_a_later_bar_shows_the_gap(tmp_path):
    rows = rows_of("SPY").drop(index=[10])
    (then,) = defects_of(tmp_path, rows, SESSIONS[10])
    (later,) = defects_of(tmp_path, rows, SESSIONS[11])
    assert (then.kind, later.kind) == (DefectKind.STALE, DefectKind.MISSING_SESSION)


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("close", "-3", DefectKind.NON_POSITIVE),
        ("open", "0", DefectKind.NON_POSITIVE),
        ("volume", "-1", DefectKind.NON_POSITIVE),
        ("close", "", DefectKind.EMPTY_CELL),
        ("high", "1", DefectKind.INCONSISTENT),
    ],
)
def test_a_bad_cell_is_reported_with_its_session(tmp_path, name, value, kind):
    found = defects_of(tmp_path, with_cell(rows_of("SPY"), 12, name, value))
    assert (found[0].kind, found[0].session) == (kind, SESSIONS[10])
    assert name in found[0].detail


def test_a_bar_with_a_price_that_is_not_positive_is_left_out(tmp_path):
    market = load(tmp_path, with_cell(rows_of("SPY"), 12, "close", "-37.63"))
    close = CALENDAR.session_close(SESSIONS[10])
    assert SESSIONS[10] not in market.bars(["SPY"], close, 500).series["SPY"].days.tolist()
    assert market.quotes(["SPY"], close)["SPY"].price > 0


def test_a_bar_on_a_holiday_is_left_out_and_reported(tmp_path):
    rows = pd.concat([rows_of("SPY"), rows_of("SPY", [date(2026, 11, 26)])])
    (defect,) = defects_of(tmp_path, rows)
    assert (defect.kind, defect.session) == (DefectKind.NOT_A_SESSION, date(2026, 11, 26))


@pytest.mark.parametrize("ratio", [0.5, 0.1, 0.125, 4.0, 8.0])
def test_a_jump_like_a_split_is_suspected_on_its_day(tmp_path, ratio):
    rows = rows_of("SPY")
    rows.loc[30:, ["open", "high", "low", "close"]] *= ratio
    (defect,) = defects_of(tmp_path, rows)
    assert (defect.kind, defect.session) == (DefectKind.SUSPECTED_SPLIT, SESSIONS[30])


def test_real_crashes_of_march_2020_are_no_splits():
    market = FilesMarket(fixture_path(UNIVERSE), CALENDAR)
    assert not market.bars(["USO", "SPY"], datetime(2020, 6, 1, tzinfo=UTC), 120).defects


def test_a_defect_is_not_reported_before_its_bar_is_known(tmp_path):
    rows = with_cell(rows_of("SPY"), 12, "high", "1")
    assert not defects_of(tmp_path, rows, SESSIONS[9])
    assert defects_of(tmp_path, rows, SESSIONS[10])
