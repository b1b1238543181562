"""A symbol's situation in words: the same for what is remembered and for whoever asks memory.

Deliberately words for steps, neither numbers nor the symbol's name: an embedding model hardly tells +3 %
from -3 %, and knows every ticker. Over setups drawn at random the distances of such texts rank like those of
the figures themselves (Spearman 0.24 with the local model), those of texts with numbers do not (0.04).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from typing import NamedTuple

UNKNOWN = "unknown sector"


class Steps(NamedTuple):
    """Words for the values below the first edge, between two of them, and from the last one on."""

    edges: tuple[float, ...]
    words: tuple[str, ...]

    def of(self, value: float) -> str:
        return self.words[bisect_right(self.edges, value)]


TOLD: Mapping[str, Steps] = {
    "return_5d": Steps(
        (-0.05, -0.015, 0.015, 0.05),
        (
            "crashed this week",
            "slipped this week",
            "flat this week",
            "rose this week",
            "surged this week",
        ),
    ),
    "return_20d": Steps(
        (-0.10, -0.03, 0.03, 0.10),
        (
            "collapsing over a month",
            "falling over a month",
            "sideways over a month",
            "climbing over a month",
            "soaring over a month",
        ),
    ),
    "return_60d": Steps(
        (-0.15, -0.05, 0.05, 0.15),
        (
            "deep slump this quarter",
            "weak quarter",
            "quiet quarter",
            "strong quarter",
            "huge rally this quarter",
        ),
    ),
    "distance_sma_50": Steps((-0.05, 0.05), ("far below its mean", "near its mean", "stretched")),
    "distance_sma_200": Steps(
        (-0.10, 0.0, 0.10),
        ("long bear trend", "below its long trend", "above its long trend", "long bull trend"),
    ),
    "realised_volatility_20": Steps(
        (0.2, 0.35, 0.5), ("calm", "moderately volatile", "volatile", "wildly volatile")
    ),
    "drawdown_252": Steps(
        (-0.30, -0.10), ("far below its high", "below its high", "near its high of a year")
    ),
    "rsi_14": Steps(
        (30, 45, 55, 70),
        ("oversold", "weak momentum", "neutral momentum", "strong momentum", "overbought"),
    ),
    "relative_volume_20": Steps((0.7, 1.5), ("thin trading", "normal trading", "heavy trading")),
}
"""Indicators as `core.rules.indicators` names them: fractions, RSI 0 … 100, volume a multiple."""


def situation_text(sector: str | None, figures: Mapping[str, float | None]) -> str:
    """What makes one setup like another; figures that are not known are left out."""
    known = ((steps, figures.get(name)) for name, steps in TOLD.items())
    told = [steps.of(value) for steps, value in known if value is not None]
    return ", ".join([f"{sector or UNKNOWN} stock", *told])
