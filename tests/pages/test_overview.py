"""The overview: words for an empty desk, numbers only where there are some, labels everywhere."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from urllib.parse import parse_qs

import pytest

from core.desk.halts import BREAKER_STREAM
from core.desk.writing import MARKET_STREAM, week_stream
from core.events.breaker import BreakerTripped
from core.events.market import UniverseMarked
from core.events.week import StageFailed
from core.schemas.breaker import Cause
from core.schemas.decision import DecisionOrigin
from core.schemas.market import MarkedPrice
from core.types import StoreKind
from pages.http.store import STORE_VARIABLE
from tests.fakes.stored_weeks import RUN, append, open_desk, start_run, write_week
from tests.fakes.week import AS_OF, WEEK
from tests.pages.conftest import said


def test_a_store_that_does_not_exist_shows_words_and_what_to_do_next(show, tmp_path, monkeypatch):
    monkeypatch.setenv(STORE_VARIABLE, f"sqlite:///{tmp_path / 'none.db'}")
    app = show()
    assert "cli.py demo" in app.info[0].value
    assert not app.metric
    assert not app.dataframe
    assert list(tmp_path.iterdir()) == []


def test_an_open_desk_without_a_week_shows_words(show, store_at):
    open_desk(store_at)
    app = show()
    assert "cli.py run_weekly" in said(app)
    assert not app.metric


def test_a_week_without_a_marked_session_shows_its_decision_and_no_figures(show, store_at):
    open_desk(store_at)
    write_week(store_at)
    app = show()
    assert "LONG SPY" in said(app)
    assert "equity appears after the next close" in said(app)
    assert not app.metric


def test_a_run_that_has_just_begun_says_how_far_it_is(show, store_at):
    open_desk(store_at)
    start_run(store_at)
    assert "No decision yet: 0 stages finished, the run is running" in said(show())


def test_an_abstention_is_told_as_three_of_four(show, store_at):
    open_desk(store_at)
    write_week(store_at)
    app = show()
    assert any("3 of 4 pitches" in one.value for one in app.markdown)
    assert any("1 dissent" in one.value for one in app.markdown)


@pytest.mark.parametrize(
    ("origin", "words"),
    [
        (DecisionOrigin.NO_QUORUM, "too few for a quorum"),
        (DecisionOrigin.CHAIRMAN_FAILED, "no chairman gave a usable decision"),
        (DecisionOrigin.FALLBACK, "in the chairman's place"),
    ],
)
def test_who_decided_is_said_when_it_was_not_the_chairman(show, store_at, origin, words):
    open_desk(store_at)
    write_week(store_at, origin=origin)
    assert words in said(show())


def test_a_desk_that_ran_shows_four_figures_with_units_and_six_accounts(show, simulated):
    app = show()
    assert len(app.metric) == 4
    assert app.metric[0].value.startswith("$")
    assert app.metric[1].value.endswith(" pp")
    (board,) = [one.value for one in app.dataframe]
    assert len(board) == 6
    assert sum("rules/" in name for name in board["account"]) == 5
    assert "no language model spoke" in said(app)


def test_simulations_and_simulated_prices_are_said_on_every_page(show, simulated):
    for name in ("overview", "week"):
        words = said(show(name))
        assert "**SIMULATION**" in words
        assert "**SIMULATED prices**" in words


def test_a_demonstration_says_so_and_a_real_desk_has_no_banner(show, store_at):
    open_desk(store_at, StoreKind.DEMO)
    assert "**DEMO**" in said(show())
    open_desk(store_at, StoreKind.REAL)
    assert not show().warning


def test_another_account_can_be_drawn_in_colour(show, simulated):
    app = show()
    pills = app.get("button_group")[0]
    assert len(pills.options) == 5


def test_a_store_that_cannot_be_read_is_one_line(show, tmp_path, monkeypatch):
    file = tmp_path / "damaged.db"
    file.write_text("this is no database at all, but long enough to be read as one" * 100)
    monkeypatch.setenv(STORE_VARIABLE, f"sqlite:///{file}")
    app = show()
    assert app.error[0].value.count("\n") == 0
    assert "not a SQLite database" in app.error[0].value.replace("\\", "")


def test_before_the_evidence_is_there_nobody_is_ranked_and_it_is_said_what_is_missing(
    show, simulated
):
    app = show()
    (board,) = [one.value for one in app.dataframe]
    assert set(board["rank"]) == {"too early", "baseline"}
    assert board["Sharpe"].isna().all()
    assert set(board["weeks"]) == {5}
    assert "before 13 whole weeks and 20 closed trades: so far 5 weeks" in said(app)
    labels = [one.label for one in app.metric]
    assert not any("best" in label for label in labels)
    assert any("ahead so far" in label for label in labels)


def test_the_figures_are_against_a_pm_and_against_flat_with_the_breaker_beside_the_drawdown(
    show, simulated
):
    app = show()
    assert app.metric[2].label == "Against FLAT"
    assert (app.metric[3].label, app.metric[3].delta) == ("Drawdown now", "no breaker halt")


def test_a_halt_stands_at_the_drawdown_and_among_what_is_broken(show, store_at):
    open_desk(store_at)
    write_week(store_at)
    price = MarkedPrice(
        symbol="SPY",
        price=Decimal(600),
        kind="close",
        session=date(2026, 11, 18),
        known_at=AS_OF,
        source="files",
        feed="",
    )
    append(store_at, MARKET_STREAM, UniverseMarked(session=date(2026, 11, 18), prices=(price,)))
    tripped = BreakerTripped(
        scope="desk",
        cause=Cause.LOSSES,
        value=Decimal(10),
        threshold=Decimal(10),
        at_equity=Decimal(1),
        peak=Decimal(2),
    )
    append(store_at, BREAKER_STREAM, tripped)
    app = show()
    assert app.metric[3].delta == "halted: 10 losses in a row"
    assert "The breaker halts the whole desk: 10 losing trades in a row, 10 halt." in said(app)


def test_a_real_desk_that_nobody_leads_says_so_and_what_starts_it(show, store_at):
    open_desk(store_at)
    write_week(store_at)
    words = said(show())
    assert "Nobody leads: nothing runs until `cli.py up`." in words
    assert "Nothing that was looked at is broken" not in words


def test_a_simulation_says_that_nothing_comes_next_and_nothing_is_broken(show, simulated):
    words = said(show())
    assert "a simulation is over when" in words
    assert "Nothing that was looked at is broken" in words


def test_a_failed_run_is_told_with_its_reason(show, store_at):
    open_desk(store_at)
    start_run(store_at)
    failed = StageFailed(run_id=RUN, stage="pitch", error="MarketError", message="no price")
    append(store_at, week_stream(WEEK), failed)
    words = said(show()).replace("\\", "")
    assert "The run of the week of Wed 18 Nov 2026 failed: pitch: MarketError: no price" in words


def test_a_week_of_rules_has_cost_nothing_and_says_why(show, simulated):
    words = said(show())
    assert "### \\$0\\.00" in words
    assert "No model was paid: rules answered." in words


def test_the_time_shown_and_the_account_in_colour_come_from_the_address(show, simulated):
    app = show(span="quarter", account="acct_2")
    groups = {one.label: one.value for one in app.get("button_group")}
    assert groups == {"Account in colour": "acct_2", "Time shown": "quarter"}
    app.get("button_group")[0].set_value("acct_3").run()
    assert app.query_params["account"] == "acct_3"


def test_every_figure_and_what_was_looked_at_lead_to_their_events(show, simulated):
    app = show()
    asked = [
        parse_qs(one.proto.query_string)
        for one in app.get("page_link")
        if "audit" in one.proto.page
    ]
    streams = [one["stream"][0] for one in asked if "stream" in one]
    council, flat = "account/acct_5", "account/acct_6"
    assert streams[:1] + streams[2:4] == [council, flat, council]
    assert streams[1].startswith("account/acct_")
    assert "system/slots" in streams
    assert all(asked), "a link that finds nothing in particular"
