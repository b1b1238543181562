"""How well positions were left: against the week's range, and against holding to its last close."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.rules.week_prices import SessionPrices, known_prices, last_close
from core.schemas.order import BrokerFill
from core.schemas.postmortem_scores import ExitKind, ExitScore
from core.schemas.risk import Target
from core.types import to_price

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Leg:
    """A week's position in its target's own direction.

    ``carried`` shares came from the week before and count from the reference price; ``entries`` opened
    the rest, ``exits`` closed it (``reasons`` beside each). ``settled``: the next week took over, so
    what is left was carried on.
    """

    target: Target
    carried: Decimal
    entries: Sequence[BrokerFill]
    exits: Sequence[BrokerFill]
    reasons: Sequence[str]
    settled: bool

    @property
    def held(self) -> Decimal:
        """Shares at most, never negative."""
        return self.carried + sum((fill.quantity for fill in self.entries), ZERO)


def exit_score(leg: Leg, prices: Sequence[SessionPrices]) -> ExitScore | None:
    """None where nothing was held, or where no close is known to hold it against."""
    symbol, held = leg.target.instrument, leg.held
    last = last_close(prices, symbol) if symbol else None
    if symbol is None or not held or last is None:
        return None
    entry = _entry(leg, held)
    closed = min(sum((fill.quantity for fill in leg.exits), ZERO), held)
    out = _mean(leg.exits) if closed else None
    known = [*known_prices(prices, symbol, _since(leg, prices)), entry, *([out] if out else [])]
    sign = leg.target.direction.sign
    ended = (closed * (out or ZERO) + (held - closed) * last) / held
    return ExitScore(
        account_id=leg.target.account_id,
        instrument=symbol,
        direction=leg.target.direction,
        kind=_kind(leg, closed, held),
        entry=entry,
        exit=out,
        exited_at=leg.exits[-1].filled_at if closed else None,
        reason=leg.reasons[-1] if closed else None,
        low=min(known),
        high=max(known),
        place=_place(out, min(known), max(known), sign),
        trade_return=float((ended / entry - 1) * sign),
        hold_return=float((last / entry - 1) * sign),
    )


def _entry(leg: Leg, held: Decimal) -> Decimal:
    """USD a share: opening fills at their price, what was carried at Wednesday's reference price."""
    spent = sum((fill.quantity * fill.price for fill in leg.entries), ZERO)
    return to_price((spent + leg.carried * (leg.target.reference_price or ZERO)) / held)


def _mean(fills: Sequence[BrokerFill]) -> Decimal:
    shares = sum((fill.quantity for fill in fills), ZERO)
    return to_price(sum((fill.quantity * fill.price for fill in fills), ZERO) / shares)


def _since(leg: Leg, prices: Sequence[SessionPrices]) -> date:
    """The session the position began in."""
    return leg.entries[0].session if leg.entries and not leg.carried else prices[0].session


def _kind(leg: Leg, closed: Decimal, held: Decimal) -> ExitKind:
    if closed >= held:
        return ExitKind.CLOSED
    if closed:
        return ExitKind.PARTLY
    return ExitKind.CARRIED if leg.settled else ExitKind.OPEN


def _place(out: Decimal | None, low: Decimal, high: Decimal, sign: int) -> float | None:
    """0 the worst, 1 the best price for this side; None without an exit or without a range."""
    if out is None or high == low:
        return None
    share = float((out - low) / (high - low))
    return share if sign > 0 else 1 - share
