"""Carry or risk-off: earn the premium of equities and credit while markets are calm, flee when not.

Sources: Koijen, Moskowitz, Pedersen, Vrugt, "Carry", JFE 127 (2018); the switch is a credit and
volatility regime as in Gilchrist, Zakrajsek, AER 102 (2012), with HYG against IEF as the spread.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from core.schemas.briefs import PitchBrief
from core.schemas.market import AssetSnapshot, MarketSnapshot
from core.schemas.pitch import PitchAnswer, PitchIndicator
from core.types import Horizon
from providers.llm.rules.idea import Idea, below, best, beyond, clipped, known, pitch

EARNERS = ("equity", "credit")
HAVENS = ("treasury", "currency", "precious_metal")
CALM_VOLATILITY = 0.17
DEEP_DRAWDOWN = 0.08
WIDE_SPREAD = 0.02
MONTH_SHARE = 0.28
"""√(20 / 252): a year's volatility times this is that of twenty sessions."""
GIVE_BACK = 1.25


@dataclass(frozen=True, slots=True)
class Stress:
    """The market's regime from −1 (calm) to 1 (stress), and the three readings it is made of."""

    level: float
    volatility: float
    drawdown: float
    spread: float


def carry(brief: PitchBrief) -> PitchAnswer:
    """Long the best earner in calm, the best haven in stress; the earner short when stress is deep."""
    stress = market_stress(brief.snapshot)
    if stress is None:
        return pitch(None, brief, "SPY, HYG or IEF is unknown: the regime cannot be told.")
    idea = best(_ideas(brief, stress))
    return pitch(idea, brief, f"Stress is {stress.level:+.2f}: neither calm nor stressed enough.")


def market_stress(snapshot: MarketSnapshot) -> Stress | None:
    """Half the sum of 0.8 (volatility / 17 % − 1), 0.6 (drawdown / 8 % − 0.5), 0.5 (spread / 2 %).

    Volatility and drawdown are SPY's, the spread is how far HYG fell behind IEF over 20 sessions.
    None when any of them is unknown.
    """
    spy, high_yield, treasury = (snapshot.asset(name) for name in ("SPY", "HYG", "IEF"))
    if spy is None or high_yield is None or treasury is None:
        return None
    market = known(spy, "realised_volatility_20", "drawdown_252")
    credit, bonds = known(high_yield, "return_20d"), known(treasury, "return_20d")
    if market is None or credit is None or bonds is None:
        return None
    volatility, drawdown = market
    spread = bonds[0] - credit[0]
    parts = (
        0.8 * (volatility / CALM_VOLATILITY - 1),
        0.6 * (-drawdown / DEEP_DRAWDOWN - 0.5),
        0.5 * spread / WIDE_SPREAD,
    )
    return Stress(max(-1.0, min(1.0, sum(parts) / 2)), volatility, drawdown, spread)


def _ideas(brief: PitchBrief, stress: Stress) -> Iterator[Idea]:
    for asset in brief.snapshot.assets:
        values = known(asset, "return_20d", "realised_volatility_20")
        if values is None or values[1] <= 0:
            continue
        strength = _strength(asset.asset_class, stress.level, *values)
        if strength:
            yield _idea(asset, stress, strength, values)


def _strength(asset_class: str, stress: float, month: float, volatility: float) -> float:
    """Stress times the class's weight, plus up to 0.3 for the asset's own last 20 sessions.

    A short needs stress and a fall; 0 where the regime says nothing of the class or the month
    outweighs it.
    """
    own = 0.3 * max(-1.0, min(1.0, month / (volatility * MONTH_SHARE)))
    if asset_class in EARNERS and stress < 0:
        return max(-1.2 * stress + own, 0.0)
    if asset_class in HAVENS and stress > 0:
        return max(1.4 * stress + own, 0.0)
    if asset_class in EARNERS and stress > 0 and month < 0:
        return -1.1 * stress + own
    return 0.0


def _idea(asset: AssetSnapshot, stress: Stress, strength: float, values: tuple[float, ...]) -> Idea:
    month, volatility = values
    calm, kind = stress.level < 0, asset.asset_class.replace("_", " ")
    role = (
        "a premium to earn" if strength > 0 and calm else "a haven" if strength > 0 else "at risk"
    )
    return Idea(
        asset=asset,
        strength=clipped(strength),
        horizon=Horizon.WEEK if calm else Horizon.THREE_DAYS,
        horizon_because="a premium accrues with time" if calm else "stress turns within days",
        bullets=(
            f"Market stress is {stress.level:+.2f} on a scale from -1 (calm) to 1.",
            (
                f"SPY's volatility is {stress.volatility:.1%} and its drawdown {stress.drawdown:.1%}; "
                f"HYG is {-stress.spread:+.1%} against IEF over 20 sessions."
            ),
            f"{asset.symbol} ({kind}) is {role} with {volatility:.1%} volatility.",
            f"It moved {month:+.1%} in 20 sessions.",
        ),
        signs=_signs(stress, strength, month, volatility),
        risk="The regime can turn between two looks; a premium is paid for exactly that.",
        give_back=GIVE_BACK,
    )


def _signs(
    stress: Stress, strength: float, month: float, volatility: float
) -> tuple[PitchIndicator, ...]:
    """The regime's readings that speak for the side, then the asset's own."""
    side = -stress.level
    return (
        *beyond("SPY.realised_volatility_20", stress.volatility, CALM_VOLATILITY, -side),
        *beyond("SPY.drawdown_252", stress.drawdown, -DEEP_DRAWDOWN / 2, side),
        *beyond("return_20d", month, 0.0, strength),
        *below("realised_volatility_20", volatility, 1.5 * volatility),
    )
