"""The made-up world of the simulated market: regimes, factors and what each asset loads on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.market import Floats

FACTORS = ("equity", "rates", "credit", "dollar", "gold", "oil")


@dataclass(frozen=True, slots=True)
class Regime:
    """``leave``: chance a day of switching. Per factor: yearly drift and volatility as fractions.

    ``own`` multiplies every asset's own volatility; ``correlation`` is the factors', in order.
    """

    leave: float
    drift: tuple[float, ...]
    volatility: tuple[float, ...]
    own: float
    correlation: tuple[tuple[float, ...], ...]


CALM = Regime(
    leave=1 / 200,
    drift=(0.16, 0.01, 0.07, 0.00, 0.04, 0.08),
    volatility=(0.12, 0.06, 0.03, 0.06, 0.13, 0.28),
    own=1.0,
    correlation=(
        (1.00, -0.25, 0.55, -0.20, 0.00, 0.30),
        (-0.25, 1.00, 0.05, -0.15, 0.30, -0.20),
        (0.55, 0.05, 1.00, -0.20, 0.10, 0.30),
        (-0.20, -0.15, -0.20, 1.00, -0.45, -0.20),
        (0.00, 0.30, 0.10, -0.45, 1.00, 0.15),
        (0.30, -0.20, 0.30, -0.20, 0.15, 1.00),
    ),
)
CRISIS = Regime(
    leave=1 / 35,
    drift=(-0.35, 0.10, -0.22, 0.06, 0.06, -0.55),
    volatility=(0.34, 0.12, 0.12, 0.10, 0.22, 0.60),
    own=1.8,
    correlation=(
        (1.00, -0.45, 0.80, -0.35, -0.05, 0.50),
        (-0.45, 1.00, -0.25, 0.00, 0.30, -0.35),
        (0.80, -0.25, 1.00, -0.40, 0.05, 0.45),
        (-0.35, 0.00, -0.40, 1.00, -0.40, -0.25),
        (-0.05, 0.30, 0.05, -0.40, 1.00, 0.10),
        (0.50, -0.35, 0.45, -0.25, 0.10, 1.00),
    ),
)
REGIMES = (CALM, CRISIS)


@dataclass(frozen=True, slots=True)
class AssetProfile:
    """Start price in USD, loadings on ``FACTORS``, own daily volatility, shares a day."""

    start_price: float
    loadings: tuple[float, float, float, float, float, float]
    own_volatility: float
    volume: float


PROFILES = {
    "SPY": AssetProfile(240.0, (1.00, 0.0, 0.0, 0.0, 0.0, 0.00), 0.0006, 80e6),
    "QQQ": AssetProfile(130.0, (1.15, 0.1, 0.0, 0.0, 0.0, -0.02), 0.0040, 45e6),
    "IWM": AssetProfile(138.0, (1.15, -0.1, 0.3, 0.0, 0.0, 0.02), 0.0050, 28e6),
    "TLT": AssetProfile(115.0, (0.0, 2.20, 0.0, 0.0, 0.0, 0.00), 0.0015, 10e6),
    "IEF": AssetProfile(100.0, (0.0, 1.00, 0.0, 0.0, 0.0, 0.00), 0.0006, 5e6),
    "HYG": AssetProfile(70.0, (0.15, 0.2, 1.20, 0.0, 0.0, 0.02), 0.0010, 18e6),
    "LQD": AssetProfile(100.0, (0.0, 1.10, 0.80, 0.0, 0.0, 0.00), 0.0010, 9e6),
    "UUP": AssetProfile(25.0, (0.0, 0.0, 0.0, 1.00, 0.0, 0.00), 0.0005, 1.5e6),
    "GLD": AssetProfile(118.0, (0.0, 0.0, 0.0, 0.0, 1.00, 0.00), 0.0006, 9e6),
    "IAU": AssetProfile(23.0, (0.0, 0.0, 0.0, 0.0, 1.00, 0.00), 0.0007, 12e6),
    "USO": AssetProfile(85.0, (0.0, 0.0, 0.0, 0.0, 0.0, 1.00), 0.0025, 6e6),
    "BNO": AssetProfile(17.0, (0.0, 0.0, 0.0, 0.0, 0.0, 0.97), 0.0025, 0.8e6),
}
STOCK = AssetProfile(60.0, (1.10, 0.0, 0.2, 0.0, 0.0, 0.0), 0.0140, 3e6)
"""Any other symbol: an average stock."""


def profile_of(symbol: str) -> AssetProfile:
    return PROFILES.get(symbol, STOCK)


def factor_moves(shocks: Floats, crisis: NDArray[np.bool_]) -> Floats:
    """Daily log moves of each factor, (n, 6), from standard normal shocks (n, 6) and the regime."""
    calm, crash = (_regime_moves(regime, shocks) for regime in REGIMES)
    moves: Floats = np.where(crisis[:, None], crash, calm)
    return moves


def _regime_moves(regime: Regime, shocks: Floats) -> Floats:
    volatility = np.asarray(regime.volatility) / np.sqrt(252.0)
    drift = np.asarray(regime.drift) / 252.0 - volatility**2 / 2
    mixing = np.linalg.cholesky(np.asarray(regime.correlation))
    moves: Floats = drift + volatility * in_order(shocks, mixing)
    return moves


def in_order(columns: Floats, weights: Floats) -> Floats:
    """``columns @ weights.T``, (n, k) by (m, k), summed column by column.

    A matrix product may round differently when there are more rows; this never does.
    """
    total = np.zeros((len(columns), len(weights)))
    for k in range(columns.shape[1]):
        total += columns[:, [k]] * weights[:, k]
    return total
