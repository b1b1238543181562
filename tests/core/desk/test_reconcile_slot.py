"""The day's reconciliation: done when the broker answered, and said what it said."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from core.desk.dispatch import run_slot
from core.desk.opening import open_desk
from core.desk.slot_log import SlotOutcome, finished
from core.desk.slots import Job, upkeep_slots
from core.errors import BrokerUnavailable
from core.types import StoreKind
from tests.fakes.desks import bench, on, rules_settings

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
