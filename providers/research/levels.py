"""The price at which a computed view would be wrong: a mean the price has not crossed yet."""

from __future__ import annotations

from dataclasses import dataclass

from providers.research.regime import Readings

MEANS = (20, 50, 200)
WEEKS_A_YEAR = 52
QUIET_WEEK = 0.03
"""Assumed where volatility is unknown."""
NOISE = 0.5
"""Weekly volatilities: a nearer mean is crossed by chance."""


@dataclass(frozen=True, slots=True)
class Level:
    """A mean over ``sessions`` closes, in USD."""

    price: float
    sessions: int


def weekly_volatility(readings: Readings, symbol: str) -> float:
    """One week's volatility as a fraction."""
    yearly = readings.get(symbol, "realised_volatility_20")
    return yearly / WEEKS_A_YEAR**0.5 if yearly else QUIET_WEEK


def turning_level(readings: Readings, symbol: str, side: int) -> Level | None:
    """The shortest mean that a rising (``side`` 1) or falling (−1) price has yet to cross.

    None where all of them are unknown, crossed already or within noise.
    """
    noise = NOISE * weekly_volatility(readings, symbol)
    for sessions in MEANS:
        mean = readings.get(symbol, f"sma_{sessions}")
        distance = readings.get(symbol, f"distance_sma_{sessions}")
        if mean is not None and distance is not None and distance * side >= noise:
            return Level(mean, sessions)
    return None
