"""What people ask of a running worker: pauses, jobs, a word on a week, the kill switch."""

from __future__ import annotations

from core.commands import run_job
from core.desk.approval import Word, decide
from core.desk.scheduling import pause, resume
from core.desk.trading_switch import disable
from core.events.account import OrderAccepted, OrderIntended, OrderRejected
from core.events.week import RunCompleted
from core.types import StoreKind, WeekId
from scheduler import job_tools
from storage.jobs import enqueue
from storage.queries import StoreReader
from storage.queries.jobs import recent_jobs
from tests.fakes.desks import bench, on
from tests.fakes.manual_desks import manual
from tests.fakes.workers import EARLY, WEEK, a_bench, settings_in, slots, worker


def test_paused_it_begins_nothing_and_goes_on_when_it_is_let(tmp_path, capsys):
    made = a_bench(tmp_path)
    at_work = worker(made)
    at_work.tick()
    pause(made.store, "operator", "holiday", made.desk.clock.now())
    made.at(on(WEEK, "09:10"))
    at_work.tick()
    assert slots(made) == {}
    assert "paused by operator: holiday" in capsys.readouterr().out
    resume(made.store, "operator", made.desk.clock.now())
    at_work.tick()
    assert slots(made)[f"weekly/{WEEK}"] == "done"


def test_a_job_from_a_button_runs_beside_the_slots_and_asking_twice_is_harmless(tmp_path):
    made = a_bench(tmp_path)
    at_work = worker(made, tools=lambda desk: job_tools(made.settings, desk))
    made.at(on(WEEK, "08:01"))
    at_work.tick()
    clock = made.desk.clock
    for _ in range(2):
        enqueue(made.store, run_job("replay", week_id=WEEK), "page", clock)
    enqueue(made.store, run_job("export", week_id=WEEK), "page", clock)
    at_work.tick()  # one at a time a week
    at_work.tick()
    lines = {line.key: line for line in recent_jobs(StoreReader(made.store.engine))}
    assert lines[f"replay/{WEEK}"].result["identical"] is True
    assert lines[f"replay/{WEEK}"].request == 1
    assert lines[f"export/{WEEK}"].status == "done"
    assert (tmp_path / "exports" / f"week_{WEEK}" / "normalized").exists()


def test_no_job_begins_while_the_scheduler_pauses(tmp_path):
    made = a_bench(tmp_path)
    at_work = worker(made, tools=lambda desk: job_tools(made.settings, desk))
    at_work.tick()
    pause(made.store, "operator", "holiday", made.desk.clock.now())
    enqueue(made.store, run_job("rebuild"), "page", made.desk.clock)
    at_work.tick()
    (line,) = recent_jobs(StoreReader(made.store.engine))
    assert line.status == "requested"


def test_a_week_that_waits_for_a_word_goes_on_by_itself_once_it_is_given(tmp_path):
    settings = manual(settings_in(tmp_path))
    made = bench(settings, at=EARLY, kind=StoreKind.REAL)
    at_work = worker(made, tools=lambda desk: job_tools(made.settings, desk))
    made.at(on(WEEK, "08:01"))
    at_work.tick()
    assert slots(made)[f"weekly/{WEEK}"] == "done"
    assert made.events(OrderIntended) == []
    at_work.tick()
    assert made.events(OrderIntended) == []
    yes = Word(approved=True, by="operator")
    decide(made.store, WeekId(WEEK), yes, made.desk.clock.now())
    at_work.tick()
    assert made.events(OrderIntended)
    assert len(made.events(RunCompleted)) == 1
    before = made.heads()
    at_work.tick()
    assert made.heads() == before


def test_a_proposal_nobody_answered_ends_the_week_without_orders(tmp_path):
    settings = manual(settings_in(tmp_path))
    made = bench(settings, at=EARLY, kind=StoreKind.REAL)
    at_work = worker(made, tools=lambda desk: job_tools(made.settings, desk))
    for wall in ("08:01", "11:01"):
        made.at(on(WEEK, wall))
        at_work.tick()
    at_work.tick()
    assert made.events(OrderIntended) == []
    assert len(made.events(RunCompleted)) == 1


def test_the_kill_switch_holds_back_every_order_and_flattening_closes_what_is_held(tmp_path):
    made = a_bench(tmp_path)
    at_work = worker(made)
    for wall in ("08:01", "09:36"):
        made.at(on(WEEK, wall))
        at_work.tick()
    held = [one for one in made.desk.policy.accounts if positions(made, one.account_id)]
    assert held
    disable(made.store, "a bad feeling", "operator", made.desk.clock.now(), flatten=True)
    at_work.tick()
    made.at(on(WEEK, "16:20"))
    at_work.tick()
    assert not any(positions(made, one.account_id) for one in made.desk.policy.accounts)
    orders = len(made.events(OrderAccepted))
    for slot in made.slots("2024-03-14", "2024-03-20"):
        made.at(slot.at)
        at_work.tick()
    assert len(made.events(OrderAccepted)) == orders
    assert any("trading is disabled" in one.reason for one in made.events(OrderRejected))


def positions(made, account_id):
    return made.desk.books.book(account_id).ledger.positions
