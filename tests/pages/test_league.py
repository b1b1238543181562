"""The league of pickers on its page, over HTTP and as a read model: what was measured, once a day."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date

import httpx
import pytest
from starlette.applications import Starlette

from core.desk.discovering import run_discovery
from core.desk.measuring import ForwardLog, measure_suggestions
from core.events.forward import ForwardReturnMeasured
from core.schemas.suggestion import Picker
from core.strategy import EQUITY
from core.types import StoreKind
from pages.http.api.routes import routes
from pages.http.headers import middleware
from storage.locks import LocalLock
from storage.queries import StoreReader
from storage.queries.forward_returns import league, newest_returns, tallies
from tests.core.desk.test_discovering import AT, Whole, discovery, market
from tests.fakes.desks import Bench, bench, on, rules_settings
from tests.pages.conftest import said


@pytest.fixture
def desk(store_at) -> Bench:
    made = bench(rules_settings(), store_at, at=AT, kind=StoreKind.DEMO)
    return replace(made, desk=replace(made.desk, lock=LocalLock()))


def measured(desk: Bench, *walls: str, whole: Whole | None = None) -> Bench:
    for wall in walls:
        asyncio.run(run_discovery(desk.desk, discovery(desk), on("2026-11-20", wall), "test"))
    log = ForwardLog(desk.store, desk.settings.strategy(EQUITY))
    measure_suggestions(desk.desk, log, whole or market(), on("2026-11-30", "16:25"))
    return desk


def test_before_the_first_close_the_card_says_when_there_will_be_something(show, desk):
    asyncio.run(run_discovery(desk.desk, discovery(desk), AT, "test"))
    assert "No suggestion's first session is over yet" in said(show("discovery"))


def test_the_league_on_the_page_is_that_of_the_recorded_returns(show, desk):
    measured(desk, "09:30")
    app = show("discovery")
    words = said(app)
    assert "Who picks well" in words
    frames = [one.value for one in app.dataframe]
    [pickers] = [one for one in frames if "above 0" in one]
    events = [one for one in desk.events(ForwardReturnMeasured) if one.horizon == 5]
    returned = [one.returned for event in events for one in event.returns]
    own = pickers[(pickers["picker"] == "ensemble") & (pickers["sessions"] == 5)]
    assert own["mean"].item() == f"{100 * sum(returned) / len(returned):+.2f}%"
    assert words.count("-badge[too early]") == 4
    assert "win rate > 55%" in words


def test_two_rounds_that_say_the_same_are_one_line_of_the_newest_returns(show, desk):
    measured(desk, "09:30", "13:30")
    [newest] = [one.value for one in show("discovery").dataframe if "known since" in one.value]
    every = len(newest_returns(StoreReader(desk.store.engine), EQUITY))
    assert newest["rounds"].sum() == every
    assert set(newest["rounds"]) == {2}
    assert not newest.duplicated(["known since", "symbol", "sessions"]).any()


def test_a_symbol_two_rounds_of_a_day_suggest_counts_once(desk):
    measured(desk, "09:30", "13:30")
    reader = StoreReader(desk.store.engine)
    events = [one for one in desk.events(ForwardReturnMeasured) if one.horizon == 1]
    assert len(events) == 2
    [own] = [
        one for one in tallies(reader, EQUITY) if (one.picker, one.horizon) == (Picker.ENSEMBLE, 1)
    ]
    assert own.day == date(2026, 11, 20)
    first = {one.symbol: one.returned for one in events[0].returns}
    every = first | {one.symbol: one.returned for one in events[1].returns}
    assert own.suggested == own.counted == len(every)
    assert own.returned == pytest.approx(sum(every.values()))
    assert own.wins == sum(one > 0 for one in every.values())


def test_holes_are_counted_and_stand_in_no_average(desk):
    whole = market()
    kept = [day != date(2026, 11, 23) for day in whole.held["SA"].days.astype(object)]
    whole.held["SA"] = whole.held["SA"].slice(kept)
    measured(desk, "09:30", whole=whole)
    reader = StoreReader(desk.store.engine)
    [own] = [
        one
        for one in league(reader, EQUITY).records
        if (one.picker, one.horizon) == (Picker.ENSEMBLE, 1)
    ]
    assert own.holes == own.suggested - own.counted == 1
    [line] = [one for one in newest_returns(reader, EQUITY) if one.returned is None]
    assert (line.symbol, line.status) == ("SA", "no bar of the last session")


def test_the_read_model_is_the_same_after_a_rebuild(desk):
    measured(desk, "09:30", "13:30")
    reader = StoreReader(desk.store.engine)

    def everything():
        return tallies(reader, EQUITY), newest_returns(reader, EQUITY)

    before = everything()
    assert all(before)
    desk.store.rebuild()
    assert everything() == before


def test_the_api_answers_pickers_targets_and_paper_money(desk):
    app = Starlette(routes=routes(), middleware=middleware())

    async def asked(path: str):
        transport = httpx.ASGITransport(app=app, client=("127.0.0.1", 4000))
        async with httpx.AsyncClient(
            transport=transport, base_url="http://localhost:8200"
        ) as client:
            return (await client.get(path)).json()

    assert asyncio.run(asked("/api/discovery/performance"))["pickers"] == []
    measured(desk, "09:30")
    told = asyncio.run(asked("/api/discovery/performance"))
    assert (told["days"], told["first"]) == (1, "2026-11-20")
    assert {one["horizon"] for one in told["pickers"]} == {1, 5}
    assert [one["reached"] for one in told["targets"]] == ["too early"] * 4
    assert told["paper_round_trip"] == pytest.approx(6e-4, rel=0.01)
    own = next(one for one in told["paper"] if one["picker"] == "ensemble")
    five = next(
        one for one in told["pickers"] if (one["picker"], one["horizon"]) == ("ensemble", 5)
    )
    net = (1 + five["mean"]["value"]) * (1 - told["paper_round_trip"])
    assert own["value"] == pytest.approx((4 + net) / 5)
