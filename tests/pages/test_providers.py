"""Operations' sections on providers, cost and the broker."""

from __future__ import annotations

import pytest

from tests.fakes import provider_days as days
from tests.fakes.stored_weeks import open_desk, write_week
from tests.pages.conftest import HOSTILE, said

PROVIDERS = {"show": "Providers and cost"}


@pytest.fixture
def desk(store_at):
    open_desk(store_at)
    write_week(store_at)
    return store_at


def rows(app, column):
    return [
        row
        for frame in app.dataframe
        if column in frame.value
        for row in frame.value.astype(str).to_dict("records")
    ]


def test_empty_sections_say_so(show, desk):
    words = said(show("operations", **PROVIDERS))
    for sentence in ("Nobody was asked", "Nothing was billed", "Every first choice answered"):
        assert sentence in words
    assert "never compared" in said(show("operations", show="Broker"))
    assert "Kill switch" in said(show("operations"))


def test_each_model_has_its_failures_its_times_and_its_cost(show, desk):
    for number in range(4):
        days.call(desk, number, seconds=number + 1)
    days.call(desk, 8, fails="no answer in 180 s")
    days.steps_down(desk)
    app = show("operations", **PROVIDERS)
    [row] = rows(app, "p95")
    assert (row["model"], row["calls"], row["failed"]) == (days.MODEL, "5", "1")
    assert (row["without answer"], row["p50"], row["p95"]) == ("20.0%", "2.0 s", "4.0 s")
    assert row["cost"] == "$0.40"
    assert {one["chain"] for one in rows(app, "chain")} == {"research", "market"}
    assert len(app.get("vega_lite_chart")) == 3


def test_a_long_window_is_drawn_by_months(show, desk):
    for back in range(140):
        days.call(desk, back, back=back)
    app = show("operations", span="All", **PROVIDERS)
    assert "Cost by month" in said(app)
    assert "Cost by week" in said(show("operations", span="4 weeks", **PROVIDERS))


def test_a_broker_that_differs_shows_both_sides(show, desk):
    days.differ(desk)
    app = show("operations", show="Broker")
    assert "trade nothing until" in app.error[0].value
    [sides] = rows(app, "ledger says")
    assert (sides["of"], sides["ledger says"], sides["broker says"]) == ("SPY", "100", "90")
    days.agree_again(desk)
    assert rows(show("operations", show="Broker"), "resolved")[0]["state"] == "agrees"


def test_hostile_words_stay_in_cells(show, desk):
    days.call(desk, 1, fails=HOSTILE)
    days.steps_down(desk, HOSTILE)
    days.differ(desk, HOSTILE)
    for section in ("Providers and cost", "Broker"):
        assert "![x]" not in said(show("operations", show=section))
