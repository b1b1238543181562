"""A worker that is told to stop, is interrupted, or works on a desk that has come to its end."""

from __future__ import annotations

import threading

import pytest

from core.commands import run_job
from core.desk.writing import SLOT_STREAM
from core.events.week import RunCompleted, StageFailed
from core.types import StoreKind
from providers.llm.rules import RulesModel
from scheduler import job_tools
from storage.jobs import enqueue
from storage.queries import StoreReader
from storage.queries.jobs import recent_jobs
from tests.fakes.desks import bench, on
from tests.fakes.models import Sleeping
from tests.fakes.workers import WEEK, a_bench, slots, worker


def test_a_stopped_process_catches_up_on_what_may_still_be_done(tmp_path):
    """Down from Wednesday noon to Friday: fills and marks are caught up, checkpoints are missed."""
    made = a_bench(tmp_path)
    at_work = worker(made)
    made.at(on(WEEK, "12:05"))
    at_work.tick()
    made.at(on("2024-03-15", "10:00"))
    worker(made).tick()
    found = slots(made)
    assert found["mark/2024-03-13/close"] == found["mark/2024-03-14/close"] == "done"
    assert found["fills/2024-03-14/open"] == found["fills/2024-03-15/open"] == "done"
    assert found["checkpoint/2024-03-14/12:00"] == "missed"
    assert found["horizon/2024-03-14/close"] == "missed"


def test_told_to_stop_it_begins_nothing_more(tmp_path):
    made = a_bench(tmp_path)
    at_work = worker(made)
    made.at(on(WEEK, "09:10"))
    at_work.stop()
    at_work.tick()
    assert slots(made) == {}


def test_a_slot_that_takes_too_long_to_finish_is_left_for_the_next_start(tmp_path, capsys):
    model = Sleeping()
    made = a_bench(tmp_path, model=model)
    at_work = worker(made, grace_s=0.1)
    made.at(on(WEEK, "08:00"))

    def stop():
        assert model.asked.wait(30)
        at_work.stop()

    stopper = threading.Thread(target=stop)
    stopper.start()
    at_work.tick()
    stopper.join()
    assert "stopped in the middle of a slot" in capsys.readouterr().out
    assert f"weekly/{WEEK}" not in slots(made)
    assert made.events(StageFailed) == []
    again = bench(
        made.settings, made.store, clock=made.desk.clock, kind=StoreKind.REAL, model=RulesModel()
    )
    worker(again).tick()
    assert slots(made)[f"weekly/{WEEK}"] == "done"
    assert len(made.events(RunCompleted)) == 1


@pytest.mark.parametrize("kind", [StoreKind.SIMULATION, StoreKind.DEMO])
def test_on_a_desk_that_has_ended_nothing_comes_due(tmp_path, capsys, kind):
    """A simulation by its kind; a demonstration when its prices end, here three weeks ago."""
    made = a_bench(tmp_path, kind=kind)
    market = Ended(made.desk.market)
    over = bench(made.settings, made.store, clock=made.desk.clock, kind=kind, market=market)
    at_work = worker(over)
    made.at(on("2024-04-10", "09:05"))
    at_work.stop()
    at_work.run()
    assert "nothing comes due" in capsys.readouterr().out
    assert list(made.store.read(SLOT_STREAM)) == []


@pytest.mark.parametrize("kind", [StoreKind.SIMULATION, StoreKind.DEMO])
def test_what_people_ask_for_is_done_on_a_desk_that_has_ended(tmp_path, kind):
    """Its weeks can be replayed and exported from buttons; nothing is added to what was lived."""
    made = a_bench(tmp_path, at=on("2024-03-06", "07:30"), kind=kind)
    made.simulate("2024-03-06", "2024-03-12")
    lived = made.heads()
    market = Ended(made.desk.market)
    over = bench(made.settings, made.store, clock=made.desk.clock, kind=kind, market=market)
    made.at(on("2024-04-10", "09:05"))
    at_work = worker(over, tools=lambda desk: job_tools(made.settings, desk))
    enqueue(made.store, run_job("replay", week_id="2024-03-06"), "page", made.desk.clock)
    at_work.tick()
    (line,) = recent_jobs(StoreReader(made.store.engine))
    assert (line.status, line.result["identical"]) == ("done", True)
    after = made.heads()
    assert {stream for stream in after if after[stream] != lived.get(stream)} == {
        "job/replay/2024-03-06"
    }


class Ended:
    """Prices up to the 20th of March 2024."""

    def __init__(self, inner):
        self._inner, self.source = inner, inner.source

    def __getattr__(self, name):
        return getattr(self._inner, name)

    def quotes(self, symbols, as_of):
        return self._inner.quotes(symbols, min(as_of, on("2024-03-20", "17:00")))


def test_a_demonstration_by_generated_prices_goes_on_in_real_time(tmp_path):
    made = a_bench(tmp_path, at=on("2024-03-06", "07:00"), kind=StoreKind.DEMO)
    made.simulate("2024-03-06", "2024-03-12")
    at_work = worker(made)
    made.at(on(WEEK, "08:01"))
    at_work.tick()
    assert slots(made)[f"weekly/{WEEK}"] == "done"


def test_a_run_that_began_in_time_is_finished_however_long_it_was_interrupted(tmp_path):
    model = Sleeping()
    made = a_bench(tmp_path, model=model)
    at_work = worker(made, grace_s=0.1)
    made.at(on(WEEK, "08:00"))
    stopper = threading.Thread(target=lambda: (model.asked.wait(30), at_work.stop()))
    stopper.start()
    at_work.tick()
    stopper.join()
    made.at(on(WEEK, "15:00"))  # seven hours late, six are allowed: but it was begun
    again = bench(
        made.settings, made.store, clock=made.desk.clock, kind=StoreKind.REAL, model=RulesModel()
    )
    worker(again).tick()
    assert slots(made)[f"weekly/{WEEK}"] == "done"
