"""Replay: do a week again in scratch storage from recorded answers, and compare every event."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.clock import FixedClock
from core.desk.desk import Desk
from core.desk.dispatch import run_slot
from core.desk.recorded_week import RecordedWeek, ReplayCursor, recorded_week
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
from core.types import RunId, StreamId, WeekId

ScratchDesk = Callable[[RecordedWeek, ReplayCursor], Desk]
"""Builds a desk over an empty scratch store whose ports answer from the record alone."""
BATCH = 500


@dataclass(frozen=True, slots=True)
class Difference:
    """The first event that came out differently: where it stands, and what it is."""

    stream: str
    version: int
    type: str
    stage: str | None
    detail: str


@dataclass(frozen=True, slots=True)
class ReplayReport:
    week_id: WeekId
    run_id: RunId
    streams: int
    events: int
    orders: int
    difference: Difference | None

    @property
    def identical(self) -> bool:
        return self.difference is None


async def replay(store: EventStore, week_id: WeekId, scratch_desk: ScratchDesk) -> ReplayReport:
    """Re-execute the week under its own run id, settings and prompts; nothing outside is asked."""
    week, cursor = recorded_week(store, week_id), ReplayCursor()
    desk = scratch_desk(week, cursor)
    _copy_prefix(store, desk, week)
    failure = await _run(desk, week, cursor)
    return _compare(store, desk.store, week, failure)


async def _run(desk: Desk, week: RecordedWeek, cursor: ReplayCursor) -> CouncilError | None:
    """The week's run, then its slots in recorded order; a failing run ends the replay there."""
    clock = desk.clock
    assert isinstance(clock, FixedClock)  # a replay's clock is moved through the recorded instants
    clock.move_to(week.run.as_of)
    cursor.position = week.first
    try:
        await run_week(desk, week.run.week_id)
    except CouncilError as error:
        return error
    for position, slot in week.slots:
        cursor.position = position
        clock.move_to(max(clock.now(), slot.at))
        await run_slot(desk, slot)
    return None


def _copy_prefix(store: EventStore, desk: Desk, week: RecordedWeek) -> None:
    """What the week found: accounts, marks and the week before, up to its claim."""
    streams = [account_stream(account.account_id) for account in week.policy.accounts]
    streams += [MARKET_STREAM, SETTINGS_STREAM, DESK_STREAM, week_stream(week.previous_week)]
    for stream in streams:
        rows = [row for row in store.read(stream) if row.position < week.first]
        for start in range(0, len(rows), BATCH):
            batch = [_again(store, row) for row in rows[start : start + BATCH]]
            desk.store.commit([Append(stream, batch, start)])


def _again(store: EventStore, row: StoredEvent) -> NewEvent:
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


def _compare(
    store: EventStore, scratch: EventStore, week: RecordedWeek, failure: CouncilError | None
) -> ReplayReport:
    originals = [
        row
        for row in store.read_all(week.first - 1)
        if row.position < week.end and _is_compared(row.stream_id, week)
    ]
    replayed = {
        (row.stream_id, row.version): row
        for stream in {row.stream_id for row in originals}
        for row in scratch.read(StreamId(stream))
    }
    difference = next(_differences(originals, replayed, failure), None)
    return ReplayReport(
        week_id=week.run.week_id,
        run_id=week.run.run_id,
        streams=len({row.stream_id for row in originals}),
        events=len(originals),
        orders=sum(row.type == "OrderIntended" for row in originals),
        difference=difference or _extra(originals, replayed),
    )


def _is_compared(stream: str, week: RecordedWeek) -> bool:
    """The week, the one it closes, its run's calls, the accounts and the prices they saw."""
    run = f"run/{week.run.run_id}/"
    weeks = (week_stream(week.run.week_id), week_stream(week.previous_week), MARKET_STREAM)
    return stream in weeks or stream.startswith((run, "account/"))


def _differences(
    originals: Iterable[StoredEvent],
    replayed: Mapping[tuple[str, int], StoredEvent],
    failure: CouncilError | None,
) -> Iterator[Difference]:
    for row in originals:
        again = replayed.get((row.stream_id, row.version))
        if again is None:
            why = f"the replay stopped: {failure}" if failure else "the replay did not produce it"
            yield _difference(row, why)
        elif again.hash != row.hash:
            yield _difference(row, _what_differs(row, again))


def _extra(
    originals: Iterable[StoredEvent], replayed: Mapping[tuple[str, int], StoredEvent]
) -> Difference | None:
    """An event the replay wrote beyond the end of a recorded stream."""
    ends: dict[str, int] = {}
    for row in originals:
        ends[row.stream_id] = max(ends.get(row.stream_id, 0), row.version)
    beyond = (row for row in replayed.values() if row.version > ends[row.stream_id])
    return next((_difference(row, "the recorded week has no such event") for row in beyond), None)


def _difference(row: StoredEvent, detail: str) -> Difference:
    stage = row.payload.get("stage")
    return Difference(
        row.stream_id, row.version, row.type, stage if isinstance(stage, str) else None, detail
    )


def _what_differs(row: StoredEvent, again: StoredEvent) -> str:
    """The first field of the envelope or the payload that is not the same."""
    for name in ("type", "event_id", "occurred_at", "schema_version", "metadata"):
        if getattr(row, name) != getattr(again, name):
            return f"{name} is {getattr(again, name)} instead of {getattr(row, name)}"
    keys = sorted({*row.payload, *again.payload})
    differing = [key for key in keys if row.payload.get(key) != again.payload.get(key)]
    return f"payload differs in {', '.join(differing)}" if differing else "an earlier event differs"
