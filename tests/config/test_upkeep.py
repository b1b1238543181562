"""What a running scheduler does every session beside trading."""

from __future__ import annotations

import asyncio
from datetime import date

from config.upkeep import with_upkeep
from core.desk.breaker import halts
from core.desk.desk import Desk
from core.desk.dispatch import do_work
from core.desk.opening import open_desk
from core.desk.scheduling import desk_slots
from core.desk.slots import Job, Slot
from core.types import Side
from tests.core.desk.test_breaker_meter import fill, marked
from tests.fakes.desks import bench, on, rules_settings

DAY = date(2024, 1, 3)


def test_every_session_has_its_upkeep_and_the_breaker_is_evaluated_by_the_clock():
    made = bench(rules_settings(), at=on("2024-01-03", "06:00"))
    open_desk(made.desk, made.desk.clock.now())
    desk = with_upkeep(made.desk, made.settings, made.store)
    slots = {slot.job: slot for slot in desk_slots(desk, DAY, DAY)}
    assert {Job.HEALTH, Job.RECONCILE, Job.BREAKER, Job.NIGHTLY} <= slots.keys()
    assert _evaluated(desk, slots[Job.BREAKER]) == "nothing to halt or to release"
    fill(made, 0, Side.BUY, "100", quantity="1000")
    marked(made, 1, "50")
    said = _evaluated(desk, slots[Job.BREAKER])
    assert "account/acct_1" in said
    assert said == f"BreakerTripped {', BreakerTripped '.join(halts(made.store))}"


def _evaluated(desk: Desk, slot: Slot) -> str:
    return asyncio.run(do_work(desk, slot))
