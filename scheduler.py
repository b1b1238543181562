"""The worker: at every tick it runs what is due, one slot after the other, until it is told to stop."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from datetime import timedelta
from types import FrameType

import schedule

from config.settings import Settings, load_settings
from config.wiring import build_desk, lock_for, open_store
from core.clock import in_new_york
from core.desk.desk import Desk
from core.desk.due import next_slot, run_due
from core.desk.opening import configured
from core.desk.postmortem import FINAL, was_written
from core.desk.slot_log import SlotOutcome, newest_finished
from core.desk.slots import Job, Slot
from core.errors import CouncilError
from core.types import StoreKind, WeekId, wednesday, week_of
from storage.anchors import anchor_file, write_anchor
from storage.event_store import SqlEventStore
from storage.export import export_week

TICK_S = 5
STORE_VARIABLE = "COUNCIL_STORE_URL"


class Worker:
    """One desk, one process at a time; ``stop`` lets the slot under way finish."""

    def __init__(self, settings: Settings, store: SqlEventStore, desk: Desk) -> None:
        self._settings = settings
        self._store = store
        self._desk = desk
        newest = newest_finished(store)
        self._since = newest.at if newest is not None else desk.clock.now()
        self.stopping = False

    def tick(self) -> None:
        """Run what is due; a desk that fails is reported and tried again at the next tick."""
        try:
            asyncio.run(run_due(self._desk, self._since, self.report, lambda: self.stopping))
        except CouncilError as error:
            say(f"error: {error}")

    def report(self, slot: Slot, outcome: SlotOutcome) -> None:
        say(f"{slot.key}: {outcome}")
        if outcome is not SlotOutcome.DONE:
            return
        if slot.job is Job.MARK:
            self._anchor()
        elif slot.job is Job.FILLS:
            self._export_closed(slot)

    def _anchor(self) -> None:
        file = anchor_file(self._store.engine)
        if file is not None:
            write_anchor(self._store, file, self._desk.clock)

    def _export_closed(self, slot: Slot) -> None:
        """Write the files of the week before, once its final postmortem is in."""
        ended = week_of(wednesday(slot.week_id) - timedelta(days=1))
        folder = self._settings.paths.runs / f"week_{ended}"
        if was_written(self._desk, WeekId(ended), FINAL) and not folder.exists():
            export_week(self._store, ended, folder)
            say(f"week {ended} is closed and exported to {folder.name}/")

    def run(self) -> None:
        """Tick until told to stop."""
        jobs = schedule.Scheduler()
        jobs.every(TICK_S).seconds.do(self.tick)
        coming = next_slot(self._desk)
        if coming is not None:
            say(f"next: {coming.key} at {in_new_york(coming.at):%Y-%m-%d %H:%M} New York")
        self.tick()
        while not self.stopping:
            jobs.run_pending()
            time.sleep(0.2)


def say(line: str) -> None:
    print(f"scheduler: {line}", flush=True)  # noqa: T201 - the process speaks to its terminal


def main() -> int:
    """0 when told to stop, 2 in one line when it cannot start."""
    try:
        settings = load_settings(store=os.environ.get(STORE_VARIABLE))
        store = open_store(settings)
        known = configured(store)
        if known is not None and known.kind is not StoreKind.REAL:
            settings = load_settings(store=os.environ.get(STORE_VARIABLE), profile="rules")
        kind = known.kind if known is not None else StoreKind.REAL
        worker = Worker(settings, store, build_desk(settings, store, kind=kind))
        with lock_for(store.engine).hold("scheduler"):
            _stop_on_signals(worker)
            worker.run()
    except CouncilError as error:
        print(f"scheduler: error: {error}", file=sys.stderr, flush=True)  # noqa: T201 - as above
        return 2
    return 0


def _stop_on_signals(worker: Worker) -> None:
    def stop(_number: int, _frame: FrameType | None) -> None:
        worker.stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)


if __name__ == "__main__":
    sys.exit(main())
