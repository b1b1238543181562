"""Risk, order plan and execution: from views to targets to intents to outcomes."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest

from core.errors import NoBars, OrderUnknown
from core.keys import (
    CHAIRMAN_DECISION,
    EXECUTION_CONSTRAINTS,
    EXECUTION_RESULT,
    MARKET_SNAPSHOT,
    ORDER_INTENTS,
    PM_PITCHES,
    RISK_ASSESSMENT,
)
from core.policy import RiskLimits
from core.rules.decisions import flat_decision
from core.schemas.breaker import Halt
from core.schemas.decision import (
    ChairmanDecision,
    DecisionOrigin,
    MonitoringPlan,
    SelectedTrade,
)
from core.schemas.execution import Submission
from core.schemas.order import Purpose
from core.schemas.risk import LimitOutcome
from core.stages.execution import ExecutionStage
from core.stages.order_plan import OrderPlanStage
from core.stages.risk import RiskStage
from core.types import Direction, Side
from tests.fakes.accounts import FakeAccounts, FakeRoute
from tests.fakes.week import AS_OF, WEEK, pitch_of, policy, run_spec, snapshot, started

D = Decimal
FLAT = flat_decision(run_spec(), DecisionOrigin.NO_QUORUM, "no quorum")


def decision(symbol="SPY", conviction=1.0, backed_by="idea-1"):
    return ChairmanDecision(
        selected_trade=SelectedTrade(
            instrument=symbol,
            direction=Direction.LONG if conviction > 0 else Direction.SHORT,
            horizon="1w",
        ),
        conviction=conviction,
        rationale="flows",
        dissent_summary=(),
        monitoring_plan=MonitoringPlan(checkpoints=(), key_indicators=(), watch_conditions=()),
        decision_id="decision-1",
        week_id=WEEK,
        chairman_model="m",
        origin=DecisionOrigin.CHAIRMAN,
        backed_by=backed_by,
        timestamp=AS_OF,
    )


def through_risk(pitches=(), decided=FLAT, accounts=None, risk=None, market=None):
    stage = RiskStage(accounts or FakeAccounts(), policy(risk=risk or RiskLimits()))
    context = (
        started()
        .bind(MARKET_SNAPSHOT, market or snapshot())
        .bind(PM_PITCHES, tuple(pitches))
        .bind(CHAIRMAN_DECISION, decided)
    )
    return asyncio.run(stage.run(context))


def targets(*args, **kwargs):
    found = through_risk(*args, **kwargs)[EXECUTION_CONSTRAINTS].targets
    return {target.account_id: target for target in found}


def planned(positions=None, **kwargs):
    accounts = FakeAccounts(positions)
    context = through_risk(accounts=accounts, **kwargs)
    return asyncio.run(OrderPlanStage(accounts).run(context))


def test_each_manager_trades_its_own_pitch_and_the_council_its_decision():
    found = targets([pitch_of(1, conviction=1.0), pitch_of(2, conviction=-0.5)], decision())
    assert found["acct_1"].quantity == D(83)  # 100,000 × 1/2 / 600
    assert found["acct_2"].quantity == D(-41)  # 100,000 × −1/4 / 600
    assert found["acct_5"].quantity == D(83)
    assert found["acct_5"].idea_id == "idea-1"
    assert list(found) == ["acct_1", "acct_2", "acct_3", "acct_4", "acct_5", "acct_6"]


@pytest.mark.parametrize("account", ["acct_3", "acct_5", "acct_6"])
def test_an_abstention_a_flat_decision_and_the_flat_account_hold_nothing(account):
    target = targets([pitch_of(1)])[account]
    assert target.quantity == target.weight == 0
    assert (target.instrument, target.direction) == (None, Direction.FLAT)


def test_a_flat_pitch_holds_nothing():
    flat = pitch_of(1, conviction=0.0, indicators=[], invalidation_rules=[])
    assert targets([flat])["acct_1"].quantity == 0


@pytest.mark.parametrize(
    ("conviction", "shares"), [(0.2, 0), (0.25, 20), (1.2, 100), (2.0, 166), (-1.2, -100)]
)
def test_size_follows_conviction_and_nothing_else(conviction, shares):
    pitch = pitch_of(1, conviction=conviction, position_size_hint=1)
    assert targets([pitch])["acct_1"].quantity == D(shares)


def test_the_hard_limit_of_a_position_holds_at_full_conviction():
    risk = RiskLimits(max_position_pct=D("0.5"))
    assert targets([pitch_of(1, conviction=2.0)], risk=risk)["acct_1"].weight == D("0.5")


def test_a_short_that_cannot_be_borrowed_is_refused_with_its_numbers():
    context = through_risk([pitch_of(1, symbol="TLT", conviction=-1.0)])
    risk = context[RISK_ASSESSMENT].accounts[0]
    assert (risk.asked_weight, risk.weight) == (D("-0.5"), 0)
    assert risk.hits[0].outcome is LimitOutcome.REFUSED
    assert risk.hits[0].limit == "shortable"
    assert context[EXECUTION_CONSTRAINTS].targets[0].quantity == 0


def test_a_target_carries_wednesdays_levels_and_the_pitchs_rules():
    target = targets([pitch_of(1, symbol="GLD")])["acct_1"]
    assert target.frozen_levels == {"price": 350.0, "sma_20": 343.0, "sma_50": 332.5}
    assert target.invalidation_rules == pitch_of(1).invalidation_rules
    assert target.indicators == pitch_of(1).indicators
    assert target.invalidation == "a loss of three per cent"
    assert target.reference_price == D(350)


def test_the_councils_target_carries_the_rules_of_the_pitch_behind_it():
    rule = {"operand": "sessions_held", "comparison": "above", "threshold": 2}
    backing = pitch_of(2, invalidation_rules=[rule])
    found = targets([pitch_of(1), backing], decision(backed_by="idea-2"))
    assert found["acct_5"].invalidation_rules == backing.invalidation_rules


def test_an_account_that_cannot_be_valued_stops_the_run_and_says_what_to_do():
    accounts = FakeAccounts({"acct_4": {"USO": D(10)}})
    with pytest.raises(NoBars, match="acct_4 cannot be valued") as caught:
        through_risk(accounts=accounts, market=snapshot(GLD="stale prices"))
    assert "GLD: stale prices" in str(caught.value)
    assert "rerun --from market_snapshot" in str(caught.value)


def test_from_flat_one_opening_order_is_planned():
    (intent,) = planned(pitches=[pitch_of(1)])[ORDER_INTENTS]
    assert (intent.symbol, intent.side, intent.quantity) == ("SPY", Side.BUY, D(83))
    assert intent.purpose is Purpose.WEEKLY_OPEN
    assert (intent.decided_at, intent.reference_price) == (AS_OF, D(600))


def test_in_the_same_direction_only_the_difference_is_traded():
    (intent,) = planned({"acct_1": {"SPY": D(80)}}, pitches=[pitch_of(1)])[ORDER_INTENTS]
    assert (intent.side, intent.quantity) == (Side.BUY, D(3))


def test_a_position_at_its_target_needs_no_order():
    assert planned({"acct_1": {"SPY": D(83)}}, pitches=[pitch_of(1)])[ORDER_INTENTS] == ()


def test_turning_round_closes_first_and_opens_after_it():
    close, opening = planned({"acct_1": {"SPY": D(-10)}}, pitches=[pitch_of(1)])[ORDER_INTENTS]
    assert (close.side, close.quantity, close.purpose) == (Side.BUY, D(10), Purpose.WEEKLY_CLOSE)
    assert (opening.side, opening.quantity) == (Side.BUY, D(83))
    assert opening.after == close.client_order_id


def test_what_is_held_without_a_new_view_is_closed():
    (intent,) = planned({"acct_3": {"GLD": D(5)}}, pitches=[pitch_of(1)])[ORDER_INTENTS][1:]
    assert (intent.account_id, intent.side, intent.quantity) == ("acct_3", Side.SELL, D(5))


def test_the_flat_account_never_trades():
    intents = planned(pitches=[pitch_of(n) for n in (1, 2, 3, 4)], decided=decision())
    assert "acct_6" not in {intent.account_id for intent in intents[ORDER_INTENTS]}


def test_orders_are_the_same_whenever_they_are_planned_again():
    first = planned(pitches=[pitch_of(1)])[ORDER_INTENTS]
    assert planned(pitches=[pitch_of(1)])[ORDER_INTENTS] == first


def test_every_intent_is_submitted_in_order_and_its_outcome_kept():
    route = FakeRoute()
    context = planned({"acct_1": {"SPY": D(-10)}}, pitches=[pitch_of(1), pitch_of(2)])
    after = asyncio.run(ExecutionStage(route).run(context))
    assert route.submitted == [one.client_order_id for one in context[ORDER_INTENTS]]
    assert [one.submission for one in after[EXECUTION_RESULT].outcomes] == [
        Submission.ACCEPTED,
        Submission.WAITING,
        Submission.ACCEPTED,
    ]


def test_a_refused_order_does_not_stop_the_others():
    context = planned(pitches=[pitch_of(1), pitch_of(2)])
    first = context[ORDER_INTENTS][0].client_order_id
    after = asyncio.run(ExecutionStage(FakeRoute(refused={first: "hard to borrow"})).run(context))
    refused, taken = after[EXECUTION_RESULT].outcomes
    assert (refused.submission, refused.reason) == (Submission.REFUSED, "hard to borrow")
    assert taken.submission is Submission.ACCEPTED


def test_an_order_nobody_can_account_for_fails_the_stage():
    context = planned(pitches=[pitch_of(1)])
    lost = context[ORDER_INTENTS][0].client_order_id
    with pytest.raises(OrderUnknown):
        asyncio.run(ExecutionStage(FakeRoute(lost=lost)).run(context))


HALT = Halt(scope="account/acct_1", cause="drawdown", value=D("21.5"), threshold=D(20))


@pytest.mark.parametrize(
    ("held", "conviction", "allowed"),
    [
        ({}, 2.0, 0),
        ({"SPY": D(10)}, 2.0, 10),
        ({"SPY": D(200)}, 1.0, 83),
        ({"SPY": D(-10)}, 2.0, 0),
        ({"SPY": D(-10)}, -2.0, -10),
        ({"TLT": D(10)}, 2.0, 0),
    ],
)
def test_a_halted_account_holds_at_most_what_it_holds(held, conviction, allowed):
    accounts = FakeAccounts({"acct_1": held}, {"acct_1": (HALT,)})
    context = through_risk([pitch_of(1, conviction=conviction)], accounts=accounts)
    target = context[EXECUTION_CONSTRAINTS].targets[0]
    risk = context[RISK_ASSESSMENT].accounts[0]
    assert target.quantity == D(allowed)
    assert risk.halts == (HALT,)
    cut = [hit for hit in risk.hits if hit.limit == "breaker"]
    if allowed == 83:  # less than it holds: that closes, and nothing is cut
        assert not cut
        assert target.unhalted_weight is None
    else:
        assert target.unhalted_weight == D(str(conviction)) / 2
        assert "drawdown 21.5 % is over 20 %" in cut[0].reason
    orders = asyncio.run(OrderPlanStage(accounts).run(context))[ORDER_INTENTS]
    mine = [one for one in orders if one.account_id == "acct_1"]
    assert all(one.purpose is Purpose.WEEKLY_CLOSE for one in mine)


def test_what_no_halt_touched_has_the_payload_it_always_had():
    context = through_risk([pitch_of(1)])
    assert "halts" not in context[RISK_ASSESSMENT].accounts[0].model_dump()
    assert "unhalted_weight" not in context[EXECUTION_CONSTRAINTS].targets[0].model_dump()
