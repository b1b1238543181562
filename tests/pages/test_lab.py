"""The council lab: words for an empty store, no rank before there is evidence, one switch for what was known."""

from __future__ import annotations

import pytest

from tests.fakes.lab_store import lab_store
from tests.fakes.stored_weeks import open_desk, write_week
from tests.pages.conftest import said


def tables(app):
    return [one.value for one in app.dataframe]


def test_an_empty_store_shows_words_and_what_to_do_next(show, store_at):
    app = show("lab")
    assert "cli.py demo" in said(app)
    assert not app.dataframe


def test_a_desk_whose_first_week_runs_says_when_the_lab_counts_it(show, store_at):
    open_desk(store_at)
    write_week(store_at)
    app = show("lab")
    assert "counts a week once the next one has begun" in said(app)


def test_five_weeks_give_four_that_count_and_no_verdict(show, simulated):
    app = show("lab")
    words = said(app)
    assert "4 finished weeks" in words
    assert app.subheader[0].value == "Too early to say."
    assert "9 more weeks" in words


def test_before_the_evidence_is_there_no_line_has_a_rank_a_sharpe_ratio_or_a_badge(show, simulated):
    (table,) = tables(show("lab", view="lines"))
    assert len(table) == 15
    assert table["Sharpe"].isna().all()
    assert all(said.startswith(("none: 9 more weeks", "benchmark")) for said in table["rank"])
    assert (table["coverage"] == 100).all()
    assert table["n"].eq(4).all()


def test_the_line_in_colour_is_in_the_address(show, simulated):
    app = show("lab", view="lines", line="SPY")
    assert "Chairman and SPY in colour" in said(app)


def test_rules_know_nothing_so_no_week_is_left_out(show, simulated):
    (table,) = tables(show("lab", view="knowledge"))
    assert len(table) == 7
    assert (table["clean"] == 4).all()
    assert "computed" in table["knowledge cut-off"][0]
    assert "4 finished weeks" in said(show("lab", clean="true"))


@pytest.mark.parametrize("view", ["verdict", "lines", "reviewers", "convictions", "knowledge"])
def test_each_view_opens_by_its_address(show, simulated, view):
    app = show("lab", view=view)
    assert app.title[0].value == "Council lab"
    assert not app.error


@pytest.fixture
def long_record(store_at):
    lab_store(store_at)
    return store_at


def test_a_long_record_answers_the_question_and_names_what_may_be_memory(show, long_record):
    app = show("lab")
    assert app.subheader[0].value.startswith("Yes: the chairman does better")
    words = said(app)
    assert "59 finished weeks" in words
    assert "Claude Sonnet 4\\.5 (31)" in words
    assert "counted here all the same" in words


def test_one_switch_leaves_out_what_models_may_have_known(show, long_record):
    app = show("lab", clean="true")
    words = said(app)
    assert "left out" in words
    assert "9 finished weeks and 9 closed trades" in words
    assert app.subheader[0].value == "Too early to say."


def test_ranks_come_with_evidence_and_a_changed_seat_has_none(show, long_record):
    (table,) = tables(show("lab", view="lines"))
    ranks = dict(zip(table["line"], table["rank"], strict=True))
    assert ranks["Chairman"] == "1, best"
    assert ranks["Grok 4"] == "none: 1 more closed trade, coverage below 95 %"
    assert ranks["Grok 4, x-ai/grok-4 until 2025-10-08"] == "none: coverage below 95 %"
    assert ranks["SPY"] == "benchmark"
    assert table["Sharpe"].notna().sum() >= 10


def test_reviewers_convictions_and_drift_are_told_from_a_long_record(show, long_record):
    app = show("lab", view="reviewers")
    (table,) = tables(app)
    assert len(table) == 5
    assert "Own family:" in said(app)
    assert "in 25% of" in said(app)
    app = show("lab", view="convictions", voice="Chairman")
    scores, drift = tables(app)
    assert scores["voice"].tolist()[:2] == ["All PMs", "Chairman"]
    assert scores["right"][1] == 100
    assert "100%" in drift["PMs, last 26 weeks"].tolist()


def test_what_each_model_may_have_known_is_in_one_table(show, long_record):
    (table,) = tables(show("lab", view="knowledge"))
    claude = table[table["model"] == "anthropic/claude-sonnet-4.5"].iloc[0]
    assert (claude["knowledge cut-off"], claude["source"]) == ("2025-07-31", "a test")
    assert (claude["clean"], claude["contaminated"]) == (28, 31)
