"""The overview: words for an empty desk, numbers only where there are some, labels everywhere."""

from __future__ import annotations

import pytest

from core.schemas.decision import DecisionOrigin
from core.types import StoreKind
from pages.http.store import STORE_VARIABLE
from tests.fakes.stored_weeks import open_desk, start_run, write_week
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
