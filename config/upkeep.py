"""What a running scheduler does beside trading: health, nightly anchor and backup, closed weeks."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from config.memory import give_back
from config.settings import Settings
from config.terminal.backup import backup_folder
from core.clock import in_new_york
from core.desk.breaker import evaluate
from core.desk.desk import Desk
from core.desk.postmortem import FINAL, was_written
from core.desk.slots import Job, Slot
from core.errors import NoBars, StoreUnusable
from core.events.breaker import BreakerReleased, BreakerTripped
from core.events.envelope import Event
from core.types import WeekId, wednesday, week_of
from storage.anchors import anchor_file, write_anchor
from storage.backup_folder import nightly
from storage.engine import file_of
from storage.event_store import SqlEventStore
from storage.export import export_folder, export_week, is_exported
from storage.raw_export import export_raw

FREE_BYTES = 500_000_000
"""Less than this beside the store is said before a week's answers no longer fit."""


def with_upkeep(desk: Desk, settings: Settings, store: SqlEventStore) -> Desk:
    """The desk as the scheduler runs it."""

    def keep(at: datetime) -> str:
        return "; ".join(_kept(desk, settings, store, at))

    def health(at: datetime) -> str:
        return "; ".join((_room(settings, store), _fresh_prices(desk, at)))

    def breaker(_at: datetime) -> str:
        return ", ".join(map(_decided, evaluate(kept))) or "nothing to halt or to release"

    work = {Job.NIGHTLY: keep, Job.HEALTH: health, Job.BREAKER: breaker}
    kept = replace(desk, upkeep={**desk.upkeep, **work})
    return kept


def _decided(event: Event) -> str:
    assert isinstance(event, BreakerTripped | BreakerReleased)  # the breaker decides nothing else
    return f"{type(event).__name__} {event.scope}"


def _kept(desk: Desk, settings: Settings, store: SqlEventStore, at: datetime) -> Iterator[str]:
    """The night's anchor, then a backup that holds it."""
    file = anchor_file(store.engine, settings.paths.runs)
    if file is None:
        yield "a store in memory is not kept"
        return
    yield f"anchored at position {write_anchor(store, file, desk.clock).position}"
    report = nightly(store, backup_folder(settings, desk.kind), at)
    give_back()
    yield f"backup {report.file.name}, {len(report.removed)} older ones removed"


def _room(settings: Settings, store: SqlEventStore) -> str:
    """StoreUnusable before the disk is full."""
    file = file_of(store.engine.url)
    folder = settings.paths.root if file is None else file.parent
    free = shutil.disk_usage(folder).free
    if free < FREE_BYTES:
        raise StoreUnusable(
            f"only {free / 1e6:.0f} MB are free where the store lies: make room before a week's "
            "answers no longer fit"
        )
    return f"{free / 1e9:.0f} GB free"


def _fresh_prices(desk: Desk, at: datetime) -> str:
    """NoBars when the newest known price is older than the last session's close."""
    symbol = desk.policy.symbols[0]
    newest = desk.market.quotes([symbol], at)[symbol]
    today = in_new_york(at).date()
    last = desk.calendar.session_on_or_before(today - timedelta(days=1))
    if newest.session < last:
        raise NoBars(
            f"the newest price of {symbol} in {desk.market.source} is of {newest.session}, "
            f"{last} is missing: check the source (`doctor`)"
        )
    return f"prices of {newest.session}"


def after_slot(desk: Desk, settings: Settings, store: SqlEventStore, slot: Slot) -> Iterator[str]:
    """What follows a slot that was done; the lines to say."""
    if slot.job is Job.FILLS:
        yield from _export_closed(desk, settings, store, slot)


def _export_closed(
    desk: Desk, settings: Settings, store: SqlEventStore, slot: Slot
) -> Iterator[str]:
    """Write the files of the week before, once its final postmortem is in."""
    week = WeekId(week_of(wednesday(slot.week_id) - timedelta(days=1)))
    folder = export_folder(settings.paths.runs, desk.kind, week)
    if was_written(desk, week, FINAL) and not is_exported(folder):
        export_week(store, week, folder)
        export_raw(store, week, settings.paths.runs / "archive")
        yield f"week {week} is closed and exported to {folder}"
