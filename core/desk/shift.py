"""A shift: what a leading scheduler runs at each round, side by side where it may be."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from core.clock import in_new_york
from core.commands import run_job
from core.desk.answered import AN_INSTANT, Answered
from core.desk.bounded import bounded
from core.desk.desk import Desk
from core.desk.dispatch import Work, reconcile_softly
from core.desk.due import due_slots, run_one, waits
from core.desk.flatten import flatten, flatten_due
from core.desk.job_crew import JobCrew
from core.desk.jobs import request
from core.desk.lanes import Lanes
from core.desk.misfire import LOOK_BACK
from core.desk.opening import open_desk
from core.desk.ready_week import ReadyWeek
from core.desk.scheduling import Pauses, plan
from core.desk.slot_log import SlotOutcome
from core.desk.slots import Job, Slot
from core.desk.strategy_slots import standing
from core.spans import span
from core.tracing import bind, new_trace_id, traced
from core.types import WeekId

ACCOUNTS, WEEKLY, ASIDE, FLATTEN = "accounts", "weekly", "aside", "flatten"
OPENING = "opening"
PATIENCE_S = 120.0
"""How long what is due after a week's run waits for it; then accounts go on with their last week."""
POLL_S = 0.02

Report = Callable[[Slot, SlotOutcome], None]
Aside = Callable[[], Coroutine[Any, Any, object]]
"""Done at every round beside all else, as alerts are; also while the scheduler pauses."""
CrewOf = Callable[[Desk, Lanes], JobCrew]


@dataclass(frozen=True, slots=True)
class Beside:
    """What a shift does beside its slots: telling people, and jobs from buttons; ``work`` does a slot."""

    aside: Aside | None = None
    crew: CrewOf | None = None
    work: Work = field(default_factory=bounded)


class Shift:
    """Begun when a process wins the lead, over with it; all of it is in the log, none in memory.

    The week's run has a lane of its own, every other slot one for all in order of time: an hour of
    research delays no checkpoint, and what was due before the run is done before it. Each strategy
    beside the council has its own as well.
    """

    def __init__(
        self,
        desk: Desk,
        report: Report,
        stopping: Callable[[], bool],
        patience_s: float,
        beside: Beside | None = None,
    ) -> None:
        self.desk = desk
        self.lanes = Lanes()
        self._report = report
        self._stopping = stopping
        self._patience_s = patience_s
        beside = beside or Beside()
        self._aside = beside.aside
        self._work = beside.work
        self._crew = None if beside.crew is None else beside.crew(desk, self.lanes)
        self._pauses = Pauses(desk.store)
        self._opened = False
        self._answered = Answered(desk)
        self._since = self._answered.since
        self._planned_on: date | None = None
        self._at: dict[str, datetime] = {}
        self._ready = ReadyWeek(desk.store)
        self._asks = desk.policy.execution.approval == "manual" or self._ready.asked()
        self._ended: set[str] = set()
        self._continued: set[WeekId] = set()
        self._days: tuple[date, date] | None = None
        self._strategies: tuple[object, ...] = ()
        self._slots: Sequence[Slot] = ()

    def round(self) -> str | None:
        """Start what is due and free to start; why nothing is, when the scheduler is paused."""
        if not self._opened:
            self._begin()
        if self._aside is not None and not self.lanes.busy(ASIDE):
            self.lanes.start(ASIDE, self._aside())
        if not self._opened:
            return None
        if flatten_due(self.desk) and not self.lanes.busy(FLATTEN):
            self.lanes.start(FLATTEN, self._flatten())
        pause = self._pauses.holding()
        if pause is not None:
            return f"paused by {pause.by}: {pause.reason}"
        self._plan()
        due = due_slots(self.desk, self._since, self._ended, self._table)
        self._look_from(due)
        council = [slot for slot in due if not slot.strategy]
        weekly = [slot for slot in council if slot.job is Job.WEEKLY]
        others = [slot for slot in council if slot.job is not Job.WEEKLY]
        self._start(ACCOUNTS, others, due)
        self._start(WEEKLY, weekly, due)
        for name in {slot.strategy for slot in due} - {""}:
            self._start(name, [slot for slot in due if slot.strategy == name], due)
        if self._crew is not None:
            self._go_on()
            self._crew.round()
        return None

    def _go_on(self) -> None:
        """A proposal that was decided, or has expired, asks once for the rest of its week as a job."""
        now = self.desk.clock.now()
        week = self._ready.week(now) if self._asks else None
        if week is not None and week not in self._continued:
            self._continued.add(week)
            request(self.desk.store, run_job("weekly", week_id=week), "scheduler", now)

    async def _flatten(self) -> None:
        """A person's word: also while the scheduler pauses, as soon as nothing else trades."""
        async with self.desk.trading:
            await asyncio.to_thread(flatten, self.desk, self.desk.clock.now())

    def _begin(self) -> None:
        """At once, but for a broker over the wire: one that says nothing must not stop the loop."""
        if self.desk.statements is None:
            self._open()
        elif not self.lanes.busy(OPENING):
            self.lanes.start(OPENING, asyncio.to_thread(self._open))

    def _open(self) -> None:
        """A desk has its accounts from the first round on: there is something to settle and mark."""
        now = self.desk.clock.now()
        open_desk(self.desk, now)
        reconcile_softly(self.desk, now)
        self._opened = True

    def _look_from(self, due: Sequence[Slot]) -> None:
        """Nothing before the oldest open slot is looked at again, and nothing older than a while."""
        past = self.desk.clock.now() - LOOK_BACK
        self._since = max(self._since, min([past, *(slot.at - AN_INSTANT for slot in due)]))

    def _table(self, first: date, last: date) -> Sequence[Slot]:
        """The slots of these days; asked at every round, computed when the days change."""
        strategies = standing(self.desk)
        if (self._days, self._strategies) != ((first, last), strategies):
            self._days, self._strategies = (first, last), strategies
            self._slots = self._answered.slots(first, last)
            self._ended &= {slot.key for slot in self._slots}
        return self._slots

    def _plan(self) -> None:
        today = in_new_york(self.desk.clock.now()).date()
        if self._planned_on != today:
            plan(self.desk)
            self._planned_on = today

    def _start(self, lane: str, slots: Sequence[Slot], due: Sequence[Slot]) -> None:
        if slots and not self.lanes.busy(lane):
            self._at[lane] = slots[0].at
            self.lanes.start(lane, self._run(lane, slots, due))

    async def _run(self, lane: str, slots: Sequence[Slot], due: Sequence[Slot]) -> None:
        for slot in slots:
            self._at[lane] = slot.at
            await self._in_turn(lane, slot)
            if self._stopping():
                return
            if waits(self.desk, slot):
                continue  # every second for an hour: no trace of its own
            names = {"week_id": slot.week_id, "job_id": slot.key}
            with traced(new_trace_id()), bind(**names), span(f"slot {slot.job}"):
                outcome = await run_one(self.desk, slot, due, work=self._work)
            if outcome is not None:
                self._report(slot, outcome)

    async def _in_turn(self, lane: str, slot: Slot) -> None:
        """The council's two lanes end what was due before; a strategy's waits for neither."""
        if lane == ACCOUNTS:
            await self._wait_for(WEEKLY, slot.at, self._patience_s)
        elif lane == WEEKLY:
            await self._wait_for(ACCOUNTS, slot.at, float("inf"))

    async def _wait_for(self, other: str, at: datetime, patience_s: float) -> None:
        """Let the other lane end what was due before; neither waits for what is due later."""
        ends = asyncio.get_running_loop().time() + patience_s
        await asyncio.sleep(0)
        while self.lanes.busy(other) and self._at[other] < at and not self._stopping():
            if asyncio.get_running_loop().time() >= ends:
                return
            await asyncio.sleep(POLL_S)
