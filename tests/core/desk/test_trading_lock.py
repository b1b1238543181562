"""One piece of work at a time changes accounts and measures them, also where a week begins."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from types import SimpleNamespace

from core.desk.desk import Desk
from core.desk.dispatch import do_work
from core.desk.opening import open_desk
from core.desk.slots import Job
from core.desk.weekly import run_week
from core.events.week import RunStarted, StageCompleted
from core.types import StoreKind, WeekId
from scheduler import job_tools, leaders_desk
from tests.fakes.desks import Bench, bench, on, rules_settings

WEEK = WeekId("2024-01-03")
TURNS = 200


def test_a_week_that_begins_waits_for_whoever_is_at_the_accounts():
    """A fills slot settles in a thread when a week's run is tried again: both would fold one meter."""
    made = bench(rules_settings(), at=on(WEEK))
    asyncio.run(_begun_beside_another(made, made.desk))
    assert made.events(StageCompleted)


async def _begun_beside_another(made: Bench, desk: Desk) -> None:
    async with made.desk.trading:
        run = asyncio.create_task(run_week(desk, WEEK))
        for _ in range(TURNS):
            await asyncio.sleep(0)
        assert len(made.events(RunStarted)) == 1
        assert made.events(StageCompleted) == []
    await run


def test_a_week_s_look_at_the_broker_is_no_look_beside_another():
    made = bench(rules_settings(), at=on(WEEK))
    looks: list[bool] = []

    def custodies():
        looks.append(made.desk.trading.locked())
        return {}

    statements = SimpleNamespace(custodies=custodies)
    desk = replace(made.desk, statements=statements)
    open_desk(desk, on(WEEK))
    [weekly] = [slot for slot in made.slots(WEEK, WEEK) if slot.job is Job.WEEKLY]
    asyncio.run(do_work(desk, weekly))
    assert looks
    assert all(looks)


def test_a_past_week_that_a_job_lives_waits_as_well():
    """Its desk has a clock of its own, and the same accounts."""
    made = bench(rules_settings(), at=on("2024-02-07"), kind=StoreKind.REAL)
    past = job_tools(made.settings, made.desk).desk_at(on(WEEK))
    asyncio.run(_begun_beside_another(made, past))
    assert made.events(StageCompleted)


def test_every_desk_a_process_leads_with_has_the_same_locks():
    made = bench(rules_settings(), at=on(WEEK))
    build = leaders_desk(made.settings, made.store, made.desk.clock)
    before, after = build(made.store), build(made.store)
    assert after.books is not before.books
    assert (after.lock, after.trading) == (before.lock, before.trading)
