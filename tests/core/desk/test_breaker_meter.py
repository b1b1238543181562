"""What the log makes due: streaks, shadows' wins, races with a person and between processes."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from core.desk.breaker import evaluate, halts, reset
from core.desk.breaker_meter import BreakerMeter
from core.errors import ConcurrencyError
from core.events.breaker import BreakerReleased, BreakerTripped
from core.schemas.breaker import Cause
from core.types import Side
from tests.fakes.desks import Bench
from tests.fakes.measured_desks import TWO, at, fill, marked, open_bench, targeted, trade

D = Decimal


@pytest.fixture
def made() -> Bench:
    return open_bench()


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
