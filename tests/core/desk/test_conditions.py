"""Conditions are heard once a session, as they were known then."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from config.remembering_daily import NOBODY_ASKS, with_memory
from config.wiring import memory_of
from core.desk.conditions import MEMORY_STREAM, known_from, remember_conditions
from core.desk.slots import Job
from core.desk.strategy_switch import switch_on
from core.errors import UnknownSymbol
from core.events.memory import ConditionsRemembered
from core.schemas.setups import Collection
from tests.fakes.desks import bench, on, rules_settings

DAY = "2019-03-06"


def made_at(day=DAY, wall="18:00"):
    return bench(rules_settings(), at=on(day, wall))


def test_each_session_is_recorded_once_at_the_instant_its_close_was_known():
    made = made_at()
    assert remember_conditions(made.desk, on(DAY, "18:00")) == 11
    assert remember_conditions(made.desk, on(DAY, "18:00")) == 0
    events = made.events(ConditionsRemembered)
    assert [event.session for event in events] == sorted({event.session for event in events})
    newest = events[-1]
    assert newest.session == date.fromisoformat(DAY)
    assert newest.known_at == known_from(made.desk, newest.session) == on(DAY, "16:16")
    assert newest.source == "SIMULATED"
    assert {"spy_return_20d", "breadth_50", "spy_realised_volatility_20"} <= set(newest.figures)
    (row,) = made.rows(MEMORY_STREAM)[-1:]
    assert row.week_id == DAY


def test_a_session_whose_close_is_not_known_yet_waits():
    made = made_at(wall="16:10")
    remember_conditions(made.desk, on(DAY, "16:10"))
    assert made.events(ConditionsRemembered)[-1].session == date(2019, 3, 5)


def test_what_is_recorded_is_the_same_whenever_it_is_caught_up():
    late, daily = made_at("2019-03-08"), made_at("2019-03-04")
    remember_conditions(late.desk, on("2019-03-08", "18:00"))
    for day in ("2019-03-04", "2019-03-06", "2019-03-08"):
        daily.at(on(day, "18:00"))
        remember_conditions(daily.desk, on(day, "18:00"))
    told = {event.session: event for event in daily.events(ConditionsRemembered)}
    for event in late.events(ConditionsRemembered):
        assert told[event.session] == event


class _WithVix:
    """The desk's market, and a volatility index whose close of tomorrow it would give away."""

    def __init__(self, market):
        self._market = market
        self.source = market.source
        self.quotes = market.quotes

    def bars(self, symbols, as_of, sessions):
        if list(symbols) == ["VIX"]:
            bars = self._market.bars(["SPY"], as_of, sessions)
            return replace(bars, series={"VIX": bars.series["SPY"]})
        if list(symbols) == ["^VIX"]:
            raise UnknownSymbol("^VIX")
        return self._market.bars(symbols, as_of, sessions)


def test_the_vix_is_taken_where_a_source_has_it():
    made = made_at()
    desk = replace(made.desk, market=_WithVix(made.desk.market))
    remember_conditions(desk, on(DAY, "18:00"))
    figures = made.events(ConditionsRemembered)[-1].figures
    close = made.desk.market.bars(["SPY"], on(DAY, "18:00"), 1).series["SPY"].close[-1]
    assert figures["vix"] == close
    assert "spy_realised_volatility_20" not in figures


def test_a_source_that_has_nothing_of_the_session_leaves_it_for_another_day():
    made = made_at()

    class Stale(_WithVix):
        def bars(self, symbols, as_of, sessions):
            return self._market.bars(symbols, as_of - timedelta(days=40), sessions)

    desk = replace(made.desk, market=Stale(made.desk.market))
    assert remember_conditions(desk, on(DAY, "18:00")) == 0
    assert remember_conditions(made.desk, on(DAY, "18:00")) == 11


def test_the_daily_slot_works_only_while_somebody_would_ask():
    made = made_at()
    desk = with_memory(made.desk, made.settings, lambda: memory_of(made.settings, made.store))
    remember, at = desk.upkeep[Job.MEMORY], on(DAY, "16:30")
    assert remember(at) == NOBODY_ASKS
    assert made.events(ConditionsRemembered) == []
    switch_on(made.store, made.settings.strategy("equity_cycle"), "try it", "ann", at)
    assert remember(at) == "conditions of 11 sessions; 11 documents remembered"
    assert remember(at) == "conditions of 0 sessions; 0 documents remembered"
    memory = memory_of(made.settings, made.store)
    told = memory.similar(Collection.CONDITIONS, "stocks are rising", at, 20)
    assert len(told) == 11
    before = memory.similar(
        Collection.CONDITIONS, "stocks are rising", on("2019-03-05", "16:15"), 20
    )
    assert {one.document.known_at for one in before} == {
        one.document.known_at for one in told if one.document.known_at < on("2019-03-05", "16:15")
    }
    assert len(before) == 9
