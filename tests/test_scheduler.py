"""The worker over a desk whose clock the tests move: what it runs, misses, writes down and tells."""

from __future__ import annotations

import threading
import time

import pytest

from config.worker import Worker
from core.desk.opening import open_desk
from core.desk.slot_log import SlotOutcome
from core.events.account import OrderIntended
from core.events.alerts import AlertRaised
from core.events.scheduling import SlotAttemptFailed, SlotsPlanned
from core.events.system import SlotFinished
from core.events.week import RunCompleted
from core.types import StoreKind
from tests.fakes.desks import Bench, bench, on
from tests.fakes.models import Sleeping
from tests.fakes.workers import EARLY, WEEK, a_bench, slots, telling, worker


def test_it_runs_what_came_due_since_it_started_and_nothing_twice(tmp_path):
    made = a_bench(tmp_path)
    at_work = worker(made)
    made.at(on(WEEK, "09:10"))
    at_work.tick()
    assert list(slots(made)) == [
        "postmortem/2024-03-06",
        f"weekly/{WEEK}",
        f"checkpoint/{WEEK}/09:00",
    ]
    assert set(slots(made).values()) == {SlotOutcome.DONE}
    before = made.heads()
    at_work.tick()
    worker(made).tick()
    assert made.heads() == before


def test_what_was_due_before_it_was_first_started_is_not_its_work(tmp_path):
    made = a_bench(tmp_path, at=on(WEEK, "12:30"))
    at_work = worker(made)
    made.at(on(WEEK, "14:05"))
    at_work.tick()
    assert list(slots(made)) == [f"checkpoint/{WEEK}/14:00"]


def test_a_slot_that_comes_too_late_is_missed_with_its_reason(tmp_path):
    """At 15:00 the run is seven hours late (six are allowed), each checkpoint more than 20 minutes."""
    made = a_bench(tmp_path)
    at_work = worker(made)
    made.at(on(WEEK, "15:00"))
    at_work.tick()
    assert slots(made) == {
        "postmortem/2024-03-06": "done",
        f"weekly/{WEEK}": "missed",
        f"checkpoint/{WEEK}/09:00": "missed",
        f"fills/{WEEK}/open": "done",
        f"checkpoint/{WEEK}/12:00": "missed",
        f"checkpoint/{WEEK}/14:00": "missed",
    }
    missed = next(e for e in made.events(SlotFinished) if e.slot == f"weekly/{WEEK}")
    assert missed.detail == "420 minutes late, at most 360 are allowed"
    assert made.events(OrderIntended) == []


class Broken:
    """A market with a defect no adapter may have: it raises something that is no CouncilError."""

    def __init__(self, inner):
        self._inner, self.source, self.broken = inner, inner.source, True

    def __getattr__(self, name):
        return getattr(self._inner, name)

    def quotes(self, symbols, as_of):
        if self.broken:
            raise KeyError("no such column")
        return self._inner.quotes(symbols, as_of)


def test_a_defect_in_one_slot_is_tried_again_recorded_and_the_next_slot_goes_on(tmp_path):
    made = a_bench(tmp_path)
    at_work = worker(bench(made.settings, made.store, clock=made.desk.clock, kind=StoreKind.REAL))
    made.at(on(WEEK, "09:10"))
    at_work.tick()
    market = Broken(made.desk.market)
    broken = bench(
        made.settings, made.store, clock=made.desk.clock, kind=StoreKind.REAL, market=market
    )
    at_work = worker(broken)
    for late in ("12:05", "12:07"):
        made.at(on(WEEK, late))
        at_work.tick()
        assert f"checkpoint/{WEEK}/12:00" not in slots(made)  # tried again after a while
    tried = made.events(SlotAttemptFailed)
    assert [event.attempt for event in tried] == [1, 2]
    assert tried[0].detail == "KeyError: 'no such column'"
    made.at(on(WEEK, "12:12"))
    at_work.tick()
    assert slots(made)[f"checkpoint/{WEEK}/12:00"] == "failed"
    failed = made.events(SlotFinished)[-1]
    assert failed.detail == "KeyError: 'no such column'"
    market.broken = False
    made.at(on(WEEK, "14:05"))
    at_work.tick()
    assert slots(made)[f"checkpoint/{WEEK}/14:00"] == "done"


def test_a_week_another_process_works_on_is_left_for_a_later_tick(tmp_path):
    made = a_bench(tmp_path)
    at_work = worker(made)
    made.at(on(WEEK, "08:01"))
    with made.desk.lock.hold(f"week/{WEEK}"):
        at_work.tick()
    assert list(slots(made)) == ["postmortem/2024-03-06"]
    at_work.tick()
    assert slots(made)[f"weekly/{WEEK}"] == "done"
    assert len(made.events(RunCompleted)) == 1


def test_a_desk_that_cannot_be_used_is_reported_once_and_tried_again(tmp_path, capsys):
    made = a_bench(tmp_path)
    open_desk(made.desk, EARLY)
    other = Broken(made.desk.market)
    other.source = "files"
    changed = bench(
        made.settings, made.store, clock=made.desk.clock, kind=StoreKind.REAL, market=other
    )
    at_work = worker(changed)
    made.at(on(WEEK, "09:01"))
    before = made.heads()
    capsys.readouterr()
    at_work.tick()
    at_work.tick()
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 1
    assert said[0].startswith("scheduler: error: this desk's prices are SIMULATED")
    assert made.heads() == before


def a_lived_week(made: Bench, until: str) -> Worker:
    """Ticks at every slot's own instant up to a day's end."""
    at_work = worker(made)
    for slot in made.slots(WEEK, until):
        made.at(slot.at)
        at_work.tick()
    return at_work


@pytest.mark.parametrize(
    ("kind", "place"), [(StoreKind.REAL, "runs"), (StoreKind.DEMO, "runs/demo")]
)
def test_a_week_is_exported_when_it_closes(tmp_path, kind, place):
    made = a_bench(tmp_path, kind=kind)
    a_lived_week(made, "2024-03-19")
    folder = tmp_path / place / f"week_{WEEK}"
    assert not folder.exists()
    at_work = worker(made)
    for slot in made.slots("2024-03-20", "2024-03-20"):
        made.at(slot.at)
        at_work.tick()
    assert {file.name for file in folder.iterdir()} == {"raw", "normalized", "events.sqlite"}
    assert list((folder / "raw").iterdir())
    assert (folder / "normalized" / "postmortem.json").exists()


def test_every_night_heads_are_anchored_beside_the_store_and_it_is_backed_up(tmp_path):
    made = a_bench(tmp_path, store=f"sqlite:///{tmp_path / 'desk.db'}")
    at_work = a_lived_week(made, WEEK)
    made.at(on(WEEK, "20:00"))
    at_work.tick()
    assert slots(made)[f"nightly/{WEEK}/daily"] == "done"
    assert (tmp_path / "runs" / "backups" / f"nightly-{WEEK}.db").exists()
    assert len((tmp_path / "desk.anchors.jsonl").read_text().splitlines()) == 1
    made.store.close()


def test_it_says_what_comes_next(tmp_path, capsys):
    made = a_bench(tmp_path)
    at_work = worker(made)
    at_work.stop()
    at_work.run()
    assert "next: postmortem/2024-03-06 at 2024-03-13 07:30 New York" in capsys.readouterr().out


def test_a_week_with_missed_and_skipped_slots_replays(tmp_path):
    """Down over Thursday's checkpoints; a slot that was never run is not run by the replay either."""
    made = a_bench(tmp_path)
    at_work = worker(made)
    for instant in (on(WEEK, "09:10"), on(WEEK, "12:05"), on("2024-03-14", "17:00")):
        made.at(instant)
        at_work.tick()
    assert "missed" in set(slots(made).values())
    assert made.replay(WEEK).difference is None


def test_somebody_is_told_when_the_weeks_run_was_missed(tmp_path):
    made = a_bench(tmp_path)
    at_work = worker(made, teller=telling(made))
    made.at(on(WEEK, "15:00"))
    at_work.tick()
    at_work.tick()
    told = [event for event in made.events(AlertRaised) if f"weekly/{WEEK}" in event.body]
    assert len(told) == 1
    assert told[0].severity == "critical"


def test_the_table_of_the_coming_days_is_written_down_before_it_is_lived(tmp_path):
    made = a_bench(tmp_path)
    at_work = worker(made)
    at_work.tick()
    planned = [slot for event in made.events(SlotsPlanned) for slot in event.slots]
    assert {slot.slot for slot in planned} > {slot.key for slot in made.slots(WEEK, "2024-03-20")}
    at_work.tick()
    assert len([slot for event in made.events(SlotsPlanned) for slot in event.slots]) == len(
        planned
    )


def test_research_that_takes_an_hour_delays_no_checkpoint(tmp_path):
    """The week's run waits for its model; the checkpoint acts on the last week after its patience."""
    model = Sleeping()
    made = a_bench(tmp_path, model=model)
    at_work = worker(made, grace_s=0.1, patience_s=0.2)
    made.at(on(WEEK, "09:05"))
    stopper = threading.Thread(target=lambda: (_until_done(made, "09:00"), at_work.stop()))
    stopper.start()
    at_work.tick()
    stopper.join()
    assert slots(made)[f"checkpoint/{WEEK}/09:00"] == "done"
    assert f"weekly/{WEEK}" not in slots(made)


def _until_done(made, label):
    for _ in range(600):
        if f"checkpoint/{WEEK}/{label}" in slots(made):
            return
        time.sleep(0.05)
