"""The hard limits of a trading cycle, over all its signals together: what no model can override.

The order is fixed, so that equal signals always get equal room: every SELL by symbol, then every BUY
by confidence, the highest first, ties by symbol. A SELL makes no room in the same cycle: it may not
fill. What a model takes away later is not given to another signal.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.rules.cycle_room import ZERO, Room
from core.rules.cycle_wish import BuyWish, held_hits, standing_hits
from core.rules.limits import refused
from core.schemas.cycle import CycleMarket
from core.schemas.risk import LimitHit, LimitOutcome
from core.schemas.signal import SignalAction, TradeSignal
from core.strategy import EquityLimits
from core.types import Shares


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the limits leave of a signal: shares, 0 when they refuse it, and every limit that spoke."""

    signal: TradeSignal
    quantity: Shares
    hits: tuple[LimitHit, ...] = ()


def allowed(
    market: CycleMarket, signals: Iterable[TradeSignal], limits: EquityLimits
) -> tuple[Allowed, ...]:
    """Every BUY and SELL in the stated order, each with what is left of it once those before it trade."""
    room = Room.of(market, limits)
    found = []
    for signal in in_order(signals):
        sells = signal.action is SignalAction.SELL
        one = _sell(signal, market, limits) if sells else _buy(signal, room, market, limits)
        asset = market.symbol(signal.symbol)
        if one.quantity and not sells and asset is not None:
            room = room.taken(asset, one.quantity)
        found.append(one)
    return tuple(found)


def in_order(signals: Iterable[TradeSignal]) -> Sequence[TradeSignal]:
    """SELLs by symbol, then BUYs by confidence and symbol; HOLDs have nothing to limit."""
    trading = [signal for signal in signals if signal.trades]
    return sorted(trading, key=_rank)


def _rank(signal: TradeSignal) -> tuple[bool, float, str]:
    buys = signal.action is SignalAction.BUY
    return buys, -signal.confidence if buys else 0.0, signal.symbol


def _sell(signal: TradeSignal, market: CycleMarket, limits: EquityLimits) -> Allowed:
    """At most what is held, whole or in the fraction that is held; nobody goes short."""
    hits = [*standing_hits(signal, market, limits), *held_hits(signal, market)]
    if any(hit.outcome is LimitOutcome.REFUSED for hit in hits):
        return Allowed(signal, ZERO, tuple(hits))
    held = market.account.holding(signal.symbol)
    have = held.quantity if held else ZERO
    return Allowed(signal, min(signal.quantity, have), tuple(hits))


def _buy(signal: TradeSignal, room: Room, market: CycleMarket, limits: EquityLimits) -> Allowed:
    hits = list(standing_hits(signal, market, limits))
    asset = market.symbol(signal.symbol)
    if asset is None:
        return Allowed(signal, ZERO, tuple(hits))
    wish = BuyWish(signal, asset, market.account, limits)
    hits += wish.refusals(room)
    if hits:
        return Allowed(signal, ZERO, tuple(hits))
    quantity = signal.quantity
    for cap in wish.caps(room):
        if quantity <= cap.shares:
            continue
        hits.append(cap.hit(quantity))
        quantity = cap.shares
        if not quantity:
            break
    step = wish.rounded(quantity)
    if quantity and not step:
        hits.append(refused("whole_shares", f"{quantity:f} shares", "at least one whole share"))
    return Allowed(signal, step, tuple(hits))
