"""Runs of a week as they are read: who did which stage, what was said, what targets brought alone."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.types import WeekId
from storage.queries import StoreReader
from storage.queries.lab import lab_weekly_returns
from storage.queries.run_outcomes import run_outcomes
from storage.queries.run_texts import call_texts, run_calls
from storage.queries.run_values import run_settings, run_values
from storage.queries.runs import week_runs
from storage.queries.usage import use_since
from tests.fakes.desks import MEMORY
from tests.fakes.reruns import LEFT_OUT, OTHER_MODEL, WEEK, two_what_ifs


@pytest.fixture(scope="module")
def lived():
    made, one, other = two_what_ifs(MEMORY)
    yield StoreReader(made.store.engine), one, other
    made.store.close()


@pytest.fixture
def reader(lived):
    return lived[0]


@pytest.fixture
def runs(reader):
    return week_runs(reader, WEEK)


def test_the_official_run_comes_first_and_what_ifs_say_what_they_changed(lived, runs):
    assert [run.number for run in runs] == [0, 1, 2]
    assert [run.official for run in runs] == [True, False, False]
    assert [run.run_id for run in runs[1:]] == list(lived[1:])
    assert [dict(run.overrides) for run in runs] == [{}, OTHER_MODEL, LEFT_OUT]
    assert {run.parent_run_id for run in runs[1:]} == {runs[0].run_id}
    assert {run.as_of for run in runs} == {runs[0].as_of}


def test_a_week_nobody_ran_has_no_runs(reader):
    assert week_runs(reader, WeekId("2019-01-02")) == ()


def test_a_what_if_owns_its_stages_and_inherits_those_before(runs):
    official, one, other = runs
    assert one.owner("research_a") == other.owner("pitch") == official.run_id
    assert one.owner("pitch") == one.run_id
    assert other.owner("chairman") == other.run_id
    assert official.owner("pitch") == official.run_id


def test_values_are_the_runs_own_or_its_parents_without_who_was_left_out(reader, runs):
    official, one, other = (run_values(reader, run) for run in runs)
    assert one.pitches["acct_1"].model == "rules/carry"
    assert one.pitches["acct_2"].instrument == official.pitches["acct_2"].instrument
    assert set(other.pitches) == {"acct_2", "acct_3", "acct_4"}
    assert other.pitches["acct_2"] == official.pitches["acct_2"]
    assert {review.reviewer_account_id for review in other.reviews} == set(other.pitches)
    assert len(official.packs) == len(one.packs) == 2
    assert {line.account_id for line in official.risk} > {line.account_id for line in other.risk}


def test_settings_are_those_recorded_for_each_run(reader, runs):
    seats = [run_settings(reader, run)["profile"]["seats"] for run in runs]
    assert seats[1][0]["model"] == "rules/carry"
    assert [len(found) for found in seats] == [4, 4, 3]


def test_the_words_of_a_call_are_found_under_the_run_that_made_it(reader, runs):
    official, one, other = runs
    assert "pitch/acct_1" in run_calls(reader, official.run_id)
    assert not any(call.startswith("pitch") for call in run_calls(reader, other.run_id))
    said = call_texts(reader, one.run_id, "pitch/acct_1")
    assert (said.model, said.served, said.attempts, said.failed) == (
        "rules/carry", "rules/carry", 1, "",
    )  # fmt: skip
    assert "portfolio manager" in said.prompt
    assert said.answer.startswith("{")
    assert call_texts(reader, other.run_id, "pitch/acct_1") is None


def test_the_first_weeks_targets_bring_what_the_lab_says_they_did(reader):
    """Two ways to one number: from cash of 100,000 both enter, leave and pay alike."""
    week = WeekId("2024-01-03")
    [run] = week_runs(reader, week)
    found = run_outcomes(reader, run, run_values(reader, run), run.position)
    returns = lab_weekly_returns(reader).loc[week]
    for account in ("acct_1", "acct_2", "acct_3", "acct_4"):
        lab = returns[f"pm/{account}"] * 100_000
        assert float(found[account].pnl) == pytest.approx(lab, abs=0.01), account
    assert any(one.pnl for one in found.values())
    assert found["acct_6"].pnl == 0
    assert all(one.over for one in found.values())


def test_another_model_brings_what_its_own_target_brings(reader, runs):
    official, one, _ = runs
    before, after = (
        run_outcomes(reader, run, run_values(reader, run), official.position)
        for run in (official, one)
    )
    targets = {line.account_id: line for line in run_values(reader, one).risk}
    assert targets["acct_1"].weight == targets["acct_4"].weight
    assert after["acct_2"] == before["acct_2"]
    assert after["acct_1"] != before["acct_1"]


def test_rules_use_no_tokens_and_calls_are_counted_from_a_place_on(reader, runs):
    used = use_since(reader, WEEK, runs[1].position)
    assert (used.tokens, used.cost_usd) == (0, Decimal(0))
    assert used.calls > use_since(reader, WEEK, runs[2].position).calls > 0
