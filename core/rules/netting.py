"""Accounts that share a key: opposite intents meet inside, the rest becomes orders that never cross zero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from core.types import AccountId, Side

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Part:
    """One account's intent, or a share of it; quantity in shares, positive."""

    account_id: AccountId
    client_order_id: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Cross:
    """Two intents that meet inside the desk, for the same quantity."""

    buy: Part
    sell: Part


@dataclass(frozen=True, slots=True)
class Leg:
    """One order to the broker, with the intents it is for, in account order."""

    side: Side
    parts: tuple[Part, ...]

    @property
    def quantity(self) -> Decimal:
        return sum((part.quantity for part in self.parts), NOTHING)


def net(
    buys: Sequence[Part], sells: Sequence[Part], held: Decimal
) -> tuple[tuple[Cross, ...], tuple[Leg, ...]]:
    """What crosses inside, and the legs that go out: closing what the key holds, then opening.

    ``held`` is the key's signed position in this symbol. Every intent's quantity is used up exactly.
    """
    crosses, left_buys, left_sells = _crossed(list(buys), list(sells))
    side, parts = (Side.BUY, left_buys) if left_buys else (Side.SELL, left_sells)
    if not parts:
        return crosses, ()
    closes = max(NOTHING, held if side is Side.SELL else -held)
    closing, opening = _split(parts, closes)
    legs = (Leg(side, tuple(found)) for found in (closing, opening) if found)
    return crosses, tuple(legs)


def _crossed(
    buys: list[Part], sells: list[Part]
) -> tuple[tuple[Cross, ...], list[Part], list[Part]]:
    crosses: list[Cross] = []
    while buys and sells:
        met = min(buys[0].quantity, sells[0].quantity)
        crosses.append(Cross(replace(buys[0], quantity=met), replace(sells[0], quantity=met)))
        buys, sells = _without(buys, met), _without(sells, met)
    return tuple(crosses), buys, sells


def _without(parts: list[Part], quantity: Decimal) -> list[Part]:
    """The parts after ``quantity`` of the first was used."""
    left = parts[0].quantity - quantity
    return [replace(parts[0], quantity=left), *parts[1:]] if left else parts[1:]


def _split(parts: list[Part], quantity: Decimal) -> tuple[list[Part], list[Part]]:
    """The first ``quantity`` shares of the parts in their order, and the rest."""
    first: list[Part] = []
    while parts and quantity > 0:
        taken = min(parts[0].quantity, quantity)
        first.append(replace(parts[0], quantity=taken))
        parts, quantity = _without(parts, taken), quantity - taken
    return first, parts
