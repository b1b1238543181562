"""Weeks of past prices lived one after another; the demonstration desk made and kept up to date so."""

from __future__ import annotations

import asyncio
from datetime import date

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
from core.desk.simulation import simulate
from core.desk.slots import Slot
from core.desk.strategy_switch import is_on, switch_on
from core.types import StoreKind
from storage.event_store import SqlEventStore

DEMO_WEEKS = 26
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
    with desk.lock.hold("scheduler"), show.bar(kind.lower()) as (shown, task):

        def progress(slot: Slot, number: int, total: int) -> None:
            shown.update(task, completed=number, total=total, description=f"week {slot.week_id}")

        if kind is StoreKind.DEMO:
            show_strategies(desk)
        desk = with_evenings(wiring, settings, opened, desk)
        report = asyncio.run(simulate(desk, *days, progress))
    failed = slot_log.failures(opened) if report.failed else []
    reports.simulation(report, settings.store_shown, failed, as_json=as_json)
    opened.close()
    return report.failed


def show_strategies(desk: Desk) -> None:
    """A demonstration shows what there is: whatever its file says, every strategy is on."""
    for strategy in desk.strategies:
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
