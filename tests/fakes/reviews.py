"""A pitch of gold in a market made to measure, and what reviewers of each lens make of it."""

from __future__ import annotations

from core.schemas.pitch import Comparison, InvalidationRule, LiveOperand
from providers.llm.rules import STRATEGIES
from providers.llm.rules.reviewing import review
from tests.fakes.snapshots import (
    anonymous,
    asset,
    pitch_brief,
    real_snapshot,
    review_brief,
    snapshot,
)

LENSES = tuple(STRATEGIES)


RISEN = {
    "return_60d": 0.15,
    "return_20d": 0.06,
    "return_5d": 0.01,
    "distance_sma_200": 0.10,
    "distance_sma_50": 0.04,
    "sma_50": 96.0,
}


MARKET = snapshot(
    asset("SPY", realised_volatility_20=0.10),
    asset("GLD", **RISEN),
    asset("HYG"),
    asset("IEF"),
    asset("LQD"),
)


PITCH = STRATEGIES["rules/trend"](pitch_brief(MARKET))


def stop(threshold):
    return InvalidationRule(
        operand=LiveOperand.RETURN_SINCE_ENTRY, comparison=Comparison.BELOW, threshold=threshold
    )


def scores(lens="rules/trend", market=MARKET, others=(), **changes):
    shown = anonymous("Pitch A", PITCH, **changes)
    sheet = review(lens, review_brief(market, shown, *others))
    return sheet.reviews[0].scores.by_name()


def with_gld(**changes):
    """The market with GLD's indicators changed."""
    gld = asset("GLD", **{**RISEN, **changes})
    kept = tuple(one for one in MARKET.assets if one.symbol != "GLD")
    return MARKET.model_copy(update={"assets": (*kept, gld)})


def real_review(day, without=None):
    """The brief of a real week: every strategy's pitch, less the reviewer's own."""
    market = real_snapshot(day)
    shown = [
        anonymous(f"Pitch {'ABCD'[place]}", strategy(pitch_brief(market)))
        for place, (name, strategy) in enumerate(STRATEGIES.items())
        if name != without
    ]
    return review_brief(market, *shown)
