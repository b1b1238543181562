"""What the validator's code looks for before any model is asked: symbols and setups that kept losing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.schemas.cycle import PastTrade
from core.schemas.setups import Neighbour
from core.schemas.signal import SignalAction, SignalRisk

WARN_AFTER, REFUSE_AFTER = 2, 3
"""Losing trades of the symbol in a row: said to the model, and refused without asking it."""
LOOK_BACK = timedelta(days=365)
FRESH_LOSS = timedelta(days=7)
LEAST_KNOWN = 3
NEAR = 0.12
"""Cosine distance up to which a setup counts as similar: the nearest of a small memory need not be.

Half of the four nearest of a hundred random setups lie within 0.05 with the local model, one in twenty
farther than 0.11; without a bound the first losses would be "similar" to everything that follows.
"""
MOST_LOST = 0.5
"""Of at least three similar setups whose result is known, more than half lost."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One pattern found: its name, a sentence for people and models, and whether it decides alone."""

    name: str
    told: str
    refuses: bool = False


def patterns(
    proposed: SignalRisk,
    trades: Sequence[PastTrade],
    neighbours: Sequence[Neighbour],
    as_of: datetime,
) -> tuple[Pattern, ...]:
    """What speaks against a BUY; a SELL only takes back what is held, and nothing speaks against it."""
    if proposed.action is not SignalAction.BUY:
        return ()
    own = [trade for trade in trades if trade.symbol == proposed.symbol]
    return (*_failures(own, as_of), *_fresh_loss(own, as_of), *_similar(neighbours))


def losses_in_a_row(trades: Iterable[PastTrade], as_of: datetime) -> int:
    """The newest trades, each a loss net of costs, of the last year; oldest first are given."""
    count = 0
    for trade in reversed(list(trades)):
        if trade.pnl >= 0 or trade.closed_at < as_of - LOOK_BACK:
            break
        count += 1
    return count


def outcomes(neighbours: Iterable[Neighbour]) -> list[float]:
    """The returns of those that are near and whose outcome is a number, nearest first."""
    near = (one for one in neighbours if one.distance <= NEAR)
    found = (one.document.outcome.get("return") for one in near)
    return [value for value in found if value is not None]


def _failures(own: Sequence[PastTrade], as_of: datetime) -> Iterator[Pattern]:
    lost = losses_in_a_row(own, as_of)
    if lost >= WARN_AFTER:
        told = f"the last {lost} trades of {own[-1].symbol} all lost"
        yield Pattern("repeated_failures", told, refuses=lost >= REFUSE_AFTER)


def _fresh_loss(own: Sequence[PastTrade], as_of: datetime) -> Iterator[Pattern]:
    if own and own[-1].pnl < 0 and as_of - own[-1].closed_at <= FRESH_LOSS:
        days = (as_of - own[-1].closed_at).days
        yield Pattern("fresh_loss", f"{own[-1].symbol} was sold at a loss {days} days ago")


def _similar(neighbours: Sequence[Neighbour]) -> Iterator[Pattern]:
    known = outcomes(neighbours)
    lost = sum(value < 0 for value in known)
    if len(known) >= LEAST_KNOWN and lost > MOST_LOST * len(known):
        yield Pattern("similar_setups_lost", f"{lost} of {len(known)} similar setups lost")
