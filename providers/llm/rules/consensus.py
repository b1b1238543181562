"""Where an idea stands to a research pack: its own instrument first, the pack's risk mode else."""

from __future__ import annotations

from core.schemas.market import AssetSnapshot
from core.schemas.pitch import Agreement
from core.schemas.research import Bias, PackStatus, ResearchOutcome, ResearchPack, RiskMode

EARNERS = ("equity", "credit", "energy")
"""Asset classes that risk-on speaks for; risk-off speaks for all others."""


def agreement(asset: AssetSnapshot, strength: float, outcome: ResearchOutcome) -> Agreement | None:
    """None for a missing pack, MIXED for one that says nothing of it, else whether the sides agree.

    ``strength`` > 0 is long. A candidate of the same instrument decides; without one the risk mode.
    """
    pack = outcome.pack
    if pack is None:
        return None
    if outcome.status is PackStatus.EMPTY:
        return Agreement.MIXED
    said = _candidate(asset.symbol, pack)
    if said is None:
        said = _by_risk_mode(asset.asset_class, pack)
    if said == 0:
        return Agreement.MIXED
    return Agreement.AGREE if said * strength > 0 else Agreement.DISAGREE


def _candidate(symbol: str, pack: ResearchPack) -> int | None:
    """+1 bullish, −1 bearish, 0 neutral or contradictory; None when the pack does not name it."""
    sides = {
        {Bias.BULLISH: 1, Bias.BEARISH: -1, Bias.NEUTRAL: 0}[candidate.directional_bias]
        for candidate in pack.tradable_candidates
        if candidate.instrument == symbol
    }
    if not sides:
        return None
    return sides.pop() if len(sides) == 1 else 0


def _by_risk_mode(asset_class: str, pack: ResearchPack) -> int:
    mode = pack.macro_regime.risk_mode
    if mode is RiskMode.MIXED:
        return 0
    return 1 if (mode is RiskMode.RISK_ON) == (asset_class in EARNERS) else -1
