"""Holidays, half days and missed runs: every week under its own name, every exit on its session."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest

from core.clock import in_new_york
from core.desk.slot_log import SlotOutcome
from core.desk.slots import Job
from core.desk.weekly import run_week
from core.events.account import CheckpointDecided, NoNewPrice, OrderFilled, OrderIntended, TargetSet
from core.events.market import UniverseMarked
from core.events.system import SlotFinished
from core.events.week import PostmortemWritten, RunStarted, WeekClaimed, WeekClosed
from core.schemas.order import Purpose
from core.types import WeekId
from tests.fakes.desks import Bench, bench, on, rules_settings

CALM = {"checkpoints.penalty": "0", "checkpoints.decay_a_session": "0"}
"""Conviction never moves, so what is bought is held to the end of the week."""


@pytest.fixture(scope="module")
def christmas() -> Bench:
    """Four weeks with two Wednesdays closed: 25 December 2024 and 1 January 2025."""
    made = bench(rules_settings(), at=on("2024-12-11", "06:00"))
    report = made.simulate("2024-12-11", "2025-01-14")
    assert (report.weeks, report.failed) == (5, 0)
    return made


def test_a_holidays_week_runs_on_the_next_session_under_its_own_name(christmas):
    started = {event.week_id: event.as_of for event in christmas.events(RunStarted)}
    assert started == {
        "2024-12-11": on("2024-12-11"),
        "2024-12-18": on("2024-12-18"),
        "2024-12-25": on("2024-12-26"),
        "2025-01-01": on("2025-01-02"),
        "2025-01-08": on("2025-01-08"),
    }
    assert [event.week_id for event in christmas.events(WeekClaimed)] == sorted(started)


def test_a_holidays_week_enters_on_the_session_it_runs(christmas):
    entries = {(event.week_id, event.entry_session) for event in christmas.events(TargetSet)}
    assert ("2024-12-25", date(2024, 12, 26)) in entries
    assert ("2025-01-01", date(2025, 1, 2)) in entries
    assert len(entries) == 5


def test_weeks_around_holidays_close_and_replay(christmas):
    closed = [event.week_id for event in christmas.events(WeekClosed)]
    assert closed == ["2024-12-11", "2024-12-18", "2024-12-25", "2025-01-01"]
    finals = {e.postmortem.week_id: e.postmortem for e in christmas.events(PostmortemWritten)}
    assert finals["2024-12-25"].first_session == date(2024, 12, 26)
    assert finals["2024-12-25"].last_session == date(2024, 12, 31)
    for week in closed:
        assert christmas.replay(week).difference is None


def test_until_the_new_week_has_run_checkpoints_act_on_the_last(christmas):
    """On Tuesday the 24th it is still the week of the 18th; on Thursday the 26th it is the new one."""
    weeks = {
        event.decision.timestamp: event.decision.week_id
        for event in christmas.events(CheckpointDecided)
    }
    assert weeks[on("2024-12-24", "12:00")] == "2024-12-18"
    assert weeks[on("2024-12-26", "09:00")] == "2024-12-25"


def test_after_an_early_close_checkpoints_are_skipped_and_marks_follow_at_once(christmas):
    slots = [e for e in christmas.events(SlotFinished) if e.session == date(2024, 12, 24)]
    ends = {slot.label: slot.outcome for slot in slots if slot.job == Job.CHECKPOINT}
    assert ends == {"09:00": "done", "12:00": "done", "14:00": "skipped", "15:50": "skipped"}
    at = {slot.job: f"{in_new_york(slot.at):%H:%M}" for slot in slots}
    assert (at[Job.HORIZON], at[Job.MARK]) == ("12:45", "13:16")
    (mark,) = [e for e in christmas.events(UniverseMarked) if e.session == date(2024, 12, 24)]
    assert {price.session for price in mark.prices} == {date(2024, 12, 24)}
    assert {f"{in_new_york(price.known_at):%H:%M}" for price in mark.prices} == {"13:00"}


def test_afternoon_slots_see_no_new_price_on_daily_bars_and_act_on_nothing(christmas):
    """09:00 sees the last close and 12:00 the open; 14:00 and 15:50 have nothing new to judge."""
    assert {event.time for event in christmas.events(NoNewPrice)} == {"14:00", "15:50"}
    judged = [
        event.decision.time
        for event in christmas.events(CheckpointDecided)
        if event.decision.price is not None
    ]
    assert set(judged) <= {"09:00", "12:00"}
    decided = [event.intent for event in christmas.events(OrderIntended)]
    checkpoint_times = {
        f"{in_new_york(intent.decided_at):%H:%M}"
        for intent in decided
        if intent.purpose in (Purpose.CHECKPOINT_CLOSE, Purpose.CHECKPOINT_OPEN)
    }
    assert checkpoint_times <= {"09:00", "12:00"}


def test_orders_before_the_open_fill_at_the_open_and_later_ones_at_the_close(christmas):
    decided = {e.intent.client_order_id: e.intent for e in christmas.events(OrderIntended)}
    assert len(decided) > 20
    for event in christmas.events(OrderFilled):
        intent = decided[event.fill.client_order_id]
        wall = f"{in_new_york(intent.decided_at):%H:%M}"
        if intent.after is None:
            assert event.fill.price_kind == ("open" if wall < "09:30" else "close")
            assert event.fill.session == in_new_york(intent.decided_at).date()


@pytest.fixture(scope="module")
def missed() -> Bench:
    """A week that is held to its end while the next Wednesday's run never happens."""
    made = bench(rules_settings(overrides=CALM), at=on("2024-03-06", "06:00"))
    slots = [
        slot
        for slot in made.slots("2024-03-06", "2024-03-26")
        if not (slot.job is Job.WEEKLY and slot.week_id == "2024-03-13")
    ]
    assert set(made.run(slots)) == {SlotOutcome.DONE}
    return made


def test_a_missed_run_closes_the_old_week_at_wednesdays_close(missed):
    of_week = [
        event.intent
        for event in missed.events(OrderIntended)
        if event.intent.purpose is Purpose.MISSED_WEEK
    ]
    assert of_week
    assert {intent.week_id for intent in of_week} == {"2024-03-06"}
    ids = {intent.client_order_id for intent in of_week}
    fills = [e.fill for e in missed.events(OrderFilled) if e.fill.client_order_id in ids]
    assert {(fill.session, fill.price_kind) for fill in fills} == {(date(2024, 3, 13), "close")}
    assert len(fills) == len(ids)


def test_after_a_missed_run_nothing_is_held_until_the_next(missed):
    held: dict[str, int] = {}
    for row in missed.store.read_all(types=[OrderFilled.__name__]):
        fill = missed.store.decode(row).fill
        key = f"{fill.account_id}/{fill.symbol}"
        if fill.session >= date(2024, 3, 20):
            break
        held[key] = held.get(key, 0) + fill.side.sign * fill.quantity
    assert held
    assert not any(held.values())


def test_a_missed_week_has_no_run_and_no_postmortem_and_the_old_one_is_closed(missed):
    assert [e.week_id for e in missed.events(WeekClaimed)] == ["2024-03-06", "2024-03-20"]
    reported = {e.postmortem.week_id for e in missed.events(PostmortemWritten)}
    assert "2024-03-13" not in reported
    assert "2024-03-06" in {e.week_id for e in missed.events(WeekClosed)}


def test_results_add_up_across_a_missed_week(missed):
    slots = missed.slots("2024-03-27", "2024-03-28")
    missed.run(slots)
    finals = [
        e.postmortem for e in missed.events(PostmortemWritten) if not e.postmortem.provisional
    ]
    assert [report.week_id for report in finals] == ["2024-03-06", "2024-03-20"]
    for first, second in zip(finals[0].accounts, finals[1].accounts, strict=True):
        assert second.equity_start == first.equity_end


def test_a_run_that_comes_late_takes_over_what_is_left():
    """Missed on Wednesday morning, run on Thursday: its own week, from Thursday's prices."""
    made = bench(rules_settings(overrides=CALM), at=on("2024-03-06", "06:00"))
    missed_run = [
        slot
        for slot in made.slots("2024-03-06", "2024-03-13")
        if not (slot.job is Job.WEEKLY and slot.week_id == "2024-03-13")
    ]
    made.run(missed_run)
    made.at(on("2024-03-14"))
    assert asyncio.run(run_week(made.desk, WeekId("2024-03-13"))).completed
    made.run(made.slots("2024-03-14", "2024-03-19"))
    entries = {e.entry_session for e in made.events(TargetSet) if e.week_id == "2024-03-13"}
    assert entries == {date(2024, 3, 14)}
    assert "2024-03-06" in {e.week_id for e in made.events(WeekClosed)}
    assert made.replay("2024-03-13").difference is None


def test_a_week_followed_by_a_missed_one_replays(missed):
    for week in ("2024-03-06", "2024-03-20"):
        report = missed.replay(week)
        assert report.difference is None
        assert report.events > 100
