"""Recorded prices of a few assets over the sessions of a record."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sqlalchemy import select

from core.market import Days
from core.rules.benchmark import PricedSessions
from storage.projections.council_tables import SnapshotRow
from storage.projections.prices import SessionPriceRow
from storage.projections.writing import table_of
from storage.queries.reader import StoreReader

PRICES, SNAPSHOTS = table_of(SessionPriceRow), table_of(SnapshotRow)


def session_prices(
    reader: StoreReader, symbols: Sequence[str], days: Days
) -> dict[str, PricedSessions]:
    """Each of ``symbols`` that has a price in any of ``days`` (n,), in USD."""
    if not len(days):
        return {}
    within = PRICES.c.session.between(str(days[0]), str(days[-1]))
    asked = select(PRICES).where(PRICES.c.symbol.in_(list(symbols)), within)
    places = {str(day): place for place, day in enumerate(days)}
    closes: dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]] = {}
    entries: dict[str, float] = {}
    for row in reader.rows(asked):
        place = places.get(row["session"])
        if place is None:
            continue
        own = closes.setdefault(row["symbol"], np.full(len(days), np.nan))
        own[place] = float(row["close"])
        if place == 0:
            entries[row["symbol"]] = float(row["open"] or row["close"])
    return {
        symbol: PricedSessions(entries.get(symbol, np.nan), own) for symbol, own in closes.items()
    }


def adjusted_bars(reader: StoreReader) -> bool | None:
    """Whether the newest snapshot's bars hold dividends; None before the first snapshot."""
    newest = reader.first(select(SNAPSHOTS.c.adjusted).order_by(SNAPSHOTS.c.as_of.desc()).limit(1))
    return None if newest is None else bool(newest["adjusted"])
