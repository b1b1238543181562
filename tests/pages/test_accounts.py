"""Accounts: one account by its address, every record by itself, ratios only with evidence."""

from __future__ import annotations

import re
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from core.types import StoreKind
from pages.http.store import STORE_VARIABLE
from pages.ui.accounts_cards import basis_of
from pages.ui.accounts_data import RecordView, record_view, seats
from pages.ui.data import now
from pages.ui.metrics_card import RATIOS, WORDS
from pages.ui.record_frames import MOST_POINTS, month_frame, own_frame, rival_frame, rolling_frame
from storage.queries import DeskFacts
from tests.fakes.account_life import PM, mark, new_model, trade
from tests.fakes.stored_weeks import open_desk
from tests.fakes.week import AS_OF
from tests.pages.conftest import HOSTILE, said

SESSIONS = pd.bdate_range("2026-11-18", periods=8)


def rows(app, column):
    """The first table with this column."""
    found = next(one.value for one in app.dataframe if column in one.value.columns)
    return found.astype(object).where(found.notna(), None).to_dict("records")


def values(app):
    return {one.label: one.value for one in app.metric}


@pytest.fixture
def desk(store_at):
    open_desk(store_at)
    return store_at


@pytest.fixture
def marked(desk):
    """PM 1 holds SPY over eight sessions."""
    trade(desk, "o1", 100, "600", AS_OF)
    for number, day in enumerate(SESSIONS):
        mark(desk, day.date(), SPY=str(600 + number), TLT="90")
    return desk


def test_a_store_that_does_not_exist_shows_words(show, tmp_path, monkeypatch):
    monkeypatch.setenv(STORE_VARIABLE, f"sqlite:///{tmp_path / 'none.db'}")
    app = show("accounts")
    assert "cli.py demo" in app.info[0].value
    assert not app.metric


def test_an_account_nobody_marked_says_when_its_record_begins(show, desk):
    app = show("accounts", account="acct_1")
    assert "begins with the next close" in said(app)
    assert "No round trips yet" in said(app)
    assert not app.metric


def test_without_an_account_in_the_address_the_council_is_shown(show, simulated):
    app = show("accounts")
    assert app.title[0].value == "Council"
    assert "acct_5" in said(app)


def test_the_address_opens_an_account_and_an_unknown_one_is_said(show, simulated):
    assert show("accounts", account="acct_2").title[0].value == "rules/mean\\-reversion"
    app = show("accounts", account="![x](http://evil.example/a.png)")
    assert "has no account" in app.info[0].value
    assert "![" not in app.info[0].value
    assert not app.metric


def test_the_choice_of_an_account_follows_into_the_address(show, simulated):
    app = show("accounts")
    app.get("button_group")[0].set_value("acct_1").run()
    assert app.query_params["account"] == "acct_1"
    assert app.title[0].value == "rules/trend"


def test_four_figures_metrics_and_benchmarks_of_a_record(show, simulated):
    app = show("accounts", account="acct_1")
    shown = values(app)
    assert list(shown) == ["Equity", "Return a year", "Below the peak", "Gross exposure"]
    assert shown["Equity"].startswith("$")
    table = rows(app, "deepest drawdown")
    assert [row["record"] for row in table] == ["rules/trend", "SPY", "60/40 SPY/TLT"]
    assert {row["sessions"] for row in table} == {24}
    assert all(row["covered"] == "100%" for row in table)


def test_every_metric_has_its_meaning(show, simulated):
    table = rows(show("accounts"), "deepest drawdown")
    assert set(table[0]) == {"record", *WORDS}
    assert "risk-free rate 0" in WORDS["Sharpe"]
    assert "252" in WORDS["Sharpe"]


def test_ratios_wait_for_evidence_and_the_page_says_what_is_missing(show, simulated):
    app = show("accounts", account="acct_1")
    own = rows(app, "deepest drawdown")[0]
    assert [own[name] for name in RATIOS[:3]] == [None, None, None]
    assert "no Sharpe ratio before 13 whole weeks and 20 closed trades; so far 5" in said(app)


def test_rules_say_what_a_return_contains():
    facts = DeskFacts(StoreKind.REAL, "live", "alpaca", simulated_prices=False, configured_at=AS_OF)
    assert basis_of(facts, adjusted=True).startswith("Price return")
    assert basis_of(None, adjusted=True).startswith("Total return")
    assert basis_of(None, adjusted=False).startswith("Price return")


def test_a_new_model_has_a_record_of_its_own_and_the_old_one_stays(show, marked):
    new_model(marked, "2026-11-25")
    app = show("accounts", account="acct_1")
    assert "new/model since Wed 25 Nov 2026" in said(app).replace("\\", "")
    table = rows(app, "deepest drawdown")
    assert [row["record"] for row in table][:2] == [
        "GPT-5.1",
        "openai/gpt-5.1 from the start to Wed 25 Nov 2026",
    ]
    assert [row["sessions"] for row in table[:2]] == [3, 5]
    first = show("accounts", account="acct_1", record="start")
    assert "openai/gpt-5.1 from the start to Wed 25 Nov 2026" in said(first).replace("\\", "")
    assert rows(first, "deepest drawdown")[0]["sessions"] == 5


def test_history_is_paged_in_the_address(show, desk):
    for number in range(23):
        at = AS_OF + timedelta(hours=number)
        trade(desk, f"in{number}", 10, "600", at)
        trade(desk, f"out{number}", -10, "601", at)
    app = show("accounts", account="acct_1")
    assert len(rows(app, "P/L net")) == 20
    assert len(rows(show("accounts", account="acct_1", round_page="2"), "P/L net")) == 3
    orders = show("accounts", account="acct_1", table="orders", orders_page="3")
    assert len(rows(orders, "decided")) == 6
    assert len(rows(show("accounts", account="acct_1", table="fills"), "priced at")) == 20


def test_a_position_is_shown_at_its_newest_mark(show, marked):
    (held,) = rows(show("accounts", account="acct_1"), "unrealised P/L")
    assert (held["position"], held["shares"], held["price"]) == ("LONG SPY", "100", "$607.00")
    assert held["unrealised P/L"] == "+$700"


def test_three_files_can_be_downloaded(show, marked):
    buttons = [one.proto.label for one in show("accounts", account="acct_1").get("download_button")]
    assert buttons == ["Equity", "Orders", "Fills"]


def test_without_a_price_of_spy_there_is_no_benchmark_and_it_says_so(show, desk):
    trade(desk, "o1", 10, "50", AS_OF, symbol="XYZ")
    for day in SESSIONS:
        mark(desk, day.date(), XYZ="50")
    app = show("accounts", account="acct_1")
    assert "No benchmark" in said(app)
    assert len(rows(app, "deepest drawdown")) == 1


def test_hostile_names_of_models_stay_letters(show, marked):
    new_model(marked, "2026-11-25", HOSTILE)
    bare = re.sub(r"\\.", "", said(show("accounts", account="acct_1")))
    for markup in ("![", "](", "<img", "<script", "http://", "www.", ":red[", "$x", "**bold"):
        assert markup not in bare, markup
    assert "evil" in bare


@pytest.fixture
def years(desk, monkeypatch):
    """Three hundred sessions, up and down again and again."""
    trade(desk, "o1", 100, "600", AS_OF)
    days = pd.bdate_range(date(2026, 11, 18), periods=300)
    for number, day in enumerate(days):
        mark(desk, day.date(), SPY=str(600 + number % 7 - number // 40))
    state = now()
    view = record_view(state, seats(state, PM)[0])
    assert isinstance(view, RecordView)
    return view


def test_a_long_record_is_thinned_keeps_its_extremes_and_adds_up(years):
    own = own_frame(years)
    assert len(own) <= MOST_POINTS + 3
    assert own["equity"].min() == years.record.equity.min()
    assert own["equity"].max() == years.record.equity.max()
    assert own["drawdown"].min() == pytest.approx(years.performance.max_drawdown)
    assert len(rival_frame(years)) <= MOST_POINTS
    assert len(rolling_frame(years, 63)) <= MOST_POINTS
    assert rolling_frame(years, 301).empty

    for year, own in month_frame(years).groupby("year"):
        months, whole = own[own["month"] != "year"], own[own["month"] == "year"]
        assert np.prod(1 + months["value"]) - 1 == pytest.approx(whole["value"].iloc[0])
        assert months["part"].sum() == whole["part"].iloc[0], year
