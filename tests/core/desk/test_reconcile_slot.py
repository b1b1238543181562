"""The day's reconciliation: done when the broker answered, and said what it said."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from core.desk.dispatch import run_slot
from core.desk.opening import open_desk
from core.desk.scheduling import desk_slots
from core.desk.slot_log import SlotOutcome, finished
from core.desk.slots import Job, upkeep_slots
from core.errors import BrokerUnavailable
from core.types import StoreKind
from tests.fakes.desks import bench, on, rules_settings
from tests.fakes.due import run_due

DAY = "2024-03-14"


class Silent:
    """A broker whose books cannot be read."""

    def custodies(self):
        return {"acct_1": ("acct_1",)}

    def statement(self, _custody):
        raise BrokerUnavailable("Alpaca does not answer")


def test_a_broker_that_said_nothing_was_not_compared():
    made = bench(rules_settings(), at=on(DAY, "07:00"), kind=StoreKind.REAL)
    open_desk(made.desk, made.desk.clock.now())
    (slot,) = [
        one
        for one in upkeep_slots(made.desk.calendar, on(DAY).date(), on(DAY).date())
        if one.job is Job.RECONCILE
    ]
    silent = replace(made.desk, statements=Silent())
    assert asyncio.run(run_slot(silent, slot, retry=True)) is SlotOutcome.RETRIED
    assert asyncio.run(run_slot(silent, slot)) is SlotOutcome.FAILED
    assert "Alpaca does not answer" in finished(made.store, slot).detail


class Quiet(Silent):
    def custodies(self):
        return {}


def test_orders_at_a_real_broker_are_followed_and_a_gap_makes_no_storm_of_it():
    made = bench(rules_settings(), at=on(DAY, "09:36"), kind=StoreKind.REAL)
    open_desk(made.desk, made.desk.clock.now())
    real = replace(made.desk, statements=Quiet())
    day = on(DAY).date()
    assert [slot.key for slot in desk_slots(made.desk, day, day) if slot.follows] == []
    assert len([slot for slot in desk_slots(real, day, day) if slot.follows]) == 3
    made.at(on(DAY, "17:00"))
    report: dict[str, str] = {}
    run_due(real, on(DAY, "09:36"), lambda slot, how: report.update({slot.key: how}))
    followed = [report[f"fills/{DAY}/{label}"] for label in ("12:03", "14:03", "15:53", "close")]
    assert followed == ["missed", "missed", "missed", "done"]
