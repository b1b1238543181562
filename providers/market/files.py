"""Daily bars from a folder of CSV and Parquet files."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from core.errors import NoBars, UnknownSymbol
from core.ports import TradingCalendar
from providers.market.bar_files import SUFFIXES, read_bar_file
from providers.market.bar_rows import SymbolBars, collect_bars
from providers.market.daily import DailyBars, DailyBarsMarket


class FilesMarket(DailyBarsMarket):
    """The MarketData port over a folder; everything is read, and checked, when it is made.

    Long files hold ``date, symbol, open, high, low, close, volume[, source]``; a file without the
    symbol column is named after its symbol (``SPY.csv``, ``vix_daily_2010.csv``). Prices are taken
    as they stand; ``adjusted`` says what they are: adjusted bars mean total return. ``left_out``
    names files that hold no bars. BadBars for a file or cell that cannot be trusted, NoBars for a
    folder without bars, UnknownSymbol for a wanted symbol that no file has.
    """

    def __init__(
        self,
        folder: Path,
        calendar: TradingCalendar,
        symbols: Collection[str] | None = None,
        *,
        adjusted: bool = True,
    ) -> None:
        rows, self._left_out = _read_folder(folder)
        bars = collect_bars(_wanted(rows, symbols, folder), calendar)
        super().__init__(_held(bars, adjusted=adjusted), calendar)

    @property
    def left_out(self) -> Mapping[str, str]:
        """File name → why it was not read as bars."""
        return MappingProxyType(self._left_out)


def _read_folder(folder: Path) -> tuple[pd.DataFrame, dict[str, str]]:
    if not folder.is_dir():
        raise NoBars(f"{folder} is no folder: set MARKET_DATA_DIR to a folder of CSV or Parquet")
    frames: list[pd.DataFrame] = []
    left_out: dict[str, str] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in SUFFIXES:
            continue
        read = read_bar_file(path)
        if read is None:
            left_out[path.name] = "no column open, high, low or close: not a file of bars"
        elif not read.rows.empty:
            frames.append(read.rows)
    if not frames:
        raise NoBars(
            f"no bars in {folder}: put CSV or Parquet files of daily bars there, "
            "or set MARKET_DATA_DIR to another folder"
        )
    return pd.concat(frames, ignore_index=True), left_out


def _wanted(rows: pd.DataFrame, symbols: Collection[str] | None, folder: Path) -> pd.DataFrame:
    if symbols is None:
        return rows
    missing = sorted(set(symbols) - set(rows["symbol"]))
    if missing:
        raise UnknownSymbol(
            f"no bars of {', '.join(missing)} in {folder}: "
            "add them there or take the symbol out of the universe"
        )
    return rows[rows["symbol"].isin(list(symbols))]


def _held(bars: Mapping[str, SymbolBars], *, adjusted: bool) -> DailyBars:
    return DailyBars(
        source="files",
        adjusted=adjusted,
        series={symbol: found.series for symbol, found in bars.items()},
        feeds={symbol: found.feeds for symbol, found in bars.items()},
        defects={symbol: found.defects for symbol, found in bars.items()},
    )
