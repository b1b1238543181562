"""A week's scores from recorded facts alone: right, wrong, or openly not known."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from core.rules import postmortem_tally as tally
from core.rules.postmortem_exits import Leg, exit_score
from core.rules.postmortem_scores import AccountRecord, WeekRecord, week_scores
from core.rules.week_prices import SessionPrices
from core.schemas.order import BrokerFill
from core.schemas.postmortem_scores import ExitKind, Outcome, Verdict
from core.schemas.risk import Target
from core.types import AccountId, Direction, Horizon, Side
from tests.fakes.stored_weeks import decision
from tests.fakes.week import peer_review, pitch_of, snapshot

COUNCIL = AccountId("acct_5")
WEDNESDAY = date(2026, 11, 18)


def week_prices(*closes, symbol="SPY", opens=()):
    opened = dict(enumerate(opens))
    return tuple(
        SessionPrices(
            WEDNESDAY + timedelta(days=n),
            {symbol: Decimal(str(close))},
            {symbol: Decimal(str(opened[n]))} if n in opened else {},
        )
        for n, close in enumerate(closes)
    )


def account(number, pnl):
    return AccountRecord(AccountId(f"acct_{number}"), Decimal(str(pnl)))


def scored(**changes):
    known = {
        "pitches": (pitch_of(1), pitch_of(2, conviction=-1.0), pitch_of(3, symbol="GLD")),
        "reviews": (peer_review(2, 1, score=3), peer_review(3, 1, score=7), peer_review(1, 2)),
        "decision": decision("x"),
        "snapshot": snapshot(),
        "prices": week_prices(610, 606),
    }
    accounts = (account(1, -50), account(2, 20), account(3, 0))
    return week_scores(WeekRecord(**{**known, **changes}), accounts, COUNCIL)


def test_a_thesis_is_right_when_the_last_close_lies_its_way_from_the_frozen_price():
    found = {one.account_id: one for one in scored().theses}
    assert found["acct_1"].verdict is Verdict.RIGHT
    assert found["acct_1"].thesis_return == pytest.approx(0.01)
    assert found["acct_2"].verdict is Verdict.WRONG
    assert found["acct_2"].thesis_return == pytest.approx(-0.01)
    assert found[COUNCIL].verdict is Verdict.RIGHT


def test_a_thesis_without_a_price_is_undecided_and_one_without_a_side_is_flat():
    assert scored().theses[2].verdict is Verdict.UNDECIDED
    flat = pitch_of(1, symbol=None, conviction=0, invalidation_rules=[])
    assert scored(pitches=(flat,)).theses[0].verdict is Verdict.FLAT
    assert scored(snapshot=None).theses[0].verdict is Verdict.UNDECIDED


def test_an_indicator_is_decided_by_the_next_frozen_snapshot_and_by_nothing_else():
    before = scored().indicators
    assert {one.held for one in before} == {Outcome.UNDECIDED}
    after = scored(ending=snapshot())
    assert after.indicators_as_of == snapshot().as_of
    assert [one.held for one in after.indicators] == [Outcome.YES] * 3
    later = snapshot()
    fallen = [
        asset.model_copy(update={"indicators": {**asset.indicators, "rsi_14": 49.9}})
        for asset in later.assets
    ]
    later = later.model_copy(update={"assets": tuple(fallen)})
    assert scored(ending=later).indicators[0].held is Outcome.NO
    assert scored(ending=snapshot(SPY="halted")).indicators[0].held is Outcome.UNDECIDED


def test_a_warning_is_a_low_score_and_is_confirmed_by_a_loss():
    found = scored().warnings
    assert [(one.warned, one.lost) for one in found] == [
        (True, Outcome.YES),
        (False, Outcome.YES),
        (False, Outcome.NO),
    ]
    assert found[0].lowest == 3
    assert len(found[0].lowest_names) == 7


def test_an_account_that_made_nothing_confirms_no_warning():
    reviews = (peer_review(1, 3, score=2),)
    assert scored(reviews=reviews).warnings[0].lost is Outcome.UNDECIDED


def test_the_best_counter_argument_is_the_harshest_reviewers():
    scores = scored(prices=week_prices(610, 579))
    first = tally.counters(scores)[0]
    assert first.reviewer_account_id == "acct_2"
    assert (first.came_true, first.met_on) == (Outcome.YES, WEDNESDAY + timedelta(days=1))
    assert tally.counters_met(scored()) == tally.Tally(0, 2, 0)
    vague = (peer_review(2, 1, one_flip_condition="if the mood turns"),)
    assert tally.counters_met(scored(reviews=vague)) == tally.Tally(0, 0, 1)


def target(direction=Direction.LONG, reference="600"):
    return Target(
        account_id=AccountId("acct_1"),
        instrument="SPY",
        direction=direction,
        conviction=float(direction.sign),
        horizon=Horizon.WEEK,
        weight=Decimal(1),
        quantity=Decimal(10 * direction.sign),
        equity=Decimal(100_000),
        reference_price=Decimal(reference),
    )


def fill(side, quantity, price, day=0):
    return BrokerFill(
        fill_id=f"{side}{day}",
        client_order_id="order",
        account_id=AccountId("acct_1"),
        symbol="SPY",
        side=side,
        quantity=Decimal(quantity),
        price=Decimal(price),
        commission=Decimal(0),
        filled_at=datetime(2026, 11, 18 + day, 15, tzinfo=UTC),
        session=WEDNESDAY + timedelta(days=day),
        price_kind="close",
        source="test",
    )


def leg(entries=(), exits=(), carried=0, direction=Direction.LONG, settled=True):
    reasons = ["checkpoint_close"] * len(exits)
    return Leg(target(direction), Decimal(carried), entries, exits, reasons, settled)


def test_an_exit_is_measured_in_the_weeks_range_and_against_holding():
    score = exit_score(
        leg([fill(Side.BUY, 10, "600")], [fill(Side.SELL, 10, "615", 1)]),
        week_prices(600, 620, 588),
    )
    assert score.kind is ExitKind.CLOSED
    assert (score.low, score.high) == (Decimal(588), Decimal(620))
    assert score.place == pytest.approx((615 - 588) / (620 - 588))
    assert score.trade_return == pytest.approx(0.025)
    assert score.hold_return == pytest.approx(-0.02)
    assert score.against_holding == pytest.approx(0.045)


def test_a_shorts_best_price_is_the_lowest():
    score = exit_score(
        leg(
            [fill(Side.SELL, 10, "600")], [fill(Side.BUY, 10, "590", 1)], direction=Direction.SHORT
        ),
        week_prices(600, 590, 620),
    )
    assert score.place == 1
    assert score.trade_return == pytest.approx(1 / 60)


def test_what_is_not_closed_counts_at_the_last_close():
    half = exit_score(
        leg([fill(Side.BUY, 10, "600")], [fill(Side.SELL, 5, "630", 1)]), week_prices(600, 630, 600)
    )
    assert half.kind is ExitKind.PARTLY
    assert half.trade_return == pytest.approx(0.025)


@pytest.mark.parametrize(("settled", "kind"), [(True, ExitKind.CARRIED), (False, ExitKind.OPEN)])
def test_a_position_that_goes_on_has_no_exit(settled, kind):
    score = exit_score(leg(carried=10, settled=settled), week_prices(600, 606))
    assert (score.kind, score.exit, score.place) == (kind, None, None)
    assert score.trade_return == score.hold_return == pytest.approx(0.01)


def test_nothing_held_or_no_price_known_is_no_score():
    assert exit_score(leg(), week_prices(600)) is None
    assert exit_score(leg(carried=10), ()) is None
