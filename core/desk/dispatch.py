"""Running one slot: the job it names, and the event that says it is done."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime

from core.desk import slot_log
from core.desk.aside import aside
from core.desk.checkpoints import run_checkpoint
from core.desk.desk import Desk
from core.desk.horizon import close_due
from core.desk.marking import mark
from core.desk.opening import refuse_other_prices
from core.desk.postmortem import finalise_if_ended, write_provisional
from core.desk.postmortem_telling import tell_if_closed
from core.desk.reconcile import reconcile, reconcile_council
from core.desk.scheduling import record_attempt
from core.desk.settle import settle
from core.desk.slot_log import SlotOutcome
from core.desk.slots import Job, Slot
from core.desk.strategy_work import strategy_work
from core.desk.weekly import run_week
from core.errors import (
    BadInput,
    BrokerUnavailable,
    Busy,
    ConfigError,
    CouncilError,
    LeaseLost,
    SpendingStopped,
    TradingBlocked,
)

Work = Callable[[Desk, Slot], Awaitable[str]]
"""Does what a slot is for and says in a few words what it did; CouncilError when it could not."""
LOOKS: Mapping[Job, Callable[[Desk, datetime], object]] = {
    Job.CHECKPOINT: reconcile_council,
    Job.FILLS: reconcile_council,
    Job.HORIZON: reconcile_council,
    Job.RECONCILE: reconcile,
}
"""Jobs that trade on what accounts hold, or ask for it: none begins while the broker says nothing."""


FOR_GOOD = (BadInput, ConfigError, SpendingStopped, TradingBlocked)
"""Failures that only a person can cure: trying again would say the same."""


def reconcile_softly(desk: Desk, at: datetime) -> None:
    """For what trades nothing by itself: a broker that says nothing stops none of it.

    The week's orders are compared once more before they are sent.
    """
    with suppress(BrokerUnavailable):
        reconcile_council(desk, at)


async def do_work(desk: Desk, slot: Slot) -> str:
    """The job the slot names, alone with the accounts where it touches them."""
    if slot.strategy:
        return await strategy_work(desk, slot)
    look = LOOKS.get(slot.job, reconcile_softly)
    if slot.job is Job.WEEKLY:  # takes the lock itself, and leaves it while models are asked
        with desk.lock.hold(f"week/{slot.week_id}"):
            pass  # Busy before any vendor is asked: this comes again every second
        async with desk.trading:
            await aside(desk, look, desk, slot.at)
        return await _weekly(desk, slot)
    async with desk.trading:
        await aside(desk, look, desk, slot.at)
        detail = await _alone(desk, slot)
    told = await tell_if_closed(desk, slot.at) if slot.job is Job.FILLS else None
    return f"{detail}; {told}" if told else detail


async def _alone(desk: Desk, slot: Slot) -> str:
    if slot.job is Job.CHECKPOINT:
        return await run_checkpoint(desk, slot)
    if slot.job in desk.upkeep:
        return await asyncio.to_thread(desk.upkeep[slot.job], slot.at)
    return await aside(desk, PLAIN[slot.job], desk, slot)


async def run_slot(
    desk: Desk, slot: Slot, *, retry: bool = False, work: Work = do_work
) -> SlotOutcome:
    """Do the slot's work unless it is done; a failure is recorded with its one line, not raised.

    With ``retry`` a failure that time may cure is recorded as an attempt, and the slot stays open.
    Busy while another process works on the same week: nothing is recorded, ask again later.
    """
    if slot_log.is_finished(desk.store, slot):
        return SlotOutcome.DONE
    if slot.skip:
        slot_log.finish(desk.store, slot, SlotOutcome.SKIPPED, slot.skip)
        return SlotOutcome.SKIPPED
    refuse_other_prices(desk)
    try:
        detail = await work(desk, slot)
    except (Busy, LeaseLost):
        raise
    except CouncilError as error:
        if retry and not isinstance(error, FOR_GOOD):
            record_attempt(desk.store, slot, str(error), desk.clock.now())
            return SlotOutcome.RETRIED
        slot_log.finish(desk.store, slot, SlotOutcome.FAILED, str(error))
        return SlotOutcome.FAILED
    slot_log.finish(desk.store, slot, SlotOutcome.DONE, detail)
    return SlotOutcome.DONE


async def _weekly(desk: Desk, slot: Slot) -> str:
    done = await run_week(desk, slot.week_id)
    waits = f", waits for {done.waiting}" if done.waiting else ""
    return f"run {done.run.run_id}{waits}"


def _fills(desk: Desk, slot: Slot) -> str:
    recorded = settle(desk, slot.at)
    closed = finalise_if_ended(desk, slot.at)
    return f"{recorded} fills" + (f"; week {closed} closed" if closed else "")


PLAIN: Mapping[Job, Callable[[Desk, Slot], str]] = {
    Job.FILLS: _fills,
    Job.HORIZON: lambda desk, slot: close_due(desk, slot.session, slot.at),
    Job.MARK: lambda desk, slot: mark(desk, slot.session, slot.at),
    Job.POSTMORTEM: lambda desk, slot: write_provisional(desk, slot.week_id, slot.at),
    Job.RECONCILE: lambda desk, _: (
        "compared with the broker" if desk.statements else "the simulated broker keeps no books"
    ),
}
