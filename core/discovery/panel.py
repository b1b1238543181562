"""The whole market as matrices: symbols by sessions, NaN where nothing is known."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property

import numpy as np

from core.market import BarSeries, Days, Floats, MarketBars

COLUMNS = ("open", "high", "low", "close", "volume")


@dataclass(frozen=True)
class Panel:
    """Daily bars of many symbols, every matrix of shape (symbols, sessions), oldest session first.

    ``days`` are all sessions of the exchange up to the newest one closed at ``as_of``: a session
    without a bar is NaN in the row, never left out. Prices are USD a share, ``volume`` shares as
    counted by ``feed`` (which may be a part of the tape, see `core.discovery.tape`).
    """

    symbols: tuple[str, ...]
    days: Days
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    as_of: datetime
    source: str
    feed: str
    adjusted: bool

    @cached_property
    def index(self) -> dict[str, int]:
        """Row number of each symbol."""
        return {symbol: row for row, symbol in enumerate(self.symbols)}

    @property
    def last_day(self) -> date:
        """The newest session closed at ``as_of``."""
        newest: date = self.days[-1].item()
        return newest

    @cached_property
    def digest(self) -> str:
        """SHA-256 over symbols, days and every matrix: what a round really looked at."""
        seen = hashlib.sha256("\n".join(self.symbols).encode())
        seen.update(self.days.astype("datetime64[D]").astype(np.int64).tobytes())
        for name in COLUMNS:
            seen.update(np.ascontiguousarray(getattr(self, name), dtype="<f8").data)
        return seen.hexdigest()


def panel_of(bars: MarketBars, sessions: Sequence[date]) -> Panel:
    """The bars of these sessions (all of the exchange, oldest first) as one panel.

    Bars of other days are left out: a series with holes reaches further back than its neighbours.
    A symbol without a bar in the window keeps its row, empty.
    """
    days = np.array(list(sessions), dtype="datetime64[D]")
    symbols = tuple(sorted(bars.series))
    series = [bars.series[symbol] for symbol in symbols]
    rows, columns, kept = _places(series, days)
    matrices = dict(_matrices(series, (len(symbols), len(days)), (rows, columns, kept)))
    return Panel(
        symbols=symbols,
        days=days,
        **matrices,
        as_of=bars.as_of,
        source=bars.source,
        feed=bars.feed,
        adjusted=bars.adjusted,
    )


def newest_of(panel: Panel, sessions: int) -> Panel:
    """The panel's last ``sessions``; the same panel where it holds no more."""
    if len(panel.days) <= sessions:
        return panel
    cut = {name: getattr(panel, name)[:, -sessions:] for name in COLUMNS}
    return replace(panel, days=panel.days[-sessions:], **cut)


def _places(series: Sequence[BarSeries], days: Days) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Row and column of every bar laid end to end, and which of them lie on a wanted day."""
    if not series or not len(days):
        nothing = np.empty(0, dtype=np.intp)
        return nothing, nothing, np.zeros(sum(map(len, series)), dtype=bool)
    every_day = np.concatenate([one.days for one in series]).astype("datetime64[D]")
    rows = np.repeat(np.arange(len(series)), [len(one) for one in series])
    columns = np.minimum(np.searchsorted(days, every_day), len(days) - 1)
    kept = days[columns] == every_day
    return rows[kept], columns[kept], kept


def _matrices(
    series: Sequence[BarSeries],
    shape: tuple[int, int],
    places: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> Iterator[tuple[str, Floats]]:
    rows, columns, kept = places
    for name in COLUMNS:
        matrix = np.full(shape, np.nan)
        if series:
            matrix[rows, columns] = np.concatenate([getattr(one, name) for one in series])[kept]
        yield name, matrix
