"""How much of a shared fill belongs to whom: largest remainder over what each still waits for."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal

NOTHING = Decimal(0)


def allocate(quantity: Decimal, waiting: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """``quantity`` (shares > 0) split over those who wait, in account order, in proportion.

    The parts add up exactly and none exceeds what its owner waits for; whole shares stay whole.
    Ties of remainders go to the earlier account. ValueError for more than all of them wait for.
    """
    total = sum(waiting, NOTHING)
    if quantity <= 0 or quantity > total:
        raise ValueError(f"{quantity} shares cannot be split over {total} waited for")
    unit = _unit(quantity, *waiting)
    exact = [quantity * one / total for one in waiting]
    parts = [(share / unit).to_integral_value(ROUND_FLOOR) * unit for share in exact]
    left = quantity - sum(parts, NOTHING)
    order = sorted(range(len(parts)), key=lambda place: (parts[place] - exact[place], place))
    while left > 0:
        for place in order:
            step = min(unit, left, waiting[place] - parts[place])
            if step > 0:
                parts[place] += step
                left -= step
    return tuple(parts)


def _unit(*quantities: Decimal) -> Decimal:
    """The smallest step that is needed: a share, or the finest fraction among the quantities."""
    finest = min(int(one.normalize().as_tuple().exponent) for one in quantities)
    return Decimal(1).scaleb(min(finest, 0))
