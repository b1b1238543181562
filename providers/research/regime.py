"""The macro regime read off prices: which asset stands for which impulse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.schemas.research import Impulse, MacroRegime, RiskMode
from providers.research.lenses import Lens

Indicators = Mapping[str, float | None]
Weights = Mapping[str, int]
DEAD_BAND = 0.5
"""Within half a volatility of the window, a move is a range."""
RISK: Weights = {"SPY": 1, "HYG": 1, "IWM": 1}
IMPULSES: Mapping[str, Weights] = {
    "rates_impulse": {"TLT": -1, "IEF": -1},
    "usd_impulse": {"UUP": 1},
    "inflation_impulse": {"GLD": 1, "USO": 1, "TLT": -1},
    "growth_impulse": RISK,
}
"""Who stands for what, and with which sign: yields rise when bonds fall."""


@dataclass(frozen=True, slots=True)
class Readings:
    """Indicators by symbol, seen through a lens."""

    by_symbol: Mapping[str, Indicators]
    lens: Lens

    def get(self, symbol: str, name: str) -> float | None:
        return self.by_symbol.get(symbol, {}).get(name)

    def change(self, symbol: str) -> float | None:
        """The return over the lens' window, as a fraction."""
        return self.get(symbol, self.lens.returns)

    def move(self, symbol: str) -> float | None:
        """That return in volatilities of the window; None where either is unknown."""
        change, volatility = self.change(symbol), self.get(symbol, "realised_volatility_20")
        if change is None or not volatility:
            return None
        return change / (volatility * self.lens.share)


def regime(readings: Readings) -> MacroRegime:
    """Risk mode from SPY, HYG and IWM, each impulse from its proxies.

    The schema has no word for unknown: an impulse without a proxy is a range, and `unread` names it.
    """
    return MacroRegime(
        risk_mode=_risk_mode(readings),
        **{name: _impulse(readings, weights) for name, weights in IMPULSES.items()},
    )


def unread(readings: Readings) -> tuple[str, ...]:
    """The parts of the regime that nobody stood for, each in a sentence."""
    parts = {"risk_mode": RISK, **IMPULSES}
    return tuple(
        f"{name} is unknown, not {'mixed' if name == 'risk_mode' else 'a range'}: "
        f"none of {', '.join(weights)} could be read."
        for name, weights in parts.items()
        if composite(readings, weights) is None
    )


def composite(readings: Readings, weights: Weights) -> float | None:
    """The mean signed move of what is known; None when nothing is."""
    moves = [
        move * weight
        for symbol, weight in weights.items()
        if (move := readings.move(symbol)) is not None
    ]
    return sum(moves) / len(moves) if moves else None


def _impulse(readings: Readings, weights: Weights) -> Impulse:
    move = composite(readings, weights)
    if move is None or abs(move) < DEAD_BAND:
        return Impulse.RANGE
    return Impulse.UP if move > 0 else Impulse.DOWN


def _risk_mode(readings: Readings) -> RiskMode:
    """On above half a volatility while SPY is within 7 % of its high, off below it or 12 % under."""
    move, drawdown = composite(readings, RISK), readings.get("SPY", "drawdown_252")
    deep = drawdown is not None and drawdown < -0.12
    near = drawdown is None or drawdown > -0.07
    if move is not None and move > DEAD_BAND and near:
        return RiskMode.RISK_ON
    if deep or (move is not None and move < -DEAD_BAND):
        return RiskMode.RISK_OFF
    return RiskMode.MIXED


def percent(value: float | None) -> str:
    return "unknown" if value is None else f"{value:+.1%}"
