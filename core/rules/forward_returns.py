"""A suggestion's return over some sessions: from the first price after it to the close that ends it.

As with orders: what is suggested before the open is bought at that open, during the session at its
close, later at the next open. A horizon of h sessions ends at the h-th close after that price.
Point in time: a return is known once a close has decided it, and later bars never change it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

import numpy as np

from core.clock import in_new_york
from core.discovery.aligned import LOWEST_PRICE, SPLIT_RATIOS, SPLIT_STAYS, SPLIT_TOLERANCE
from core.discovery.panel import Panel
from core.market import Floats, PriceKind
from core.ports import TradingCalendar
from core.schemas.forward import ForwardReturn, ForwardStatus
from core.schemas.suggestion import Picker

HORIZONS = (1, 5, 20)
LONGEST_GAP = 10
"""Sessions without a bar after which a symbol is gone: what comes back may be another company."""


@dataclass(frozen=True, slots=True)
class Suggested:
    """What is measured of a suggestion."""

    suggestion_id: str
    symbol: str
    as_of: datetime
    rank: int
    picked_by: tuple[Picker, ...]


@dataclass(frozen=True, slots=True)
class Due:
    """The first price after an instant, by the calendar."""

    session: date
    kind: PriceKind


@dataclass(frozen=True, slots=True)
class _Row:
    """One symbol's bars over the panel's sessions, from the due one on; ``exists`` where there is one."""

    open: Floats
    close: Floats
    exists: np.ndarray[tuple[int], np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True)
class _Entry:
    """Where a symbol was bought: a session's number since the due one, and its price."""

    at: int
    kind: PriceKind
    price: float

    def ends(self, horizon: int) -> int:
        """The number of the session whose close ends the horizon."""
        return self.at + horizon - (self.kind is PriceKind.OPEN)


def first_price(calendar: TradingCalendar, as_of: datetime) -> Due:
    """The session and kind of the first price known strictly after ``as_of``."""
    session = calendar.session_on_or_after(in_new_york(as_of).date())
    if as_of < calendar.session_open(session):
        return Due(session, PriceKind.OPEN)
    if as_of < calendar.session_close(session):
        return Due(session, PriceKind.CLOSE)
    return Due(calendar.offset(session, 1), PriceKind.OPEN)


def forward_return(
    panel: Panel, one: Suggested, due: Due, horizon: int, benchmark: str = "SPY"
) -> ForwardReturn | None:
    """None while no close of the panel has decided it, or when the panel begins after ``due``.

    A symbol that the panel does not hold has no bars.
    """
    start = int(np.searchsorted(panel.days, np.datetime64(due.session)))
    if start >= len(panel.days) or panel.days[start] != np.datetime64(due.session):
        return None
    row = _row(panel, one.symbol, start)
    entry = _entered(row, due.kind)
    days = [day.item() for day in panel.days[start:]]
    told = _Told(one, due, horizon, days)
    if entry is None:
        gone = len(days) > LONGEST_GAP
        return told.of(ForwardStatus.NO_ENTRY, LONGEST_GAP) if gone else None
    end = entry.ends(horizon)
    known = _known(row, entry, end)
    if known is None:
        return None
    status, last, decided = known
    held = slice(entry.at, last + 1)
    measured = told.of(status, decided).model_copy(
        update={
            "ends": days[end] if end < len(days) else None,
            "entry_session": days[entry.at],
            "entry_kind": entry.kind,
            "entry_price": entry.price,
            "holes": int((~row.exists[entry.at : min(end, last) + 1]).sum()),
            "splits": tuple(_splits(row, held, days)),
        }
    )
    if status is ForwardStatus.HOLE:
        return measured
    price = float(row.close[last])
    against = _of_benchmark(_row(panel, benchmark, start), entry, end)
    left = {"exit_session": days[last], "exit_price": price}
    return measured.model_copy(update=left | _returns(price / entry.price - 1, against))


def _returns(returned: float, against: float | None) -> dict[str, float | None]:
    """What it brought, fractions: by itself, the benchmark, and beyond it where that is known."""
    return {
        "returned": round(returned, 8),
        "benchmark": None if against is None else round(against, 8),
        "excess": None if against is None else round(returned - against, 8),
    }


@dataclass(frozen=True, slots=True)
class _Told:
    """What is the same in every answer about one suggestion and horizon."""

    one: Suggested
    due: Due
    horizon: int
    days: list[date]

    def of(self, status: ForwardStatus, decided: int) -> ForwardReturn:
        return ForwardReturn(
            suggestion_id=self.one.suggestion_id,
            symbol=self.one.symbol,
            rank=self.one.rank,
            picked_by=self.one.picked_by,
            horizon=self.horizon,
            status=status,
            due=self.due.session,
            known=self.days[decided],
        )


def _row(panel: Panel, symbol: str, start: int) -> _Row:
    """A price of zero or below is none, and takes its whole bar with it."""
    number = panel.index.get(symbol)
    if number is None:
        nothing = np.full(len(panel.days) - start, np.nan)
        return _Row(nothing, nothing, np.zeros(len(nothing), dtype=bool))
    opened, close = panel.open[number, start:], panel.close[number, start:]
    exists = np.isfinite(close) & (close >= LOWEST_PRICE) & ~(opened < LOWEST_PRICE)
    return _Row(opened, close, np.asarray(exists))


def _entered(row: _Row, kind: PriceKind) -> _Entry | None:
    """The first price there is, at most ``LONGEST_GAP`` sessions late; None without one.

    On a session after the due one, the open comes first; where no open is known, the close.
    """
    found = np.flatnonzero(row.exists[: LONGEST_GAP + 1])
    if not len(found):
        return None
    at = int(found[0])
    if (at > 0 or kind is PriceKind.OPEN) and np.isfinite(row.open[at]):
        return _Entry(at, PriceKind.OPEN, float(row.open[at]))
    return _Entry(at, PriceKind.CLOSE, float(row.close[at]))


def _known(row: _Row, entry: _Entry, end: int) -> tuple[ForwardStatus, int, int] | None:
    """How it ended, the session of its last price, and the session that decided it; None: not yet."""
    sessions = len(row.exists)
    if end >= sessions:
        return None
    bars = [*(int(bar) for bar in np.flatnonzero(row.exists) if bar >= entry.at), sessions]
    for last, following in pairwise(bars):
        if last == end:
            return ForwardStatus.MEASURED, end, end
        if following - last - 1 > LONGEST_GAP:
            return ForwardStatus.DELISTED, last, max(end, last + LONGEST_GAP + 1)
        if following > end:
            hole = following < sessions
            return (ForwardStatus.HOLE, last, following) if hole else None
    return None


def _of_benchmark(row: _Row, entry: _Entry, end: int) -> float | None:
    """From the same price to the horizon's end; None where either is unknown."""
    prices = row.open if entry.kind is PriceKind.OPEN else row.close
    if not (row.exists[entry.at] and row.exists[end] and np.isfinite(prices[entry.at])):
        return None
    return float(row.close[end] / prices[entry.at]) - 1


def _splits(row: _Row, held: slice, days: list[date]) -> Iterator[str]:
    """Overnight jumps by a split's ratio that stayed, between the first and the last price."""
    bars = np.flatnonzero(row.exists[held]) + held.start
    for before, after in pairwise(bars):
        opened = row.open[after] if np.isfinite(row.open[after]) else row.close[after]
        jump = float(np.log(opened / row.close[before]))
        near = float(np.abs(SPLIT_RATIOS - abs(jump)).min()) < SPLIT_TOLERANCE
        if near and abs(float(np.log(row.close[after] / opened))) < SPLIT_STAYS:
            yield f"{days[after]}: x{np.exp(jump):.3g} overnight, a split the source missed?"
