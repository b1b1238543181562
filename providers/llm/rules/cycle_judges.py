"""The rules risk manager, validator and meta decision: fixed thresholds, said with their figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.rules.cycle_patterns import LEAST_KNOWN, outcomes
from core.schemas.cycle import CycleSymbol
from core.schemas.cycle_briefs import (
    ChoiceAnswer,
    MetaAnswer,
    MetaBrief,
    Proposal,
    RiskAnswer,
    RiskBrief,
    RiskOpinion,
    ValidatorAnswer,
    ValidatorBrief,
    ValidatorOpinion,
)
from core.schemas.signal import MetaVerdict, SignalAction

TIED = 0.8
"""A correlation with the benchmark from which a trade is the market once more."""
ROUGH, FALLING = 0.30, -0.10
"""The benchmark's volatility and its drawdown from which the regime is against new longs."""
LEAST_SCORE = 0.45
"""Below this mean of the three scores before it, the meta decision leaves a trade alone."""


def manage_risk(brief: RiskBrief) -> RiskAnswer:
    """Halves what is tied to the market in a rough one, refuses new longs in a falling one."""
    return RiskAnswer(opinions=tuple(_risk(one, brief.benchmark) for one in brief.proposals))


def validate(brief: ValidatorBrief) -> ValidatorAnswer:
    """Refuses a BUY with two warnings, or whose known similar setups lost on average."""
    return ValidatorAnswer(opinions=tuple(_valid(one) for one in brief.proposals))


def decide_last(brief: MetaBrief) -> MetaAnswer:
    """Trades each SELL, and each BUY whose three scores are good enough on average."""
    choices = tuple(_choice(one) for one in brief.proposals)
    chosen = [one.symbol for one in choices if one.execute]
    scores = [_mean(one) for one in brief.proposals if one.symbol in chosen]
    verdict = MetaVerdict.EXECUTE if chosen else MetaVerdict.DO_NOT_EXECUTE
    said = f"Traded: {', '.join(chosen) or 'nothing'}, of {len(choices)} validated."
    score = round(sum(scores) / len(scores), 4) if scores else 0.5
    return MetaAnswer(verdict=verdict, choices=choices, synthesis=said, score=score)


def _risk(one: Proposal, market: CycleSymbol | None) -> RiskOpinion:
    if one.action is SignalAction.SELL:
        return RiskOpinion(
            symbol=one.symbol, approved=True, quantity=float(one.quantity), score=0.9
        )
    falling, rough = _regime(market)
    tied = one.asset.indicators.get("correlation_spy_60")
    concerns = [
        *(["The market is falling and rough: no new longs."] if falling and rough else []),
        *(["The market is rough."] if rough and not falling else []),
        *([f"It moves with the market: correlation {tied:.2f}."] if (tied or 0) > TIED else []),
        *(["Its correlation with the market is unknown."] if tied is None else []),
    ]
    share = 0.5 if rough and (tied or 0) > TIED else 1.0
    return RiskOpinion(
        symbol=one.symbol,
        approved=not (falling and rough),
        quantity=float(one.quantity) * share,
        score=round(max(0.85 - 0.2 * len(concerns), 0.1), 4),
        concerns=tuple(concerns),
    )


def _regime(market: CycleSymbol | None) -> tuple[bool, bool]:
    """Whether the benchmark is (falling, rough); unknown figures count as neither."""
    if market is None:
        return False, False
    below = market.indicators.get("drawdown_252")
    volatility = market.indicators.get("realised_volatility_20")
    return (below or 0.0) < FALLING, (volatility or 0.0) > ROUGH


def _valid(one: Proposal) -> ValidatorOpinion:
    known = outcomes(one.neighbours)
    mean = sum(known) / len(known) if len(known) >= LEAST_KNOWN else None
    said = []
    if mean is not None and mean < 0:
        said.append(f"{len(known)} similar setups brought {mean:+.1%} on average.")
    refused = one.action is SignalAction.BUY and (len(one.warnings) > 1 or bool(said))
    score = 0.8 - 0.25 * len(one.warnings) - 0.25 * len(said)
    return ValidatorOpinion(
        symbol=one.symbol,
        approved=not refused,
        score=round(max(score, 0.05), 4),
        warnings=tuple(said),
    )


def _choice(one: Proposal) -> ChoiceAnswer:
    mean = _mean(one)
    if one.action is SignalAction.SELL:
        reason = "What is to be sold is sold."
        return ChoiceAnswer(symbol=one.symbol, execute=True, reason=reason)
    good = mean >= LEAST_SCORE
    reason = f"The mean of confidence and scores is {mean:.2f}, {LEAST_SCORE:.2f} is asked for."
    return ChoiceAnswer(symbol=one.symbol, execute=good, reason=reason)


def _mean(one: Proposal) -> float:
    return _average([one.confidence, one.risk_score, one.validator_score])


def _average(scores: Iterable[float | None]) -> float:
    known: Sequence[float] = [score for score in scores if score is not None]
    return sum(known) / len(known)
