"""The whole market from a folder of bars: read once, looked through at any instant."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pandas as pd

from core.clock import as_utc, in_new_york
from core.discovery.panel import COLUMNS, Panel
from core.discovery.ports import Universe
from core.errors import NoBars
from core.market import MarketBars
from core.ports import TradingCalendar
from providers.market.bar_files import INDICES, SUFFIXES, read_bar_file
from providers.market.whole import closed_sessions, panel_of_rows

CONFLICT = "two different bars of one day"


class WholeFiles:
    """`WholeMarket` and `UniverseSource` over MARKET_DATA_DIR; files that change are read again.

    The universe of an instant is every symbol with a bar closed by then: what was listed later is
    not known yet. A symbol with two different bars of one day is left out and counted; an index
    (VIX, …) is no symbol to trade.
    """

    def __init__(self, folder: Path, calendar: TradingCalendar, *, adjusted: bool = True) -> None:
        self._folder = folder
        self._calendar = calendar
        self._adjusted = adjusted
        self._read: tuple[object, pd.DataFrame] | None = None
        self._guard = threading.Lock()

    def universe(self, as_of: datetime) -> Universe:
        rows = self._rows()
        last = closed_sessions(self._calendar, as_of, 1)[-1]
        known = rows[rows["day"] <= pd.Timestamp(last)]
        conflicting = _conflicting(known)
        symbols = tuple(sorted(set(known["symbol"]) - INDICES - conflicting))
        if not symbols:
            raise NoBars(f"no bar in {self._folder} is as old as {last}: add older bars")
        left_out = {CONFLICT: len(conflicting)} if conflicting else {}
        return Universe(symbols, in_new_york(as_utc(as_of)).date(), "files", left_out)

    def panel(self, symbols: Sequence[str], as_of: datetime, sessions: int) -> Panel:
        rows = self._rows()
        days = closed_sessions(self._calendar, as_of, sessions)
        known = rows[rows["day"] <= pd.Timestamp(days[-1])]
        asked = set(symbols) - _conflicting(known)
        wanted = known[(known["day"] >= pd.Timestamp(days[0])) & known["symbol"].isin(asked)]
        if wanted.empty:
            raise NoBars(
                f"none of {len(symbols)} symbols has a bar from {days[0]} to {days[-1]} in "
                f"{self._folder}: bring the folder up to date"
            )
        feeds = "+".join(sorted(wanted["feed"].unique()))
        head = MarketBars(as_utc(as_of), "files", feeds, self._adjusted, {})
        return panel_of_rows(wanted, days, head)

    def _rows(self) -> pd.DataFrame:
        """Every bar of the folder; ``twice`` marks those that another of the same day contradicts."""
        with self._guard:
            stamp = _stamp(self._folder)
            if self._read is None or self._read[0] != stamp:
                self._read = (stamp, _load(self._folder))
            return self._read[1]


def _stamp(folder: Path) -> object:
    """Changes with any file of bars in the folder."""
    if not folder.is_dir():
        raise NoBars(f"{folder} is no folder: set MARKET_DATA_DIR to a folder of CSV or Parquet")
    files = [path for path in sorted(folder.iterdir()) if path.suffix.lower() in SUFFIXES]
    return [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in files]


def _load(folder: Path) -> pd.DataFrame:
    frames = []
    for path in sorted(folder.iterdir()):
        read = read_bar_file(path) if path.suffix.lower() in SUFFIXES else None
        if read is not None and not read.rows.empty:
            frames.append(read.rows.drop(columns="where"))
    if not frames:
        raise NoBars(f"no bars in {folder}: put CSV or Parquet files of daily bars there")
    rows = pd.concat(frames, ignore_index=True).drop_duplicates(["symbol", "day", *COLUMNS])
    return rows.assign(twice=rows.duplicated(["symbol", "day"], keep=False))


def _conflicting(known: pd.DataFrame) -> set[str]:
    """Symbols with two different bars of one day, as far as that can be seen in these rows."""
    return set(known.loc[known["twice"], "symbol"])
