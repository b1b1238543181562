"""The postmortem: scores before words, words with their author, and nothing for a week without one."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from core.desk.writing import week_stream
from core.events.week import PostmortemTextFailed, PostmortemTextWritten, PostmortemWritten
from core.schemas.postmortem import AccountWeek, Postmortem, PostmortemTold
from core.types import AccountId, Direction
from pages.http.store import STORE_VARIABLE
from tests.fakes.stored_weeks import append, open_desk, write_week
from tests.fakes.week import WEEK
from tests.pages.conftest import HOSTILE, said


def test_an_empty_store_shows_words(show, tmp_path, monkeypatch):
    monkeypatch.setenv(STORE_VARIABLE, f"sqlite:///{tmp_path / 'none.db'}")
    app = show("postmortem")
    assert "cli.py demo" in app.info[0].value
    assert not app.dataframe


def test_a_week_that_goes_on_says_when_its_postmortem_comes(show, store_at):
    open_desk(store_at)
    write_week(store_at)
    app = show("postmortem", week=WEEK)
    assert "07:30 New York time" in app.info[0].value
    assert not app.metric


def test_the_address_opens_a_week_with_its_scores(show, simulated):
    app = show("postmortem", week="2026-09-16")
    assert app.title[0].value == "Postmortem · Wed 16 Sep 2026"
    figures = {one.label: one.value for one in app.metric}
    assert figures["Theses right"] == "4 of 5"
    assert figures["Counter-arguments true"] == "1 of 4"
    assert figures["Warnings confirmed"] == "2 of 5"
    verdicts = next(one.value for one in app.dataframe if "verdict" in one.value)
    assert list(verdicts["verdict"]) == ["right", "wrong", "right", "right", "right"]


def test_without_an_address_the_newest_week_that_was_judged_is_shown(show, simulated):
    app = show("postmortem")
    assert app.metric
    assert app.title[0].value != "Postmortem · Wed 7 Oct 2026"  # the newest week goes on


def test_every_review_is_shown_when_asked_for(show, simulated):
    def reviews(app):
        return next(len(one.value) for one in app.dataframe if "warning" in one.value)

    app = show("postmortem", week="2026-09-16")
    few = reviews(app)
    app.toggle(key="every").set_value(True).run()
    assert reviews(app) == 12 > few == 5


def test_words_of_rules_are_labelled_as_such(show, simulated):
    words = said(show("postmortem", week="2026-09-16"))
    assert "computed, no model wrote this" in words
    assert "In the chairman's words" not in words


def old_postmortem():
    """One from before there were scores."""
    week = AccountWeek(
        account_id=AccountId("acct_5"),
        instrument="SPY",
        direction=Direction.LONG,
        conviction_first=1.0,
        conviction_last=0.5,
        equity_start=Decimal(100_000),
        equity_end=Decimal(101_000),
        pnl=Decimal(1_000),
        week_return=0.01,
        thesis_right=True,
        fired=(),
        actions=(),
        panic_exits=0,
    )
    return Postmortem(
        week_id=WEEK,
        first_session="2026-11-18",
        last_session="2026-11-24",
        provisional=False,
        accounts=(week,),
        council_return=0.01,
        mean_pm_return=None,
        best_pm=None,
        best_pm_return=None,
        text="The council made +1.00%.",
        text_by="rules/postmortem",
    )


@pytest.fixture
def closed(store_at):
    open_desk(store_at)
    write_week(store_at)
    append(store_at, week_stream(WEEK), PostmortemWritten(postmortem=old_postmortem()))
    return store_at


def test_a_postmortem_without_scores_says_so(show, closed):
    app = show("postmortem", week=WEEK)
    assert "newer weeks have scores" in app.info[0].value
    assert [one.label for one in app.metric] == ["Council's week"]


def test_a_models_words_carry_its_name_and_no_markup(show, closed):
    told = PostmortemTold(
        week_id=WEEK, model="vendor/chair", text=f"acct_1 {HOSTILE}", lessons=(f"look {HOSTILE}",)
    )
    append(closed, week_stream(WEEK), PostmortemTextWritten(told=told))
    app = show("postmortem", week=WEEK)
    words = said(app)
    assert "vendor/chair" in words.replace("\\", "")
    assert "In plain sentences" in words
    assert "](http" not in words
    assert not re.search(r"(?<!\\)<", words)


def test_a_model_that_gave_nothing_is_named_with_the_reason(show, closed):
    append(
        closed,
        week_stream(WEEK),
        PostmortemTextFailed(week_id=WEEK, model="vendor/chair", reason="ModelTimeout: too late"),
    )
    words = said(show("postmortem", week=WEEK)).replace("\\", "")
    assert "vendor/chair was asked and gave none" in words
    assert "too late" in words
    assert "The council made +1.00%." in words
