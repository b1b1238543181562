"""A week's conviction with what each checkpoint saw, and what all checkpoints brought."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from core.schemas.order import Purpose
from core.types import AccountId, CheckpointAction
from storage.projections import ALL_PROJECTIONS
from storage.queries import StoreReader
from storage.queries.checkpoint_effect import effect_frame
from storage.queries.conviction import checkpoint_counts, path_frame, week_exits, week_trades
from tests.fakes.account_life import PM, checkpoint, target, trade
from tests.fakes.stored_weeks import open_desk, start_run
from tests.fakes.week import AS_OF, WEEK

NOON = AS_OF + timedelta(hours=4)


@pytest.fixture
def desk(open_at):
    store = open_at(projections=ALL_PROJECTIONS)
    open_desk(store)
    start_run(store)
    return store


def test_an_empty_store_has_no_path_no_counts_and_no_effect(tmp_path):
    reader = StoreReader.at(f"sqlite:///{tmp_path / 'none.db'}")
    assert path_frame(reader, WEEK, AS_OF).empty
    assert (checkpoint_counts(reader, WEEK), week_exits(reader, WEEK)) == ((), ())
    assert effect_frame(reader).empty


def test_a_path_begins_on_wednesday_at_the_price_it_was_sized_at(desk):
    target(desk, 1.2)
    path = path_frame(StoreReader(desk.engine), WEEK, AS_OF)
    (first,) = path.to_dict("records")
    assert (first["conviction"], first["price"], first["action"]) == (1.2, 600.0, "")
    assert first["at"] == AS_OF


def test_a_checkpoint_tells_what_it_did_saw_and_why(desk):
    target(desk, 1.2)
    acted = {"action": CheckpointAction.EXIT, "conviction_after": 0.0, "conviction_before": 1.2}
    checkpoint(desk, NOON, **acted, invalidated=True, rule="invalidated: price below sma_50")
    last = path_frame(StoreReader(desk.engine), WEEK, AS_OF).iloc[-1]
    assert (last["before"], last["conviction"], last["action"]) == (1.2, 0.0, "EXIT")
    assert (last["price"], last["pnl"], last["reason"]) == (606.0, 480.0, "little moved")
    assert bool(last["invalidated"])
    assert not bool(last["panic"])


def test_checkpoints_without_a_position_are_counted_and_not_drawn(desk):
    target(desk, 1.2)
    checkpoint(desk, NOON)
    for hours in (6, 8):
        idle = {"rule": "no_position", "price": None, "pnl": None}
        checkpoint(desk, AS_OF + timedelta(hours=hours), **idle)
    reader = StoreReader(desk.engine)
    assert len(path_frame(reader, WEEK, AS_OF)) == 2
    (count,) = checkpoint_counts(reader, WEEK)
    assert (count.decided, count.idle, count.acted, count.quiet) == (1, 2, 0, 0)


def test_panics_and_invalidations_are_counted_by_account(desk):
    other = AccountId("acct_2")
    exit_ = {"action": CheckpointAction.EXIT, "conviction_after": 0.0}
    checkpoint(desk, NOON, **exit_, panic=True)
    checkpoint(desk, NOON, other, **exit_, invalidated=True)
    counts = checkpoint_counts(StoreReader(desk.engine), WEEK)
    assert [(one.account_id, one.panics, one.invalidated) for one in counts] == [
        (PM, 1, 0),
        (other, 0, 1),
    ]


def test_an_exit_within_the_week_is_told_net_of_costs_and_the_weekly_one_is_not(desk):
    trade(desk, "o1", 10, "600", AS_OF)
    trade(desk, "o2", -10, "610", NOON, purpose=Purpose.CHECKPOINT_CLOSE)
    trade(desk, "o3", 10, "600", NOON)
    trade(desk, "o4", -10, "650", NOON, purpose=Purpose.WEEKLY_CLOSE)
    (ended,) = week_exits(StoreReader(desk.engine), WEEK)
    assert (ended.price, ended.pnl) == (Decimal(610), Decimal("99.50"))
    assert ended.purpose is Purpose.CHECKPOINT_CLOSE


def test_what_each_account_was_to_hold(desk):
    target(desk, 1.2)
    target(desk, 0.0, AccountId("acct_2"))
    held = week_trades(StoreReader(desk.engine), WEEK)
    assert {key: (name, str(way)) for key, (name, way) in held.items()} == {
        "acct_1": ("SPY", "LONG"),
        "acct_2": (None, "FLAT"),
    }
