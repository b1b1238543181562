"""The orders of a checkpoint: reduce halves toward zero, exit closes, flip closes and then opens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal

from core.schemas.order import OrderIntent, Purpose, client_order_id
from core.types import AccountId, CheckpointAction, RunId, Side, WeekId

ONE = Decimal(1)
TWO = Decimal(2)
FRACTION = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Holding:
    """A position about to be changed; ``sequence`` is the next free order number of its week."""

    account_id: AccountId
    week_id: WeekId
    run_id: RunId
    symbol: str
    quantity: Decimal
    price: Decimal
    sequence: int
    decided_at: datetime


def checkpoint_orders(
    holding: Holding, action: CheckpointAction, flip_quantity: Decimal
) -> tuple[OrderIntent, ...]:
    """Intents for an action; ``flip_quantity`` is the size (positive) of the reversed position."""
    if action is CheckpointAction.STAY or not holding.quantity:
        return ()
    if action is CheckpointAction.REDUCE:
        return (close_order(holding, halved(holding.quantity), Purpose.CHECKPOINT_CLOSE),)
    close = close_order(holding, abs(holding.quantity), Purpose.CHECKPOINT_CLOSE)
    if action is CheckpointAction.EXIT or not flip_quantity:
        return (close,)
    side = Side.SELL if holding.quantity > 0 else Side.BUY
    opening = _intent(holding, side, flip_quantity, Purpose.CHECKPOINT_OPEN, 1)
    return (close, opening.model_copy(update={"after": close.client_order_id}))


def halved(quantity: Decimal) -> Decimal:
    """How much to close so that half is left, rounded toward zero: whole shares keep whole shares."""
    held = abs(quantity)
    step = ONE if held == held.to_integral_value() else FRACTION
    keep = (held / TWO).quantize(step, rounding=ROUND_FLOOR)
    return held - keep


def close_order(holding: Holding, quantity: Decimal, purpose: Purpose) -> OrderIntent:
    """An order against the position, never beyond it."""
    side = Side.SELL if holding.quantity > 0 else Side.BUY
    return _intent(holding, side, min(quantity, abs(holding.quantity)), purpose, 0)


def _intent(
    holding: Holding, side: Side, quantity: Decimal, purpose: Purpose, offset: int
) -> OrderIntent:
    sequence = holding.sequence + offset
    return OrderIntent(
        client_order_id=client_order_id(
            holding.account_id, holding.week_id, holding.run_id, purpose, sequence
        ),
        account_id=holding.account_id,
        week_id=holding.week_id,
        run_id=holding.run_id,
        symbol=holding.symbol,
        side=side,
        quantity=quantity,
        purpose=purpose,
        sequence=sequence,
        reference_price=holding.price,
        decided_at=holding.decided_at,
    )
