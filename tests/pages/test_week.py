"""The week: opened by its address, every stage told apart from nothing, outside text never markup."""

from __future__ import annotations

import re
from datetime import date

import pytest

from core.desk.writing import week_stream
from core.events.week import ResearchPackAReceived, ResearchPackBReceived
from core.schemas.research import Citation
from pages.http.store import STORE_VARIABLE
from pages.ui.research_cards import domain_of
from pages.ui.review_cards import NOTES
from tests.fakes.stored_weeks import RUN, append, open_desk, start_run, write_week
from tests.fakes.week import WEEK, findings, received
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
    assert "**What became of it**" in words
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


@pytest.mark.parametrize("view", ["mean", "spread", "rank", "all seven"])
def test_reviews_are_shown_as_the_address_says(show, store_at, view):
    open_desk(store_at)
    write_week(store_at)
    app = show("week", scores=view)
    (chosen,) = [one for one in app.get("button_group") if one.label == "Scores shown as"]
    assert chosen.value == view
    assert any(NOTES[view] == one.value for one in app.caption)


def test_hostile_text_is_shown_letter_by_letter(show, store_at):
    open_desk(store_at)
    write_week(store_at, HOSTILE)
    for name in ("overview", "week"):
        words = said(show(name))
        bare = re.sub(r"\\.", "", words)
        for markup in ("![", "](", "<img", "<script", "http://", "www.", ":red[", "$x", "**bold"):
            assert markup not in bare, markup
    assert "evil" in words


def test_the_week_in_short_says_what_was_decided_what_comes_and_what_went_wrong(show, store_at):
    open_desk(store_at)
    write_week(store_at)
    words = said(show("week")).replace("\\", "")
    assert "What was decided" in words
    assert "What happens next" in words
    assert ":orange-badge[no usable pitch] Grok 4" in words
    assert ":orange-badge[missing] research pack B" in words


def test_a_closed_week_waits_for_nothing_and_nothing_went_wrong_in_it(show, simulated):
    words = said(show("week", week="2026-09-16"))
    assert "the final postmortem is in, the week will not change any more" in words
    assert "What went wrong]  \nNothing." in words
    assert "every stage is done and every seat answered" in words


def test_the_newest_week_of_a_desk_of_play_says_that_nothing_more_comes(show, simulated):
    assert "this desk is played, and its record ends in this week" in said(show("week"))


def test_the_chairman_stands_beside_the_votes(show, store_at):
    open_desk(store_at)
    write_week(store_at)
    app = show("week")
    votes = next(one.value for one in app.dataframe if "way" in one.value.columns)
    assert list(votes["way"]) == ["plurality", "by conviction", "best mean score", "best mean rank"]
    assert votes["support"].iloc[0] == "3 of 3"
    assert set(votes["chairman"]) == {"agrees"}
    assert "All seats pitched the same trade" in said(app)


def test_packs_are_compared_only_when_both_came(show, store_at):
    open_desk(store_at)
    write_week(store_at)
    assert "Where the packs agree and differ" not in said(show("week"))
    regime = {**findings().macro_regime.model_dump(), "rates_impulse": "up"}
    bound = {"run_id": RUN, "stage": "research", "value": received(macro_regime=regime)}
    append(store_at, week_stream(WEEK), ResearchPackBReceived(**bound))
    words = said(show("week"))
    assert "They differ on **1** of 7 fields: rates impulse." in words


def test_a_source_is_told_by_its_domain_and_day_and_never_as_a_link(show, store_at):
    open_desk(store_at)
    start_run(store_at)
    cited = Citation(
        title="Payrolls ahead", url="https://www.reuters.com/a?b=c", published=date(2026, 11, 17)
    )
    outcome = received()
    pack = outcome.pack.model_copy(update={"citations": (cited,)})
    bound = {"run_id": RUN, "stage": "research", "value": outcome.model_copy(update={"pack": pack})}
    append(store_at, week_stream(WEEK), ResearchPackAReceived(**bound))
    words = said(show("week"))
    assert "**reuters\\.com** :gray[Tue 17 Nov 2026]" in words
    assert "https://" not in words


@pytest.mark.parametrize("address", ["http://[broken", "nonsense", "", "javascript:alert(1)"])
def test_an_address_without_a_host_is_unknown(address):
    assert domain_of(address) == "unknown address"


def test_the_snapshot_shows_the_closes_the_run_had_read(show, simulated):
    app = show("week", week="2026-09-16")
    board = next(one.value for one in app.dataframe if "RSI 14" in one.value.columns)
    assert {len(closes) for closes in board["60 closes"]} == {60}


def test_risk_is_told_with_the_limits_in_force_and_the_shares_it_came_to(show, simulated):
    app = show("week", week="2026-09-16")
    assert "no trade under a conviction of 0.25" in said(app)
    risk = next(one.value for one in app.dataframe if "allowed" in one.value.columns)
    assert (risk["equity"] != "not set").all()
