"""Before a cycle begins: what is missing is said in one line, and leaves no trace of a cycle."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from core.desk.dispatch import run_slot
from core.desk.slot_log import SlotOutcome, finished
from core.desk.slots import Job
from core.desk.strategy_slots import cycle_slots
from core.errors import MarketUnavailable, NoBars, PreflightFailed
from core.events.cycle import CycleMarketFrozen, CycleStarted
from core.schemas.suggestion import Picker
from core.types import StoreKind
from tests.core.desk.test_cycle_feeds import fed
from tests.core.desk.test_cycles import NOON, asked, cycle
from tests.core.desk.test_discovering import AT, discovery, run
from tests.fakes.desks import Bench, bench, rules_settings

NO_KEY = PreflightFailed("nothing was paid: anthropic/claude cannot be asked: there is no key")


class Refusing:
    """The `AgentCheck` that refuses; ``asked`` are the agents it was asked of."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []

    async def __call__(self, week: str, agents: Any) -> None:
        self.asked.append(tuple(agents))
        raise NO_KEY


class Unpriced:
    """A market that has prices of ``known`` alone."""

    source = "paper"

    def __init__(self, inner: Any, known: tuple[str, ...] = ()) -> None:
        self._inner, self._known = inner, known

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def quotes(self, symbols: Any, as_of: Any) -> Any:
        unknown = [one for one in symbols if one not in self._known]
        if unknown:
            raise NoBars(f"{unknown[0]} has not traded")
        return self._inner.quotes(symbols, as_of)


def desk_with(**ports: Any) -> Bench:
    return fed(bench(rules_settings(), at=NOON, kind=StoreKind.DEMO), **ports)


def test_agents_that_cannot_be_asked_stop_it_before_anything_is_recorded():
    refusing = Refusing()
    desk = desk_with(check=refusing)
    before = desk.heads()
    with pytest.raises(PreflightFailed, match=r"^not begun: nothing was paid: anthropic/claude"):
        cycle(desk, symbols=["SPY", "QQQ"], execute=True)
    assert refusing.asked == [("data_analyst", "risk_manager", "validator", "meta_decision")]
    assert desk.heads() == before


def test_a_market_without_any_price_stops_it_and_one_price_is_enough():
    desk = desk_with()
    market = desk.desk.strategies[0].market
    before = desk.heads()
    with pytest.raises(MarketUnavailable, match=r"^not begun: paper has no price of any of 2"):
        cycle(fed(desk, market=Unpriced(market)), symbols=["SPY", "QQQ"])
    assert desk.heads() == before
    cycle(fed(desk, market=Unpriced(market, known=("QQQ",))), symbols=["SPY", "QQQ"])
    (frozen,) = desk.events(CycleMarketFrozen)
    assert list(frozen.value.absent) == ["SPY"]


def test_one_that_was_begun_is_gone_on_with_unasked():
    class Silent:
        async def complete(self, request: Any) -> Any:
            raise PreflightFailed("gone")

    desk = desk_with()
    with pytest.raises(PreflightFailed):
        cycle(asked(desk, Silent()), symbols=["SPY"])
    assert desk.events(CycleStarted)
    refusing = Refusing()
    cycle(fed(desk, check=refusing), symbols=["SPY"])
    assert refusing.asked == []


def test_its_slot_fails_at_once_with_that_reason():
    desk = desk_with(check=Refusing())
    spec = desk.desk.strategies[0].spec.model_copy(update={"enabled": True})
    desk = fed(desk, spec=spec)
    (slot,) = (
        one
        for one in cycle_slots(spec, desk.desk.calendar, NOON.date())
        if one.job is Job.CYCLE and one.at == NOON
    )
    outcome = asyncio.run(run_slot(desk.desk, slot, retry=True))
    assert outcome is SlotOutcome.FAILED
    ended = finished(desk.store, slot)
    assert ended is not None
    assert ended.detail == f"not begun: {NO_KEY}"
    assert not desk.events(CycleStarted)


def test_discoverys_model_is_absent_with_that_reason_and_the_round_goes_on():
    refusing = Refusing()
    desk = bench(rules_settings(), at=AT, kind=StoreKind.DEMO)
    ran = run(desk, replace(discovery(desk), check=refusing))
    assert refusing.asked == [("discovery",)]
    assert ran.absent[Picker.LLM] == f"PreflightFailed: {NO_KEY}"
    assert set(ran.picked) == {Picker.METRIC, Picker.FUZZY}
