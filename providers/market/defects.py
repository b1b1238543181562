"""What can be wrong with a series of daily bars, and the instant from which it can be seen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np

from core.market import BarSeries, Defect, DefectKind
from core.ports import TradingCalendar
from providers.market.timeline import DatedDefect, usable, usable_bars

SPLIT_RATIOS = (2.0, 3.0, 4.0, 5.0, 8.0, 10.0, 15.0, 20.0)
SPLIT_TOLERANCE = 0.06
"""In log price, around a ratio."""
SPLIT_STAYS = 0.15
"""In log price: a day that opened there and fell back by more was a real move."""
ROUNDING = 1e-4
"""Relative: adjusted prices are rounded, so a high may lie this much below the close."""
PRICES = ("open", "high", "low", "close")


def find_defects(series: BarSeries, calendar: TradingCalendar) -> list[DatedDefect]:
    """Defects inside a series, ordered by when they can be seen.

    None depends on a later bar than the one that shows it, so what is reported at an instant never
    changes afterwards. Staleness depends on the instant itself and is added when bars are read.
    """
    found = [
        *_missing_sessions(series, calendar),
        *_bad_cells(series, calendar),
        *_inconsistent(series, calendar),
        *_suspected_splits(series, calendar),
    ]
    return sorted(found, key=lambda entry: (entry.known_at, entry.defect.kind))


def dated(
    calendar: TradingCalendar, symbol: str, kind: DefectKind, session: date, detail: str
) -> DatedDefect:
    """A defect that shows when its session closes."""
    return DatedDefect(Defect(symbol, kind, session, detail), calendar.session_close(session))


def _missing_sessions(series: BarSeries, calendar: TradingCalendar) -> Iterator[DatedDefect]:
    """Sessions between two bars without one; seen when the next bar closes, stale until then."""
    gaps = np.flatnonzero(np.diff(series.days).astype(int) > 1)
    for index in gaps:
        before, after = series.days[index].item(), series.days[index + 1].item()
        for session in calendar.sessions(before, after)[1:-1]:
            defect = Defect(
                series.symbol,
                DefectKind.MISSING_SESSION,
                session,
                f"no bar between {before} and {after}",
            )
            yield DatedDefect(defect, calendar.session_close(after))


def _bad_cells(series: BarSeries, calendar: TradingCalendar) -> Iterator[DatedDefect]:
    """Empty or non-positive cells; a bar with such a price is left out, the volume is unknown."""
    for name in (*PRICES, "volume"):
        column = getattr(series, name)
        bad = ~usable(column) if name in PRICES else ~(np.isnan(column) | (column >= 0))
        for index in np.flatnonzero(bad):
            empty = bool(np.isnan(column[index]))
            kind = DefectKind.EMPTY_CELL if empty else DefectKind.NON_POSITIVE
            shown = "empty" if empty else f"{column[index]:g}"
            detail = f"{name} is {shown}: not used"
            yield dated(calendar, series.symbol, kind, series.days[index].item(), detail)


def _inconsistent(series: BarSeries, calendar: TradingCalendar) -> Iterator[DatedDefect]:
    """Bars whose high lies below the low, or whose open or close lies outside them."""
    top = np.maximum(series.open, series.close) * (1 - ROUNDING)
    bottom = np.minimum(series.open, series.close) * (1 + ROUNDING)
    wrong = (series.high < series.low) | (series.high < top) | (series.low > bottom)
    for index in np.flatnonzero(wrong & usable_bars(series)):
        values = ", ".join(f"{name} {getattr(series, name)[index]:g}" for name in PRICES)
        day = series.days[index].item()
        yield dated(calendar, series.symbol, DefectKind.INCONSISTENT, day, values)


def _suspected_splits(series: BarSeries, calendar: TradingCalendar) -> Iterator[DatedDefect]:
    """An overnight jump by about a split's ratio, either way, that the day's close confirms."""
    bars = np.flatnonzero(usable_bars(series))
    before, after = bars[:-1], bars[1:]
    jump = np.log(series.open[after] / series.close[before])
    stayed = np.abs(np.log(series.close[after] / series.open[after])) < SPLIT_STAYS
    near = np.abs(np.abs(jump)[:, None] - np.log(SPLIT_RATIOS)) < SPLIT_TOLERANCE
    for position in np.flatnonzero(near.any(axis=1) & stayed):
        opened, closed = series.open[after[position]], series.close[before[position]]
        detail = f"open {opened:g} after close {closed:g}: x{opened / closed:.3g} overnight"
        day = series.days[after[position]].item()
        yield dated(calendar, series.symbol, DefectKind.SUSPECTED_SPLIT, day, detail)
