"""The breaker's read model says what the scheduler's meter says, to the last digit, or nothing."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from core.desk.breaker import evaluate, reset
from core.desk.breaker_meter import BreakerMeter
from core.desk.opening import open_desk
from core.events.account import BorrowCharged
from core.types import Side, StreamId
from storage.projections import ALL_PROJECTIONS
from storage.projections.breaker import BREAKER
from storage.queries import StoreReader
from storage.queries.breaker import BreakerBoard, stored_scopes
from tests.fakes import stored_weeks
from tests.fakes.measured_desks import DAY, ONE, TWO, at, fill, marked, open_bench, targeted, trade

SCOPES = ("account/acct_1", "account/acct_2", "strategy/macro_council", "desk")


@pytest.fixture
def made():
    return open_bench()


def stored(made, policy=None):
    return stored_scopes(StoreReader(made.store.engine), policy or made.desk.policy)


def measured(made, policy=None):
    return tuple(BreakerMeter(made.store, policy or made.desk.policy).scopes().values())


def costlier(made):
    """The same desk on the next day: its shorts and its shadows pay more."""
    policy = made.desk.policy
    risk = policy.risk.model_copy(update={"slippage_bps": policy.risk.slippage_bps + 7})
    return policy.model_copy(update={"risk": risk})


def halted(made):
    fill(made, 0, Side.BUY, "100", quantity="1000")
    targeted(made, 1, "100")
    marked(made, 1, "70")
    assert {event.scope for event in evaluate(made.desk)} == {"account/acct_1"}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_at_every_step_of_a_wild_year_it_is_the_meters_own_state(made, seed):
    chance, seen, price = random.Random(seed), set(), 100.0
    for number in range(120):
        price = max(20.0, price * chance.uniform(0.88, 1.12))
        what, account = chance.choice("ttfffmmmmmccb" * 3 + "r"), chance.choice((ONE, TWO))
        if what == "t":
            trade(made, number, f"{chance.uniform(-3, 1.2):.2f}", account)
        elif what == "f":
            side = chance.choice((Side.BUY, Side.SELL))
            fill(made, number, side, f"{price:.2f}", account, quantity=str(chance.randint(1, 900)))
        elif what == "c":
            targeted(made, number, f"{price:.2f}")
        elif what == "b":
            charge = BorrowCharged(
                account_id=account,
                symbol="SPY",
                session=DAY + timedelta(days=number),
                amount=Decimal("1.37"),
            )
            stored_weeks.append(made.store, StreamId(f"account/{account}"), charge)
        elif what == "r":
            reset(made.store, chance.choice(SCOPES), "a test", "ann", at(number))
        else:
            marked(made, number, f"{price:.2f}")
        seen |= {type(event).__name__ for event in evaluate(made.desk)}
        if number % 6 == 0:
            assert stored(made) == measured(made)
    assert stored(made) == measured(made)
    assert seen == {"BreakerTripped", "BreakerReleased"}
    before = stored(made)
    made.store.rebuild([BREAKER])
    assert stored(made) == before


def test_a_simulated_desk_has_it_and_the_board_reads_it(tmp_path):
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    stored_weeks.simulated_store(url, weeks=2)
    reader = StoreReader.at(url)
    policy = open_bench().desk.policy
    log = reader.log()
    assert log is not None
    meter = BreakerMeter(log, policy).scopes()
    assert stored_scopes(reader, policy) == tuple(meter.values())
    lines = BreakerBoard(reader, policy).scopes()
    assert {line.scope: line.gauge for line in lines} == {
        scope: one.gauge for scope, one in meter.items()
    }


def test_a_shadow_that_lived_on_other_terms_is_measured_from_the_log(made):
    halted(made)
    assert stored(made) == measured(made)
    dearer = costlier(made)
    assert stored(made, dearer) is None
    open_desk(replace(made.desk, policy=dearer), at(2))
    marked(made, 2, "68")
    assert stored(made, dearer) is None
    lines = BreakerBoard(StoreReader(made.store.engine), dearer).scopes()
    shadows = {one.scope: one.shadow for one in measured(made, dearer)}
    assert {line.scope: line.shadow for line in lines} == shadows
    reset(made.store, "account/acct_1", "a split", "ann", at(3))
    assert stored(made, dearer) == measured(made, dearer)


def test_terms_change_nothing_where_no_shadow_trades(made):
    fill(made, 0, Side.BUY, "100", quantity="10")
    marked(made, 1, "99")
    assert stored(made, costlier(made)) == measured(made, costlier(made))


def test_another_exemption_is_measured_from_the_log(made):
    profile = made.desk.policy.profile.model_copy(update={"flat_account": TWO})
    other = made.desk.policy.model_copy(update={"profile": profile})
    assert stored(made, other) is None


def test_a_desk_without_settings_on_record_is_measured_from_the_log(open_at):
    store = open_at(projections=ALL_PROJECTIONS)
    stored_weeks.open_desk(store)
    policy = open_bench().desk.policy
    assert stored_scopes(StoreReader(store.engine), policy) is None
    assert len(BreakerBoard(StoreReader(store.engine), policy).scopes()) > 2
