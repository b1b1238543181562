"""A desk of ten years: 520 weeks lived by rules, and the daily events of a desk that runs unattended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import date, time, timedelta
from pathlib import Path

from config.settings import load_settings
from config.wiring import build_desk, open_store
from core.clock import FixedClock, at_new_york
from core.commands import run_job
from core.desk import jobs
from core.desk.simulation import simulate
from core.events.jobs import JobOutcome
from core.types import StoreKind, week_of
from storage.event_store import SqlEventStore

START, END = date(2016, 1, 6), date(2025, 12, 30)
LEAST_EVENTS = 150_000
A_YEAR = timedelta(days=365)
EVENING = time(19)
STEPS = ("events", "calls", "files", "checked")


def ten_years(folder: Path, say: Callable[[str], None]) -> str:
    """The store's URL; a year's ending is said, for it takes minutes."""
    url = f"sqlite:///{folder / 'ten_years.db'}"
    settings = load_settings(env={}, profile="rules", store=url)
    store = open_store(settings, synchronous="NORMAL")
    clock = FixedClock(at_new_york(START, settings.policy.schedule.postmortem))
    desk = build_desk(settings, store, kind=StoreKind.SIMULATION, clock=clock)
    first = START
    while first <= END:
        last = min(first + A_YEAR, END)
        asyncio.run(simulate(desk, first, last))
        say(f"to {last}: {store.last_position()} events")
        first = last + timedelta(days=1)
    a_job_every_evening(store, desk.calendar.sessions(START, END))
    say(f"{store.last_position()} events in all")
    store.close()
    return url


def a_job_every_evening(store: SqlEventStore, sessions: Sequence[date]) -> None:
    """Somebody asks for the week's files each session, and the scheduler makes them in four steps."""
    for session in sessions:
        at = at_new_york(session, EVENING)
        asked = jobs.request(store, run_job("export", week_id=week_of(session)), "operator", at)
        held = jobs.claim(store, asked.key, 1, at)
        assert held is not None  # nobody else is here
        for number, step in enumerate(STEPS, 1):
            place = (number, len(STEPS))
            jobs.report(store, held, step, place, "", at + timedelta(seconds=number))
        jobs.finish(store, held, JobOutcome.DONE, "", at + timedelta(minutes=1))
