"""The macro regime read off prices: which asset stands for which impulse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.schemas.research import Impulse, MacroRegime, RiskMode

Indicators = Mapping[str, float | None]
DEAD_BAND = 0.5
"""Within half a volatility of the window, a move is a range."""


@dataclass(frozen=True, slots=True)
class Readings:
    """Indicators by symbol; ``move`` is a symbol's return over the lens' window in volatilities."""

    by_symbol: Mapping[str, Indicators]
    returns: str
    window_share: float

    def get(self, symbol: str, name: str) -> float | None:
        return self.by_symbol.get(symbol, {}).get(name)

    def move(self, symbol: str) -> float | None:
        """None where the return or the volatility is unknown."""
        change = self.get(symbol, self.returns)
        volatility = self.get(symbol, "realised_volatility_20")
        if change is None or not volatility:
            return None
        return change / (volatility * self.window_share)


def regime(readings: Readings) -> MacroRegime:
    """Risk from SPY, HYG and IWM; rates from TLT and IEF (inverted); USD from UUP; inflation from
    GLD, USO and inverted TLT; growth from SPY, IWM and HYG. An impulse nobody stands for is a range.
    """
    return MacroRegime(
        risk_mode=_risk_mode(readings),
        rates_impulse=_impulse(readings, {"TLT": -1, "IEF": -1}),
        usd_impulse=_impulse(readings, {"UUP": 1}),
        inflation_impulse=_impulse(readings, {"GLD": 1, "USO": 1, "TLT": -1}),
        growth_impulse=_impulse(readings, {"SPY": 1, "IWM": 1, "HYG": 1}),
    )


def composite(readings: Readings, weights: Mapping[str, int]) -> float | None:
    """The mean signed move of what is known; None when nothing is."""
    moves = [
        move * weight
        for symbol, weight in weights.items()
        if (move := readings.move(symbol)) is not None
    ]
    return sum(moves) / len(moves) if moves else None


def _impulse(readings: Readings, weights: Mapping[str, int]) -> Impulse:
    move = composite(readings, weights)
    if move is None or abs(move) < DEAD_BAND:
        return Impulse.RANGE
    return Impulse.UP if move > 0 else Impulse.DOWN


def _risk_mode(readings: Readings) -> RiskMode:
    move = composite(readings, {"SPY": 1, "HYG": 1, "IWM": 1})
    drawdown = readings.get("SPY", "drawdown_252") or 0.0
    if move is not None and move > DEAD_BAND and drawdown > -0.07:
        return RiskMode.RISK_ON
    if (move is not None and move < -DEAD_BAND) or drawdown < -0.12:
        return RiskMode.RISK_OFF
    return RiskMode.MIXED


def percent(value: float | None) -> str:
    return "unknown" if value is None else f"{value:+.1%}"
