"""What the scheduler does at a tick: what is due, in order, once; what came too late is said to be."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from core.desk.due import due_slots, next_slot
from core.desk.opening import open_desk
from core.desk.slot_log import SlotOutcome
from core.events.account import OrderAccepted
from core.events.system import SlotFinished
from tests.fakes.desks import FlakyMarket, bench, on, rules_settings
from tests.fakes.due import run_due

WEDNESDAY, THURSDAY = "2024-03-13", "2024-03-14"
EARLY = on(WEDNESDAY, "06:00")


@pytest.fixture
def desk():
    """A desk on the Wednesday before anything is due."""
    made = bench(rules_settings(), at=EARLY)
    open_desk(made.desk, EARLY)
    yield made
    made.store.close()


def tick(made, since=EARLY, report=None):
    told = []

    def note(slot, outcome):
        told.append((slot.key, outcome))
        if report is not None:
            report(slot, outcome)

    run_due(made.desk, since, note)
    return told


def endings(made):
    return {event.slot: event for event in made.events(SlotFinished)}


def live(made, day: str):
    """Tick at every instant of the day at which something is due."""
    return [line for slot in made.slots(day, day) for line in tick(made.at(slot.at))]


def test_a_day_is_run_in_order_and_every_slot_once(desk):
    told = live(desk, WEDNESDAY)
    assert told == [(slot.key, SlotOutcome.DONE) for slot in desk.slots(WEDNESDAY, WEDNESDAY)]
    assert Counter(event.slot for event in desk.events(SlotFinished)).most_common(1)[0][1] == 1
    before = desk.heads()
    assert tick(desk.at(on(WEDNESDAY, "23:00"))) == []
    assert desk.heads() == before


def test_nothing_is_due_before_its_time_nor_on_a_day_without_a_session(desk):
    before = desk.heads()
    assert tick(desk.at(on(WEDNESDAY, "07:29"))) == []
    weekend = on("2024-03-16", "12:00")
    assert due_slots(desk.at(weekend).desk, on("2024-03-15", "23:00")) == []
    assert desk.heads() == before


def test_what_came_before_the_start_is_not_made_up(desk):
    assert tick(desk.at(on(WEDNESDAY, "12:00")), since=on(WEDNESDAY, "11:59")) == [
        (f"checkpoint/{WEDNESDAY}/12:00", SlotOutcome.DONE)
    ]


def test_the_next_slot_skips_the_weekend(desk):
    coming = next_slot(desk.at(on("2024-03-15", "20:00")).desk)
    assert coming.key == "checkpoint/2024-03-18/09:00"


@pytest.mark.parametrize(("minutes", "outcome"), [(360, "done"), (361, "missed")])
def test_a_weekly_run_may_start_six_hours_late_and_no_later(desk, minutes, outcome):
    due = on(WEDNESDAY, "08:00")
    told = dict(tick(desk.at(due + timedelta(minutes=minutes))))
    assert told[f"weekly/{WEDNESDAY}"] == outcome
    ending = endings(desk)[f"weekly/{WEDNESDAY}"]
    assert ending.outcome == outcome
    assert bool(desk.events(OrderAccepted)) == (outcome == "done")
    if outcome == "missed":
        assert ending.detail == "361 minutes late, at most 360 are allowed"


@pytest.mark.parametrize(("late", "outcome"), [("12:20", "done"), ("12:21", "missed")])
def test_a_checkpoint_may_start_twenty_minutes_late_and_no_later(desk, late, outcome):
    told = tick(desk.at(on(THURSDAY, late)), since=on(THURSDAY, "11:00"))
    assert told == [(f"checkpoint/{THURSDAY}/12:00", SlotOutcome(outcome))]
    detail = endings(desk)[f"checkpoint/{THURSDAY}/12:00"].detail
    assert detail == ("" if outcome == "done" else "21 minutes late, at most 20 are allowed")


def test_a_slot_that_fails_is_recorded_and_stops_no_other():
    settings = rules_settings()
    plain = bench(settings, at=EARLY)
    market = FlakyMarket(plain.desk.market, down=True)
    broken = bench(settings, plain.store, at=on(WEDNESDAY, "09:41"), market=market)
    open_desk(broken.desk, EARLY)

    def heal(slot, _outcome):
        market.down = slot.job != "weekly"

    told = tick(broken, report=heal)
    outcomes = dict(told)
    assert [key for key, _ in told] == [
        slot.key for slot in broken.slots(WEDNESDAY, WEDNESDAY) if slot.at <= on(WEDNESDAY, "09:41")
    ][: len(told)]
    assert outcomes[f"weekly/{WEDNESDAY}"] is SlotOutcome.FAILED
    assert "the market cannot be reached" in endings(broken)[f"weekly/{WEDNESDAY}"].detail
    assert outcomes[f"fills/{WEDNESDAY}/open"] is SlotOutcome.DONE
    assert tick(broken) == []
