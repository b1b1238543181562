"""Narratives computed from prices: the largest moves, what would carry them on, what would end them."""

from __future__ import annotations

from collections.abc import Mapping

from core.schemas.research import Narrative
from providers.research.regime import Readings, composite, percent

THEMES: Mapping[str, Mapping[str, int]] = {
    "Risk appetite": {"SPY": 1, "HYG": 1, "IWM": 1},
    "Interest rates": {"TLT": -1, "IEF": -1},
    "The dollar": {"UUP": 1},
    "Real assets": {"GLD": 1, "USO": 1},
    "Credit against treasuries": {"HYG": 1, "LQD": 1, "IEF": -1},
}
NARRATIVES = 3
FLAT = 0.5


def narratives(readings: Readings, window: str) -> tuple[Narrative, ...]:
    """Up to three themes that moved by at least half a volatility, the largest first."""
    moves = {name: composite(readings, weights) for name, weights in THEMES.items()}
    large = sorted(
        ((move, name) for name, move in moves.items() if move is not None and abs(move) >= FLAT),
        key=lambda item: (-abs(item[0]), item[1]),
    )
    return tuple(_narrative(readings, name, move, window) for move, name in large[:NARRATIVES])


def _narrative(readings: Readings, name: str, move: float, window: str) -> Narrative:
    way = "rising" if move > 0 else "falling"
    parts = ", ".join(
        f"{symbol} {percent(readings.get(symbol, readings.returns))}" for symbol in THEMES[name]
    )
    return Narrative(
        name=f"{name} {way}",
        why_it_moves_prices_this_week=(
            f"Computed: {move:+.2f} volatilities over {window} ({parts}).",
        ),
        key_catalysts_next_7d=(f"A further session in the same direction in {_first(name)}.",),
        what_would_falsify_it=(
            f"{_first(name)} crossing its 20-session mean ({_level(readings, name)}).",
        ),
    )


def _first(name: str) -> str:
    return next(iter(THEMES[name]))


def _level(readings: Readings, name: str) -> str:
    level = readings.get(_first(name), "sma_20")
    return "unknown" if level is None else f"{level:.2f}"
