"""What a day's suggestions would have made on paper: bought in equal parts, held, sold, costs paid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.rules.picker_performance import DayTally

BASIS_POINT = 1e-4


@dataclass(frozen=True, slots=True)
class PaperPoint:
    """``value`` of 1 put in at the start, after the sales of the suggestions of ``day``."""

    day: date
    value: float


def kept_after_costs(slippage_bps: Decimal, commission_bps: Decimal) -> float:
    """What is left of 1 after a purchase and a sale at unchanged prices, a fraction."""
    slip, fee = float(slippage_bps) * BASIS_POINT, float(commission_bps) * BASIS_POINT
    return (1 - slip) * (1 - fee) / ((1 + slip) * (1 + fee))


def paper_track(days: Sequence[DayTally]) -> tuple[PaperPoint, ...]:
    """One picker's path over one horizon of h sessions, by day of suggestion.

    The money lies in h equal parts; each day's suggestions share the part that came free that day,
    so nothing is invested twice. A day without a return that counts leaves its part in cash.
    """
    if not days:
        return ()
    horizon = days[0].horizon
    parts = [1.0] * horizon
    points = []
    for number, one in enumerate(sorted(days, key=lambda one: one.day)):
        if one.counted:
            parts[number % horizon] *= 1 + one.net / one.counted
        points.append(PaperPoint(one.day, sum(parts) / horizon))
    return tuple(points)
