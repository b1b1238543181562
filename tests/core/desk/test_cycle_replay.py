"""A recorded cycle done again from the log alone: identical, or the first stage that is not."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from config.wiring import scratch_cycle
from core.desk.cycle_replay import replay_cycle
from core.desk.cycles import CycleRequest, run_cycle
from core.desk.strategy_settle import settle_strategy
from core.errors import BadInput, BudgetExceeded
from core.events.account import OrderFilled
from core.events.calls import ModelCallCompleted
from core.events.cycle import (
    CycleCompleted,
    CycleMarketFrozen,
    CycleStarted,
    TradeExecuted,
    TradeOutcomeKnown,
)
from core.events.system import PromptsRecorded
from core.schemas.cycle import CycleTrigger
from tests.core.desk.test_cycles import FEW, NOON, Dies, DyingStore, Silent, asked
from tests.fakes.desks import Bench, bench, copied, no_network, on
from tests.fakes.stock_desks import folder_of, stock_bars, stock_bench

DAYS = ("2022-08-03", "2022-08-04", "2022-08-16", "2022-08-30", "2022-09-01")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return folder_of(stock_bars(FEW), tmp_path_factory.mktemp("bars"))


def by_hand(desk: Bench, name: str = "test", *, execute: bool = True) -> str:
    request = CycleRequest(name, CycleTrigger.MANUAL, FEW, execute=execute)
    ran = asyncio.run(run_cycle(desk.desk, desk.desk.strategies[0], request))
    return ran.cycle.run.run_id


@pytest.fixture(scope="module")
def lived(folder) -> Bench:
    """Cycles of some days: bought, filled, and one position sold."""
    made = stock_bench(folder, on(DAYS[0], "11:00"), watch=FEW)
    for day in DAYS:
        made.at(on(day, "11:00"))
        by_hand(made, day)
        made.at(on(day, "16:06"))
        settle_strategy(made.desk, made.desk.strategies[0], on(day, "16:06"))
    return made


def replayed(desk: Bench, cycle_id: str, store: Any = None, scratch: Any = None):
    kept = store or desk.store
    build = scratch or scratch_cycle(desk.settings, kept)
    return asyncio.run(replay_cycle(kept, cycle_id, build))


def cycle_ids(desk: Bench, *kinds: type) -> list[str]:
    names = [kind.__name__ for kind in kinds]
    return list(dict.fromkeys(str(row.run_id) for row in desk.store.read_all(types=names)))


def traded(desk: Bench) -> str:
    """A cycle that bought something and whose round trip is over."""
    return cycle_ids(desk, TradeOutcomeKnown)[0]


def test_every_cycle_replays_identically_without_market_or_network(lived):
    executed = cycle_ids(lived, TradeExecuted)
    assert executed
    with no_network():
        reports = [replayed(lived, one) for one in cycle_ids(lived, CycleCompleted)]
    assert [one.difference for one in reports if not one.identical] == []
    orders = {one.run_id: one.orders for one in reports}
    assert all(orders[one] for one in executed)
    assert min(one.events for one in reports) >= 4


def test_what_came_of_its_orders_is_told_again(lived):
    cycle_id = traded(lived)
    report = replayed(lived, cycle_id)
    assert report.identical
    own = [row.type for row in lived.rows(f"run/{cycle_id}")]
    assert {"TradeExecuted", "TradeOutcomeKnown"} <= set(own)
    assert report.events > len(own) - 4  # all but its request and its market, and its calls besides


def test_a_replay_leaves_the_store_as_it_was(lived):
    before = lived.heads()
    replayed(lived, traded(lived))
    assert lived.heads() == before


def changed(desk: Bench, kind: type, change: Any, cycle_id: str) -> Any:
    """The same log, in which every event of this kind and cycle says something else."""

    def payload(row):
        mine = row.type == kind.__name__ and row.run_id == cycle_id
        return change(row) if mine else row.payload

    return copied(desk.store, desk.settings, payload)


@pytest.mark.parametrize(
    ("call", "stage"),
    [
        ("cycle/data_analyst", "data_analyst"),
        ("cycle/risk_manager", "risk_manager"),
        ("cycle/meta_decision", "meta_decision"),
    ],
)
def test_a_tampered_answer_names_the_first_stage_that_differs(lived, call, stage):
    cycle_id = traded(lived)

    def change(row):
        if not row.stream_id.endswith(call):
            return row.payload
        answer = row.payload["answer"]
        text = answer["text"].replace("e", "a", 40)
        return {**row.payload, "answer": {**answer, "text": text}}

    store = changed(lived, ModelCallCompleted, change, cycle_id)
    difference = replayed(lived, cycle_id, store).difference
    assert difference is not None
    assert difference.stage == stage


def test_an_account_the_log_does_not_give_is_named(lived):
    cycle_id = traded(lived)

    def change(row):
        value = row.payload["value"]
        account = {**value["account"], "cash": "123456.78"}
        return {**row.payload, "value": {**value, "account": account}}

    store = changed(lived, CycleMarketFrozen, change, cycle_id)
    difference = replayed(lived, cycle_id, store).difference
    assert difference is not None
    assert (difference.stage, "cash" in difference.detail) == ("cycle_market", True)


def test_a_fill_that_was_changed_afterwards_is_named(lived):
    cycle_id = traded(lived)

    def change(row):
        return {**row.payload, "fill": {**row.payload["fill"], "price": "1.2345"}}

    store = changed(lived, OrderFilled, change, cycle_id)
    difference = replayed(lived, cycle_id, store).difference
    assert difference is not None
    assert difference.type == "TradeExecuted"


def test_code_that_sizes_otherwise_is_named(lived):
    """As if what the agents are told of limits were made by other code than on that day."""
    build = scratch_cycle(lived.settings, lived.store)

    def other(known, cursor):
        desk = build(known, cursor)
        [one] = desk.strategies
        limits = one.spec.limits.model_copy(update={"max_position_pct": Decimal("0.05")})
        smaller = replace(one, spec=one.spec.model_copy(update={"limits": limits}))
        return replace(desk, strategies=(smaller,))

    difference = replayed(lived, traded(lived), scratch=other).difference
    assert difference is not None
    assert difference.stage == "data_analyst"


def test_a_dry_run_on_a_desk_that_was_never_opened_replays_too(folder):
    desk = stock_bench(folder, NOON, watch=FEW)
    cycle_id = by_hand(desk, execute=False)
    assert len(desk.events(PromptsRecorded)) == 1  # kept by the cycle: no desk had kept them
    report = replayed(desk, cycle_id)
    assert (report.difference, report.orders) == (None, 0)


def test_a_cycle_taken_up_again_after_crashes_replays_as_one(folder):
    desk = stock_bench(folder, NOON, watch=FEW)
    for number in (3, 5, 7, 6):
        dying: Any = DyingStore(desk.store, number)
        try:
            by_hand(bench(desk.settings, dying, at=NOON))
        except Dies:
            continue
    cycle_id = by_hand(bench(desk.settings, desk.store, at=NOON))
    assert replayed(desk, cycle_id).difference is None


def test_a_cycle_that_was_too_late_to_trade_is_too_late_again(folder):
    desk = stock_bench(folder, NOON, watch=FEW)
    with pytest.raises(BudgetExceeded):
        by_hand(asked(desk, Silent("cycle/meta_decision")))
    [started] = desk.events(CycleStarted)
    with pytest.raises(BadInput, match="has not ended"):
        replayed(desk, started.cycle_id)
    cycle_id = by_hand(bench(desk.settings, desk.store, at=on("2022-08-04", "09:40")))
    assert desk.events(CycleCompleted)[0].outcome.startswith("not traded")
    assert replayed(desk, cycle_id).difference is None


def test_what_is_no_cycle_cannot_be_replayed(lived):
    with pytest.raises(BadInput, match="there is no cycle 'nobody'"):
        replayed(lived, "nobody")
