"""The week: opened by its address, every stage told apart from nothing, outside text never markup."""

from __future__ import annotations

import re

import pytest

from core.desk.writing import week_stream
from core.events.week import ResearchPackAReceived, ResearchPackBReceived
from pages.http.store import STORE_VARIABLE
from tests.fakes.stored_weeks import RUN, append, open_desk, start_run, write_week
from tests.fakes.week import WEEK, received
from tests.pages.conftest import HOSTILE, said


def test_an_empty_store_shows_words(show, tmp_path, monkeypatch):
    monkeypatch.setenv(STORE_VARIABLE, f"sqlite:///{tmp_path / 'none.db'}")
    app = show("week")
    assert "cli.py demo" in app.info[0].value
    assert not app.dataframe


def test_the_address_opens_a_week(show, simulated):
    assert show("week", week="2026-09-09").title[0].value == "Week of Wed 9 Sep 2026"


def test_any_date_of_the_week_opens_it(show, simulated):
    assert show("week", week="2026-09-14").title[0].value == "Week of Wed 9 Sep 2026"


def test_without_a_week_in_the_address_the_newest_is_shown(show, simulated):
    assert show("week").title[0].value == "Week of Wed 30 Sep 2026"


@pytest.mark.parametrize("asked", ["2019-01-02", "next", "![x](http://evil.example/a.png)"])
def test_an_unknown_week_is_said_and_nothing_else_is_shown(show, simulated, asked):
    app = show("week", week=asked)
    assert "This store has no run of a week" in app.info[0].value
    assert "![" not in app.info[0].value
    assert not app.dataframe


def test_choosing_a_week_changes_the_page_and_the_address(show, simulated):
    app = show("week")
    app.selectbox(key="week_picker").select("2026-09-16").run()
    assert app.title[0].value == "Week of Wed 16 Sep 2026"
    assert app.query_params["week"] == "2026-09-16"


def test_every_part_of_a_finished_week_is_there(show, simulated):
    app = show("week", week="2026-09-16")
    headings = [one.value for one in app.header]
    assert headings == [
        "Pitches",
        "Peer review",
        "Research and snapshot",
        "Risk, orders and checkpoints",
        "Calls and cost",
    ]
    words = said(app)
    assert "**Postmortem**" in words
    assert "acct_" not in words
    assert "4 of 4 pitches" in words
    tables = [set(one.value.columns) for one in app.dataframe]
    assert any("RSI 14" in columns for columns in tables)
    assert any("allowed" in columns for columns in tables)
    assert any("at price" in columns for columns in tables)


def test_an_abstention_stands_beside_the_pitches_with_its_reason(show, store_at):
    open_desk(store_at)
    write_week(store_at)
    words = said(show("week"))
    assert "### Abstained" in words
    assert "no JSON" in words
    assert "3 of 4" in words


def test_missing_empty_received_and_not_yet_asked_are_four_different_things(show, store_at):
    open_desk(store_at)
    start_run(store_at)
    first = said(show("week"))
    assert first.count("has not been asked for yet") == 2
    nothing = received(top_narratives=[], tradable_candidates=[], event_calendar_next_7d=[])
    bound = {"run_id": RUN, "stage": "research"}
    append(
        store_at,
        week_stream(WEEK),
        ResearchPackAReceived(**bound, value=nothing),
        ResearchPackBReceived(**bound, value=received()),
    )
    then = said(show("week"))
    assert "found nothing worth reporting" in then
    assert "Regime mixed" in then
    assert "has not been asked for yet" not in then


def test_a_missing_pack_says_why(show, store_at):
    open_desk(store_at)
    write_week(store_at)
    assert "No answer came: timed out" in said(show("week"))


def test_a_limit_shows_its_numbers_and_a_stale_stage_its_reason(show, store_at):
    open_desk(store_at)
    write_week(store_at)
    words = said(show("week")).replace("\\", "")
    assert "asked 1.20, allowed 1.00" in words
    assert "gross would be 120 %" in words
    assert "chairman: settings changed" in words


def test_reviews_can_be_seen_score_by_score(show, store_at):
    open_desk(store_at)
    write_week(store_at)
    app = show("week")
    chosen = app.selectbox(key="score")
    assert chosen.options[:2] == ["mean", "clarity"]
    chosen.select("originality").run()
    assert not app.exception


def test_hostile_text_is_shown_letter_by_letter(show, store_at):
    open_desk(store_at)
    write_week(store_at, HOSTILE)
    for name in ("overview", "week"):
        words = said(show(name))
        bare = re.sub(r"\\.", "", words)
        for markup in ("![", "](", "<img", "<script", "http://", "www.", ":red[", "$x", "**bold"):
            assert markup not in bare, markup
    assert "evil" in words
