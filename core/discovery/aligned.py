"""A panel's bars pushed together: what exists of each symbol, right-aligned, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from core.discovery.panel import Panel
from core.market import Floats

Bools: TypeAlias = NDArray[np.bool_]
Ints: TypeAlias = NDArray[np.int64]

LOWEST_PRICE = 0.0001
SPLIT_RATIOS = np.log([2.0, 3.0, 4.0, 5.0, 8.0, 10.0, 15.0, 20.0])
SPLIT_TOLERANCE, SPLIT_STAYS = 0.06, 0.15
"""In log price; the rule of `providers.market.defects`, here for all symbols at once."""
ROUNDING = 1e-4
"""Relative: adjusted prices are rounded, so a high may lie this much below the close."""


@dataclass(frozen=True, slots=True)
class Aligned:
    """Bars that exist, the newest of each row in the last column; NaN to the left of the first.

    ``close`` and ``volume`` are (symbols, sessions). Per symbol: ``count`` bars, ``stale`` sessions since
    the newest bar (all of them for none), ``missing`` sessions without a bar among the last 20,
    ``gap`` sessions of the last long gap (what lies before is not used: 0 for none), ``split`` bars
    since the newest suspected split (-1 for none), ``flawed`` bars that contradict themselves.
    """

    close: Floats
    volume: Floats
    count: Ints
    stale: Ints
    missing: Ints
    gap: Ints
    split: Ints
    flawed: Ints


def aligned(panel: Panel, longest_gap: int) -> Aligned:
    """The panel's bars pushed to the right; a gap longer than ``longest_gap`` sessions cuts a history.

    A ticker that comes back after such a gap may be another company, or come out of a long halt:
    either way what lies before says nothing about it.
    """
    exists = usable(panel)
    columns = exists.shape[1]
    gap, exists = _cut_at_gaps(exists, longest_gap)
    count = exists.sum(axis=1)
    newest = columns - 1 - np.argmax(exists[:, ::-1], axis=1)
    listed = np.argmax(exists, axis=1)
    window = np.arange(columns) >= np.maximum(listed, columns - 20)[:, None]
    order = _order(exists)
    opened, close, volume = (
        _pushed(matrix, exists, order) for matrix in (panel.open, panel.close, panel.volume)
    )
    return Aligned(
        close=close,
        volume=np.where(volume >= 0, volume, np.nan),
        count=count,
        stale=np.where(count > 0, columns - 1 - newest, columns),
        missing=(window & ~exists).sum(axis=1),
        gap=gap,
        split=_newest_split(opened, close),
        flawed=(exists & _contradictory(panel)).sum(axis=1),
    )


def usable(panel: Panel) -> Bools:
    """Where a bar exists: its close is a price, and no other price of it is zero or negative."""
    exists = panel.close >= LOWEST_PRICE
    for other in (panel.open, panel.high, panel.low):
        exists &= ~(other < LOWEST_PRICE)
    return np.asarray(exists & np.isfinite(panel.close))


def _cut_at_gaps(exists: Bools, longest_gap: int) -> tuple[Ints, Bools]:
    """The length of each row's last long gap, and which bars lie after it."""
    columns = np.arange(exists.shape[1])
    seen = np.maximum.accumulate(np.where(exists, columns, -1), axis=1)
    before = np.concatenate([np.full((len(exists), 1), -1), seen[:, :-1]], axis=1)
    length = np.where(exists & (before >= 0), columns - before - 1, 0)
    long = length > longest_gap
    last = columns[-1] - np.argmax(long[:, ::-1], axis=1)
    cut = np.where(long.any(axis=1), last, 0)
    gap = np.where(cut > 0, length[np.arange(len(exists)), cut], 0)
    return gap, exists & (columns >= cut[:, None])


def _order(exists: Bools) -> tuple[Ints, Ints]:
    """The rows that have to be pushed, and for each the columns in their new order."""
    ragged = np.flatnonzero((exists[:, :-1] & ~exists[:, 1:]).any(axis=1))
    return ragged, np.argsort(exists[ragged], axis=1, kind="stable")


def _pushed(matrix: Floats, exists: Bools, order: tuple[Ints, Ints]) -> Floats:
    rows, columns = order
    kept = np.where(exists, matrix, np.nan)
    kept[rows] = np.take_along_axis(kept[rows], columns, axis=1)
    return kept


def _newest_split(opened: Floats, close: Floats) -> Ints:
    """How many bars ago a split is suspected: an overnight jump by a split's ratio that stayed.

    Where no open is known the close stands in for it.
    """
    opened = np.where(np.isnan(opened), close, opened)[:, 1:]
    with np.errstate(invalid="ignore", divide="ignore"):
        jump = np.abs(np.log(opened / close[:, :-1]))
        large = np.argwhere(jump > SPLIT_RATIOS[0] - SPLIT_TOLERANCE)
    found = np.full(len(close), -1, dtype=np.int64)
    for row, column in large:  # a handful of a market's jumps in half a year
        near = np.abs(SPLIT_RATIOS - jump[row, column]).min() < SPLIT_TOLERANCE
        stayed = abs(np.log(close[row, column + 1] / opened[row, column])) < SPLIT_STAYS
        if near and stayed:
            found[row] = close.shape[1] - 2 - column
    return found


def _contradictory(panel: Panel) -> Bools:
    """Where a high lies below the low, or open or close outside them; unknown is no contradiction."""
    top = np.fmax(panel.open, panel.close) * (1 - ROUNDING)
    bottom = np.fmin(panel.open, panel.close) * (1 + ROUNDING)
    wrong = (panel.high < panel.low) | (panel.high < top) | (panel.low > bottom)
    return np.asarray(wrong)
