"""A store in which the equity strategy looked, traded, was marked and measured for some sessions."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from core.desk.cycles import CycleRequest, run_cycle
from core.desk.opening import open_desk
from core.desk.strategy_marking import mark_strategy
from core.desk.strategy_switch import switch_on
from core.schemas.cycle import CycleTrigger
from core.types import StoreKind
from storage.locks import LocalLock
from tests.fakes.desks import bench, on, rules_settings

DAYS = ("2024-01-10", "2024-01-11", "2024-01-12")


def lived_equity(url: str) -> None:
    """A round, a cycle that trades, a mark and a measurement each day.

    In a thread of its own: a browser under test has an event loop running in this one.
    """
    with ThreadPoolExecutor(1) as thread:
        thread.submit(_live, url).result()


def _live(url: str) -> None:
    settings = rules_settings(url)
    made = bench(settings, at=on(DAYS[0], "08:00"), kind=StoreKind.DEMO)
    desk = replace(made.desk, lock=LocalLock())
    [strategy] = desk.strategies
    open_desk(desk, desk.clock.now())
    switch_on(desk.store, strategy.spec, "it is looked at", "ann", desk.clock.now())
    assert strategy.look is not None
    assert strategy.measure is not None
    for day in DAYS:
        made.at(on(day, "09:38"))
        asyncio.run(strategy.look(desk, on(day, "09:38"), f"test/{day}"))
        made.at(on(day, "11:00"))
        request = CycleRequest(day, CycleTrigger.SCHEDULED, execute=True)
        asyncio.run(run_cycle(desk, strategy, request))
        closed = on(day, "16:20")
        made.at(closed)
        mark_strategy(desk, strategy, closed.date(), closed)
        strategy.measure(desk, closed)
    made.store.close()
