"""The rules data analyst: buys steady trends that pulled back, sells what lost its trend.

Source of the idea: time-series momentum with a pullback entry (Moskowitz, Ooi, Pedersen 2012; Connors
and Alvarez, "Short Term Trading Strategies That Work", 2008). Deterministic and labelled as rules.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from core.schemas.cycle import CycleSymbol, Held
from core.schemas.cycle_briefs import AnalystAnswer, AnalystBrief, SignalAnswer
from core.schemas.signal import SignalAction
from providers.llm.rules.figures import told

NEEDED = ("return_60d", "distance_sma_200", "realised_volatility_20", "rsi_14", "return_5d")
CALM, STRETCHED, WASHED_OUT = 0.60, 75.0, 25.0
FULL_TREND = 0.35
"""A 60-session return that counts as the strongest trend."""
STOP = -0.12
"""A position that lost more than this share of what was paid is given up."""
WANTED_SHARE = 0.15
"""Of equity, for a signal of full confidence: the limits may leave less, never more."""


def analyse(brief: AnalystBrief) -> AnalystAnswer:
    """One signal for each symbol there is something to say of."""
    return AnalystAnswer(signals=tuple(_signals(brief))[:60])


def _signals(brief: AnalystBrief) -> Iterator[SignalAnswer]:
    for asset in brief.market.symbols:
        held = brief.market.account.holding(asset.symbol)
        if held is not None and held.quantity > 0:
            yield _of_held(asset, held)
        elif (signal := _entry(asset, brief)) is not None:
            yield signal


def _of_held(asset: CycleSymbol, held: Held) -> SignalAnswer:
    """Sold when the trend broke or the loss is too large; else kept."""
    distance, quarter = asset.indicators.get("distance_sma_50"), asset.indicators.get("return_60d")
    lost = float(asset.price / held.average_cost - 1) if held.average_cost else 0.0
    broken = distance is not None and quarter is not None and distance < 0 and quarter < 0
    if lost < STOP or broken:
        why = f"It stands {lost:+.1%} from what was paid." if lost < STOP else "Its trend broke."
        facts = told(asset, "distance_sma_50", "return_60d")
        return _said(asset, SignalAction.SELL, 0.8, float(held.quantity), (why, facts))
    facts = told(asset, "distance_sma_50", "return_60d")
    return _said(asset, SignalAction.HOLD, 0.5, 0.0, ("Its trend holds.", facts))


def _entry(asset: CycleSymbol, brief: AnalystBrief) -> SignalAnswer | None:
    """A rising trend, calm, that paused over the last week; None where any figure is unknown."""
    values = [asset.indicators.get(name) for name in NEEDED]
    known = [value for value in values if value is not None]
    if len(known) < len(NEEDED):
        return None
    quarter, distance, volatility, strength, week = known
    if quarter <= 0 or distance <= 0 or volatility > CALM:
        return None
    if not WASHED_OUT < strength < STRETCHED:
        return None
    trend = min(quarter / FULL_TREND, 1.0)
    paused = 0.15 if week < 0 else 0.0
    calm = 0.1 * (1 - volatility / CALM)
    confidence = round(min(0.45 + 0.3 * trend + paused + calm, 0.95), 4)
    equity = float(brief.market.account.equity)
    wanted = math.floor(equity * WANTED_SHARE * confidence / float(asset.price))
    reasons = (
        f"It rose {quarter:+.1%} in 60 sessions and stands {distance:+.1%} from its 200-session mean.",
        told(asset, "return_5d", "rsi_14", "realised_volatility_20"),
    )
    return _said(asset, SignalAction.BUY, confidence, float(max(wanted, 0)), reasons)


def _said(
    asset: CycleSymbol,
    action: SignalAction,
    confidence: float,
    quantity: float,
    reasons: tuple[str, ...],
) -> SignalAnswer:
    return SignalAnswer(
        symbol=asset.symbol,
        action=action,
        confidence=confidence,
        quantity=quantity,
        reasons=reasons,
    )
