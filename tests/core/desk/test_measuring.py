"""What suggestions brought is recorded once each, whenever somebody looks."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from config.forward_daily import NOBODY_DISCOVERS, with_forward_returns
from core.desk.discovering import run_discovery
from core.desk.measuring import ForwardLog, measure_suggestions
from core.desk.slots import Job
from core.desk.strategy_switch import switch_on
from core.desk.watching import forward_stream
from core.desk.writing import account_stream, append_one, new_event
from core.errors import NoBars
from core.events.account import OrderFilled
from core.events.discovery import SymbolsSuggested
from core.events.forward import ForwardReturnMeasured
from core.schemas.forward import ForwardStatus
from core.schemas.order import BrokerFill
from core.strategy import EQUITY
from core.types import AccountId, Side, StoreKind
from tests.core.desk.test_discovering import AT, Whole, discovery, market
from tests.fakes.desks import Bench, bench, on, rules_settings

ACCOUNT = AccountId("acct_7")


@pytest.fixture
def desk() -> Bench:
    made = bench(rules_settings(), at=AT, kind=StoreKind.DEMO)
    asyncio.run(run_discovery(made.desk, discovery(made), AT, "test"))
    return made


def look(desk: Bench, at: datetime, whole: Whole | None = None, log: ForwardLog | None = None):
    kept = log or ForwardLog(desk.store, desk.settings.strategy(EQUITY))
    return measure_suggestions(desk.desk, kept, whole or market(), at)


def after(day: str) -> datetime:
    return on(day, "16:25")


def test_each_suggestion_is_measured_once_when_its_horizon_is_over(desk):
    [suggested] = desk.events(SymbolsSuggested)
    assert look(desk, after("2026-11-20")) == "0 forward returns of 1 rounds measured"
    count = len(suggested.suggestions)
    assert look(desk, after("2026-11-23")) == f"{count} forward returns of 1 rounds measured"
    assert look(desk, after("2026-11-23")) == "0 forward returns of 1 rounds measured"
    [event] = desk.events(ForwardReturnMeasured)
    assert (event.horizon, event.session, event.as_of) == (1, date(2026, 11, 23), AT)
    assert [one.suggestion_id for one in event.returns] == [
        one.suggestion_id for one in suggested.suggestions
    ]
    bars = market().held
    for one in event.returns:
        held = bars[one.symbol]
        days = list(held.days.astype(object))
        bought = held.close[days.index(date(2026, 11, 20))]
        sold = held.close[days.index(date(2026, 11, 23))]
        assert one.returned == pytest.approx(sold / bought - 1, abs=1e-8)
        assert one.picked_by


def test_what_was_missed_is_caught_up_and_says_the_same(desk):
    late = bench(rules_settings(), at=AT, kind=StoreKind.DEMO)
    asyncio.run(run_discovery(late.desk, discovery(late), AT, "test"))
    log = ForwardLog(desk.store, desk.settings.strategy(EQUITY))
    for day in ("2026-11-20", "2026-11-23", "2026-11-24", "2026-11-25", "2026-11-27", "2026-11-30"):
        look(desk, after(day), log=log)
    look(late, after("2026-11-30"))
    assert len(desk.events(ForwardReturnMeasured)) == 2
    assert late.heads() == desk.heads()


def test_a_symbol_that_lost_its_bar_is_told_when_that_is_sure(desk):
    whole = market()
    kept = [day != date(2026, 11, 23) for day in whole.held["SA"].days.astype(object)]
    whole.held["SA"] = whole.held["SA"].slice(kept)
    look(desk, after("2026-11-23"), whole)
    look(desk, after("2026-11-24"), whole)
    first, second = desk.events(ForwardReturnMeasured)
    assert "SA" not in {one.symbol for one in first.returns}
    assert [(one.symbol, one.status) for one in second.returns] == [("SA", ForwardStatus.HOLE)]


def test_old_bars_measure_nothing(desk):
    whole = market()
    whole.held["SPY"] = whole.held["SPY"].slice(slice(0, 200))
    with pytest.raises(NoBars, match="SPY has no close of 2026-11-23 in tests"):
        look(desk, after("2026-11-23"), whole)
    assert desk.events(ForwardReturnMeasured) == []


def filled(desk: Bench, symbol: str, side: Side, at: datetime) -> None:
    fill = BrokerFill(
        fill_id=f"{symbol}-{at.isoformat()}",
        client_order_id="order",
        account_id=ACCOUNT,
        symbol=symbol,
        side=side,
        quantity=Decimal(1),
        price=Decimal(10),
        commission=Decimal(0),
        filled_at=at,
        session=at.date(),
        price_kind="close",
        source="tests",
    )
    stream = account_stream(ACCOUNT)
    new = new_event(stream, OrderFilled(fill=fill), [fill.fill_id], at)
    append_one(desk.store, stream, new)


def test_only_a_purchase_between_suggestion_and_end_makes_it_traded(desk):
    filled(desk, "SA", Side.BUY, AT + timedelta(hours=2))
    filled(desk, "SB", Side.BUY, AT - timedelta(hours=2))
    filled(desk, "SC", Side.SELL, AT + timedelta(hours=2))
    filled(desk, "SD", Side.BUY, on("2026-11-24", "09:30"))
    look(desk, after("2026-11-23"))
    [event] = desk.events(ForwardReturnMeasured)
    assert {one.symbol for one in event.returns if one.traded} == {"SA"}


def test_the_daily_slot_measures_only_strategies_that_are_on(desk):
    made = with_forward_returns(desk.desk, desk.settings, lambda _: market())
    measure, at = made.upkeep[Job.FORWARD_RETURNS], after("2026-11-23")
    assert measure(at) == NOBODY_DISCOVERS
    switch_on(desk.store, desk.settings.strategy(EQUITY), "try it", "ann", at)
    assert "forward returns of 1 rounds measured" in measure(at)
    assert "0 forward returns" in measure(at)
    assert desk.store.head(forward_stream(EQUITY)).version == 1
