"""Two schedulers, readers and one exchange through weeks of slots, and everything that can go wrong."""

from __future__ import annotations

import heapq
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count, groupby

from core.desk.slots import Job, Slot
from tests.chaos.blows import Blow, Kind, blows_at
from tests.chaos.broker_faults import DOWN, bad_day
from tests.chaos.clock import SharedClock
from tests.chaos.database import Watched
from tests.chaos.floor import Floor
from tests.chaos.ground import Ground
from tests.chaos.herd import READER, SCHEDULERS, Herd
from tests.chaos.moods import Mood
from tests.chaos.web import Web
from tests.servers.alpaca_faults import Faults

AFTER = timedelta(seconds=2)
POLL_S, PATIENCE_S, STILL_S, LAST_S = 0.02, 6.0, 0.8, 90.0
FLOW, FLOW_EVERY_S = timedelta(minutes=1), 0.2
GOOD = Mood()
WORSE = 2.5
"""So much more often it strikes while a week runs, where most can be broken."""


@dataclass
class Storm:
    """Run once. ``struck`` counts the blows, ``waited_s`` is the longest wait for one step."""

    ground: Ground
    herd: Herd
    web: Web
    watched: Watched
    floor: Floor
    faults: Faults
    slots: Sequence[Slot]
    often: float
    struck: Counter[str] = field(default_factory=Counter)
    waited_s: float = 0.0

    def __post_init__(self) -> None:
        self.clock = SharedClock(self.ground.path)
        self._pending: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = count()

    def run(self, start: datetime) -> None:
        """From ``start`` to the last slot, then calm until every slot has its ending."""
        self._to(start)
        GOOD.save(self.ground.path)
        for name in (*SCHEDULERS, READER):
            self.herd.start(name)
        self.web.start()
        self._until(self.watched.has_begun, 30)
        self._live(start)
        self._calm()

    def _live(self, start: datetime) -> None:
        instants = [at for at, _ in groupby(slot.at for slot in self.slots) if at > start]
        skip = 0
        weekly = {slot.at for slot in self.slots if slot.job is Job.WEEKLY}
        for step, at in enumerate(instants):
            often = min(self.often * WORSE, 1) if at in weekly else self.often
            blows = [blow for blow in blows_at(self.ground.seed, step, often) if self._can(blow)]
            if step == len(instants) // 2 and self.watched.has_server:
                blows.append(Blow(Kind.DATABASE, 0.2, 0, 0))
            jump = [blow for blow in blows if blow.kind is Kind.JUMP]
            skip = max([skip - 1, *(1 + int(40 * one.size**4) for one in jump)])
            self.struck.update(blow.kind for blow in jump)
            if skip > 0:
                continue
            self._to(at + AFTER)
            for blow in blows:
                if blow.kind is not Kind.JUMP:
                    self._later(blow.delay_s, lambda blow=blow: self._strike(blow))
            self._wait(instants[step + 1] if step + 1 < len(instants) else at + FLOW * 30)

    def _to(self, instant: datetime) -> None:
        self.clock.move_to(instant)
        self.floor.move_to(instant)

    def _open(self, now: datetime) -> bool:
        ended = self.watched.ended()
        return any(slot.key not in ended for slot in self.slots if slot.at <= now)

    def _wait(self, until: datetime) -> None:
        """For what is due to end; the clock goes on slowly meanwhile, but never to the next slot."""
        began = time.monotonic()
        flowing = began + STILL_S
        while self._open(now := self.clock.now()) and time.monotonic() < began + PATIENCE_S:
            self._turn()
            if time.monotonic() > flowing:
                flowing += FLOW_EVERY_S
                self._to(max(now, min(now + FLOW, until - AFTER)))
        self.waited_s = max(self.waited_s, time.monotonic() - began)

    def _turn(self) -> None:
        """A moment passes: what is to happen now happens."""
        time.sleep(POLL_S)
        while self._pending and self._pending[0][0] <= time.monotonic():
            heapq.heappop(self._pending)[2]()
        self.herd.watch()

    def _until(self, done: Callable[[], bool], within_s: float) -> bool:
        ends = time.monotonic() + within_s
        while not done() and time.monotonic() < ends:
            self._turn()
        return done()

    def _later(self, delay_s: float, what: Callable[[], None]) -> None:
        heapq.heappush(self._pending, (time.monotonic() + delay_s, next(self._numbers), what))

    def _calm(self) -> None:
        """Every blow ends, everybody is up, and time goes on until nothing is open."""
        while self._pending:
            self._turn()
        self.faults.clear()
        GOOD.save(self.ground.path)
        self.web.start()
        self._to(max(self.clock.now(), self.slots[-1].at + AFTER))
        ends = time.monotonic() + LAST_S
        while self._open(self.clock.now()) and time.monotonic() < ends:
            self._until(lambda: not self._open(self.clock.now()), 1.0)
            self._to(self.clock.now() + FLOW)
        for name in SCHEDULERS:
            self.herd.stop(name)
        self._until(lambda: not self.herd.stopping(), LAST_S)

    def _can(self, blow: Blow) -> bool:
        return blow.kind is not Kind.DATABASE or self.watched.has_server

    def _strike(self, blow: Blow) -> None:
        self.struck[blow.kind] += 1
        leader = self.watched.leader() or SCHEDULERS[0]
        standby = SCHEDULERS[1 - SCHEDULERS.index(leader)]
        match blow.kind:
            case Kind.KILL_LEADER:
                self._killed(blow, leader)
            case Kind.KILL_STANDBY:
                self._killed(blow, standby)
            case Kind.KILL_BOTH:
                self._killed(blow, leader, standby)
            case Kind.KILL_READER:
                self._killed(blow, READER)
                self.web.kill()
                self._later(blow.length_s, self.web.start)
            case Kind.STOP_LEADER:
                self.herd.stop(leader)
                self._later(blow.length_s, lambda: self.herd.start(leader))
            case Kind.FREEZE_LEADER:
                self._frozen(blow, leader)
            case Kind.FREEZE_BOTH:
                self._frozen(blow, leader, standby)
            case _:
                self._strike_outside(blow, leader)

    def _strike_outside(self, blow: Blow, leader: str) -> None:
        match blow.kind:
            case Kind.LOCK:
                self.watched.lock()
                self._later(blow.length_s, self.watched.unlock)
            case Kind.DATABASE:
                self.watched.strike()
            case Kind.BROKER:
                self.faults.plan(*bad_day(blow.size))
            case Kind.OUTAGE:
                self.faults.plan(*DOWN)
                self._later(blow.length_s, self.faults.clear)
            case Kind.MODELS:
                Mood(fails=blow.size, slow=1, nonsense=blow.size / 2).save(self.ground.path)
                self._later(blow.length_s, lambda: GOOD.save(self.ground.path))
            case Kind.WRONG_CLOCK:
                wrong = SharedClock(self.ground.path, leader)
                wrong.be_wrong_by(timedelta(minutes=20 * blow.size - 10))
                self._later(blow.length_s, lambda: wrong.be_wrong_by(timedelta(0)))

    def _killed(self, blow: Blow, *names: str) -> None:
        for name in names:
            self.herd.kill(name)
            self._later(blow.length_s, lambda name=name: self.herd.start(name))

    def _frozen(self, blow: Blow, *names: str) -> None:
        for name in names:
            self.herd.freeze(name)
            self._later(blow.length_s + 0.5, lambda name=name: self.herd.wake(name))
