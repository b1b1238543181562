"""One cycle at a time: dry runs, crashes, what is too late, and what the future cannot change."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from core.desk.cycles import CycleRequest, Ran, run_cycle
from core.desk.flatten import flatten_due
from core.desk.opening import open_desk
from core.desk.strategy_settle import NEVER_SENT, settle_strategy
from core.errors import BadInput, BudgetExceeded, MarketUnavailable, ModelUnavailable
from core.events.account import OrderAccepted, OrderCancelled, OrderFilled, OrderIntended
from core.events.cycle import CycleMarketFrozen, CycleStarted, MetaAgentDecision, SignalGenerated
from core.events.week import OrdersPlanned, RiskAssessed, StageCompleted
from core.schemas.cycle import CycleTrigger
from core.strategy import EQUITY
from providers.llm.rules import RulesModel
from tests.fakes.desks import Bench, bench, on
from tests.fakes.stock_desks import folder_of, stock_bars
from tests.fakes.stock_desks import stock_bench as a_bench

FEW = ("AAPL", "XOM", "JNJ", "KO", "PEP", "UNH", "LLY")
NOON = on("2022-08-03", "11:00")
SAID = (SignalGenerated, RiskAssessed, MetaAgentDecision, OrdersPlanned)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return folder_of(stock_bars(FEW), tmp_path_factory.mktemp("bars"))


def stock_bench(folder, at) -> Bench:
    return a_bench(folder, at, watch=FEW)


def cycle(desk: Bench, *, execute: bool = False, name: str = "test", symbols: Any = ()) -> Ran:
    request = CycleRequest(name, CycleTrigger.MANUAL, tuple(symbols), execute=execute)
    return asyncio.run(run_cycle(desk.desk, desk.desk.strategies[0], request))


def asked(desk: Bench, model: Any) -> Bench:
    """The same desk, whose agents are this model."""
    strategy = desk.desk.strategies[0]
    models = replace(strategy.models, model=model, _weeks={})
    return replace(desk, desk=replace(desk.desk, strategies=(replace(strategy, models=models),)))


def test_a_dry_run_says_what_it_would_trade_and_touches_no_account(folder):
    desk = stock_bench(folder, NOON)
    ran = cycle(desk)
    assert ran.outcome.startswith("EXECUTE")
    assert ran.orders > 0
    assert not desk.events(OrderIntended, OrderAccepted)
    streams = {stream.split("/")[0] for stream in desk.heads()}
    assert streams == {"run", "strategy"}
    assert desk.desk.strategies[0].account_id not in str(desk.heads())


def test_asked_again_under_its_name_it_is_the_same_cycle(folder):
    desk = stock_bench(folder, NOON)
    first = cycle(desk, execute=True)
    heads = desk.heads()
    again = cycle(desk.at(NOON + timedelta(minutes=5)), execute=True)
    assert (again.already_done, again.outcome, again.cycle) == (True, first.outcome, first.cycle)
    assert desk.heads() == heads


def test_explicit_symbols_are_looked_at_instead_of_the_watchlist(folder):
    desk = stock_bench(folder, NOON)
    cycle(desk, symbols=["AAPL", "KO"])
    (frozen,) = desk.events(CycleMarketFrozen)
    assert [one.symbol for one in frozen.value.symbols] == ["AAPL", "KO"]


def test_a_symbol_nobody_has_bars_of_is_absent_with_the_reason(folder):
    desk = stock_bench(folder, NOON)
    cycle(desk, symbols=["AAPL", "ZZZZ"])
    (frozen,) = desk.events(CycleMarketFrozen)
    assert "ZZZZ" in frozen.value.absent
    assert [one.symbol for one in frozen.value.symbols] == ["AAPL"]


def test_symbols_that_are_never_traded_are_refused(folder):
    desk = stock_bench(folder, NOON)
    strategy = desk.desk.strategies[0]
    universe = strategy.spec.universe.model_copy(update={"never": ("AAPL",)})
    strict = replace(strategy, spec=strategy.spec.model_copy(update={"universe": universe}))
    refusing = replace(desk, desk=replace(desk.desk, strategies=(strict,)))
    with pytest.raises(BadInput, match="AAPL"):
        cycle(refusing, symbols=["AAPL"])


class Dies(Exception):
    """The process is gone."""


class DyingStore:
    """A store whose process dies right after the ``number``-th commit from now on."""

    def __init__(self, inner: Any, number: int) -> None:
        self._inner, self._left = inner, number

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def commit(self, appends: Any) -> Any:
        stored = self._inner.commit(appends)
        self._left -= 1
        if not self._left:
            raise Dies
        return stored


def undisturbed(folder) -> dict[str, str]:
    desk = stock_bench(folder, NOON)
    cycle(desk, execute=True)
    return desk.heads()


def test_killed_after_any_commit_it_is_gone_on_with_and_ends_the_same(folder):
    expected = undisturbed(folder)
    number, died = 0, True
    while died:
        number += 1
        desk = stock_bench(folder, NOON)
        dying: Any = DyingStore(desk.store, number)
        other = bench(desk.settings, dying, at=NOON)
        try:
            cycle(other, execute=True)
            died = False
        except Dies:
            fresh = bench(desk.settings, desk.store, at=NOON)
            cycle(fresh, execute=True)
        assert desk.heads() == expected, number
    assert number > 10


def test_an_order_that_was_never_sent_ends_with_its_session(folder):
    desk = stock_bench(folder, NOON)
    strategy = desk.desk.strategies[0]
    broken = replace(desk, desk=replace(desk.desk, broker=SilentBroker(desk.desk.broker)))
    with pytest.raises(MarketUnavailable):
        cycle(broken, execute=True)
    assert desk.events(OrderIntended)
    settle_strategy(desk.desk, strategy, on("2022-08-03", "15:00"))
    assert not desk.events(OrderCancelled)
    desk.at(on("2022-08-03", "16:06"))
    settle_strategy(desk.desk, strategy, on("2022-08-03", "16:06"))
    ended = desk.events(OrderCancelled)
    assert len(ended) == len(desk.events(OrderIntended))
    assert {one.reason for one in ended} == {NEVER_SENT}
    assert cycle(desk, execute=True).already_done is False
    assert not desk.events(OrderAccepted, OrderFilled)


class SilentBroker:
    """Its connection breaks before anything is sent."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def place_all(self, tickets: Any) -> Any:
        raise MarketUnavailable("the line is down")


def test_a_cycle_that_broke_off_before_its_plan_is_not_traded_after_its_session(folder):
    desk = stock_bench(folder, NOON)
    silent = asked(desk, Silent("cycle/meta_decision"))
    with pytest.raises(BudgetExceeded):
        cycle(silent, execute=True)
    later = bench(desk.settings, desk.store, at=on("2022-08-04", "09:40"))
    ran = cycle(later, execute=True)
    assert ran.outcome == "not traded: taken up again after 2022-08-03 had closed"
    assert not desk.events(OrderIntended)


class Silent:
    """The rules agents, but one of them may not be paid."""

    def __init__(self, call: str) -> None:
        self._call = call

    async def complete(self, request: Any) -> Any:
        if request.call == self._call:
            raise BudgetExceeded("nothing is left of this week's budget")
        return await RulesModel().complete(request)


def test_what_was_answered_is_not_asked_again_when_a_cycle_is_gone_on_with(folder):
    desk = stock_bench(folder, NOON)
    with pytest.raises(BudgetExceeded):
        cycle(asked(desk, Silent("cycle/validator")), execute=True)
    counting = Counting()
    cycle(asked(desk, counting), execute=True)
    assert counting.calls == ["cycle/validator", "cycle/meta_decision"]


class Counting:
    def __init__(self) -> None:
        self.calls: list[str] = []

    async def complete(self, request: Any) -> Any:
        self.calls.append(request.call)
        return await RulesModel().complete(request)


def test_an_analyst_that_cannot_be_reached_ends_the_cycle_without_a_trade(folder):
    class Down:
        async def complete(self, request: Any) -> Any:
            raise ModelUnavailable("the endpoint is down")

    desk = stock_bench(folder, NOON)
    ran = cycle(asked(desk, Down()), execute=True)
    assert ran.outcome == "nothing traded: rules/data-analyst gave no usable answer"
    assert not desk.events(OrderIntended)


def test_whatever_prices_do_afterwards_the_cycle_decides_the_same(folder, tmp_path):
    bars = stock_bars(FEW)
    later = bars["date"] > "2022-08-03"
    for column in ("open", "high", "low", "close"):
        bars.loc[later, column] *= 3.0
    today = bars["date"] == "2022-08-03"
    bars.loc[today, "close"] *= 1.3
    bars.loc[today, "high"] *= 1.5
    other = folder_of(bars, tmp_path / "other")
    said = []
    for where in (folder, other):
        desk = stock_bench(where, NOON)
        cycle(desk, execute=True)
        said.append([event.model_dump() for event in desk.events(CycleMarketFrozen, *SAID)])
    assert said[0] == said[1]
    assert said[0][-1]["value"]


def test_a_cycle_is_no_run_of_its_week(folder):
    desk = stock_bench(folder, NOON)
    open_desk(desk.desk, NOON)
    cycle(desk, execute=True)
    with desk.store.engine.connect() as connection:
        for table in ("weeks", "runs", "pitches", "risk_accounts"):
            count = connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar()
            assert count == 0, table
    assert desk.events(StageCompleted)
    assert not flatten_due(desk.desk)


def test_the_strategy_has_its_own_account_and_the_council_keeps_six(folder):
    desk = stock_bench(folder, NOON)
    open_desk(desk.desk, NOON)
    cycle(desk, execute=True)
    book = desk.desk.books.book(desk.desk.strategies[0].account_id)
    assert (book.strategy, book.starting_cash) == (EQUITY, Decimal(100_000))
    assert {one.spec.symbols for one in desk.events(CycleStarted)} == {FEW}
