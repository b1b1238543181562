"""Generated prices of a desk: from long before its first day to today and beyond."""

from __future__ import annotations

from datetime import date, time

from config.wiring import build_desk, open_store
from core.clock import FixedClock, SystemClock, at_new_york, in_new_york
from core.types import StoreKind
from tests.fakes.desks import rules_settings


def test_a_simulation_that_begins_ten_years_ago_has_prices_to_this_day(tmp_path):
    store = open_store(rules_settings(f"sqlite:///{tmp_path}/desk.db"))
    began = FixedClock(at_new_york(date(2016, 1, 6), time(8)))
    desk = build_desk(rules_settings(f"sqlite:///{tmp_path}/desk.db"), store,
                      kind=StoreKind.SIMULATION, clock=began)  # fmt: skip
    today = in_new_york(SystemClock().now()).date()
    newest = desk.calendar.session_on_or_before(date(today.year, today.month, 1))
    evening = at_new_york(newest, time(20))
    quotes = desk.market.quotes(["SPY"], evening)
    assert quotes["SPY"].session == newest
    store.close()
