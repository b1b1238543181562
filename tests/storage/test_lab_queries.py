"""The lab's queries: records split at a model's change, what models may have known, reviews as arrays."""

from __future__ import annotations

import numpy as np
import pytest

from core.rules.contamination import Knowledge, worst
from core.rules.lab_record import lab_record
from core.rules.lab_reviewers import review_findings
from core.rules.statistics.paired import Verdict
from storage.projections import ALL_PROJECTIONS
from storage.projections.portfolio_tables import SeatModelRow
from storage.projections.writing import Rows
from storage.queries import StoreReader
from storage.queries.lab import council_records
from storage.queries.lab_arrays import idea_arrays, review_table
from storage.queries.lab_knowledge import CHAIR, by_week, week_witnesses
from tests.fakes.lab_store import (
    CHANGE,
    PMS,
    WEEKS,
    add_deputy,
    add_rerun,
    lab_store,
    week_id,
)


@pytest.fixture
def store(open_at):
    store = open_at(projections=ALL_PROJECTIONS)
    lab_store(store)
    return store


@pytest.fixture
def reader(store):
    return StoreReader(store.engine)


def tracks(record):
    return {one.track.key: one for one in record.history.tracks}


def test_the_newest_week_does_not_count_before_the_next_has_begun(reader):
    (record,) = council_records(reader)
    assert len(record.history.weeks) == WEEKS - 1


def test_a_seat_that_changes_hands_is_two_records_and_neither_may_be_ranked(reader):
    (record,) = council_records(reader)
    old, new = f"pm/acct_4@{week_id(CHANGE)}", "pm/acct_4"
    found = tracks(record)
    assert np.isfinite(found[old].returns).tolist() == [n < CHANGE for n in range(WEEKS - 1)]
    assert np.isfinite(found[new].returns).tolist() == [n >= CHANGE for n in range(WEEKS - 1)]
    assert [one.model for _, one in record.changes] == ["x-ai/grok-5"]
    lines = {one.track.key: one for one in lab_record(record.history).lines}
    assert lines[old].standing.evidence.coverage == pytest.approx(CHANGE / (WEEKS - 1))
    assert (lines[old].rank, lines[new].rank) == (None, None)
    assert lines["pm/acct_1"].rank is not None
    assert lines[old].difference.weeks == CHANGE
    assert f"without/acct_4@{week_id(CHANGE)}" in lab_record(record.history).without


def test_another_chairman_begins_another_record_of_the_council(store, reader):
    with store.engine.begin() as connection:
        seat = {"account_id": "acct_5", "since_week": week_id(50), "model": "openai/gpt-6"}
        Rows(connection).put(SeatModelRow, seat)
    new, old = council_records(reader)
    assert (len(new.history.weeks), len(old.history.weeks)) == (WEEKS - 1 - 50, 50)
    assert (new.tenure.model, old.tenure.until) == ("openai/gpt-6", week_id(50))
    assert lab_record(new.history).headline.verdict is Verdict.TOO_EARLY
    assert new.changes == ()


def test_a_week_before_a_cutoff_is_contaminated_and_one_after_it_clean(reader):
    states = {
        (one.week_id, one.seat): one.state
        for one in week_witnesses(reader)
        if one.seat in ("acct_1", "acct_3", CHAIR)
    }
    assert states["2025-07-30", "acct_3"] is Knowledge.CONTAMINATED
    assert states["2025-08-06", "acct_3"] is Knowledge.CLEAN
    assert states["2025-01-01", "acct_1"] is Knowledge.CLEAN
    councils = {week: worst(found) for week, found in by_week(week_witnesses(reader)).items()}
    assert councils["2025-07-30"] is Knowledge.CONTAMINATED


def test_a_model_no_settings_describe_is_unknown_also_when_it_answers_for_another(store, reader):
    add_deputy(store, 35, "acct_2", "qwen/new")
    found = {(one.week_id, one.seat): one for one in week_witnesses(reader)}
    assert found[week_id(CHANGE), "acct_4"].state is Knowledge.UNKNOWN
    assert found[week_id(35), "acct_2"].record.model == "qwen/new"
    assert found[week_id(35), "acct_2"].state is Knowledge.UNKNOWN
    assert found[week_id(36), "acct_2"].state is Knowledge.CLEAN


def test_reviews_are_of_the_weeks_asked_for_and_know_whose_family_they_judge(reader):
    weeks = [week_id(number) for number in range(WEEKS - 1)]
    table, brought = review_table(reader, week_witnesses(reader), weeks[:20])
    assert len(table.weeks) == 20 * 12
    assert len(brought) == 20 * 4
    assert set(brought.values()) == {0.01, -0.01}
    assert int(np.sum(table.own)) == 20 * 2
    own = {tuple(sorted(pair)) for pair in zip(table.reviewers[table.own], strict=False)}
    assert own == {("acct_1",), ("acct_2",)}


def test_a_rerun_of_the_review_tells_how_like_itself_a_reviewer_is(store, reader):
    weeks = [week_id(number) for number in range(10)]
    before = review_findings(*review_table(reader, week_witnesses(reader), weeks))
    assert {one.consistency for one in before.profiles.values()} == {None}
    for number in range(10):
        add_rerun(store, number, 0)
        add_rerun(store, number, 2, '{"stages.peer_review.temperature": "1.5"}')
    after = review_findings(*review_table(reader, week_witnesses(reader), weeks))
    assert {one.consistency for one in after.profiles.values()} == {1.0}
    assert {one.repeated for one in after.profiles.values()} == {30}
    assert {name: one.reviews for name, one in after.profiles.items()} == {
        name: one.reviews for name, one in before.profiles.items()
    }


def test_ideas_become_convictions_returns_and_directions(reader):
    weeks = [week_id(number) for number in range(30)]
    found = idea_arrays(reader, weeks)
    assert found.members.shape == (30, len(PMS))
    assert (found.members == 1).all()
    assert found.chairman.tolist() == [1.0] * 30
    assert np.mean(found.returns["chairman"] > 0) == 1


def test_convictions_of_a_seat_that_changed_hands_are_two_voices(reader):
    found = idea_arrays(reader, [week_id(number) for number in range(WEEKS)])
    before, after = f"pm/acct_4@{week_id(CHANGE)}", "pm/acct_4"
    assert (len(found.returns[before]), len(found.returns[after])) == (CHANGE, WEEKS - CHANGE)
    assert found.members.shape == (WEEKS, len(PMS))
