"""An account's cash and positions as a pure fold over its fills, exact in Decimal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_EVEN, Decimal

from core.errors import NoBars
from core.rules.round_trip import ClosedTrade, OpenTrip, close_trip
from core.schemas.order import BrokerFill
from core.types import AccountId, Money, Shares

ZERO = Decimal(0)
BASIS_STEP = Decimal("1e-8")


@dataclass(frozen=True, slots=True)
class Position:
    """Signed shares and their signed cost in USD before costs (negative for a short's proceeds).

    The cost is kept rather than the average, which seldom has an exact decimal.
    """

    quantity: Shares
    cost: Money
    trip: OpenTrip

    @property
    def average_cost(self) -> Decimal:
        """USD a share, positive for longs and shorts."""
        return self.cost / self.quantity


@dataclass(frozen=True, slots=True)
class AccountState:
    """What fills and cash movements add up to; flat symbols have no position.

    ``realised_pnl`` is by average cost and before costs; ``costs`` are commissions and charges paid
    (USD, positive), so their difference is what trading brought. ``traded_notional`` is the sum of
    |quantity| × price of all fills. ``closed_trades`` are round trips, oldest first.
    """

    account_id: AccountId
    cash: Money
    positions: Mapping[str, Position] = field(default_factory=dict)
    realised_pnl: Money = ZERO
    costs: Money = ZERO
    traded_notional: Money = ZERO
    closed_trades: tuple[ClosedTrade, ...] = ()

    def quantity(self, symbol: str) -> Shares:
        """Signed shares held, 0 when flat."""
        held = self.positions.get(symbol)
        return held.quantity if held else ZERO


@dataclass(frozen=True, slots=True)
class Exposure:
    """USD at mark: ``long`` and ``short`` are both positive, gross = long + short."""

    long: Money
    short: Money

    @property
    def gross(self) -> Money:
        return self.long + self.short

    @property
    def net(self) -> Money:
        return self.long - self.short


def apply_fill(state: AccountState, fill: BrokerFill) -> AccountState:
    """The account after one execution; a fill through zero closes one trip and opens the next.

    ValueError for another account's fill or a quantity that is not positive.
    """
    if fill.account_id != state.account_id or fill.quantity <= 0:
        raise ValueError(
            f"fill {fill.fill_id} of {fill.quantity} {fill.symbol} for {fill.account_id} "
            f"does not belong in the books of {state.account_id}"
        )
    held = state.quantity(fill.symbol)
    closes = held * fill.side.sign < 0
    closing = min(fill.quantity, abs(held)) if closes else ZERO
    if not closes or closing == fill.quantity:
        return _apply_part(state, fill)
    closing_fee = (fill.commission * closing / fill.quantity).quantize(
        BASIS_STEP, rounding=ROUND_HALF_EVEN
    )
    first = fill.model_copy(update={"quantity": closing, "commission": closing_fee})
    second = fill.model_copy(
        update={
            "quantity": fill.quantity - closing,
            "commission": fill.commission - closing_fee,
        }
    )
    return _apply_part(_apply_part(state, first), second)


def apply_cash(state: AccountState, amount: Money, symbol: str | None = None) -> AccountState:
    """Cash in (positive) or out (negative); with ``symbol``, a charge on that open position.

    A charge counts into costs, and into the round trip's result while the position is open.
    """
    if symbol is None:
        return replace(state, cash=state.cash + amount)
    positions = dict(state.positions)
    held = positions.get(symbol)
    if held is not None:
        positions[symbol] = replace(held, trip=held.trip.charged(-amount))
    return replace(state, cash=state.cash + amount, costs=state.costs - amount, positions=positions)


def equity(state: AccountState, marks: Mapping[str, Decimal]) -> Money:
    """Cash plus signed positions at mark, in USD; NoBars names a held symbol without a mark."""
    return sum((_marked(state, symbol, marks) for symbol in state.positions), state.cash)


def exposure(state: AccountState, marks: Mapping[str, Decimal]) -> Exposure:
    """Value of longs and shorts at mark; NoBars names a held symbol without a mark."""
    values = [_marked(state, symbol, marks) for symbol in state.positions]
    return Exposure(
        long=sum((value for value in values if value > 0), ZERO),
        short=-sum((value for value in values if value < 0), ZERO),
    )


def _marked(state: AccountState, symbol: str, marks: Mapping[str, Decimal]) -> Money:
    mark = marks.get(symbol)
    if mark is None:
        raise NoBars(
            f"no mark for {symbol}, which {state.account_id} holds: "
            "mark the universe first, equity without it would be wrong"
        )
    return state.positions[symbol].quantity * mark


def _apply_part(state: AccountState, fill: BrokerFill) -> AccountState:
    """A fill that stays on one side of zero."""
    signed = fill.quantity * fill.side.sign
    held = state.positions.get(fill.symbol)
    before = held.quantity if held else ZERO
    adds = before * signed >= 0
    trip = (held.trip if held else OpenTrip.begin(fill)).with_fill(fill, entry=adds)
    paid = signed * fill.price
    cost_change = paid if adds else -_released_cost(held, fill.quantity)
    cost = (held.cost if held else ZERO) + cost_change
    positions = {key: value for key, value in state.positions.items() if key != fill.symbol}
    closed = state.closed_trades
    if before + signed:
        positions[fill.symbol] = Position(before + signed, cost, trip)
    else:
        closed = (*closed, close_trip(trip, fill))
    return replace(
        state,
        cash=state.cash - paid - fill.commission,
        positions=positions,
        realised_pnl=state.realised_pnl + cost_change - paid,
        costs=state.costs + fill.commission,
        traded_notional=state.traded_notional + fill.quantity * fill.price,
        closed_trades=closed,
    )


def _released_cost(held: Position | None, quantity: Shares) -> Money:
    """The cost of the part closed, to 1e-8 USD; closing all of it releases all that is left."""
    if held is None:
        return ZERO
    if quantity == abs(held.quantity):
        return held.cost
    share = held.cost * quantity / abs(held.quantity)
    return share.quantize(BASIS_STEP, rounding=ROUND_HALF_EVEN)
