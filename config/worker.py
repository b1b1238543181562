"""The worker of a store: it leads while it holds the lease and runs what is due, else it stands by."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import schedule

from config.settings import Settings
from config.upkeep import after_slot, with_upkeep
from config.worker_lines import Told, say, say_job
from core.clock import in_new_york
from core.desk.closed import ClosedShift
from core.desk.desk import Desk
from core.desk.due import ended, next_slot
from core.desk.job_crew import JobCrew
from core.desk.job_tools import JobTools
from core.desk.lanes import Lanes
from core.desk.shift import PATIENCE_S, Aside, Beside, Shift
from core.desk.slot_log import SlotOutcome, finished
from core.desk.slots import Slot
from core.errors import CouncilError, LeaseLost, StoreError
from storage.event_store import SqlEventStore
from storage.heartbeat import Heartbeat
from storage.leases import Lease, leader_of

TICK_S = 1
GRACE_S = 15.0
"""How long work under way may go on after the signal; then it is left for the next start."""
STUCK_S = 600.0
"""A worker whose loop stands still for so long loses the lead: another process goes on."""
FIRST_TOKEN = 1
"""What a worker without a lease claims jobs under: there is nobody else."""

BuildDesk = Callable[[SqlEventStore], Desk]
Teller = Callable[[SqlEventStore, Desk], Aside]
"""Makes what tells people of events, for a leader's store and desk."""
ToolsOf = Callable[[Desk], JobTools]


class Worker:
    """One process of a store: it leads while it holds ``lease`` (always, without one), else stands by.

    Whatever it knows of a desk it forgets with the lead: the next shift is built from the log.
    ``stop`` lets what is under way finish, for a while.
    """

    def __init__(  # noqa: PLR0913 - what tests vary is one keyword each
        self,
        settings: Settings,
        store: SqlEventStore,
        build: BuildDesk,
        *,
        lease: Lease | None = None,
        grace_s: float = GRACE_S,
        patience_s: float = PATIENCE_S,
        teller: Teller | None = None,
        tools: ToolsOf | None = None,
        stuck_s: float = STUCK_S,
    ) -> None:
        self._settings = settings
        self._store = store
        self._build = build
        self._lease = lease
        self._grace_s = grace_s
        self._patience_s = patience_s
        self._teller = teller
        self._tools = tools
        self._stuck_s = stuck_s
        self._turned_at = time.monotonic()
        self._stop_asked_at: float | None = None
        self._told = Told()
        self._lost = False
        self._shift: Shift | ClosedShift | None = None
        self._heartbeat: Heartbeat | None = None
        if lease is None:
            self._begin(store)

    @property
    def stopping(self) -> bool:
        return self._stop_asked_at is not None

    @property
    def _stuck(self) -> bool:
        return time.monotonic() - self._turned_at > self._stuck_s

    @property
    def leads(self) -> bool:
        return self._shift is not None

    def stop(self) -> None:
        if self._stop_asked_at is None:
            self._stop_asked_at = time.monotonic()

    def tick(self) -> None:
        """One round, and everything it started to its end; for a worker without a lease."""
        asyncio.run(self.turn())

    async def turn(self) -> None:
        """As `tick`, in a running event loop; one with a lease then ends by `finish`."""
        self._round()
        while self._shift is not None and not self._shift.lanes.idle:
            await self._shift.lanes.wait(0.2)
            self._turned_at = time.monotonic()
            if self._out_of_time():
                await self._shift.lanes.cancel()
        self._collect()

    def _round(self) -> None:
        """Win or keep the lead, then start what is due; what fails is said once and tried again."""
        self._turned_at = time.monotonic()
        try:
            self._take_part()
            if self._shift is not None and not self.stopping:
                pause = self._shift.round()
                self._told.once(pause or "")
        except LeaseLost as error:
            self._drop(str(error))
        except CouncilError as error:
            self._told.once(f"error: {error}")

    def _take_part(self) -> None:
        if self._lease is None or self._shift is not None or self.stopping:
            return
        token = self._lease.renew()
        if token is None:
            leader = leader_of(self._store.engine)
            self._told.once(f"standing by: {leader.holder if leader else 'another process'} leads")
            return
        self._lost = False
        every_s = self._lease.ttl_s / 4
        beat = Heartbeat(self._lease, every_s, self._note_lost, lambda: not self._stuck)
        self._heartbeat = beat.start()
        try:
            self._begin(self._store.fenced(self._lease))
        except CouncilError:
            self._let_go()  # who cannot lead keeps nobody else from it
            raise
        say(f"leading, token {token}")

    def _begin(self, store: SqlEventStore) -> None:
        desk = with_upkeep(self._build(store), self._settings, store)
        crew = None if self._tools is None else self._crew
        if ended(desk) is not None:
            self._shift = ClosedShift(desk, crew)
            return
        beside = Beside(
            aside=None if self._teller is None else self._teller(store, desk),
            crew=crew,
        )
        self._shift = Shift(desk, self.report, lambda: self.stopping, self._patience_s, beside)

    def _crew(self, desk: Desk, lanes: Lanes) -> JobCrew:
        """Jobs from buttons, claimed under this lead's token."""
        assert self._tools is not None  # asked only where there are some
        token = None if self._lease is None else self._lease.token
        return JobCrew(desk, self._tools(desk), token or FIRST_TOKEN, lanes, say_job)

    def _note_lost(self) -> None:
        """In the heartbeat's thread: the loop sees it at its next turn."""
        self._lost = True

    def _drop(self, why: str) -> None:
        """No longer the leader: nothing this shift knew is used again."""
        say(f"no longer leading: {why}")
        self._shift = None
        self._let_go()

    def _let_go(self) -> None:
        """Hand the lead back; where the store cannot be asked, it runs out by itself."""
        if self._heartbeat is not None:
            self._heartbeat.stop()
        self._heartbeat = None
        if self._lease is not None:
            try:
                self._lease.release()
            except StoreError as error:
                self._told.once(f"error: {error}")

    def _collect(self) -> None:
        """What ended in a lane: a lost lease ends the shift, anything else is said and tried again."""
        if self._shift is None:
            return
        for error in self._shift.lanes.ended():
            if isinstance(error, asyncio.CancelledError):
                say("stopped in the middle of a slot: the next start goes on with it")
            elif isinstance(error, LeaseLost):
                self._lost = True
            else:  # also a defect: it is one lane's, and the others go on
                self._told.ended(error)

    def _out_of_time(self) -> bool:
        asked = self._stop_asked_at
        return asked is not None and time.monotonic() - asked > self._grace_s

    def report(self, slot: Slot, outcome: SlotOutcome) -> None:
        event = finished(self._store, slot)
        why = f" ({event.detail})" if event is not None and event.detail else ""
        say(f"{slot.key}: {outcome}{why}")
        if outcome is SlotOutcome.DONE and self._shift is not None:
            for line in after_slot(self._shift.desk, self._settings, self._store, slot):
                say(line)

    def run(self) -> None:
        """Work until told to stop; on a desk on which nothing comes due, at what people ask for."""
        desk = self._shift.desk if self._shift is not None else self._build(self._store)
        say(ended(desk) or _coming(desk))
        asyncio.run(self._work())

    async def _work(self) -> None:
        jobs = schedule.Scheduler()
        jobs.every(TICK_S).seconds.do(self._round)
        jobs.run_all()
        while not self.stopping:
            self._turned_at = time.monotonic()
            jobs.run_pending()
            await asyncio.sleep(0.1)
            self._collect()
            if self._lost and self._shift is not None:
                await self._shift.lanes.cancel()
                self._shift.lanes.ended()
                self._drop("another process leads now")
        await self.finish()

    async def finish(self) -> None:
        """What is under way may end within its time; then the lead is handed back."""
        if self._shift is not None:
            while not self._shift.lanes.idle and not self._out_of_time():
                await self._shift.lanes.wait(0.2)
            await self._shift.lanes.cancel()
            self._collect()
        self._let_go()


def _coming(desk: Desk) -> str:
    coming = next_slot(desk)
    if coming is None:
        return "nothing is due in the next days"
    return f"next: {coming.key} at {in_new_york(coming.at):%Y-%m-%d %H:%M} New York"
