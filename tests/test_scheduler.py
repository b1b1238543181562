"""The worker over a desk whose clock the tests move: what it runs, misses, outlives and leaves."""

from __future__ import annotations

import threading
import time

import pytest

from config.alert_watch import alert_watch
from config.worker import Worker
from core.commands import run_job
from core.desk.approval import Word, decide
from core.desk.opening import open_desk
from core.desk.scheduling import pause, resume
from core.desk.slot_log import SlotOutcome
from core.desk.trading_switch import disable
from core.desk.writing import SLOT_STREAM
from core.events.account import OrderAccepted, OrderIntended, OrderRejected
from core.events.alerts import AlertRaised
from core.events.scheduling import SlotAttemptFailed, SlotsPlanned
from core.events.system import SlotFinished
from core.events.week import RunCompleted, StageFailed
from core.types import StoreKind, WeekId
from providers.llm.rules import RulesModel
from scheduler import job_tools
from storage.jobs import enqueue
from storage.queries import StoreReader
from storage.queries.jobs import recent_jobs
from tests.fakes.desks import Bench, bench, on, rules_settings
from tests.fakes.models import Sleeping

WEEK = "2024-03-13"
EARLY = on(WEEK, "07:00")


def settings_in(folder, store="sqlite://"):
    settings = rules_settings(store)
    own = {"runs": folder / "runs", "exports": folder / "exports"}
    paths = settings.paths.model_copy(update=own)
    return settings.model_copy(update={"paths": paths})


def a_bench(folder, at=EARLY, **more) -> Bench:
    store = more.pop("store", "sqlite://")
    return bench(settings_in(folder, store), at=at, kind=more.pop("kind", StoreKind.REAL), **more)


def worker(made: Bench, **more) -> Worker:
    return Worker(made.settings, made.store, lambda _store: made.desk, **more)


def telling(made: Bench):
    return lambda store, desk: alert_watch(made.settings, store, desk.clock).round


def slots(made: Bench) -> dict[str, str]:
    return {event.slot: event.outcome for event in made.events(SlotFinished)}


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


def manual(settings):
    execution = settings.policy.execution.model_copy(update={"approval": "manual"})
    policy = settings.policy.model_copy(update={"execution": execution})
    return settings.model_copy(update={"policy": policy})


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
