"""What each idea of a week brought by itself: its direction times the price's way, whatever its size.

Lines say what trading an idea was worth; this says whether it was right, also where conviction was too
small to trade or a short could not be had. Prices are those at which lines enter and leave; no costs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal

from core.events.market import UniverseMarked
from core.rules.lab_desk import Deliberation
from core.rules.lab_lines import closes_of, entry_prices
from core.rules.lab_picks import CHAIRMAN, PM
from core.rules.votes import NOBODY_CHOSE, PART, Choice
from core.types import Direction, WeekId


@dataclass(frozen=True, slots=True)
class Idea:
    """``line`` is the lab's of who had it; ``entry`` and ``price`` USD a share, None where unknown.

    ``seen`` counts marks after the entry session.
    """

    week_id: WeekId
    line: str
    choice: Choice
    entry: Decimal | None = None
    price: Decimal | None = None
    seen: int = -1
    ended: bool = False

    @property
    def seen_return(self) -> Decimal | None:
        """A fraction, above 0 when the idea was right; None for FLAT and without a price."""
        if self.choice.direction is Direction.FLAT or not self.entry or self.price is None:
            return None
        moved = (self.price / self.entry - 1) * self.choice.direction.sign
        return moved.quantize(PART, ROUND_HALF_EVEN)


def taken_up(
    open_ideas: Iterable[Idea], found: Deliberation, event: UniverseMarked
) -> tuple[tuple[Idea, ...], tuple[Idea, ...]]:
    """The last week's ideas, ended at the prices the new week enters at, and the new week's ideas."""
    entries = entry_prices(event, found.as_of) or {}
    ended = tuple(
        replace(one, price=entries.get(one.choice.instrument or "", one.price), ended=True)
        for one in open_ideas
    )
    return ended, tuple(
        Idea(found.week_id, line, choice, entry=entries.get(choice.instrument or ""))
        for line, choice in _wanted(found)
    )


def followed(ideas: Iterable[Idea], event: UniverseMarked) -> tuple[Idea, ...]:
    """Each idea after a session's close; one that has reached its horizon ends there."""
    closes = closes_of(event)
    return tuple(
        replace(
            one,
            price=closes.get(one.choice.instrument or "", one.price),
            seen=one.seen + 1,
            ended=one.seen + 1 >= one.choice.horizon.sessions,
        )
        for one in ideas
    )


def _wanted(found: Deliberation) -> list[tuple[str, Choice]]:
    """Every pitch, and what the chairman chose of them when somebody did choose."""
    wanted = [(f"{PM}{voice.account_id}", voice.choice) for voice in found.voices]
    if found.chair is not None and found.origin not in NOBODY_CHOSE:
        wanted.append((CHAIRMAN, found.chair))
    return wanted
