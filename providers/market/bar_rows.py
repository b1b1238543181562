"""Rows of bar files gathered into one clean series a symbol, with the defects found on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.errors import BadBars, BadInput
from core.market import BarSeries, Defect, DefectKind
from core.ports import TradingCalendar
from providers.market.bar_files import NUMBERS
from providers.market.defects import dated, find_defects
from providers.market.timeline import DatedDefect


@dataclass(frozen=True, slots=True)
class SymbolBars:
    """``feeds`` names where each bar came from; defects are ordered by when they show."""

    series: BarSeries
    feeds: Sequence[str]
    defects: Sequence[DatedDefect]


def collect_bars(rows: pd.DataFrame, calendar: TradingCalendar) -> Mapping[str, SymbolBars]:
    """One entry a symbol; BadBars for two different bars of one day or a day out of range."""
    return {
        str(symbol): _collect(str(symbol), group, calendar)
        for symbol, group in rows.groupby("symbol", sort=True)
    }


def _collect(symbol: str, rows: pd.DataFrame, calendar: TradingCalendar) -> SymbolBars:
    ordered = rows.sort_values("day", kind="stable")
    single, repeated = _without_duplicates(symbol, ordered, calendar)
    on_sessions, strays = _on_sessions(symbol, single, calendar)
    days = on_sessions["day"].to_numpy().astype("datetime64[D]")
    columns = [on_sessions[name].to_numpy(dtype=np.float64) for name in NUMBERS]
    series = BarSeries(symbol, days, *columns)
    defects = [*repeated, *strays, *find_defects(series, calendar)]
    feeds = on_sessions["feed"].tolist()
    return SymbolBars(series, feeds, sorted(defects, key=lambda entry: entry.known_at))


def _without_duplicates(
    symbol: str, rows: pd.DataFrame, calendar: TradingCalendar
) -> tuple[pd.DataFrame, list[DatedDefect]]:
    """The first of equal rows of a day; rows of a day that differ are BadBars."""
    again = rows["day"].duplicated(keep="first")
    if not again.any():
        return rows, []
    same = rows.duplicated(subset=["day", *NUMBERS], keep="first")
    if (again & ~same).any():
        _refuse_conflict(symbol, rows, int(np.flatnonzero(again & ~same)[0]))
    repeated = rows[again]
    defects = [
        _on_day(calendar, symbol, DefectKind.DUPLICATE_DATE, day, "the same bar again: used once")
        for day in repeated["day"]
    ]
    return rows[~again], defects


def _refuse_conflict(symbol: str, rows: pd.DataFrame, position: int) -> None:
    second = rows.iloc[position]
    first = rows[rows["day"] == second["day"]].iloc[0]
    name = next(name for name in NUMBERS if not _equal(first[name], second[name]))
    raise BadBars(
        f"{symbol} has two different bars for {second['day']:%Y-%m-%d}: {first['where']} and "
        f"{second['where']}, column {name}: {first[name]:g} and {second[name]:g}; keep one of them"
    )


def _equal(left: float, right: float) -> bool:
    return left == right or (bool(np.isnan(left)) and bool(np.isnan(right)))


def _on_sessions(
    symbol: str, rows: pd.DataFrame, calendar: TradingCalendar
) -> tuple[pd.DataFrame, list[DatedDefect]]:
    """Rows on trading days; nobody can say when a price of another day became known."""
    held = np.array(
        [_is_session(symbol, row, calendar) for row in zip(rows["day"], rows["where"], strict=True)]
    )
    strays = rows[~held]
    defects = [
        _on_day(calendar, symbol, DefectKind.NOT_A_SESSION, day, "no trading day: not used")
        for day in strays["day"]
    ]
    return rows[held], defects


def _is_session(symbol: str, row: tuple[pd.Timestamp, str], calendar: TradingCalendar) -> bool:
    try:
        return calendar.is_session(row[0].date())
    except BadInput as error:
        raise BadBars(f"{row[1]}, column date, {symbol}: {error}") from error


def _on_day(
    calendar: TradingCalendar, symbol: str, kind: DefectKind, day: pd.Timestamp, detail: str
) -> DatedDefect:
    """A defect of a row, seen when the session of that day, or the next one, closes.

    It names no line: lines move when bars are added, and what was reported must not.
    """
    shown = dated(calendar, symbol, kind, calendar.session_on_or_after(day.date()), detail)
    defect = Defect(symbol, kind, day.date(), detail)
    return DatedDefect(defect, shown.known_at)
