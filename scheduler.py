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

from config.settings import Settings
from config.wiring import build_desk, lock_for, open_configured
from core.clock import Clock, in_new_york
from core.desk.desk import Desk
from core.desk.dispatch import reconcile_softly
from core.desk.due import ended, next_slot, run_due
from core.desk.opening import configured, open_desk
from core.desk.postmortem import FINAL, was_written
from core.desk.slot_log import SlotOutcome, finished, newest_finished
from core.desk.slots import Job, Slot
from core.errors import BadInput, ConfigError, CouncilError
from core.types import StoreKind, WeekId, wednesday, week_of
from storage.anchors import anchor_file, write_anchor
from storage.event_store import SqlEventStore
from storage.export import export_folder, export_week, is_exported

TICK_S = 5
GRACE_S = 15.0
"""How long the slot under way may go on after the signal; then it is left for the next start."""
STORE_VARIABLE = "COUNCIL_STORE_URL"
FAILURE, USAGE = 1, 2


class Worker:
    """One desk, one process at a time; ``stop`` lets the slot under way finish, for a while."""

    def __init__(
        self, settings: Settings, store: SqlEventStore, desk: Desk, grace_s: float = GRACE_S
    ) -> None:
        self._settings = settings
        self._grace_s = grace_s
        self._store = store
        self._desk = desk
        newest = newest_finished(store)
        self._since = newest.at if newest is not None else desk.clock.now()
        self._stop_asked_at: float | None = None
        self._said = ""
        self._opened = False

    @property
    def stopping(self) -> bool:
        return self._stop_asked_at is not None

    def stop(self) -> None:
        if self._stop_asked_at is None:
            self._stop_asked_at = time.monotonic()

    def tick(self) -> None:
        """Run what is due; a desk that fails is reported once and tried again at every tick."""
        try:
            self._open()
            asyncio.run(self._run_due())
        except CouncilError as error:
            self._say_once(f"error: {error}")
        except asyncio.CancelledError:
            say("stopped in the middle of a slot: the next start goes on with it")
        else:
            self._said = ""

    def _open(self) -> None:
        """A new desk has its accounts from the first tick on: there is something to settle and mark."""
        if not self._opened and not self.stopping:
            now = self._desk.clock.now()
            open_desk(self._desk, now)
            reconcile_softly(self._desk, now)
            self._opened = True

    async def _run_due(self) -> None:
        work = run_due(self._desk, self._since, self.report, lambda: self.stopping)
        task = asyncio.ensure_future(work)
        while not (await asyncio.wait({task}, timeout=0.5))[0]:
            if self._out_of_time():
                task.cancel()
        await task

    def _out_of_time(self) -> bool:
        asked = self._stop_asked_at
        return asked is not None and time.monotonic() - asked > self._grace_s

    def _say_once(self, line: str) -> None:
        if line != self._said:
            say(line)
        self._said = line

    def report(self, slot: Slot, outcome: SlotOutcome) -> None:
        event = finished(self._store, slot)
        why = f" ({event.detail})" if event is not None and event.detail else ""
        say(f"{slot.key}: {outcome}{why}")
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
        week = WeekId(week_of(wednesday(slot.week_id) - timedelta(days=1)))
        folder = export_folder(self._settings.paths.runs, self._desk.kind, week)
        if was_written(self._desk, week, FINAL) and not is_exported(folder):
            export_week(self._store, week, folder)
            say(f"week {week} is closed and exported to {folder}")

    def run(self) -> None:
        """Tick until told to stop; a desk on which nothing comes due is only kept company."""
        over = ended(self._desk)
        say(over or _coming(self._desk))
        jobs = schedule.Scheduler()
        if over is None:
            jobs.every(TICK_S).seconds.do(self.tick)
            self.tick()
        while not self.stopping:
            jobs.run_pending()
            time.sleep(0.2)


def _coming(desk: Desk) -> str:
    coming = next_slot(desk)
    if coming is None:
        return "nothing is due in the next days"
    return f"next: {coming.key} at {in_new_york(coming.at):%Y-%m-%d %H:%M} New York"


def say(line: str) -> None:
    print(f"scheduler: {line}", flush=True)  # noqa: T201 - the process speaks to its terminal


def worker_of(settings: Settings, store: SqlEventStore, clock: Clock | None = None) -> Worker:
    """The worker of a store, as the kind of desk it holds; an empty store becomes a real one."""
    known = configured(store)
    kind = known.kind if known is not None else StoreKind.REAL
    return Worker(settings, store, build_desk(settings, store, kind=kind, clock=clock))


def main() -> int:
    """0 when told to stop; in one line 2 when it may not start as asked, 1 when it cannot."""
    try:
        settings, store = open_configured(os.environ.get(STORE_VARIABLE))
        with lock_for(store.engine).hold("scheduler"):
            worker = worker_of(settings, store)
            _stop_on_signals(worker)
            worker.run()
    except CouncilError as error:
        print(f"scheduler: error: {error}", file=sys.stderr, flush=True)  # noqa: T201 - as above
        return USAGE if isinstance(error, BadInput | ConfigError) else FAILURE
    return 0


def _stop_on_signals(worker: Worker) -> None:
    def stop(_number: int, _frame: FrameType | None) -> None:
        worker.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)


if __name__ == "__main__":
    sys.exit(main())
