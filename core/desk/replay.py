"""Replay: do a week again in scratch storage from recorded answers, and compare every event."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from operator import itemgetter
from uuid import UUID

from core.clock import FixedClock
from core.desk.desk import Desk
from core.desk.dispatch import run_slot
from core.desk.flatten import flatten
from core.desk.recorded_halts import RecordedHalts
from core.desk.recorded_steps import Flattening, Placed, RunPart, Said, recorded_steps, say_again
from core.desk.recorded_week import RecordedWeek, ReplayCursor, recorded_week
from core.desk.replay_report import ReplayReport, compare
from core.desk.runs import claim_week
from core.desk.settle import settle
from core.desk.slots import Slot
from core.desk.weekly import run_week
from core.desk.writing import (
    DESK_STREAM,
    MARKET_STREAM,
    SETTINGS_STREAM,
    account_stream,
    week_stream,
)
from core.errors import CouncilError
from core.events.envelope import Append, NewEvent, StoredEvent
from core.ports import EventStore
from core.types import RunId, WeekId

__all__ = ["ReplayReport", "ScratchDesk", "replay"]

ScratchDesk = Callable[[RecordedWeek, ReplayCursor], Desk]
"""Builds a desk over an empty scratch store whose ports answer from the record alone."""
BATCH = 500


async def replay(store: EventStore, week_id: WeekId, scratch_desk: ScratchDesk) -> ReplayReport:
    """Re-execute the week under its own run id, settings and prompts; nothing outside is asked."""
    week, cursor = recorded_week(store, week_id), ReplayCursor()
    desk = scratch_desk(week, cursor)
    desk = replace(desk, recorded_halts=RecordedHalts(store, week.run))
    _copy_prefix(store, desk, week)
    failure = await _run(desk, week, cursor, recorded_steps(store, week))
    return compare(store, desk.store, week, failure)


async def _run(
    desk: Desk, week: RecordedWeek, cursor: ReplayCursor, steps: Sequence[Placed]
) -> CouncilError | None:
    """The week's run and its slots in recorded order; a failing run ends the replay there."""
    clock = desk.clock
    assert isinstance(clock, FixedClock)  # a replay's clock is moved through the recorded instants
    clock.move_to(week.run.as_of)
    if not steps:
        claim_week(desk, week.run.week_id, week.run.as_of)
    for position, step in sorted([*steps, *week.slots], key=itemgetter(0)):
        cursor.position = position
        if isinstance(step, Slot):
            clock.move_to(max(clock.now(), step.at))
            await run_slot(desk, step)
            continue
        if isinstance(step, Flattening):
            clock.move_to(max(clock.now(), step.at))
            flatten(desk, step.at)
            continue
        try:
            await _again_in_run(desk, week, step)
        except CouncilError as error:
            return error
    _settle_by_hand(desk, week, cursor)
    return None


def _settle_by_hand(desk: Desk, week: RecordedWeek, cursor: ReplayCursor) -> None:
    """What a person's `settle` heard of after the last slot that was run; an end is heard at its instant."""
    for position, at in week.orders.ends_after(cursor.position):
        cursor.position = position
        settle(desk, at)
    if week.orders.has_fills_after(cursor.position):
        cursor.position = week.end
        settle(desk, desk.clock.now())


async def _again_in_run(desk: Desk, week: RecordedWeek, step: RunPart | Said) -> None:
    if isinstance(step, RunPart):
        await run_week(desk, week.run.week_id, until=step.until)
    else:
        say_again(desk, week, step)


def _copy_prefix(store: EventStore, desk: Desk, week: RecordedWeek) -> None:
    """What the week found: accounts, marks and the week before, up to its claim."""
    streams = [account_stream(account.account_id) for account in week.policy.accounts]
    streams += [MARKET_STREAM, SETTINGS_STREAM, DESK_STREAM, week_stream(week.previous_week)]
    for stream in streams:
        rows = [row for row in store.read(stream) if row.position < week.first]
        for start in range(0, len(rows), BATCH):
            batch = [as_appended(store, row) for row in rows[start : start + BATCH]]
            desk.store.commit([Append(stream, batch, start)])


def as_appended(store: EventStore, row: StoredEvent) -> NewEvent:
    """The event as it was appended; the same chain comes of it."""
    return NewEvent(
        event=store.decode(row),
        event_id=UUID(row.event_id),
        occurred_at=datetime.fromisoformat(row.occurred_at),
        week_id=WeekId(row.week_id) if row.week_id else None,
        run_id=RunId(row.run_id) if row.run_id else None,
        metadata=row.metadata,
        telemetry=row.telemetry,
    )
