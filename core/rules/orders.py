"""The week's orders: from what is held to what shall be held, never crossing zero in one order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from core.schemas.order import OrderIntent, Purpose, client_order_id
from core.schemas.risk import Target
from core.types import AccountId, RunId, Side, WeekId

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Plan:
    """Whose orders, for which run, decided when; ``prices`` are the marks (USD) they refer to."""

    account_id: AccountId
    week_id: WeekId
    run_id: RunId
    decided_at: datetime
    prices: Mapping[str, Decimal]


def wanted_positions(target: Target) -> Mapping[str, Decimal]:
    """Signed shares by symbol that the target asks for; absent is flat."""
    if target.instrument is None or not target.quantity:
        return {}
    return {target.instrument: target.quantity}


def plan_orders(
    plan: Plan, current: Mapping[str, Decimal], target: Mapping[str, Decimal]
) -> tuple[OrderIntent, ...]:
    """Orders from signed ``current`` to signed ``target`` shares by symbol; absent is flat.

    In the same direction only the difference is traded. What is closed goes first; an order that
    opens the other side of a symbol follows the one that closes it (``after``).
    """
    legs: list[OrderIntent] = []
    closes: dict[str, str] = {}
    for symbol in sorted(current):
        closing = _closing(current[symbol], target.get(symbol, ZERO))
        if closing:
            legs.append(_intent(plan, symbol, closing, Purpose.WEEKLY_CLOSE, len(legs)))
            closes[symbol] = legs[-1].client_order_id
    for symbol in sorted(target):
        opening = _opening(current.get(symbol, ZERO), target[symbol])
        if opening:
            leg = _intent(plan, symbol, opening, Purpose.WEEKLY_OPEN, len(legs))
            legs.append(leg.model_copy(update={"after": closes.get(symbol)}))
    return tuple(legs)


def _closing(held: Decimal, wanted: Decimal) -> Decimal:
    """Signed shares that take the position toward zero: to the target, or to flat before it turns."""
    if held * wanted <= 0:
        return -held
    return wanted - held if abs(wanted) < abs(held) else ZERO


def _opening(held: Decimal, wanted: Decimal) -> Decimal:
    """Signed shares that take the position away from zero."""
    if held * wanted <= 0:
        return wanted
    return wanted - held if abs(wanted) > abs(held) else ZERO


def _intent(
    plan: Plan, symbol: str, signed: Decimal, purpose: Purpose, sequence: int
) -> OrderIntent:
    return OrderIntent(
        client_order_id=client_order_id(
            plan.account_id, plan.week_id, plan.run_id, purpose, sequence
        ),
        account_id=plan.account_id,
        week_id=plan.week_id,
        run_id=plan.run_id,
        symbol=symbol,
        side=Side.BUY if signed > 0 else Side.SELL,
        quantity=abs(signed),
        purpose=purpose,
        sequence=sequence,
        reference_price=plan.prices[symbol],
        decided_at=plan.decided_at,
    )
