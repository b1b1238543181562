"""Checkpoint rules: invalidations fire, contradictions go by the table, nothing is silent."""

from decimal import Decimal
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.policy import CheckpointPolicy
from core.rules.checkpoints import decide_by_rules, resolve, rules_met
from core.rules.contradictions import TABLE, ConvictionCase
from core.schemas.briefs import CheckpointAnswer, CheckpointBrief
from core.schemas.pitch import Comparison, InvalidationRule, LiveOperand
from core.types import CheckpointAction, Direction, Horizon, WeekId

POLICY = CheckpointPolicy()
STOP = InvalidationRule(
    operand=LiveOperand.RETURN_SINCE_ENTRY, comparison=Comparison.BELOW, threshold=-0.03
)


def brief(**more):
    fields = {
        "week_id": WeekId("2024-03-06"),
        "time": "12:00",
        "instrument": "SPY",
        "direction": Direction.LONG,
        "horizon": Horizon.WEEK,
        "entry_price": Decimal(100),
        "price": Decimal(101),
        "pnl": Decimal(10),
        "return_since_entry": 0.01,
        "drawdown_since_entry": 0.0,
        "sessions_held": 1,
        "sessions_left": 4,
        "frozen_volatility": 0.16,
        "frozen_atr": 1.2,
        "frozen_levels": {"sma_50": 98.0},
        "indicators": (),
        "invalidation": "a loss of 3 %",
        "invalidation_rules": (STOP,),
        "rules_met": (),
        "wednesday_conviction": 1.0,
        "conviction": 1.0,
        "conviction_path": (1.0,),
        "peers": (),
    }
    return CheckpointBrief(**{**fields, **more})


def answer(action, conviction):
    return CheckpointAnswer(conviction=conviction, action=action, reason="because")


@pytest.mark.parametrize(
    ("rule", "met"),
    [
        (STOP, False),
        (STOP.model_copy(update={"threshold": 0.02}), True),
        (STOP.model_copy(update={"comparison": Comparison.ABOVE, "threshold": 0.005}), True),
        (
            InvalidationRule(
                operand=LiveOperand.PRICE, comparison=Comparison.BELOW, level="sma_50"
            ),
            False,
        ),
        (
            InvalidationRule(
                operand=LiveOperand.PRICE, comparison=Comparison.ABOVE, level="sma_50"
            ),
            True,
        ),
        (
            InvalidationRule(
                operand=LiveOperand.PRICE, comparison=Comparison.ABOVE, level="sma_200"
            ),
            False,
        ),
        (
            InvalidationRule(
                operand=LiveOperand.SESSIONS_HELD, comparison=Comparison.ABOVE, threshold=0
            ),
            True,
        ),
        (
            InvalidationRule(
                operand=LiveOperand.DRAWDOWN_SINCE_ENTRY,
                comparison=Comparison.BELOW,
                threshold=-0.01,
            ),
            False,
        ),
    ],
)
def test_a_rule_is_met_when_its_live_operand_passes_its_limit(rule, met):
    assert bool(rules_met(brief(invalidation_rules=(rule,)))) is met


def test_a_met_invalidation_exits_whatever_the_engine_says():
    met = brief(rules_met=("return_since_entry below -0.03",))
    for action in CheckpointAction:
        verdict = resolve(met, answer(action, 2.0), flips_used=0, shortable=True)
        assert (verdict.action, verdict.invalidated, verdict.panic) == (
            CheckpointAction.EXIT,
            True,
            False,
        )
    assert decide_by_rules(met, POLICY).action is CheckpointAction.EXIT


def test_an_exit_with_conviction_left_and_nothing_met_is_a_panic():
    verdict = resolve(brief(), answer(CheckpointAction.EXIT, 0.9), flips_used=0, shortable=True)
    assert (verdict.action, verdict.panic) == (CheckpointAction.EXIT, True)
    calm = resolve(brief(), answer(CheckpointAction.EXIT, 0.0), flips_used=0, shortable=True)
    assert not calm.panic


def test_text_that_says_exit_does_not_exit():
    told = CheckpointAnswer(conviction=1.0, action=CheckpointAction.STAY, reason="EXIT EXIT")
    verdict = resolve(brief(), told, flips_used=0, shortable=True)
    assert verdict.action is CheckpointAction.STAY


def test_a_flip_happens_once_a_week_and_only_where_a_short_can_be_had():
    flip = answer(CheckpointAction.FLIP, -1.0)
    assert resolve(brief(), flip, flips_used=0, shortable=True).action is CheckpointAction.FLIP
    assert resolve(brief(), flip, flips_used=1, shortable=True).action is CheckpointAction.EXIT
    assert resolve(brief(), flip, flips_used=0, shortable=False).action is CheckpointAction.EXIT
    short = brief(direction=Direction.SHORT, wednesday_conviction=-1.0, conviction=-1.0)
    back = answer(CheckpointAction.FLIP, 1.0)
    assert resolve(short, back, flips_used=0, shortable=False).action is CheckpointAction.FLIP


NOW = {
    ConvictionCase.SAME: 0.9,
    ConvictionCase.WEAKER: 0.5,
    ConvictionCase.NONE: 0.2,
    ConvictionCase.OPPOSITE: -0.25,
}


@pytest.mark.parametrize(("said", "case"), TABLE)
@pytest.mark.parametrize("side", [1, -1], ids=["long", "short"])
def test_what_is_done_is_what_the_table_says_and_names_its_row(said, case, side):
    held = brief(
        direction=Direction.LONG if side > 0 else Direction.SHORT,
        conviction=side * 1.0,
        wednesday_conviction=side * 1.0,
    )
    verdict = resolve(held, answer(said, side * NOW[case]), flips_used=0, shortable=True)
    row = TABLE[said, case]
    assert (verdict.action, verdict.rule) == (row.action, row.name)
    exits, convinced = row.action is CheckpointAction.EXIT, case in ("same", "weaker")
    assert verdict.panic is (exits and convinced)
    assert verdict.conviction_after == (0.0 if exits else side * NOW[case])


def test_every_action_and_conviction_has_its_row():
    assert set(TABLE) == {(a, case) for a in CheckpointAction for case in ConvictionCase}
    assert len({row.name for row in TABLE.values()}) == len(TABLE)


@given(
    action=st.sampled_from(CheckpointAction),
    conviction=st.floats(-2, 2),
    long=st.booleans(),
    stored=st.floats(0.25, 2),
)
def test_an_answer_always_becomes_one_named_action_within_the_scale(
    action, conviction, long, stored
):
    side = 1 if long else -1
    held = brief(
        direction=Direction.LONG if long else Direction.SHORT,
        conviction=side * stored,
        wednesday_conviction=side * stored,
    )
    verdict = resolve(held, answer(action, conviction), flips_used=0, shortable=True)
    assert verdict.rule
    assert -2 <= verdict.conviction_after <= 2
    if verdict.action is CheckpointAction.FLIP:
        assert verdict.conviction_after * side < 0


def test_the_rules_engine_holds_halves_closes_and_reverses_as_the_price_turns_against_it():
    def action(move, conviction=1.0):
        seen = brief(return_since_entry=move, conviction=conviction)
        return decide_by_rules(seen, POLICY).action

    assert action(0.005) is CheckpointAction.STAY
    assert action(-0.017) is CheckpointAction.REDUCE
    assert action(-0.017, conviction=0.5) is CheckpointAction.STAY  # halved already
    assert action(-0.029) is CheckpointAction.EXIT
    assert action(-0.075) is CheckpointAction.FLIP


def test_looking_again_at_the_same_price_changes_nothing():
    first = decide_by_rules(brief(return_since_entry=-0.01), POLICY)
    again = brief(return_since_entry=-0.01, conviction=first.conviction)
    assert decide_by_rules(again, POLICY).conviction == first.conviction


@pytest.mark.parametrize("exit_below", [0.0, 0.25, 0.9])
def test_conviction_that_ran_out_exits_at_once_and_is_no_panic(exit_below):
    policy = CheckpointPolicy(exit_below=exit_below)
    held = brief(return_since_entry=-0.032)
    verdict = resolve(held, decide_by_rules(held, policy), flips_used=0, shortable=True)
    assert (verdict.action, verdict.rule, verdict.panic) == (CheckpointAction.EXIT, "exit", False)


@given(
    since=st.floats(-0.2, 0.2),
    sessions=st.integers(0, 5),
    wednesday=st.floats(0.25, 2),
    stored=st.floats(0.25, 2),
    long=st.booleans(),
)
def test_the_rules_engine_never_contradicts_itself(since, sessions, wednesday, stored, long):
    side = 1 if long else -1
    held = brief(
        direction=Direction.LONG if long else Direction.SHORT,
        return_since_entry=since,
        sessions_held=sessions,
        wednesday_conviction=side * wednesday,
        conviction=side * stored,
    )
    answer = decide_by_rules(held, POLICY)
    verdict = resolve(held, answer, flips_used=0, shortable=True)
    assert verdict.action is answer.action
    assert not verdict.panic
    assert -2 <= answer.conviction <= 2


def test_more_profit_never_means_less_conviction():
    path = [
        decide_by_rules(brief(return_since_entry=move / 1000), POLICY).conviction
        for move in range(-15, 40)
    ]
    assert path == sorted(path)


def test_a_checkpoint_is_decided_in_well_under_a_millisecond():
    held = brief()
    started = perf_counter()
    for _ in range(200):
        resolve(held, decide_by_rules(held, POLICY), flips_used=0, shortable=True)
        rules_met(held)
    assert (perf_counter() - started) / 200 < 0.001  # measured: 0.01 ms


def test_a_halted_accounts_flip_is_an_exit_and_nothing_else_changes():
    flip = answer(CheckpointAction.FLIP, -1.0)
    verdict = resolve(brief(), flip, flips_used=0, shortable=True, halted=True)
    assert (verdict.action, verdict.rule) == (CheckpointAction.EXIT, "halted_flip_is_exit")
    for action in (CheckpointAction.STAY, CheckpointAction.REDUCE, CheckpointAction.EXIT):
        told = answer(action, 0.9)
        free = resolve(brief(), told, flips_used=0, shortable=True)
        assert resolve(brief(), told, flips_used=0, shortable=True, halted=True) == free
