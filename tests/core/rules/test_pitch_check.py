"""What code refuses of a pitch before anybody reads it: rules on unknown or crossed levels."""

from __future__ import annotations

import pytest

from core.rules.pitch_check import pitch_faults
from core.schemas.pitch import Comparison, InvalidationRule, LiveOperand
from tests.fakes.week import long, received, snapshot

PACKS = (received(), received())


def price(comparison, **right):
    return InvalidationRule(operand=LiveOperand.PRICE, comparison=comparison, **right)


def faults(symbol, *rules):
    answer = long(symbol, invalidation_rules=rules)
    return [f for f in pitch_faults(answer, snapshot(), PACKS) if "invalidation_rules" in f]


def test_a_level_that_is_unknown_cannot_be_a_rule():
    (fault,) = faults("GLD", price(Comparison.BELOW, level="sma_200"))
    assert fault == "invalidation_rules: level sma_200 is n/a for GLD"


@pytest.mark.parametrize(
    "rule",
    [
        price(Comparison.ABOVE, level="sma_50"),
        price(Comparison.BELOW, threshold=1_000_000),
        price(Comparison.ABOVE, threshold=0.01),
    ],
)
def test_a_rule_that_holds_already_is_refused_with_the_price(rule):
    (fault,) = faults("SPY", rule)
    assert "holds already at" in fault


@pytest.mark.parametrize(
    "rule",
    [
        price(Comparison.BELOW, level="sma_50"),
        price(Comparison.BELOW, level="price"),
        InvalidationRule(
            operand=LiveOperand.RETURN_SINCE_ENTRY, comparison=Comparison.BELOW, threshold=-0.03
        ),
    ],
)
def test_a_rule_that_can_still_fire_is_sound(rule):
    assert faults("SPY", rule) == []
