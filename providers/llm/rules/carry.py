"""Carry or risk-off: earn the premium of equities and credit while markets are calm, flee when not.

Sources: Koijen, Moskowitz, Pedersen, Vrugt, "Carry", JFE 127 (2018); the switch is a credit and
volatility regime as in Gilchrist, Zakrajsek, AER 102 (2012), with HYG against IEF as the spread.
"""

from __future__ import annotations

from collections.abc import Iterator

from core.schemas.briefs import PitchBrief
from core.schemas.market import AssetSnapshot, MarketSnapshot
from core.schemas.pitch import PitchAnswer
from core.types import Horizon
from providers.llm.rules.idea import Idea, best, clipped, known, pitch, sign

EARNERS = ("equity", "credit")
HAVENS = ("treasury", "currency", "precious_metal")
CALM_VOLATILITY = 0.17
DEEP_DRAWDOWN = 0.08


def carry(brief: PitchBrief) -> PitchAnswer:
    """Long the best earner in calm, the best haven in stress; the earner short when stress is deep."""
    stress = market_stress(brief.snapshot)
    if stress is None:
        return pitch(None, brief, "SPY, HYG or IEF is unknown: the regime cannot be told.")
    idea = best(_ideas(brief, stress))
    return pitch(idea, brief, f"Stress is {stress:+.2f}: neither calm enough nor clear enough.")


def market_stress(snapshot: MarketSnapshot) -> float | None:
    """Stress from −1 (calm) to 1: SPY's volatility and drawdown, and credit against treasuries."""
    spy, high_yield, treasury = (snapshot.asset(name) for name in ("SPY", "HYG", "IEF"))
    if spy is None or high_yield is None or treasury is None:
        return None
    market = known(spy, "realised_volatility_20", "drawdown_252")
    credit, bonds = known(high_yield, "return_20d"), known(treasury, "return_20d")
    if market is None or credit is None or bonds is None:
        return None
    volatility, drawdown = market
    spread = credit[0] - bonds[0]
    parts = (
        (volatility / CALM_VOLATILITY - 1) * 0.8,
        (-drawdown / DEEP_DRAWDOWN - 0.5) * 0.6,
        -spread / 0.02 * 0.5,
    )
    return max(-1.0, min(1.0, sum(parts) / 2))


def _ideas(brief: PitchBrief, stress: float) -> Iterator[Idea]:
    for asset in brief.snapshot.assets:
        values = known(asset, "return_20d", "realised_volatility_20")
        if values is None or values[1] <= 0:
            continue
        if stress < 0 and asset.asset_class in EARNERS:
            yield _idea(asset, stress, -stress * 1.2, values)
        elif stress > 0 and asset.asset_class in HAVENS:
            yield _idea(asset, stress, stress * 1.4, values)
        elif stress > 0 and asset.asset_class in EARNERS and values[0] < 0:
            yield _idea(asset, stress, -stress * 1.1, values)


def _idea(asset: AssetSnapshot, stress: float, strength: float, values: tuple[float, ...]) -> Idea:
    month, volatility = values
    helped = 0.3 * max(-1.0, min(1.0, month / (volatility * 0.28)))
    if strength < 0:
        helped = -abs(helped)
    calm = stress < 0
    return Idea(
        asset=asset,
        strength=clipped(strength + helped if strength * (strength + helped) > 0 else 0.0),
        horizon=Horizon.WEEK if calm else Horizon.THREE_DAYS,
        bullets=(
            f"Market stress is {stress:+.2f} on a scale from -1 (calm) to 1.",
            f"{asset.symbol} is a {'risk premium to earn' if calm else asset.asset_class} "
            f"with {volatility:.0%} volatility.",
            f"It moved {month:+.1%} in 20 sessions.",
        ),
        signs=(
            sign("return_20d", month, 0.0),
            sign("realised_volatility_20", volatility, 0.45),
        ),
        risk="The regime can turn between two looks; a premium is paid for exactly that.",
    )
