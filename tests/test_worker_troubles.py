"""What a leading worker outlives: its store gone for a while, defects, work of others, jobs that kill."""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import replace
from datetime import date
from datetime import time as clock

import pytest

from config.worker import Worker
from core.desk.past_slots import checkpoint_slots, run_past_slots
from core.errors import StoreUnusable
from core.events.system import SlotFinished
from core.types import StoreKind
from storage.leases import Lease
from tests.fakes.desks import Bench, FlakyMarket, bench, on, rules_settings

WEEK = "2024-03-13"
EARLY = on(WEEK, "07:00")


def a_bench(folder, at=EARLY, **more) -> Bench:
    settings = rules_settings(more.pop("store", f"sqlite:///{folder}/desk.db"))
    paths = settings.paths.model_copy(update={"runs": folder / "runs"})
    settings = settings.model_copy(update={"paths": paths})
    return bench(settings, at=at, kind=StoreKind.REAL, **more)


def slots(made: Bench) -> dict[str, str]:
    return {event.slot: event.outcome for event in made.events(SlotFinished)}


class Away(Lease):
    """A lease in a database that can be away."""

    away = False

    def _here(self):
        if self.away:
            raise StoreUnusable("the database server cannot be reached")

    def renew(self):
        self._here()
        return super().renew()

    def release(self):
        self._here()
        super().release()


def running(at_work):
    """The worker in a thread; what it raised, if anything."""
    ended = []

    def run():
        try:
            at_work.run()
        except BaseException as error:  # noqa: BLE001 - shown to the test
            ended.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread, ended


def until(true, seconds=20.0):
    ends = time.monotonic() + seconds
    while not true() and time.monotonic() < ends:
        time.sleep(0.02)
    return true()


def test_a_database_away_for_longer_than_the_lease_ends_no_scheduler(tmp_path):
    made = a_bench(tmp_path)
    lease = Away(made.store.engine, holder="one", ttl_s=1.0)
    at_work = Worker(made.settings, made.store, lambda _store: made.desk, lease=lease)
    thread, ended = running(at_work)
    assert until(lambda: at_work.leads)
    lease.away = True
    assert until(lambda: not at_work.leads or ended)
    time.sleep(0.5)
    lease.away = False
    assert until(lambda: at_work.leads or ended)
    at_work.stop()
    thread.join(20)
    assert ended == []
    assert not thread.is_alive()


def test_a_desk_that_cannot_be_built_is_not_led_and_leaves_no_heartbeat(tmp_path):
    made = a_bench(tmp_path)
    lease = Lease(made.store.engine, holder="one", ttl_s=2.0)
    built = [made.desk]

    def build(_store):
        if built:
            return built.pop()
        raise StoreUnusable("the database server cannot be reached")

    at_work = Worker(made.settings, made.store, build, lease=lease)
    thread, ended = running(at_work)
    time.sleep(4)
    standby = Lease(made.store.engine, holder="two", ttl_s=5)
    assert until(lambda: standby.renew() is not None, 5)
    at_work.stop()
    thread.join(20)
    assert ended == []
    assert [one for one in threading.enumerate() if one.name == "scheduler heartbeat"] == []


def test_a_defect_beside_the_slots_ends_no_scheduler(tmp_path, capsys):
    """Telling people breaks, and so does what follows a slot; the slots go on."""
    made = a_bench(tmp_path)

    async def broken():
        raise KeyError("a defect")

    at_work = Worker(made.settings, made.store, lambda _store: made.desk, teller=lambda *_: broken)
    made.at(on(WEEK, "09:10"))
    at_work.tick()
    at_work.tick()
    assert slots(made)[f"checkpoint/{WEEK}/09:00"] == "done"
    assert capsys.readouterr().out.count("defect: KeyError: 'a defect'") == 1


class Deadly:
    """A market whose library ends the process it runs in."""

    def __init__(self, inner, error):
        self._inner, self.source, self._error = inner, inner.source, error

    def __getattr__(self, name):
        return getattr(self._inner, name)

    def quotes(self, symbols, as_of):
        raise self._error


class Panic(BaseException):
    """As extension modules written in Rust raise it."""


@pytest.mark.parametrize("error", [SystemExit(3), Panic("index out of bounds")])
def test_a_job_that_would_end_the_process_is_recorded_and_starves_nobody(tmp_path, error):
    made = a_bench(tmp_path)
    at_work = Worker(made.settings, made.store, lambda _store: made.desk)
    made.at(on(WEEK, "09:10"))
    at_work.tick()
    market = Deadly(made.desk.market, error)
    deadly = bench(
        made.settings, made.store, clock=made.desk.clock, kind=StoreKind.REAL, market=market
    )
    at_work = Worker(made.settings, made.store, lambda _store: deadly.desk)
    made.at(on(WEEK, "16:30"))  # the marks ask for prices, fills do not
    at_work.tick()
    for minutes in ("16:40", "17:20", "19:30"):
        made.at(on(WEEK, minutes))
        at_work.tick()
    assert slots(made)[f"fills/{WEEK}/close"] == "done"
    assert slots(made)[f"mark/{WEEK}/close"] == "failed"


class Counting:
    """A broker's books that are asked over the wire."""

    def __init__(self):
        self.asked = 0

    def custodies(self):
        self.asked += 1
        return {}


def test_a_week_that_somebody_else_works_on_is_not_asked_for_every_second(tmp_path):
    """`cli.py run_weekly`, or its job, goes on for an hour while the slot is due: the vendor is left alone."""
    made = a_bench(tmp_path)
    books = Counting()
    desk = replace(made.desk, statements=books)
    at_work = Worker(made.settings, made.store, lambda _store: desk)
    made.at(on(WEEK, "08:00"))
    with desk.lock.hold(f"week/{WEEK}"):
        for _ in range(5):
            at_work.tick()
        before = books.asked
        for _ in range(5):
            at_work.tick()
        assert books.asked == before
    made.at(on(WEEK, "08:04"))
    at_work.tick()
    assert slots(made)[f"weekly/{WEEK}"] == "done"


def at_work_at(made: Bench, *instants) -> None:
    for instant in instants:
        made.at(instant)
        Worker(made.settings, made.store, lambda _store: made.desk).tick()  # a restart each


def test_a_slot_run_by_hand_hides_none_that_was_missed_before_it(tmp_path):
    """Off for three weeks; somebody runs a checkpoint by hand before the scheduler is started again."""
    made = a_bench(tmp_path)
    at_work_at(made, EARLY, on(WEEK, "08:01"), on(WEEK, "16:50"))
    made.at(on("2024-04-03", "12:05"))
    asked = checkpoint_slots(made.desk, date(2024, 4, 3), {"12:00"})
    asyncio.run(run_past_slots(made.desk, asked))
    at_work_at(made, on("2024-04-03", "12:10"))
    lived = [slot for slot in made.slots(WEEK, "2024-04-03") if EARLY < slot.at <= asked[0].at]
    assert {slot.key for slot in lived} <= set(slots(made))


def test_a_slot_that_waits_for_its_next_attempt_is_not_forgotten_over_a_gap(tmp_path):
    """The prices of a day three weeks ago cannot be had at the first try, nor at the next start."""
    made = a_bench(tmp_path)
    at_work_at(made, EARLY, on(WEEK, "16:10"))
    market = FlakyMarket(made.desk.market)
    down = bench(
        made.settings, made.store, clock=made.desk.clock, kind=StoreKind.REAL, market=market
    )
    at_work_at(down, on("2024-04-03", "12:10"))
    assert f"mark/{WEEK}/close" not in slots(made)
    market.down = False
    at_work_at(down, on("2024-04-03", "12:20"))
    assert slots(made)[f"mark/{WEEK}/close"] == "done"


def test_another_schedule_makes_no_slot_of_the_past_a_missed_one(tmp_path):
    made = a_bench(tmp_path)
    thursday = "2024-03-14"
    at_work_at(made, EARLY, *(slot.at for slot in made.slots(WEEK, WEEK)), on(thursday, "08:55"))
    schedule = made.settings.policy.schedule.model_copy(
        update={"checkpoints": (clock(9), clock(11), clock(12, 30), clock(15, 50))}
    )
    policy = made.settings.policy.model_copy(update={"schedule": schedule})
    settings = made.settings.model_copy(update={"policy": policy})
    other = bench(settings, made.store, clock=made.desk.clock, kind=StoreKind.REAL)
    at_work_at(other, on(thursday, "12:10"), on(thursday, "12:35"))
    found = slots(made)
    assert f"checkpoint/{WEEK}/11:00" not in found
    assert f"checkpoint/{thursday}/11:00" not in found  # nobody had planned it then
    assert found[f"checkpoint/{thursday}/09:00"] == "missed"
    assert found[f"checkpoint/{thursday}/12:30"] == "done"


def test_a_worker_that_hangs_loses_the_lead_to_a_standby(tmp_path):
    """The heartbeat has a thread of its own and would keep a lead nobody makes use of."""
    made = a_bench(tmp_path)
    free = threading.Event()

    async def hang():
        free.wait(20)  # in the event loop itself

    lease = Lease(made.store.engine, holder="one", ttl_s=0.5)
    standby = Lease(made.store.engine, holder="two", ttl_s=5)
    at_work = Worker(
        made.settings,
        made.store,
        lambda _store: made.desk,
        lease=lease,
        teller=lambda *_: hang,
        stuck_s=1.0,
    )
    thread, ended = running(at_work)
    assert until(lambda: at_work.leads)
    assert until(lambda: standby.renew() is not None)
    free.set()
    assert until(lambda: not at_work.leads)
    at_work.stop()
    thread.join(20)
    assert ended == []
