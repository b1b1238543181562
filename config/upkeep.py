"""What a running scheduler does beside trading: health, the nightly anchor, exports of closed weeks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from config.settings import Settings
from core.desk.desk import Desk
from core.desk.postmortem import FINAL, was_written
from core.desk.slots import Job, Slot
from core.types import WeekId, wednesday, week_of
from storage.anchors import anchor_file, write_anchor
from storage.event_store import SqlEventStore
from storage.export import export_folder, export_week, is_exported


def with_upkeep(desk: Desk, settings: Settings, store: SqlEventStore) -> Desk:
    """The desk as the scheduler runs it."""

    def nightly(_at: datetime) -> str:
        file = anchor_file(store.engine, settings.paths.runs)
        if file is None:
            return "a store in memory has no anchor"
        return f"anchored at position {write_anchor(store, file, desk.clock).position}"

    return replace(desk, upkeep={Job.NIGHTLY: nightly})


def after_slot(desk: Desk, settings: Settings, store: SqlEventStore, slot: Slot) -> Iterator[str]:
    """What follows a slot that was done; the lines to say."""
    if slot.job is Job.MARK:
        file = anchor_file(store.engine)
        if file is not None:
            write_anchor(store, file, desk.clock)
    elif slot.job is Job.FILLS:
        yield from _export_closed(desk, settings, store, slot)


def _export_closed(
    desk: Desk, settings: Settings, store: SqlEventStore, slot: Slot
) -> Iterator[str]:
    """Write the files of the week before, once its final postmortem is in."""
    week = WeekId(week_of(wednesday(slot.week_id) - timedelta(days=1)))
    folder = export_folder(settings.paths.runs, desk.kind, week)
    if was_written(desk, week, FINAL) and not is_exported(folder):
        export_week(store, week, folder)
        yield f"week {week} is closed and exported to {folder}"
