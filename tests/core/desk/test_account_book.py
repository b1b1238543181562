"""An account folded from its events: cash, orders, and the week it is in."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from core.events.account import (
    AccountOpened,
    CheckpointDecided,
    OrderAccepted,
    OrderCancelled,
    OrderFilled,
    OrderIntended,
    OrderRejected,
    TargetSet,
)
from core.rules.account_fold import REMEMBERED, fold
from core.schemas.checkpoint import CheckpointDecision
from core.schemas.order import BrokerFill, OrderIntent, OrderStatus, Purpose
from core.schemas.risk import Target
from core.types import AccountId, CheckpointAction, Direction, Horizon, RunId, Side, WeekId

ACCOUNT, WEEK, RUN = AccountId("acct_1"), WeekId("2024-03-06"), RunId("run-1")
AT, DAY = datetime(2024, 3, 6, 13, tzinfo=UTC), date(2024, 3, 6)


def opened():
    return AccountOpened(
        account_id=ACCOUNT,
        name="PM 1",
        strategy="macro_council",
        model="rules/trend",
        starting_cash=Decimal(100_000),
    )


def target(week=WEEK, direction=Direction.LONG, conviction=1.0, shares=100, entry=DAY):
    return TargetSet(
        week_id=week,
        run_id=RUN,
        entry_session=entry,
        target=Target(
            account_id=ACCOUNT,
            instrument="SPY",
            direction=direction,
            conviction=conviction,
            horizon=Horizon.WEEK,
            weight=Decimal("0.5"),
            quantity=Decimal(shares),
            equity=Decimal(100_000),
            reference_price=Decimal(500),
        ),
    )


def intended(number, side=Side.BUY, shares=100, purpose=Purpose.WEEKLY_OPEN, after=None):
    return OrderIntended(
        intent=OrderIntent(
            client_order_id=f"order-{number}",
            account_id=ACCOUNT,
            week_id=WEEK,
            run_id=RUN,
            symbol="SPY",
            side=side,
            quantity=Decimal(shares),
            purpose=purpose,
            sequence=number,
            reference_price=Decimal(500),
            decided_at=AT,
            after=after,
        )
    )


def accepted(number):
    return OrderAccepted(client_order_id=f"order-{number}", broker_order_id="b", sent_at=AT)


def filled(number, price, shares=100, side=Side.BUY, part=0):
    return OrderFilled(
        fill=BrokerFill(
            fill_id=f"fill-{number}-{part}",
            client_order_id=f"order-{number}",
            account_id=ACCOUNT,
            symbol="SPY",
            side=side,
            quantity=Decimal(shares),
            price=Decimal(price),
            commission=Decimal(1),
            filled_at=AT,
            session=date(2024, 3, 6),
            price_kind="open",
            source="files",
        )
    )


def checked(action, after, since=0.0):
    return CheckpointDecided(
        decision=CheckpointDecision(
            checkpoint_id="c",
            week_id=WEEK,
            time="12:00",
            account_id=ACCOUNT,
            conviction_before=1.0,
            conviction_after=after,
            action=action,
            reason_delta="",
            rule="stay",
            indicators_snapshot=(),
            price=Decimal(500),
            pnl=Decimal(0),
            return_since_entry=since,
            panic=False,
            invalidated=False,
            engine="rules",
            timestamp=AT,
        )
    )


def book(*events):
    return fold(None, enumerate((opened(), *events), start=1))


BOUGHT = (target(), intended(0), accepted(0), filled(0, "510"))


def test_an_account_that_was_never_opened_has_no_book():
    assert fold(None, []) is None


def test_a_filled_order_is_a_position_bought_with_cash():
    bought = book(*BOUGHT)
    assert bought.quantity("SPY") == 100
    assert bought.ledger.cash == 100_000 - 51_000 - 1
    assert bought.open_orders == {}
    assert bought.finished_orders["order-0"].status is OrderStatus.FILLED
    assert bought.finished_orders["order-0"].broker_order_id == "b"
    assert bought.week.entry_price == 510
    assert bought.version == 5


def test_open_orders_count_as_done_where_the_next_plan_begins():
    waiting = book(target(), intended(0), accepted(0))
    assert waiting.expected_positions() == {"SPY": 100}
    half = book(target(), intended(0), accepted(0), filled(0, "510", shares=40))
    assert half.expected_positions() == {"SPY": 100}
    assert half.open_orders["order-0"].status is OrderStatus.PARTIALLY_FILLED


def test_partial_fills_give_the_mean_entry_price():
    parts = (filled(0, "500", 40, part=0), filled(0, "510", 60, part=1))
    assert book(target(), intended(0), accepted(0), *parts).week.entry_price == 506


@pytest.mark.parametrize(
    ("ending", "status"),
    [
        (OrderRejected(client_order_id="order-0", reason="no"), OrderStatus.REFUSED),
        (OrderCancelled(client_order_id="order-0", reason="no"), OrderStatus.CANCELLED),
    ],
)
def test_an_order_that_was_not_taken_leaves_nothing_behind(ending, status):
    ended = book(target(), intended(0), ending)
    assert ended.finished_orders["order-0"].status is status
    assert ended.finished_orders["order-0"].reason == "no"
    assert ended.expected_positions() == {}
    assert ended.ledger.cash == 100_000


def test_a_position_carried_into_a_week_enters_it_at_the_reference_price():
    carried = book(*BOUGHT, target(week=WeekId("2024-03-13")))
    assert carried.week.carried
    assert carried.week.entry_price == 500
    assert carried.previous.week_id == WEEK
    assert carried.week.start.positions["SPY"].quantity == 100


def test_checkpoints_move_conviction_and_remember_the_best_return():
    seen = book(
        *BOUGHT,
        checked(CheckpointAction.STAY, 0.9, since=0.02),
        checked(CheckpointAction.STAY, 0.7, since=0.01),
    )
    assert seen.week.path == (1.0, 0.9, 0.7)
    assert seen.week.peak_return == 0.02
    assert not seen.week.closed


def test_an_exit_closes_the_week_and_a_flip_is_counted():
    assert book(*BOUGHT, checked(CheckpointAction.EXIT, 0.0)).week.closed
    assert book(*BOUGHT, checked(CheckpointAction.FLIP, -0.8)).week.flips == 1


def test_a_flip_enters_the_other_side_at_its_own_price():
    flipped = book(
        *BOUGHT,
        checked(CheckpointAction.FLIP, -0.8),
        intended(1, Side.SELL, 100, Purpose.CHECKPOINT_CLOSE),
        intended(2, Side.SELL, 80, Purpose.CHECKPOINT_OPEN, after="order-1"),
        accepted(1),
        filled(1, "505", 100, Side.SELL),
        accepted(2),
        filled(2, "504", 80, Side.SELL),
    )
    assert flipped.quantity("SPY") == -80
    assert flipped.week.entry_price == 504
    assert flipped.week.peak_return == 0.0
    assert flipped.week.orders == 3


def test_an_ended_order_is_remembered_for_some_weeks_and_as_long_as_another_follows_it():
    lived = (*BOUGHT, intended(1, after="order-9"), intended(9), accepted(9), filled(9, "510"))
    soon, late = DAY + REMEMBERED, DAY + REMEMBERED + timedelta(days=1)
    assert set(book(*lived, target(entry=soon)).finished_orders) == {"order-0", "order-9"}
    assert set(book(*lived, target(entry=late)).finished_orders) == {"order-9"}
