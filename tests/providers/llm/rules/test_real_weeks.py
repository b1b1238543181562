"""Six years of real weeks: strategies differ, stand aside at times, and say only what is true."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from functools import cache
from itertools import combinations
from statistics import pstdev

import pytest

from core.rules.checkpoints import rules_met
from core.rules.pitch_check import pitch_faults
from core.schemas.briefs import CheckpointBrief
from core.schemas.pitch import PitchAnswer
from core.schemas.research import ResearchOutcome
from core.types import Direction
from providers.llm.rules import STRATEGIES
from tests.fakes.snapshots import (
    QUIET,
    pitch_brief,
    real_snapshot,
)

MISSING = (
    ResearchOutcome(source="A", missing_because="timed out"),
    ResearchOutcome(source="B", missing_because="timed out"),
)


WEDNESDAYS = [date(2015, 8, 5) + timedelta(weeks=2 * step) for step in range(165)]
"""Every second week until November 2021."""


@pytest.mark.parametrize("name", STRATEGIES)
def test_real_weeks_give_pitches_whose_every_number_is_the_snapshots(name):
    for day in WEDNESDAYS:
        brief = pitch_brief(real_snapshot(day))
        answer = STRATEGIES[name](brief)
        assert not pitch_faults(answer, brief.snapshot, (brief.pack_a, brief.pack_b))
        assert PitchAnswer.model_validate_json(answer.model_dump_json()) == answer
        assert STRATEGIES[name](brief) == answer


@pytest.mark.parametrize("name", STRATEGIES)
def test_no_pitch_is_invalidated_by_the_prices_it_was_made_at(name):
    for day in WEDNESDAYS:
        market = real_snapshot(day)
        answer = STRATEGIES[name](pitch_brief(market))
        if answer.instrument is not None:
            assert rules_met(at_entry(answer, market)) == ()


def at_entry(answer, market):
    held = market.asset(answer.instrument)
    levels = {name: value for name, value in held.indicators.items() if value is not None}
    return CheckpointBrief.model_construct(
        price=held.price,
        return_since_entry=0.0,
        drawdown_since_entry=0.0,
        sessions_held=0,
        frozen_levels=levels,
        invalidation_rules=answer.invalidation_rules,
    )


@cache
def history(name):
    """What the strategy pitched on each of the Wednesdays."""
    return [STRATEGIES[name](pitch_brief(real_snapshot(day))) for day in WEDNESDAYS]


def test_four_strategies_see_four_different_things():
    for one, other in combinations(STRATEGIES, 2):
        same = sum(
            (a.instrument, a.direction) == (b.instrument, b.direction)
            for a, b in zip(history(one), history(other), strict=True)
        )
        assert same < len(WEDNESDAYS) / 2, (one, other, same)


@pytest.mark.parametrize("name", STRATEGIES)
def test_each_strategy_stands_aside_at_times_and_takes_both_sides(name):
    sides = Counter(answer.direction for answer in history(name))
    assert 0.01 <= sides[Direction.FLAT] / len(WEDNESDAYS) <= 0.60
    assert sides[Direction.LONG] >= 5
    assert sides[Direction.SHORT] >= 3
    assert len({answer.instrument for answer in history(name)}) >= 6


@pytest.mark.parametrize("name", STRATEGIES)
def test_horizons_vary_and_convictions_are_graded(name):
    traded = [answer for answer in history(name) if answer.instrument]
    sizes = Counter(abs(answer.conviction) for answer in traded)
    assert len({answer.horizon for answer in traded}) >= 2
    assert len(sizes) >= len(traded) / 4
    assert sizes.most_common(1)[0][1] < 0.15 * len(traded)
    assert pstdev(sizes.elements()) >= 0.25


@pytest.mark.parametrize("name", STRATEGIES)
def test_any_one_asset_alone_is_enough_or_ends_flat(name):
    market = real_snapshot(WEDNESDAYS[100])
    for symbol in market.symbols:
        alone = market.model_copy(
            update={
                "assets": (market.asset(symbol),),
                "absent": {other: "no bars" for other in market.symbols if other != symbol},
            }
        )
        answer = STRATEGIES[name](pitch_brief(alone))
        assert answer.instrument in (symbol, None)
        assert not pitch_faults(answer, alone, MISSING)


@pytest.mark.parametrize("name", STRATEGIES)
def test_what_is_absent_or_unknown_is_passed_over_for_the_next_idea(name):
    """Take away the best asset, then each of its numbers: the answer stays sound and true."""
    for day in WEDNESDAYS[::20]:
        market = real_snapshot(day)
        chosen = STRATEGIES[name](pitch_brief(market)).instrument
        kept = tuple(one for one in market.assets if one.symbol != chosen)
        without = market.model_copy(update={"assets": kept, "absent": {chosen or "XYZ": "stale"}})
        answer = STRATEGIES[name](pitch_brief(without))
        assert answer.instrument != chosen or chosen is None
        assert not pitch_faults(answer, without, MISSING)
        for column in QUIET:
            blind = [
                one.model_copy(update={"indicators": {**one.indicators, column: None}})
                for one in market.assets
            ]
            unread = market.model_copy(update={"assets": tuple(blind)})
            assert not pitch_faults(STRATEGIES[name](pitch_brief(unread)), unread, MISSING)


def test_no_pitch_names_a_strategy_or_its_label():
    for day in WEDNESDAYS[:10]:
        for strategy in STRATEGIES.values():
            text = strategy(pitch_brief(real_snapshot(day))).model_dump_json().lower()
            assert "rules/" not in text
            assert "risk-parity" not in text
            assert "mean-reversion" not in text
