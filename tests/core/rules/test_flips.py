"""What may follow from any answers: never more than the week's sizing, never a second flip or entry."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.desk.briefing import brief_for
from core.events.account import (
    AccountOpened,
    CheckpointDecided,
    OrderFilled,
    OrderIntended,
    TargetSet,
)
from core.market import PriceKind, Quote
from core.policy import RiskLimits
from core.rules.account_fold import fold
from core.rules.checkpoint_orders import Holding, checkpoint_orders
from core.rules.checkpoints import UNSHORTABLE_FLIP, resolve
from core.rules.flips import REFUSED_FLIP, Flip, flip_of, flip_size, limited
from core.rules.sizing import quantity, target_weight
from core.schemas.briefs import CheckpointAnswer
from core.schemas.checkpoint import CheckpointDecision
from core.schemas.order import BrokerFill, OrderIntent, Purpose
from core.schemas.risk import Target
from core.types import AccountId, CheckpointAction, Direction, Horizon, RunId, Side, WeekId

ACCOUNT, WEEK, RUN = AccountId("acct_1"), WeekId("2024-03-06"), RunId("run-1")
NOON = datetime(2024, 3, 7, 17, tzinfo=UTC)
RISK = RiskLimits()
ACTIONS = st.sampled_from(CheckpointAction)
STEPS = st.lists(
    st.tuples(ACTIONS, st.floats(-2, 2), st.decimals("50", "200", places=2), st.booleans()),
    min_size=1,
    max_size=12,
)


def target(conviction, price=Decimal(100), equity=Decimal(100_000)):
    direction = Direction.LONG if conviction > 0 else Direction.SHORT
    weight = target_weight(conviction, direction, RISK.max_position_pct, RISK.min_conviction)
    return Target(
        account_id=ACCOUNT,
        instrument="SPY",
        direction=direction,
        conviction=conviction,
        horizon=Horizon.WEEK,
        weight=weight,
        quantity=quantity(weight, equity, price, fractional_longs=False),
        equity=equity,
        reference_price=price,
    )


def fill_of(intent, price):
    return BrokerFill(
        fill_id=f"f-{intent.client_order_id}",
        client_order_id=intent.client_order_id,
        account_id=ACCOUNT,
        symbol="SPY",
        side=intent.side,
        quantity=intent.quantity,
        price=price,
        commission=Decimal(1),
        filled_at=NOON,
        session=date(2024, 3, 7),
        price_kind="close",
        source="test",
    )


def entered(aim):
    order = OrderIntent(
        client_order_id="entry",
        account_id=ACCOUNT,
        week_id=WEEK,
        run_id=RUN,
        symbol="SPY",
        side=Side.BUY if aim.quantity > 0 else Side.SELL,
        quantity=abs(aim.quantity),
        purpose=Purpose.WEEKLY_OPEN,
        sequence=0,
        reference_price=aim.reference_price,
        decided_at=NOON,
    )
    opened = AccountOpened(
        account_id=ACCOUNT, name="PM", strategy="s", model="m", starting_cash=aim.equity
    )
    begun = TargetSet(week_id=WEEK, run_id=RUN, target=aim, entry_session=date(2024, 3, 6))
    filled = OrderFilled(fill=fill_of(order, aim.reference_price))
    return append(None, opened, begun, OrderIntended(intent=order), filled)


def append(book, *events):
    version = book.version if book else 0
    return fold(book, enumerate(events, version + 1))


def decided(book, verdict, price, number):
    return CheckpointDecision(
        checkpoint_id=f"cp-{number}",
        week_id=WEEK,
        time="12:00",
        account_id=ACCOUNT,
        conviction_before=book.week.conviction,
        conviction_after=verdict.conviction_after,
        action=verdict.action,
        reason_delta=verdict.reason,
        rule=verdict.rule,
        indicators_snapshot=(),
        price=price,
        pnl=Decimal(0),
        return_since_entry=0.0,
        panic=verdict.panic,
        invalidated=verdict.invalidated,
        engine="model",
        timestamp=NOON,
    )


def checkpoint(book, answer, price, number, *, shortable):
    """One slot as the desk runs it: judged, limited, ordered, filled at its price."""
    quote = Quote("SPY", price, PriceKind.OPEN, date(2024, 3, 7), NOON, "test", "")
    brief = brief_for(book, quote, "12:00", 1, ())
    verdict = resolve(brief, answer, flips_used=book.week.flips, shortable=shortable)
    decision = decided(book, verdict, price, number)
    flip = flip_of(book, decision, {"SPY": price}, shortable=shortable)
    allowed = limited(decision, flip, RISK)
    held = book.quantity("SPY")
    holding = Holding(ACCOUNT, WEEK, RUN, "SPY", held, price, book.week.orders, NOON)
    orders = checkpoint_orders(holding, allowed.decision.action, allowed.opens)
    book = append(book, CheckpointDecided(decision=allowed.decision))
    for order in orders:
        before = book.quantity("SPY")
        book = append(book, OrderIntended(intent=order), OrderFilled(fill=fill_of(order, price)))
        assert before * book.quantity("SPY") >= 0  # the close is filled before the opening
    return book, allowed


@settings(max_examples=150)
@given(steps=STEPS, size=st.floats(0.25, 2), long=st.booleans())
def test_no_run_of_answers_holds_more_than_the_weeks_sizing(steps, size, long):
    book = entered(target(size if long else -size))
    sized, flips = abs(book.week.target.quantity), 0
    for number, (action, conviction, price, shortable) in enumerate(steps):
        held = book.quantity("SPY")
        answer = CheckpointAnswer(conviction=conviction, action=action, reason="told")
        book, allowed = checkpoint(book, answer, price, number, shortable=shortable)
        now, done = book.quantity("SPY"), allowed.decision.action
        flips += done is CheckpointAction.FLIP
        assert abs(now) <= sized
        if done is CheckpointAction.STAY:
            assert now == held
        elif done is CheckpointAction.REDUCE:
            assert abs(now) == abs(held) // 2
            assert now * held >= 0
        elif done is CheckpointAction.EXIT:
            assert now == 0
            assert book.week.closed
        else:
            assert now * held < 0
            assert shortable or now > 0
        if not now:
            break  # without a position nobody is asked again this week
    assert flips <= 1
    assert set(book.ledger.positions) <= {"SPY"}


def flip(**more):
    plain = Flip(target(2.0), Decimal(1_000), Decimal(100), Decimal(100_000), shortable=True)
    return replace(plain, **more)


def test_a_flip_is_sized_by_the_smaller_conviction():
    assert flip_size(flip(), -1.0, RISK) == (500, ())
    half = flip(target=target(1.0))
    assert flip_size(half, -2.0, RISK) == (500, ())


def test_a_flip_never_exceeds_the_weeks_sizing_and_says_what_was_asked():
    cheap = flip(price=Decimal(50))
    shares, (hit,) = flip_size(cheap, -2.0, RISK)
    assert shares == 1_000
    assert (hit.limit, hit.asked, hit.allowed, hit.outcome) == (
        "week_sizing",
        "2000 shares",
        "1000 shares",
        "clamped",
    )


@pytest.mark.parametrize(
    ("more", "limits", "left"),
    [
        ({"shortable": False}, ["shortable"], 0),
        ({"equity": Decimal(-1)}, ["positive_equity"], 0),
    ],
)
def test_a_hard_limit_refuses_a_flip_with_its_numbers(more, limits, left):
    shares, hits = flip_size(flip(**more), -2.0, RISK)
    assert shares == left
    assert [hit.limit for hit in hits] == limits
    assert all(hit.outcome == "refused" and hit.reason for hit in hits)


def test_money_for_less_than_a_share_opens_nothing():
    shares, (hit,) = flip_size(flip(equity=Decimal(150)), -1.0, RISK)
    assert shares == 0
    assert (hit.limit, hit.asked, hit.allowed) == ("one_share", "75.00 USD", "at least 100 USD")


def test_the_gross_limit_holds_for_a_flip():
    shares, (hit,) = flip_size(
        flip(), -2.0, RISK.model_copy(update={"max_gross_pct": Decimal("0.3")})
    )
    assert shares == 300
    assert (hit.limit, hit.asked, hit.allowed) == ("max_gross_pct", "1.0000", "0.3000")


def test_a_flip_that_may_open_nothing_is_an_exit_and_names_its_row():
    """A short that lost more than all there was leaves nothing to go long with."""
    book = entered(target(-2.0))
    answer = CheckpointAnswer(conviction=1.0, action=CheckpointAction.FLIP, reason="told")
    book, allowed = checkpoint(book, answer, Decimal(250), 0, shortable=True)
    assert [hit.limit for hit in allowed.hits] == ["positive_equity"]
    assert (allowed.decision.action, allowed.decision.rule) == (CheckpointAction.EXIT, REFUSED_FLIP)
    assert (allowed.decision.conviction_after, allowed.decision.panic) == (0.0, False)
    assert not book.ledger.positions


def test_an_unshortable_flip_is_an_exit_with_the_limit_beside_it():
    book = entered(target(2.0))
    answer = CheckpointAnswer(conviction=-1.0, action=CheckpointAction.FLIP, reason="told")
    _, allowed = checkpoint(book, answer, Decimal(100), 0, shortable=False)
    assert (allowed.decision.action, allowed.decision.rule) == (
        CheckpointAction.EXIT,
        UNSHORTABLE_FLIP,
    )
    assert [hit.reason for hit in allowed.hits] == [
        "short SPY is refused by shortable: allowed is longs only"
    ]
