"""The hard limits: what no model can override, each refusal with its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.schemas.breaker import Halt
from core.schemas.risk import LimitHit, LimitOutcome

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Limits:
    """Shares of equity: one position at most, and all together at most."""

    max_position_pct: Decimal
    max_gross_pct: Decimal


@dataclass(frozen=True, slots=True)
class Wish:
    """What an account would hold: a signed weight in one instrument, and what is known of that.

    ``price`` is None for an instrument that is unknown or without a trustworthy price; ``equity`` USD.
    """

    instrument: str | None
    weight: Decimal
    price: Decimal | None
    shortable: bool
    equity: Decimal


def apply_limits(wish: Wish, limits: Limits) -> tuple[Decimal, tuple[LimitHit, ...]]:
    """The weight that is allowed, and every limit that changed it."""
    if not wish.weight:
        return ZERO, ()
    refusal = _refusal(wish)
    if refusal is not None:
        return ZERO, (refusal,)
    hits = []
    weight = wish.weight
    for name, cap in (
        ("max_position_pct", limits.max_position_pct),
        ("max_gross_pct", limits.max_gross_pct),
    ):
        if abs(weight) > cap:
            hits.append(_clamp(name, weight, cap))
            weight = cap if weight > 0 else -cap
    return weight, tuple(hits)


def clamp_to_held(
    wanted: Decimal, held: Decimal, halts: Sequence[Halt]
) -> tuple[Decimal, LimitHit | None]:
    """Signed shares a halted account may target in its instrument: never more than it holds there.

    On the other side of what it holds that is nothing. Unchanged, and no hit, without a halt.
    """
    if not halts:
        return wanted, None
    allowed = min(abs(wanted), abs(held)).copy_sign(wanted) if wanted * held > 0 else ZERO
    if allowed == wanted:
        return wanted, None
    outcome = LimitOutcome.CLAMPED if allowed else LimitOutcome.REFUSED
    hit = LimitHit(
        limit="breaker",
        asked=f"{wanted:f} shares",
        allowed=f"{allowed:f} shares",
        outcome=outcome,
        reason=(
            f"{'; '.join(map(str, halts))}: {wanted:f} shares wanted, {held:f} held, "
            f"at most {allowed:f} allowed"
        ),
    )
    return allowed, hit


def _refusal(wish: Wish) -> LimitHit | None:
    if wish.price is None:
        return refused("known_price", wish.instrument or "none", "an instrument with a price")
    if wish.weight < 0 and not wish.shortable:
        return refused("shortable", f"short {wish.instrument}", "longs only")
    if wish.equity <= 0:
        return refused("positive_equity", f"equity {wish.equity}", "> 0")
    return None


def refused(limit: str, asked: str, allowed: str) -> LimitHit:
    """A limit that leaves nothing, in its own words."""
    return LimitHit(
        limit=limit,
        asked=asked,
        allowed=allowed,
        outcome=LimitOutcome.REFUSED,
        reason=f"{asked} is refused by {limit}: allowed is {allowed}",
    )


def _clamp(name: str, weight: Decimal, cap: Decimal) -> LimitHit:
    return LimitHit(
        limit=name,
        asked=f"{abs(weight):.4f}",
        allowed=f"{cap:.4f}",
        outcome=LimitOutcome.CLAMPED,
        reason=f"{abs(weight):.2%} of equity is over {name}: cut to {cap:.2%}",
    )
