"""What code can check of a pitch before anybody believes it: the trade exists, the numbers are real."""

from __future__ import annotations

from collections.abc import Iterator

from core.schemas.market import AssetSnapshot, MarketSnapshot
from core.schemas.pitch import Comparison, LiveOperand, PitchAnswer, PitchIndicator
from core.schemas.research import PackStatus, ResearchOutcome

TOLERANCE = 0.01
"""How far a stated value may be off, relative to the snapshot's."""
NOISE = 1e-6
"""Values closer than this are equal whatever their ratio (a drawdown of 0)."""


def pitch_faults(
    answer: PitchAnswer, snapshot: MarketSnapshot, packs: tuple[ResearchOutcome, ResearchOutcome]
) -> tuple[str, ...]:
    """Everything wrong with an answer, each in one clause a model can act on; empty when sound."""
    return (
        *_instrument_faults(answer, snapshot),
        *_pack_faults(answer, packs),
        *_level_faults(answer, snapshot),
        *(
            fault
            for sign in answer.indicators
            for fault in _indicator_fault(sign, answer, snapshot)
        ),
    )


def frozen_value(name: str, instrument: str | None, snapshot: MarketSnapshot) -> float | str | None:
    """The snapshot's value of ``rsi_14`` or ``SPY.rsi_14``; None where it is unknown.

    A text instead of a number says why the name does not resolve.
    """
    symbol, _, column = name.rpartition(".")
    symbol = symbol or instrument or ""
    asset = snapshot.asset(symbol)
    if asset is None:
        return f"{symbol or 'no instrument'} is not in the snapshot"
    if column == "price":
        return float(asset.price)
    if column not in asset.indicators:
        return f"the snapshot has no column {column}"
    return asset.indicators[column]


def _instrument_faults(answer: PitchAnswer, snapshot: MarketSnapshot) -> Iterator[str]:
    symbol = answer.instrument
    if symbol is None or _tradable(snapshot.asset(symbol)):
        return
    reason = snapshot.absent.get(symbol)
    if reason is not None:
        yield f"instrument {symbol} has no price this week ({reason})"
    else:
        yield f"instrument {symbol} is not one of {', '.join(snapshot.symbols)}"


def _tradable(asset: AssetSnapshot | None) -> bool:
    return asset is not None and asset.price > 0


def _pack_faults(
    answer: PitchAnswer, packs: tuple[ResearchOutcome, ResearchOutcome]
) -> Iterator[str]:
    views = answer.consensus_map
    said = (
        ("gemini_research", views.gemini_research),
        ("perplexity_research", views.perplexity_research),
    )
    for (name, view), pack in zip(said, packs, strict=True):
        if view is not None and pack.status is PackStatus.MISSING:
            yield f"consensus_map.{name} must be null: that pack is missing"


def _level_faults(answer: PitchAnswer, snapshot: MarketSnapshot) -> Iterator[str]:
    """Price rules against a level nobody knows, or met before the position is even entered."""
    asset = snapshot.asset(answer.instrument) if answer.instrument else None
    if asset is None:
        return
    for rule in answer.invalidation_rules:
        if rule.operand is not LiveOperand.PRICE:
            continue
        level = asset.indicators.get(rule.level) if rule.level else rule.threshold
        limit = float(asset.price) if rule.level == "price" else level
        if limit is None:
            yield f"invalidation_rules: level {rule.level} is n/a for {asset.symbol}"
        elif _is_met(float(asset.price), rule.comparison, limit):
            yield (
                f"invalidation_rules: price {rule.comparison} {rule.level or rule.threshold} "
                f"holds already at {asset.price}"
            )


def _is_met(price: float, comparison: Comparison, limit: float) -> bool:
    return price > limit if comparison is Comparison.ABOVE else price < limit


def _indicator_fault(
    sign: PitchIndicator, answer: PitchAnswer, snapshot: MarketSnapshot
) -> Iterator[str]:
    frozen = frozen_value(sign.name, answer.instrument, snapshot)
    if isinstance(frozen, str):
        yield f"indicator {sign.name}: {frozen}"
    elif frozen is None:
        yield f"indicator {sign.name} is n/a in the snapshot: leave it out"
    elif abs(sign.value - frozen) > max(TOLERANCE * abs(frozen), NOISE):
        yield f"indicator {sign.name} is {frozen:.5g} in the snapshot, not {sign.value:.5g}"
