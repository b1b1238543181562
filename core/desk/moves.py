"""Symbols that moved far against their previous close: each once a session and direction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from core.desk.cycle_account import held_symbols
from core.desk.desk import Desk
from core.desk.slots import Slot
from core.desk.strategy_marking import newest_quotes
from core.desk.strategy_ports import Strategy
from core.desk.writing import append_one, new_event
from core.errors import MarketError
from core.events.cycle import SymbolMoved
from core.events.envelope import event_id
from core.types import to_price

PER_CENT = 100
SHOWN = 4


def fresh_moves(desk: Desk, strategy: Strategy, slot: Slot) -> tuple[SymbolMoved, ...]:
    """What moved beyond the threshold and was not said before this slot, by symbol; all of it recorded.

    A slot that is run again finds the same moves: those it said itself are still its own.
    """
    found = (_move(desk, strategy, symbol, slot) for symbol in _looked_at(desk, strategy))
    return tuple(move for move in found if move is not None and _is_news(desk, strategy, move))


def _looked_at(desk: Desk, strategy: Strategy) -> Sequence[str]:
    watched = set(strategy.watched(desk.store, strategy.spec))
    if desk.books.opened(strategy.account_id):
        watched |= set(held_symbols(desk.books.book(strategy.account_id)))
    return sorted(watched)


def _move(desk: Desk, strategy: Strategy, symbol: str, slot: Slot) -> SymbolMoved | None:
    """None without a price of this session, or without the close of the one right before it."""
    quote = newest_quotes(strategy.market, [symbol], slot.at).get(symbol)
    if quote is None or quote.session != slot.session:
        return None
    before = desk.calendar.offset(slot.session, -1)
    closed = _close(strategy, symbol, slot.at, before.isoformat())
    if closed is None:
        return None
    change = float(quote.price) / closed - 1
    threshold = strategy.spec.schedule.move_pct
    if abs(change) * PER_CENT <= threshold:
        return None
    return SymbolMoved(
        strategy=strategy.name,
        session=slot.session,
        symbol=symbol,
        direction="up" if change > 0 else "down",
        change_pct=round(change * PER_CENT, SHOWN),
        threshold_pct=threshold,
        price=quote.price,
        previous_close=to_price(closed),
        at=slot.at,
    )


def _close(strategy: Strategy, symbol: str, at: datetime, session: str) -> float | None:
    """The close of that very session, known by then."""
    try:
        series = strategy.market.bars([symbol], at, 2).series.get(symbol)
    except MarketError:
        return None
    if series is None:
        return None
    there = np.flatnonzero(series.days == np.datetime64(session, "D"))
    close = float(series.close[there[-1]]) if len(there) else 0.0
    return close if close > 0 else None


def _is_news(desk: Desk, strategy: Strategy, move: SymbolMoved) -> bool:
    """Say it unless it was said; True when this very slot said it."""
    stream = strategy.stream("moves")
    what = (move.session, move.symbol, move.direction)
    known = desk.store.find(str(event_id(stream, SymbolMoved.__name__, *what)))
    if known is None:
        append_one(desk.store, stream, new_event(stream, move, what, move.at))
        return True
    said = desk.store.decode(known)
    return isinstance(said, SymbolMoved) and said.at == move.at
