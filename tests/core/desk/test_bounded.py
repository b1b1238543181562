"""A slot's work that hangs is ended, recorded and tried again; the accounts are free for the next."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta

import pytest

from core.desk.bounded import LIMITS, bounded
from core.desk.dispatch import do_work
from core.desk.due import run_one
from core.desk.opening import open_desk
from core.desk.slot_log import SlotOutcome, finished
from core.desk.slots import Job
from core.types import StoreKind
from tests.fakes.desks import bench, on, rules_settings

DAY = "2024-03-14"
SOON = {Job.FILLS: timedelta(seconds=0.05)}


def a_day(at):
    made = bench(rules_settings(), at=on(DAY, at), kind=StoreKind.REAL)
    open_desk(made.desk, made.desk.clock.now())
    return made, {slot.key: slot for slot in made.slots(DAY, DAY)}


def test_work_that_hangs_with_the_accounts_is_tried_again_and_then_failed():
    made, found = a_day("09:35")
    fills = found[f"fills/{DAY}/open"]
    began = []

    async def hang(desk, slot):
        async with desk.trading:
            began.append(slot.key)
            await asyncio.Event().wait()

    async def at(wall):
        made.at(on(DAY, wall))
        return await run_one(made.desk, fills, [fills], work=bounded(hang, SOON))

    outcomes = [asyncio.run(at(wall)) for wall in ("09:35", "09:37", "09:45", "10:05")]
    assert outcomes == [*[SlotOutcome.RETRIED] * 3, SlotOutcome.FAILED]
    assert len(began) == 4
    assert not made.desk.trading.locked()
    assert "did not end within" in finished(made.store, fills).detail


def test_a_thread_that_hangs_keeps_nobody_waiting():
    made, found = a_day("09:35")
    fills = found[f"fills/{DAY}/open"]
    free = threading.Event()

    async def hang(desk, _slot):
        async with desk.trading:
            await asyncio.to_thread(free.wait)

    async def both():
        first = await run_one(made.desk, fills, [fills], work=bounded(hang, SOON))
        made.at(on(DAY, "09:40"))
        second = await run_one(made.desk, fills, [fills], work=bounded(do_work))
        free.set()
        return first, second

    assert asyncio.run(both()) == (SlotOutcome.RETRIED, SlotOutcome.DONE)


def test_a_time_out_of_its_own_is_the_works_fault_and_no_limit():
    made, found = a_day("09:35")

    async def refused(_desk, _slot):
        raise TimeoutError("the wire")

    with pytest.raises(TimeoutError, match="the wire"):
        asyncio.run(bounded(refused)(made.desk, found[f"fills/{DAY}/open"]))


def test_every_job_that_holds_the_accounts_is_bounded():
    assert set(LIMITS) == set(Job) - {Job.WEEKLY}
