"""Every slot of 2024 to 2027 against a table derived from the exchange calendar alone."""

from __future__ import annotations

from datetime import date

import pytest

from benchmarks.bench_slots import compared, lived
from core.desk.slots import slots_between, upkeep_slots
from core.policy import ScheduleSpec
from providers.market.calendar import XnysCalendar
from tests.fakes.slot_table import (
    FIRST,
    LAST,
    NEW_YORK,
    independent,
    independent_upkeep,
    wall,
)


@pytest.fixture(scope="module")
def slots():
    return list(slots_between(ScheduleSpec(), XnysCalendar(), FIRST, LAST))


@pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")
def test_every_slot_is_there_once_at_its_instant(slots):
    found = [(slot.key, (slot.at, bool(slot.skip))) for slot in slots]
    assert len(found) == len(dict(found))
    assert dict(found) == independent()
    assert [slot.at for slot in slots] == sorted(slot.at for slot in slots)


def test_clock_changes_holidays_and_closed_wednesdays_are_among_them(slots):
    at = {slot.key: slot.at for slot in slots}
    for year, spring, autumn in ((2024, "03-11", "11-04"), (2027, "03-15", "11-08")):
        assert at[f"checkpoint/{year}-{spring}/09:00"].hour == 13
        assert at[f"checkpoint/{year}-{autumn}/09:00"].hour == 14
    assert at["weekly/2024-06-19"] == wall(date(2024, 6, 20), 8)  # Juneteenth
    assert at["weekly/2024-12-25"] == wall(date(2024, 12, 26), 8)
    assert at["weekly/2025-01-01"] == wall(date(2025, 1, 2), 8)


@pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")
def test_upkeep_comes_once_a_session_and_never_between_one_and_three():
    upkeep = list(upkeep_slots(XnysCalendar(), FIRST, LAST))
    assert {slot.key: (slot.at, False) for slot in upkeep} == independent_upkeep()
    assert len(upkeep) == len(independent_upkeep())
    assert not any(1 <= slot.at.astimezone(NEW_YORK).hour < 3 for slot in upkeep)


@pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")
def test_a_quarter_lived_from_slot_to_slot_ends_each_once_and_at_its_instant(tmp_path):
    """The clock goes back, two days close early, and the last Wednesday is closed."""
    first, last = date(2024, 10, 1), date(2024, 12, 31)
    life = lived(tmp_path, first, last)
    found = compared(life, first, last)
    assert (found.doubled, found.lost, found.differing) == (0, 0, 0)
    assert found.slots == len(independent(first, last)) + len(independent_upkeep(first, last))


@pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")
def test_a_slot_twice_one_not_at_all_and_one_at_another_time_are_found(tmp_path):
    first = last = date(2024, 10, 2)
    life = lived(tmp_path, first, last)
    twice, lost, late = life[:3]
    spoilt = [twice, *life[:1], late.model_copy(update={"at": lost.at}), *life[3:]]
    found = compared(spoilt, first, last)
    assert (found.doubled, found.lost, found.differing) == (1, 1, 1)
