"""What a scheduler does at a tick: run what is due, record what came too late, try again what failed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from core.clock import in_new_york
from core.desk import slot_log
from core.desk.desk import Desk
from core.desk.dispatch import Work, do_work, run_slot
from core.desk.misfire import POLICIES, Policy
from core.desk.runs import is_completed, official_run
from core.desk.scheduling import Attempt, attempts, desk_slots, record_attempt
from core.desk.slot_log import SlotOutcome
from core.desk.slots import Job, Slot
from core.errors import Busy, CouncilError
from core.types import StoreKind

LOOK_AHEAD = timedelta(days=7)
PRICES_ENDED = timedelta(days=7)
"""A demonstration whose newest price is older than this has come to the end of its data."""

Report = Callable[[Slot, SlotOutcome], None]
Table = Callable[[date, date], Sequence[Slot]]


async def run_one(
    desk: Desk, slot: Slot, due: Sequence[Slot], *, retry: bool = True, work: Work = do_work
) -> SlotOutcome | None:
    """Run a due slot, or record why it is not run; None when it is to be asked again later.

    ``due`` are all the slots due now: of a job that is made up for once, only the newest is run.
    """
    failed = attempts(desk.store, slot) if retry else ()
    if not _waited(desk, slot, failed):
        return None
    why = _missed(desk, slot, due)
    if why is not None:
        outcome = SlotOutcome.FAILED if failed else SlotOutcome.MISSED
        detail = f"{failed[-1].detail} (then {why})" if failed else why
        slot_log.finish(desk.store, slot, outcome, detail)
        return outcome
    again = retry and len(failed) + 1 < POLICIES[slot.job].attempts
    try:
        return await run_slot(desk, slot, retry=again, work=work)
    except Busy:
        return None
    except (CouncilError, asyncio.CancelledError, KeyboardInterrupt):
        raise
    except BaseException as error:  # noqa: BLE001 - the worker outlives what a job's library does
        detail = f"{type(error).__name__}: {error}"
        if again:
            record_attempt(desk.store, slot, detail, desk.clock.now())
            return SlotOutcome.RETRIED
        slot_log.finish(desk.store, slot, SlotOutcome.FAILED, detail)
        return SlotOutcome.FAILED


def due_slots(
    desk: Desk, since: datetime, ended: set[str] | None = None, table: Table | None = None
) -> list[Slot]:
    """Slots at or before now and after ``since`` that have no ending yet.

    ``ended`` are keys known to have one; it grows by what is found. ``table`` gives the slots of days.
    """
    now = desk.clock.now()
    days = in_new_york(since).date(), in_new_york(now).date()
    found = desk_slots(desk, *days) if table is None else table(*days)
    known = set() if ended is None else ended
    due = [slot for slot in found if since < slot.at <= now and slot.key not in known]
    known |= {slot.key for slot in due if slot_log.is_finished(desk.store, slot)}
    return [slot for slot in due if slot.key not in known]


def next_slot(desk: Desk) -> Slot | None:
    """The first slot after now, within the days looked ahead."""
    now = desk.clock.now()
    day = in_new_york(now).date()
    coming = desk_slots(desk, day, day + LOOK_AHEAD)
    return next((slot for slot in coming if slot.at > now and not slot.skip), None)


def waits(desk: Desk, slot: Slot) -> bool:
    """Whether the slot failed and its next attempt has not come yet."""
    return not _waited(desk, slot, attempts(desk.store, slot))


def _waited(desk: Desk, slot: Slot, failed: Sequence[Attempt]) -> bool:
    """Whether the wait after its last failed attempt is over."""
    if not failed:
        return True
    every = POLICIES[slot.job].waits
    wait = every[min(len(failed), len(every)) - 1]
    return desk.clock.now() >= failed[-1].at + wait


def _missed(desk: Desk, slot: Slot, due: Sequence[Slot]) -> str | None:
    """Why the slot is not run any more; None when it is."""
    if slot.skip:
        return None
    late, policy = desk.clock.now() - slot.at, POLICIES[slot.job]
    if policy.latest is not None and late > policy.latest and not _under_way(desk, slot):
        allowed = int(policy.latest.total_seconds() // 60)
        return f"{int(late.total_seconds() // 60)} minutes late, at most {allowed} are allowed"
    same = [one for one in due if one.job is slot.job and one.strategy == slot.strategy]
    newer = [one for one in same if one.at > slot.at]
    if newer and (policy.policy is Policy.RUN_ONCE or slot.follows):
        return f"not run while it was due, {newer[-1].key} stands for it"
    return None


def _under_way(desk: Desk, slot: Slot) -> bool:
    """A week's run that began in time is finished however long it was interrupted, on its own day."""
    if slot.job is not Job.WEEKLY or desk.clock.now() > desk.calendar.session_close(slot.session):
        return False
    run = official_run(desk.store, slot.week_id)
    return run is not None and not is_completed(desk.store, run)


def ended(desk: Desk) -> str | None:
    """Why nothing will come due on this desk any more; None for one that goes on."""
    if desk.kind is StoreKind.SIMULATION:
        return "a simulation is lived by `simulate`, nothing comes due in it"
    if desk.kind is StoreKind.REAL:
        return None
    symbol, now = desk.policy.symbols[0], desk.clock.now()
    newest = desk.market.quotes([symbol], now)[symbol]
    if now - newest.known_at <= PRICES_ENDED:
        return None
    return f"prices of {desk.market.source} end on {newest.session}, nothing comes due"
