"""The council lab: words for an empty store, no rank before there is evidence, one switch for what was known."""

from __future__ import annotations

import pytest

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
    assert set(table["rank"]) == {"n/a", "benchmark"}
    assert (table["coverage"] == 100).all()
    assert table["n, weeks"].eq(4).all()
    assert "9 more weeks" in table["missing for a rank"][0]


def test_the_line_in_colour_is_in_the_address(show, simulated):
    app = show("lab", view="lines", line="SPY")
    assert "Chairman and SPY in colour" in said(app)


def test_rules_know_nothing_so_no_week_is_left_out(show, simulated):
    (table,) = tables(show("lab", view="knowledge"))
    assert len(table) == 7
    assert (table["clean"] == 4).all()
    assert "computed" in table["knowledge cut-off"][0]
    assert "4 finished weeks" in said(show("lab", clean="true"))


@pytest.mark.parametrize("view", ["verdict", "lines", "knowledge"])
def test_each_view_opens_by_its_address(show, simulated, view):
    app = show("lab", view=view)
    assert app.title[0].value == "Council lab"
    assert not app.error
