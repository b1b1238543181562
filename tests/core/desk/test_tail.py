"""What a leader asks at every round costs what is new in the log, not what is in it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from types import SimpleNamespace

import pytest

from core.commands import run_job
from core.desk.broker_standing import Standing, StandingLog, standing
from core.desk.flatten import flatten_due
from core.desk.job_board import JobBoard
from core.desk.scheduling import pause, resume
from core.desk.shift import PATIENCE_S, Beside, Shift
from core.desk.tail import Tail
from core.desk.trading_switch import disable, enable
from core.desk.writing import BROKER_STREAM, MARKET_STREAM, append_one, new_event
from core.events.market import UniverseMarked
from core.events.reconciliation import MismatchResolved, ReconciliationMismatch
from core.events.scheduling import SlotsPlanned
from core.events.system import SlotFinished
from core.types import StoreKind
from storage.jobs import enqueue
from tests.fakes.desks import bench, on, rules_settings
from tests.fakes.manual_desks import WEEK as ASKED
from tests.fakes.manual_desks import asking, say, week

WEEK = "2024-03-13"


class Counted:
    """A store that counts the events it hands out in streams and lists."""

    def __init__(self, inner):
        self._inner, self.events = inner, 0

    def __getattr__(self, name):
        return getattr(self._inner, name)

    def read(self, stream_id, after_version=0):
        return self._counting(self._inner.read(stream_id, after_version))

    def read_all(self, after_position=0, types=None):
        return self._counting(self._inner.read_all(after_position, types))

    def _counting(self, rows):
        for row in rows:
            self.events += 1
            yield row


@pytest.fixture
def made():
    return bench(rules_settings(), at=on(WEEK, "07:00"), kind=StoreKind.REAL)


def test_each_event_is_read_once_in_the_order_of_the_log(made):
    tail = Tail(made.store, [SlotsPlanned.__name__])
    assert list(tail.read()) == []
    shift = a_shift(made)
    asyncio.run(lived(shift))
    found = list(tail.read())
    assert [row.position for row in found] == sorted(row.position for row in found)
    assert found
    assert list(tail.read()) == []


def test_events_that_were_not_wanted_are_passed_over_once(made):
    asked = []
    real = made.store.read_all
    spy = Counted(made.store)
    spy.read_all = lambda after, types: asked.append(after) or real(after, types)
    tail = Tail(spy, [SlotFinished.__name__])
    mark(made, "2024-03-12")
    for _ in range(3):
        assert list(tail.read()) == []
    mark(made, "2024-03-13")
    assert list(tail.read()) == []
    assert asked == [0, 1]


def mark(made, session):
    event = UniverseMarked(session=session, prices=(), opens=())
    append_one(made.store, MARKET_STREAM, new_event(MARKET_STREAM, event, [session], on(session)))


async def lived(shift):
    shift.round()
    await shift.lanes.wait()
    assert shift.lanes.ended() == []


def a_shift(made, beside=None):
    return Shift(made.desk, lambda *_: None, lambda: False, PATIENCE_S, beside)


async def nothing(_desk, _slot):
    return "nothing"


def test_a_round_in_which_nothing_is_new_reads_no_event(made):
    store = Counted(made.store)
    desk = replace(made.desk, store=store)
    shift = Shift(desk, lambda *_: None, lambda: False, PATIENCE_S, Beside(work=nothing))
    made.at(on(WEEK, "12:05"))
    asyncio.run(lived(shift))
    assert made.events(SlotFinished)
    asyncio.run(lived(shift))
    before = store.events
    asyncio.run(lived(shift))
    assert store.events == before


def test_a_round_while_a_week_waits_for_a_person_reads_no_event():
    made = asking()
    week(made)
    store = Counted(made.store)
    shift = a_shift(replace(made, desk=replace(made.desk, store=store)), Beside(crew=no_jobs))
    for _ in range(2):
        asyncio.run(lived(shift))
    before = store.events
    asyncio.run(lived(shift))
    assert store.events == before
    say(made)
    asyncio.run(lived(shift))
    [job] = JobBoard(made.store).open()
    assert job.command.week_id == ASKED
    assert store.events <= before + len(made.desk.policy.accounts)


def no_jobs(_desk, _lanes):
    return SimpleNamespace(round=lambda: None)


def test_a_round_while_everything_is_flattened_does_not_read_the_switch_again(made):
    disable(made.store, "enough", "ann", on(WEEK), flatten=True)
    enable(made.store, "well", "ann", on(WEEK))
    store = Counted(made.store)
    desk = replace(made.desk, store=store)
    assert not flatten_due(desk)
    assert store.events == 2
    assert not flatten_due(desk)
    assert store.events == 2


def test_where_broker_and_ledger_stand_is_read_on(made):
    store = Counted(made.store)
    log = StandingLog(store)
    before = log.now()
    differ(made, "acct_1", 1)
    differ(made, "acct_1", 2)
    assert [len(found) for found in log.now().open.values()] == [2]
    assert log.now() == standing(made.store)
    assert store.events == 2
    assert before == Standing(), "what was given is never changed afterwards"
    resolved = MismatchResolved(account="acct_1", reason="equal", by="desk")
    append_one(made.store, BROKER_STREAM, new_event(BROKER_STREAM, resolved, [3], on(WEEK)))
    assert log.now().blocked() == {}
    assert store.events == 3


def differ(made, account, number):
    event = ReconciliationMismatch(
        account=account,
        accounts=(account,),
        what="position",
        subject=f"S{number}",
        ledger="1",
        broker="2",
    )
    append_one(made.store, BROKER_STREAM, new_event(BROKER_STREAM, event, [number], on(WEEK)))


def test_a_pause_and_its_end_are_seen_by_a_shift_that_began_before(made):
    shift = a_shift(made, Beside(work=nothing))
    asyncio.run(lived(shift))
    pause(made.store, "operator", "holiday", on(WEEK))
    made.at(on(WEEK, "09:10"))
    assert shift.round() == "paused by operator: holiday"
    resume(made.store, "operator", on(WEEK))
    asyncio.run(lived(shift))
    assert len(made.events(SlotFinished)) == 3


def test_an_empty_board_looks_at_nothing_twice(made):
    asyncio.run(lived(a_shift(made)))
    store = Counted(made.store)
    board = JobBoard(store)
    assert board.open() == []
    enqueue(made.store, run_job("rebuild"), "page", made.desk.clock)
    for _ in range(3):
        assert [state.key for state in board.open()] == ["rebuild/all"]
    assert store.events == 1


def test_what_is_done_beside_the_slots_does_not_widen_the_days_looked_at(made):
    """Telling people goes on at every round: the window moves on all the same."""
    asked = []
    table = made.desk.calendar

    class Calendar:
        def __getattr__(self, name):
            return getattr(table, name)

        def sessions(self, start, end):
            asked.append((end - start).days)
            return table.sessions(start, end)

    async def telling():
        await asyncio.sleep(0)

    desk = replace(made.desk, calendar=Calendar())
    beside = Beside(work=nothing, aside=telling)
    shift = Shift(desk, lambda *_: None, lambda: False, PATIENCE_S, beside)
    for slot in made.slots(WEEK, "2024-04-12"):
        made.at(slot.at)
        asyncio.run(lived(shift))
    assert max(asked[-10:]) <= 8
