"""A slot on the page is named by its job and time, a strategy's by its strategy as well."""

from __future__ import annotations

import pytest

from pages.ui.slots_cards import slot_name


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("weekly/2026-11-18", "weekly"),
        ("checkpoint/2026-11-18/12:00", "checkpoint 12:00"),
        ("cycle/equity_cycle/2026-11-18/11:00", "cycle 11:00 · equity cycle"),
        ("cycle_mark/equity_cycle/2026-11-18/close", "cycle mark close · equity cycle"),
    ],
)
def test_a_slot_is_named_by_job_time_and_strategy(key, shown):
    assert slot_name(key) == shown
