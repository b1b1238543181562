"""What the log makes due: streaks, shadows' wins, races with a person and between processes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from core.desk.breaker import evaluate, halts, reset
from core.desk.breaker_meter import BreakerMeter
from core.desk.opening import open_desk
from core.desk.writing import MARKET_STREAM
from core.errors import ConcurrencyError
from core.events.account import OrderAccepted, OrderFilled, OrderIntended, TargetSet
from core.events.breaker import BreakerReleased, BreakerTripped
from core.events.market import UniverseMarked
from core.schemas.breaker import Cause
from core.schemas.market import MarkedPrice
from core.schemas.order import BrokerFill, OrderIntent, Purpose
from core.schemas.risk import Target
from core.types import AccountId, Direction, Horizon, Side, StreamId
from tests.fakes.desks import Bench, bench, on, rules_settings
from tests.fakes.stored_weeks import append

D = Decimal
ONE, TWO = AccountId("acct_1"), AccountId("acct_2")
DAY = date(2024, 1, 3)


@pytest.fixture
def made() -> Bench:
    found = bench(rules_settings(), at=on("2024-01-03", "06:00"))
    open_desk(found.desk, found.desk.clock.now())
    return found


def at(number: int) -> datetime:
    return datetime(2024, 1, 3, 15, tzinfo=UTC) + timedelta(days=number)


def fill(made: Bench, number: int, side: Side, price: str, account=ONE, *, quantity="10") -> None:
    """One order of SPY, intended, taken and filled."""
    key = f"{account}-{number}-{side}"
    intent = OrderIntent(
        client_order_id=key,
        account_id=account,
        week_id="2024-01-03",
        run_id="run-1",
        symbol="SPY",
        side=side,
        quantity=D(quantity),
        purpose=Purpose.WEEKLY_OPEN,
        sequence=number,
        reference_price=D(price),
        decided_at=at(number),
    )
    names = ("client_order_id", "account_id", "symbol", "side", "quantity")
    told = BrokerFill(
        **{name: getattr(intent, name) for name in names},
        fill_id=key,
        price=D(price),
        commission=D("0.50"),
        filled_at=at(number),
        session=at(number).date(),
        price_kind="open",
        source="test",
    )
    taken = OrderAccepted(client_order_id=key, broker_order_id=key, sent_at=at(number))
    stream = StreamId(f"account/{account}")
    append(made.store, stream, OrderIntended(intent=intent), taken, OrderFilled(fill=told))


def trade(made: Bench, number: int, won: str, account=ONE) -> None:
    """A round trip in ten shares that brings ``won`` USD a share before two fees of 50 cents."""
    fill(made, number, Side.BUY, "100", account)
    fill(made, number, Side.SELL, str(100 + D(won)), account)


def marked(made: Bench, number: int, price: str) -> None:
    one = MarkedPrice(
        symbol="SPY",
        price=D(price),
        kind="close",
        session=DAY + timedelta(days=number),
        known_at=at(number),
        source="test",
        feed="test",
    )
    append(made.store, MARKET_STREAM, UniverseMarked(session=one.session, prices=(one,)))


def targeted(made: Bench, number: int, price: str) -> None:
    """A week of one day in SPY that a halt cut to nothing."""
    target = Target(
        account_id=ONE,
        instrument="SPY",
        direction=Direction.LONG,
        conviction=2.0,
        horizon=Horizon.DAY,
        weight=D(0),
        quantity=D(0),
        equity=D(100_000),
        reference_price=D(price),
        unhalted_weight=D(1),
    )
    entry = DAY + timedelta(days=number)
    event = TargetSet(week_id="2024-01-03", run_id="run-1", target=target, entry_session=entry)
    append(made.store, StreamId("account/acct_1"), event)


def causes(events) -> set[tuple[str, str]]:
    return {(event.scope, event.cause) for event in events}


def test_the_tenth_losing_trade_in_a_row_halts_and_costs_make_a_loss(made):
    trade(made, 0, "1")
    for number in range(1, 10):
        trade(made, number, "0.05")  # 50 cents won, a dollar of fees
    assert evaluate(made.desk) == ()
    trade(made, 10, "0.05")
    written = evaluate(made.desk)
    assert {type(event) for event in written} == {BreakerTripped}
    every = {"account/acct_1", "strategy/macro_council", "desk"}
    assert causes(written) == {(scope, Cause.LOSSES) for scope in every}
    assert {(event.value, event.threshold) for event in written} == {(10, 10)}


def test_a_win_of_another_account_ends_the_desks_streak_but_not_mine(made):
    for number in range(9):
        trade(made, number, "-1")
    trade(made, 9, "2", TWO)
    trade(made, 9, "-1")
    assert causes(evaluate(made.desk)) == {("account/acct_1", Cause.LOSSES)}


def test_three_wins_of_the_shadow_release_a_losing_streak(made):
    for number in range(9):
        trade(made, number, "-1")
    trade(made, 8, "2", TWO)
    trade(made, 10, "-1")
    assert halts(made.store) == {}
    evaluate(made.desk)
    for week in range(3):
        assert "account/acct_1" in halts(made.store)
        day = 12 + 7 * week
        targeted(made, day, "100")
        marked(made, day, "100")
        marked(made, day + 1, "103")
        written = evaluate(made.desk)
    (released,) = written
    assert isinstance(released, BreakerReleased)
    assert (released.scope, released.cause) == ("account/acct_1", Cause.LOSSES)
    assert (released.value, released.threshold, released.on) == (3, 3, "shadow")
    assert halts(made.store) == {}
    assert made.desk.meter.scopes()["account/acct_1"].gauge.losses == 0


def test_a_persons_reset_that_came_first_stands(made):
    """The price fell, nobody had asked yet, and the person reset: nothing is halted afterwards."""
    fill(made, 0, Side.BUY, "100", quantity="1000")
    marked(made, 1, "70")
    for scope in ("account/acct_1", "strategy/macro_council", "desk"):
        reset(made.store, scope, "a bad tick", "ann", at(1))
    assert evaluate(made.desk) == ()
    marked(made, 2, "57")
    assert evaluate(made.desk) == ()
    marked(made, 3, "55")  # 55,000 of 70,000 is a fall of 21 %
    assert causes(evaluate(made.desk)) == {("account/acct_1", Cause.DRAWDOWN)}


def test_a_fall_that_was_made_good_before_anybody_asked_still_halts(made):
    fill(made, 0, Side.BUY, "100", quantity="1000")
    marked(made, 1, "70")
    marked(made, 2, "99")
    (tripped,) = evaluate(made.desk)
    assert (tripped.scope, tripped.at_equity) == ("account/acct_1", D("69999.5"))


def test_two_processes_that_decide_the_same_write_it_once(made):
    fill(made, 0, Side.BUY, "100", quantity="1000")
    marked(made, 1, "70")
    other = replace(made.desk)
    other.meter.refresh()
    first = evaluate(made.desk)
    assert len(first) == 1
    assert evaluate(other) == ()
    assert len(made.rows("system/breaker")) == 1


class Racing:
    """A store in which somebody else resets between the look and the word."""

    def __init__(self, inner) -> None:
        self._inner, self.armed = inner, True

    def __getattr__(self, name):
        return getattr(self._inner, name)

    def commit(self, appends):
        if self.armed:
            self.armed = False
            reset(self._inner, "account/acct_1", "a bad tick", "ann", at(1))
            with pytest.raises(ConcurrencyError):
                self._inner.commit(appends)
            raise ConcurrencyError("somebody was faster")
        return self._inner.commit(appends)


def test_a_reset_between_the_look_and_the_word_wins(made):
    fill(made, 0, Side.BUY, "100", quantity="1000")
    marked(made, 1, "70")
    racing = replace(made.desk, store=Racing(made.store))
    assert evaluate(racing) == ()
    assert halts(made.store) == {}


def test_flat_is_not_measured_and_its_money_is_not_in_the_desks_sum(made):
    meter = BreakerMeter(made.store, made.desk.policy)
    scopes = meter.scopes()
    assert "account/acct_6" not in scopes
    assert scopes["desk"].gauge.equity == 500_000
    assert scopes["desk"].members == [f"acct_{number}" for number in range(1, 6)]
