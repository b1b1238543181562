"""A quarter of 2020 lived twice, with checkpoints and without: the line is the account without them."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pytest

from core.desk.slots import Job
from core.events.account import CheckpointDecided
from core.events.market import UniverseMarked
from core.policy import BreakerLimits
from core.types import CheckpointAction, Horizon
from storage.projections.no_checkpoints import NO_CHECKPOINTS
from storage.queries import StoreReader
from storage.queries.checkpoint_effect import effect_frame
from storage.queries.no_checkpoints import (
    checkpoint_effects,
    no_checkpoints_frame,
)
from storage.queries.portfolio import equity_frame
from tests.fakes.desks import Bench, MoodyModel, bench, copied, on, rules_settings
from tests.fixture_files import fixtures_root

UNIVERSE = fixtures_root() / "market" / "universe"
NERVOUS = {"checkpoints.penalty": "1.5", "checkpoints.flip_beyond": "0.1"}
NO_BREAKER = BreakerLimits(drawdown_halt_pct=99, drawdown_resume_pct=98, consecutive_loss_halt=1000)
"""A halt would come at another time on each of the two desks, and be another target."""
HORIZONS = {"rules/trend": Horizon.DAY, "rules/carry": Horizon.THREE_DAYS}
FIRST, LAST = "2020-02-05", "2020-05-05"
ROUNDING_USD = 0.10
"""A share of a commission or a borrow charge is rounded to the cent: cents in a quarter."""


def lived(*, checkpoints: bool) -> Bench:
    bars = UNIVERSE if UNIVERSE.is_dir() else None
    settings = rules_settings(bars=bars, overrides=NERVOUS)
    policy = settings.policy.model_copy(update={"breaker": NO_BREAKER})
    settings = settings.model_copy(update={"policy": policy})
    made = bench(settings, at=on(FIRST, "06:00"), model=MoodyModel(horizons=HORIZONS))
    made.run(
        [slot for slot in made.slots(FIRST, LAST) if checkpoints or slot.job is not Job.CHECKPOINT]
    )
    return made


@pytest.fixture(scope="module")
def calm() -> Bench:
    return lived(checkpoints=False)


@pytest.fixture(scope="module")
def nervous() -> Bench:
    return lived(checkpoints=True)


def brought(stretch):
    """What the checkpoints brought in these sessions, USD: negative is what they cost."""
    actual, without = (
        stretch.actual_to - stretch.actual_from,
        stretch.without_to - stretch.without_from,
    )
    return actual - without


def table(frame):
    return frame.pivot_table(index="session", columns="account_id", values="equity")


def test_the_line_is_the_account_to_the_cent_when_no_checkpoint_acts(calm):
    reader = StoreReader(calm.store.engine)
    line, account = table(no_checkpoints_frame(reader)), table(equity_frame(reader))
    assert len(line) == len(account) > 55
    assert (line - account).abs().max().max() == 0
    for effect in checkpoint_effects(reader):
        assert {brought(week) for _, week in effect.weeks} == {Decimal(0)}
        assert effect.total.effect == 0


def test_with_checkpoints_the_line_is_the_account_that_had_none(calm, nervous):
    actions = [event.decision.action for event in nervous.events(CheckpointDecided)]
    assert {CheckpointAction.EXIT, CheckpointAction.REDUCE, CheckpointAction.FLIP} <= set(actions)
    line = table(no_checkpoints_frame(StoreReader(nervous.store.engine)))
    without = table(equity_frame(StoreReader(calm.store.engine)))
    assert (line - without).abs().max().max() < ROUNDING_USD
    assert (without - without.iloc[0]).abs().max().max() > 1_000


def test_what_a_week_brought_adds_up_to_the_total(nervous):
    for effect in checkpoint_effects(StoreReader(nervous.store.engine)):
        assert sum(brought(week) for _, week in effect.weeks) == brought(effect.total)


def test_rebuilt_from_the_log_the_line_is_the_same(nervous):
    reader = StoreReader(nervous.store.engine)
    live = no_checkpoints_frame(reader)
    nervous.store.rebuild([NO_CHECKPOINTS])
    pd.testing.assert_frame_equal(no_checkpoints_frame(reader), live)


def test_a_price_marked_later_changes_nothing_before(nervous):
    day = "2020-03-16"

    def doubled(row):
        if row.type != UniverseMarked.__name__ or row.payload["session"] < day:
            return row.payload
        prices = [{**one, "price": str(2 * Decimal(one["price"]))} for one in row.payload["prices"]]
        return {**row.payload, "prices": prices}

    other = copied(nervous.store, nervous.settings, doubled)
    ours = table(no_checkpoints_frame(StoreReader(nervous.store.engine)))
    theirs = table(no_checkpoints_frame(StoreReader(other.engine)))
    early = ours.index < day
    pd.testing.assert_frame_equal(ours[early], theirs[early])
    assert not ours[~early].equals(theirs[~early])


def test_effects_added_up_in_the_database_are_those_counted_session_by_session(nervous):
    reader = StoreReader(nervous.store.engine)
    frame, effects = effect_frame(reader), checkpoint_effects(reader)
    expected = [(one.account_id, *week) for one in effects for week in one.weeks]
    assert len(expected) == len(frame) > 70
    for row, (account, week, stretch) in zip(frame.itertuples(), expected, strict=True):
        assert (row.account_id, row.week_id) == (account, week)
        assert row.week_usd == pytest.approx(float(brought(stretch)), abs=1e-6)
        assert row.week_effect == pytest.approx(stretch.effect, abs=1e-12)
    totals = {one.account_id: float(brought(one.total)) for one in effects}
    assert dict(frame.groupby("account_id")["total_usd"].last()) == pytest.approx(totals)
    assert max(map(abs, totals.values())) > 100
