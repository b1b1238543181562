"""Two weeks on PostgreSQL end with the hashes they end with on SQLite, and replay there."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest

from config.settings import load_settings
from config.wiring import build_desk, open_store, scratch_desk
from core.clock import FixedClock, at_new_york
from core.desk.replay import replay
from core.desk.simulation import simulate
from core.types import StoreKind, WeekId

START, END = date(2024, 3, 6), date(2024, 3, 19)


def live(url: str) -> tuple[dict[str, str], bool]:
    """The head of every stream after two simulated weeks, and whether the second replays."""
    settings = load_settings(env={}, profile="rules", store=url)
    store = open_store(settings, synchronous="NORMAL")
    clock = FixedClock(at_new_york(START, settings.policy.schedule.postmortem))
    desk = build_desk(settings, store, kind=StoreKind.SIMULATION, clock=clock)
    report = asyncio.run(simulate(desk, START, END))
    assert (report.weeks, report.failed) == (2, 0)
    again = asyncio.run(replay(store, WeekId("2024-03-13"), scratch_desk(settings, store)))
    heads = {stream: head.hash for stream, head in store.heads().items()}
    store.close()
    return heads, again.identical


@pytest.mark.postgres
def test_both_databases_tell_the_same_story(pg_url):
    on_postgres, replayed_there = live(pg_url)
    on_sqlite, replayed_here = live("sqlite://")
    assert on_postgres == on_sqlite
    assert replayed_there
    assert replayed_here
