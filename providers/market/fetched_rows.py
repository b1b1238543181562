"""Fetched rows made safe: nothing after the horizon, and every cell a number of a sensible size."""

from __future__ import annotations

from typing import cast

import numpy as np
import pandas as pd

from core.errors import BadBars
from core.market import BarSeries
from core.ports import TradingCalendar
from providers.market.bar_files import NUMBERS, PRICES
from providers.market.bar_rows import SymbolBars, collect_bars
from providers.market.daily_service import Horizon

LARGEST_PRICE = 10_000_000.0
"""USD a share; the dearest share there is costs a tenth of it."""
NOT_YET = ("high", "low", "close", "volume")
"""What of the running session's bar is not known before its close."""


def known_rows(rows: pd.DataFrame, horizon: Horizon) -> pd.DataFrame:
    """Rows up to the horizon; of a session that has only opened, nothing but its open."""
    days = rows["day"].dt.date
    known: pd.DataFrame = rows[days <= horizon.opened].copy()
    known.loc[known["day"].dt.date > horizon.closed, list(NOT_YET)] = np.nan
    return known


def collected(symbol: str, rows: pd.DataFrame, calendar: TradingCalendar) -> SymbolBars:
    """One symbol's bars out of its rows, which it changes; BadBars for cells that are no prices."""
    if rows.empty:
        return SymbolBars(_empty(symbol), (), ())
    for name in NUMBERS:
        rows[name] = [
            _number(cell, name, where)
            for cell, where in zip(rows[name], rows["where"], strict=True)
        ]
    return collect_bars(rows, calendar)[symbol]


def _empty(symbol: str) -> BarSeries:
    nothing = np.empty(0)
    return BarSeries(
        symbol, np.empty(0, dtype="datetime64[D]"), nothing, nothing, nothing, nothing, nothing
    )


def _number(cell: object, name: str, where: object) -> float:
    """A cell as a float, NaN for an empty one; BadBars for text, truth values and absurd numbers."""
    if cell is None:
        return float("nan")
    number = isinstance(cell, int | float | np.number) and not isinstance(cell, bool)
    value = float(cast("float", cell)) if number else float("inf")
    if np.isinf(value) or (name in PRICES and value > LARGEST_PRICE):
        raise BadBars(
            f"{where}: {name} is {repr(cell)[:40]}, not a price in dollars or a count of shares: "
            "take the symbol out of the universe or use another source of prices"
        )
    return value
