"""Providers and the broker, as their events say it, on both databases."""

from __future__ import annotations

import math

import pytest

from core.types import WeekId
from storage.projections import ALL_PROJECTIONS
from storage.queries import StoreReader
from storage.queries.providers import cost_frame, model_lines
from storage.queries.reconciliation import custody_lines
from storage.queries.step_downs import step_downs
from tests.fakes import provider_days as days
from tests.fakes.stored_weeks import open_desk
from tests.fakes.week import WEEK
from tests.storage.conftest import SHARED


@pytest.fixture
def log(open_at):
    store = open_at(projections=ALL_PROJECTIONS)
    open_desk(store)
    return store


@pytest.fixture
def reader(log, store_url):
    opened = StoreReader.at(store_url)
    yield opened
    opened.close()


@pytest.mark.parametrize("store_url", SHARED, indirect=True)
def test_calls_are_counted_and_times_ranked_by_who_answered(reader, log):
    seconds = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
    for number, took in enumerate(seconds):
        days.call(log, number, seconds=took, usd="0.25")
    days.call(log, 20, fails="no answer in 180 s")
    days.call(log, 21, seconds=40, usd="1", falls=True)
    deputy, model = model_lines(reader, WeekId(WEEK))
    assert (model.model, model.calls, model.failed, model.fell_back) == (days.MODEL, 14, 1, 1)
    ranked = sorted(seconds)
    assert model.p50_ms == 1000 * ranked[math.ceil(0.5 * len(ranked)) - 1]
    assert model.p95_ms == 1000 * ranked[math.ceil(0.95 * len(ranked)) - 1]
    assert model.usd == pytest.approx(3.0)
    assert "no answer in 180 s" in model.trouble
    assert (deputy.model, deputy.calls, deputy.p50_ms) == (days.DEPUTY, 1, 40_000)


def test_a_window_leaves_older_weeks_out(reader, log):
    days.call(log, 1, usd="1")
    days.call(log, 2, usd="2", back=3)
    assert [line.usd for line in model_lines(reader, WeekId(WEEK))] == [1.0]
    assert [line.usd for line in model_lines(reader, None)] == [3.0]
    assert list(cost_frame(reader, None)["usd"]) == [2.0, 1.0]
    assert len(cost_frame(reader, WeekId(WEEK))) == 1


def test_steps_down_are_counted_by_link(reader, log):
    days.steps_down(log)
    steps = {(one.asked, one.then): one for one in step_downs(reader, None)}
    assert steps["alpaca", "yfinance"].times == 2
    assert steps["gemini/deep", "openrouter/sonar"].why == "ModelUnavailable: 503"
    assert step_downs(reader, WeekId("2027-01-06")) == ()


def test_a_difference_shows_both_sides_until_it_is_resolved(reader, log):
    assert custody_lines(reader) == ()
    days.differ(log)
    [line] = custody_lines(reader)
    assert [(one.ledger, one.broker) for one in line.open] == [("100", "90")]
    days.agree_again(log)
    [line] = custody_lines(reader)
    assert line.open == ()
    assert line.resolved == "broker and ledger agree again (desk)"


def test_an_empty_log_has_no_providers(reader):
    assert model_lines(reader, None) == ()
    assert cost_frame(reader, None).empty
