"""Conviction: a week by its address, everything that acted flagged, words where nothing was held."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
import pytest

from core.access import Grant, Role, Visitor
from core.types import CheckpointAction, WeekId
from pages.http import access
from pages.http.access import Door
from pages.http.asked import Asked
from pages.http.store import STORE_VARIABLE
from pages.ui import visitor
from pages.ui.bands import Band, around
from tests.fakes.account_life import checkpoint, target
from tests.fakes.stored_weeks import open_desk, start_run
from tests.fakes.week import AS_OF
from tests.pages.conftest import HOSTILE, said

EXIT = {"action": CheckpointAction.EXIT, "conviction_after": 0.0}


def hours(number):
    return AS_OF + timedelta(hours=number)


def rows(app, column):
    """The first table with this column."""
    found = next(one.value for one in app.dataframe if column in one.value.columns)
    return found.astype(str).to_dict("records")


@pytest.fixture
def week(store_at):
    """A claimed week in which PM 1 holds SPY."""
    open_desk(store_at)
    start_run(store_at)
    target(store_at, 1.2)
    return store_at


def test_a_store_that_does_not_exist_shows_words(show, tmp_path, monkeypatch):
    monkeypatch.setenv(STORE_VARIABLE, f"sqlite:///{tmp_path / 'none.db'}")
    app = show("conviction")
    assert "cli.py demo" in app.info[0].value
    assert not app.metric


def test_a_week_without_targets_says_when_paths_begin(show, store_at):
    open_desk(store_at)
    start_run(store_at)
    app = show("conviction")
    assert "paths begin when the risk stage" in app.info[0].value
    assert not app.metric


def test_an_unknown_week_and_an_unknown_account_are_said(show, simulated):
    assert "no run of a week 2019" in said(show("conviction", week="2019-01-02")).replace("\\", "")
    app = show("conviction", week="2026-09-16", account="acct_99")
    assert "has no account acct_99" in said(app).replace("\\", "")
    assert len(app.metric) == 4


def test_the_address_opens_a_week_and_an_account_and_choices_follow(show, simulated):
    app = show("conviction", week="2026-09-16", account="acct_2")
    assert "Week of Wed 16 Sep 2026" in said(app)
    assert "**Conviction of rules/mean\\-reversion**" in said(app)
    app.get("button_group")[0].set_value("acct_3").run()
    assert app.query_params["account"] == "acct_3"
    assert "**Conviction of rules/risk\\-parity**" in said(app)
    app.selectbox(key="week_picker").select("2026-09-09").run()
    assert app.query_params["week"] == "2026-09-09"


def test_every_account_that_held_has_its_small_chart_and_the_others_are_named(show, simulated):
    app = show("conviction", week="2026-09-16")
    charts = app.get("vega_lite_chart") or app.get("arrow_vega_lite_chart")
    small = [one for one in charts if one.proto.alt.startswith("Conviction and P/L of")]
    assert 1 <= len(small) <= 5
    assert "Held nothing a checkpoint could act on" in said(app)
    assert "FLAT" in said(app)


def test_what_a_checkpoint_did_stands_with_its_rule_and_reason(show, week):
    checkpoint(week, hours(4), **EXIT, panic=True, rule="exit_without_cause", reason_delta="fear")
    app = show("conviction", account="acct_1")
    (row,) = rows(app, "reason")
    assert row["action"] == "EXIT · panic exit"
    assert row["conviction"] == "+1.00 → 0"
    assert (row["price"], row["P/L"]) == ("$606.00", "+$480")
    assert (row["rule"], row["reason"]) == ("exit without cause", "fear")
    assert {one.label: one.value for one in app.metric}["Panic exits"] == "1"


def test_all_checkpoints_are_shown_when_asked_for_in_the_address(show, week):
    checkpoint(week, hours(4))
    checkpoint(week, hours(6), **EXIT, invalidated=True)
    assert [row["action"] for row in rows(show("conviction"), "reason")] == ["EXIT · invalidated"]
    every = rows(show("conviction", show="all"), "reason")
    assert [row["action"] for row in every] == ["STAY", "EXIT · invalidated"]


def test_what_checkpoints_brought_is_told_for_every_account_but_flat(show, simulated):
    table = rows(show("conviction", week="2026-09-16"), "so far, $")
    assert len(table) == 5
    assert not any("FLAT" in row["account"] for row in table)


def test_a_guest_sees_the_granted_week_and_nothing_of_any_other(
    show, simulated, asking, monkeypatch
):
    guest = Visitor(Role.GUEST, "guest", (Grant("conviction", WeekId("2026-09-09")),))
    monkeypatch.setattr(visitor, "door", lambda: Door(session=lambda _cookie: guest))
    away = (("host", "desk.example"), ("x-forwarded-for", "1.2.3.4"))
    asking(Asked("127.0.0.1", away, {access.SESSION_COOKIE: "x"}))
    app = show(week="2026-09-16")
    assert "Week of Wed 9 Sep 2026" in said(app)
    assert "so far" not in "".join(one.delta for one in app.metric)
    assert {"week, $", "so far, $"} & {name for one in app.dataframe for name in one.value} == {
        "week, $"
    }


def test_a_checkpoint_with_a_price_and_no_result_is_drawn_without_one(show, week):
    checkpoint(week, hours(4), pnl=None)
    app = show("conviction", account="acct_1", show="all")
    assert rows(app, "reason")[0]["P/L"] == "n/a"


def test_hostile_reasons_stay_in_cells(show, week):
    checkpoint(week, hours(4), **EXIT, rule=HOSTILE, reason_delta=HOSTILE)
    app = show("conviction", account="acct_1")
    assert "evil" not in said(app)
    assert "evil.example" in rows(app, "reason")[0]["reason"]


@pytest.mark.parametrize(
    ("values", "zero", "expected"),
    [
        ([408.2, 414.9], False, (405, 410, 415)),
        ([-480.0, -12.0], True, (-500, -250, 0)),
        ([0.0, 0.0], True, (-0.5, 0, 0.5)),
        ([20.0, 20.0], False, (19.5, 20, 20.5)),
        ([], True, (-0.5, 0, 0.5)),
    ],
)
def test_a_band_ends_at_round_numbers_around_what_it_shows(values, zero, expected):
    assert around(pd.Series(values, dtype=float), 2, zero=zero) == pytest.approx(expected)


def test_a_band_places_its_values_in_its_share_of_the_height():
    band = Band("price", 0.2, 0.4, 100.0, 200.0, ())
    assert [band.place(value) for value in (100.0, 150.0, 200.0)] == pytest.approx([0.2, 0.3, 0.4])
