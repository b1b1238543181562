"""A job's tools over a real store: past desks, replay, simulation, read models, files of a week."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import JsonValue

from core.commands import RunJob
from core.desk import slot_log
from core.desk.desk import Desk
from core.desk.job_tools import Done, Tell
from core.desk.opening import configured
from core.desk.replay import ScratchDesk, replay
from core.desk.simulation import simulate
from core.desk.slots import Slot
from core.types import StoreKind, WeekId
from storage.event_store import SqlEventStore
from storage.export import export_folder, export_week


@dataclass(frozen=True, slots=True)
class StoreTools:
    """`JobTools` made of what only the composition root can make.

    ``exports`` is the only folder into which files are written because somebody asked for a job.

    ``past`` gives the desk as of an instant that is over, ``simulation`` opens a simulation's desk
    on its own store for as long as it is used.
    """

    store: SqlEventStore
    exports: Path
    past: Callable[[datetime], Desk]
    scratch: ScratchDesk
    simulation: Callable[[RunJob], AbstractContextManager[Desk]]

    def desk_at(self, instant: datetime) -> Desk:
        return self.past(instant)

    def replay(self, command: RunJob, tell: Tell) -> Done:
        """Not ok where an event came out differently; the first one is named."""
        week = _week(command)
        tell("replay", 0, 1)
        report = asyncio.run(replay(self.store, week, self.scratch))
        found = report.difference
        result: dict[str, JsonValue] = {
            "identical": report.identical,
            "run_id": report.run_id,
            "events": report.events,
        }
        if found is None:
            return Done(f"week {week}: {report.events} events, all the same", result)
        where = f"{found.stream} version {found.version} ({found.stage or found.type})"
        return Done(f"week {week} differs from {where} on: {found.detail}", result, ok=False)

    def simulate(self, command: RunJob, tell: Tell) -> Done:
        assert command.start is not None  # a simulation needs both
        assert command.end is not None

        def progress(slot: Slot, number: int, total: int) -> None:
            tell(f"week {slot.week_id}", number, total)

        with self.simulation(command) as desk:
            report = asyncio.run(simulate(desk, command.start, command.end, progress))
            failed = slot_log.failures(desk.store)
        result: dict[str, JsonValue] = {
            "weeks": report.weeks,
            "slots": report.done,
            "failed": report.failed,
        }
        words = f"{report.weeks} weeks, {report.done} slots"
        if not report.failed:
            return Done(words, result)
        why = f"; first {failed[0].slot}: {failed[0].detail}" if failed else ""
        return Done(f"{words}, {report.failed} failed{why}", result, ok=False)

    def rebuild(self, command: RunJob, tell: Tell) -> Done:
        tell("rebuild", 0, 1)
        events, models = self.store.rebuild(), len(self.store.projections)
        return Done(
            f"{models} read models rebuilt from {events} events",
            {"events": events, "read_models": models},
        )

    def export(self, command: RunJob, tell: Tell) -> Done:
        week = _week(command)
        tell("export", 0, 1)
        known = configured(self.store)
        kind = StoreKind.REAL if known is None else known.kind
        folder = export_folder(self.exports, kind, week)
        events = export_week(self.store, week, folder)
        return Done(
            f"week {week}: {events} events exported to {folder}",
            {"events": events, "folder": str(folder)},
        )


def _week(command: RunJob) -> WeekId:
    assert command.week_id is not None  # by what these kinds need
    return command.week_id
