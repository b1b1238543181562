"""A look through the market and a measurement because a person asked for them now."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from core.desk.job_state import JobStatus
from core.desk.strategy_jobs import discover_now, measure_now
from core.desk.strategy_switch import is_on
from core.desk.watching import watchlist
from core.errors import BadInput, MarketUnavailable, StageTimeout
from core.events.discovery import DiscoveryRan
from core.events.forward import ForwardReturnMeasured
from core.events.memory import ConditionsRemembered
from core.strategy import EQUITY
from tests.fakes.desks import on
from tests.fakes.job_desk import JobDesk, job_desk


@pytest.fixture
def made(tmp_path) -> JobDesk:
    return job_desk(tmp_path, at=on("2024-01-10", "10:00"))


def test_a_round_is_looked_and_named_by_its_request_though_the_strategy_is_off(made):
    desk = made.bench.desk
    assert not is_on(desk.store, desk.strategy(EQUITY).spec)
    state = made.run("discovery")
    assert state.status is JobStatus.DONE, state.finished
    [ran] = made.bench.events(DiscoveryRan)
    assert (ran.slot, ran.as_of) == ("job/discovery/equity_cycle#1", on("2024-01-10", "10:00"))
    assert state.finished.result == {"round_id": ran.round_id, "looked_at": ran.looked_at}
    assert watchlist(desk.store, EQUITY).entries


def test_asked_again_it_looks_again_and_a_claim_taken_up_does_not(made):
    made.run("discovery")
    made.bench.at(on("2024-01-10", "11:00"))
    assert made.run("discovery").requested.request == 2
    assert len(made.bench.events(DiscoveryRan)) == 2
    desk = made.bench.desk
    again = asyncio.run(discover_now(desk, desk.strategy(EQUITY), "job/discovery/equity_cycle#1"))
    assert len(made.bench.events(DiscoveryRan)) == 2
    assert again.result["round_id"] == made.bench.events(DiscoveryRan)[0].round_id


def test_bars_that_cannot_be_had_are_asked_for_again_later(made):
    async def unavailable(*_) -> str:
        raise MarketUnavailable("the listing gave no answer")

    desk = made.bench.desk
    blind = replace(desk.strategy(EQUITY), look=unavailable)
    made.bench = replace(made.bench, desk=replace(desk, strategies=(blind,)))
    state = made.run("discovery")
    assert state.is_open
    assert state.handed_back.again_at == made.now + timedelta(minutes=1)


def test_a_round_that_hangs_is_ended(made):
    async def hangs(*_) -> str:
        await asyncio.sleep(60)
        return ""

    desk = made.bench.desk
    hanging, limit = replace(desk.strategy(EQUITY), look=hangs), timedelta(milliseconds=5)
    with pytest.raises(StageTimeout, match="did not end within"):
        asyncio.run(discover_now(desk, hanging, "test", limit))


def test_what_is_known_by_now_is_measured_once(made):
    made.run("discovery")
    made.bench.at(on("2024-01-11", "18:00"))
    told = made.run("measure").finished.detail
    [event] = made.bench.events(ForwardReturnMeasured)
    assert f"{len(event.returns)} forward returns of 1 rounds measured" in told
    assert "conditions of 11 sessions" in told
    assert len(made.bench.events(ConditionsRemembered)) == 11
    told = made.run("measure").finished.detail
    assert "0 forward returns" in told
    assert "conditions of 0 sessions" in told


def test_a_strategy_that_discovers_nothing_is_refused_in_one_line(made):
    desk = made.bench.desk
    plain = replace(desk.strategy(EQUITY), look=None, measure=None)
    with pytest.raises(BadInput, match="discovers nothing"):
        asyncio.run(discover_now(desk, plain, "test"))
    with pytest.raises(BadInput, match="nothing to measure"):
        asyncio.run(measure_now(desk, plain))
