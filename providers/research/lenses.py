"""The two ways prices are read: a quarter's momentum (A), a month's moves and how crowded they are (B)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

SESSIONS_A_YEAR = 252


@dataclass(frozen=True, slots=True)
class Lens:
    """Which return counts, over how many sessions, and in words.

    A lens that ``fades_crowds`` takes the other side of a move that is stretched and crowded; one
    that does not follows every move it finds clear.
    """

    returns: str
    sessions: int
    fades_crowds: bool

    @property
    def words(self) -> str:
        return f"{self.sessions} sessions"

    @property
    def share(self) -> float:
        """√(sessions / 252): a year's volatility times this is that of the window."""
        return math.sqrt(self.sessions / SESSIONS_A_YEAR)


LENSES: Mapping[str, Lens] = {
    "A": Lens("return_60d", 60, fades_crowds=False),
    "B": Lens("return_20d", 20, fades_crowds=True),
}
