"""How long a slot's work may hold the accounts: what hangs is ended, and starves nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta

from core.desk.desk import Desk
from core.desk.dispatch import Work, do_work
from core.desk.slots import Job, Slot
from core.errors import StageTimeout

LIMITS: Mapping[Job, timedelta] = {
    Job.CHECKPOINT: timedelta(
        minutes=15
    ),  # models are asked; a seat that is silent says STAY before
    Job.FILLS: timedelta(minutes=20),
    Job.HORIZON: timedelta(minutes=10),
    Job.MARK: timedelta(minutes=20),
    Job.POSTMORTEM: timedelta(minutes=20),
    Job.RECONCILE: timedelta(minutes=20),
    Job.BREAKER: timedelta(minutes=10),
    Job.FORWARD_RETURNS: timedelta(minutes=20),
    Job.MEMORY: timedelta(minutes=20),
    Job.CYCLE: timedelta(minutes=45),  # four agents, one after the other
    Job.MOVES: timedelta(minutes=45),
    Job.CYCLE_FILLS: timedelta(minutes=20),
    Job.CYCLE_MARK: timedelta(minutes=20),
    Job.DISCOVERY: timedelta(minutes=30),
    Job.HEALTH: timedelta(minutes=10),
    Job.NIGHTLY: timedelta(hours=2),  # a backup of years, and its proof
}
"""Of work that is done while nothing else may touch the accounts; a week's stages have their own."""


def bounded(work: Work = do_work, limits: Mapping[Job, timedelta] = LIMITS) -> Work:
    """The same work, StageTimeout when it does not end within its job's limit.

    Work in a thread is left alone then: what it still writes is checked as every write is, by
    version, by id and by the leader's token.
    """

    async def within(desk: Desk, slot: Slot) -> str:
        limit = limits.get(slot.job)
        try:
            async with asyncio.timeout(None if limit is None else limit.total_seconds()) as ends:
                return await work(desk, slot)
        except TimeoutError as error:
            if limit is None or not ends.expired():
                raise
            raise StageTimeout(
                f"{slot.key} did not end within {limit.total_seconds() / 60:g} minutes: "
                "something it asks hangs, look at the log"
            ) from error

    return within
