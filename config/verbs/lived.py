"""Weeks of past prices lived one after another; the demonstration desk made and kept up to date so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date, timedelta

from config.forward_daily import with_forward_returns
from config.remembering_daily import with_memory
from config.settings import Settings
from config.terminal import reports, show
from config.verbs.faces import Wiring
from core.clock import FixedClock, SystemClock, at_new_york
from core.desk import slot_log
from core.desk.demo import demo_range
from core.desk.desk import Desk
from core.desk.opening import refuse_other_kind
from core.desk.simulation import SimulationReport, SlotProgress, simulate
from core.desk.slots import Slot
from core.desk.strategy_switch import is_on, newest_word, switch_on
from core.types import StoreKind
from storage.event_store import SqlEventStore

DEMO_WEEKS, SHOWN_WEEKS, FEWEST_WEEKS = 26, 8, 4
"""How long the council is shown, how long the strategies that trade every day; and the least there is."""
SHOWN = "the demonstration shows every strategy"


def live(
    wiring: Wiring,
    settings: Settings,
    kind: StoreKind,
    days: tuple[date, date],
    *,
    seed: int,
    as_json: bool,
) -> int:
    """Live these days; returns how many slots failed."""
    opened = wiring.open_store(settings, synchronous="NORMAL")
    clock = FixedClock(at_new_york(days[0], settings.policy.schedule.postmortem))
    desk = wiring.build_desk(settings, opened, kind=kind, clock=clock, seed=seed)
    length = (days[1] - days[0]).days
    with desk.lock.hold("scheduler"), show.bar(kind.lower()) as (shown, task):

        def progress(slot: Slot, _number: int, _total: int) -> None:
            passed = (slot.session - days[0]).days
            shown.update(task, completed=passed, total=length, description=f"week {slot.week_id}")

        def evenings(one: Desk) -> Desk:
            return with_evenings(wiring, settings, opened, one)

        if kind is StoreKind.DEMO:
            report = asyncio.run(demonstrate(desk, days, progress, evenings))
        else:
            report = asyncio.run(simulate(evenings(desk), *days, progress))
    failed = slot_log.failures(opened) if report.failed else []
    reports.simulation(report, settings.store_shown, failed, as_json=as_json)
    opened.close()
    return report.failed


async def demonstrate(
    desk: Desk,
    days: tuple[date, date],
    progress: SlotProgress,
    evenings: Callable[[Desk], Desk],
) -> SimulationReport:
    """A demonstration shows what there is: every strategy comes on for its newest weeks.

    ``evenings`` makes of the desk one that measures what these strategies did.
    """
    first, last = days
    shown_from = last - timedelta(weeks=SHOWN_WEEKS)
    if shown_from <= first:
        show_strategies(desk)
        return await simulate(evenings(desk), first, last, progress)
    alone = await simulate(desk, first, shown_from - timedelta(days=1), progress)
    show_strategies(desk)
    return alone + await simulate(evenings(desk), shown_from, last, progress)


def show_strategies(desk: Desk) -> None:
    """Whatever its file says, a strategy is on, unless somebody has said a word on it already."""
    for strategy in desk.strategies:
        if newest_word(desk.store, strategy.name) is None:
            switch_on(desk.store, strategy.spec, SHOWN, "demo", desk.clock.now())


def with_evenings(wiring: Wiring, settings: Settings, store: SqlEventStore, desk: Desk) -> Desk:
    """The desk that measures and remembers each evening as a scheduler's does, where a strategy is on.

    Where none is, nobody would ask: the council's weeks are lived alone.
    """
    if not any(is_on(desk.store, one.spec) for one in desk.strategies):
        return desk
    made = with_memory(desk, settings, lambda: wiring.memory_of(settings, store))
    return with_forward_returns(
        made, settings, lambda spec: wiring.discovery_of_strategy(settings, desk, spec).market
    )


def fill_demo(
    wiring: Wiring, settings: Settings, weeks: int, *, if_empty: bool, as_json: bool
) -> None:
    """Fill an empty store with the newest weeks; live the days since where one is there."""
    opened = wiring.open_store(settings)
    refuse_other_kind(opened, StoreKind.DEMO)
    now, newest = SystemClock().now(), slot_log.newest_finished(opened)
    desk = wiring.build_desk(settings, opened, kind=StoreKind.DEMO)
    days = demo_range(desk.market, desk.calendar, now, weeks)
    opened.close()
    if newest is not None and if_empty:
        if newest.session >= days[1]:
            reports.demo_is_there(settings.store_shown, as_json=as_json)
            return
        days = newest.session, days[1]  # live the days since, as they would have been
    live(wiring, settings, StoreKind.DEMO, days, seed=desk.seed, as_json=as_json)
