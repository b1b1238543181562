"""Slots asked for by hand: one day's checkpoints, with the fills that come before them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from core.clock import FixedClock, in_new_york
from core.desk.desk import Desk
from core.desk.dispatch import run_slot
from core.desk.runs import official_run
from core.desk.slot_log import SlotOutcome, is_finished, newest_finished
from core.desk.slots import Job, Slot, session_slots
from core.errors import BadInput
from core.policy import AccountSpec


def checkpoint_slots(desk: Desk, session: date, labels: Collection[str] | None) -> list[Slot]:
    """The session's checkpoints (those of ``labels``, or all); BadInput for a day without them."""
    if not desk.calendar.is_session(session):
        raise BadInput(f"{session} is no trading day: give another --date")
    found = sorted(
        (
            slot
            for slot in session_slots(desk.policy.schedule, desk.calendar, session)
            if slot.job is Job.CHECKPOINT
            and not slot.skip
            and (labels is None or slot.label in labels)
        ),
        key=lambda slot: slot.at,
    )
    if not found:
        closes = f"{session} closes early"
        raise BadInput(f"{closes}: there is no checkpoint at {', '.join(labels or ())} that day")
    return found


async def run_past_slots(desk: Desk, slots: Sequence[Slot]) -> list[tuple[Slot, SlotOutcome]]:
    """Run each slot at its own instant; one that has its event is not run again.

    BadInput for one that lies in the future, or before what the accounts have lived through.
    """
    outcomes = []
    for slot in slots:
        if not is_finished(desk.store, slot):
            _refuse_out_of_order(desk, slot)
        clock = desk.clock
        if isinstance(clock, FixedClock):
            clock.move_to(max(clock.now(), slot.at))
        if slot.at > clock.now():
            raise BadInput(f"checkpoint {slot.label} of {slot.session} has not come yet")
        outcomes.append((slot, await run_slot(desk, slot)))
    return outcomes


def _refuse_out_of_order(desk: Desk, slot: Slot) -> None:
    """BadInput unless the accounts are in the slot's week or before, and no later slot is done."""
    books = [desk.books.book(a.account_id) for a in desk.policy.accounts if _opened(desk, a)]
    weeks = [book.week.week_id for book in books if book.week]
    if not weeks:
        raise BadInput("no account has a week yet: run `run_weekly` first")
    if max(weeks) > slot.week_id:
        raise BadInput(
            f"checkpoint {slot.label} of {slot.session} is over: accounts are in week {max(weeks)}"
        )
    run = official_run(desk.store, max(weeks))
    if run is not None and run.as_of > slot.at:
        raise BadInput(
            f"checkpoint {slot.label} of {slot.session} is over: week {run.week_id} was decided "
            f"after it, {in_new_york(run.as_of):%Y-%m-%d %H:%M} New York"
        )
    later = newest_finished(desk.store)
    if later is not None and later.at > slot.at:
        raise BadInput(
            f"checkpoint {slot.label} of {slot.session} is over: {later.slot} is done already"
        )


def _opened(desk: Desk, account: AccountSpec) -> bool:
    return desk.books.opened(account.account_id)
