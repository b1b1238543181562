"""Small panels for tests: bars by symbol over a run of weekdays, and fixtures as panels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd

from core.discovery.panel import Panel, panel_of
from core.market import BarSeries, MarketBars

AS_OF = datetime(2026, 11, 20, 21, 0, tzinfo=UTC)


def weekdays(count: int, last: str = "2026-11-20") -> list[date]:
    return [day.date() for day in pd.bdate_range(end=last, periods=count)]


def series(
    symbol: str, days: Sequence[date], close: Sequence[float] | float, volume: float = 2e6
) -> BarSeries:
    """Bars whose open, high and low are the close."""
    values = np.broadcast_to(np.asarray(close, dtype=float), len(days)).copy()
    counts = np.full(len(days), float(volume))
    stamps = np.array(list(days), dtype="datetime64[D]")
    return BarSeries(symbol, stamps, values, values, values, values, counts)


def wave(count: int, start: float = 100.0, step: float = 0.01) -> list[float]:
    """A price that goes up and down by about ``step``, never still and never a trend."""
    return [start * (1 + step * np.sin(1.7 * n) + 0.0005 * n) for n in range(count)]


def market(
    held: Mapping[str, BarSeries], feed: str = "alpaca/sip", *, adjusted: bool = True
) -> MarketBars:
    return MarketBars(AS_OF, "alpaca", feed, adjusted, dict(held))


def panel(
    *held: BarSeries, sessions: Sequence[date] | None = None, feed: str = "alpaca/sip"
) -> Panel:
    return panel_of(market({one.symbol: one for one in held}, feed), sessions or weekdays(130))


def panel_from(frame: pd.DataFrame, feed: str = "alpaca/sip") -> tuple[Panel, list[date]]:
    """A long frame's newest 130 days as a panel, by way of one series a symbol."""
    days = sorted(frame["date"].unique())[-130:]
    sessions = [pd.Timestamp(day).date() for day in days]
    held = {}
    for symbol, rows in frame.groupby("symbol", observed=True):
        columns = [
            rows[name].to_numpy(dtype=float) for name in ("open", "high", "low", "close", "volume")
        ]
        stamps = rows["date"].to_numpy().astype("datetime64[D]")
        held[str(symbol)] = BarSeries(str(symbol), stamps, *columns)
    return panel_of(market(held, feed), sessions), sessions
