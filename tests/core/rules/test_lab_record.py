"""What the lab may say: verdicts, ranks, kinds of weeks, tracks, contamination, guesses, ideas."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from time import process_time

import numpy as np
import pytest

from core.rules.contamination import Knowledge, knowledge, worst
from core.rules.lab_convictions import calibration, drift_findings
from core.rules.lab_ideas import followed, taken_up
from core.rules.lab_record import RULES, SEED, LabHistory, TrackWeeks, lab_record
from core.rules.lab_tracks import Tenure, Track, tenures, tracks
from core.rules.lab_verdict import answer
from core.rules.statistics.drift import Alarm
from core.rules.statistics.guessing import Author, guessed, guessing
from core.rules.statistics.paired import Verdict, compare_weekly
from core.rules.votes import WeekKind
from core.types import AccountId, WeekId
from tests.core.rules.test_lab_lines import SESSIONS, WEDNESDAY, at, decided, mark

COUNCIL = AccountId("acct_5")


def history(weeks=60, edge=0.01, trades=1, **lines):
    """Chairman, vote, one PM and FLAT; ``lines`` replaces returns, ``trades`` are closed a week."""
    rng = np.random.default_rng(3)
    vote = rng.normal(0, 0.01, weeks)
    returns = {
        "chairman": vote + edge + rng.normal(0, 0.01, weeks),
        "plurality": vote,
        "pm/acct_1": rng.normal(0, 0.01, weeks),
        "without/acct_1": rng.normal(0, 0.01, weeks),
        "flat": np.zeros(weeks),
        **lines,
    }
    ones = np.ones(weeks)
    return LabHistory(
        tuple(WeekId(f"week-{number:03}") for number in range(weeks)),
        tuple([WeekKind.SPLIT, WeekKind.UNANIMOUS][number % 2] for number in range(weeks)),
        tuple(
            TrackWeeks(Track(line, line, None), values, 5 * ones, 5 * ones, trades * ones)
            for line, values in returns.items()
        ),
    )


def line(record, key):
    return next(one for one in record.lines if one.track.key == key)


def test_the_headline_is_the_chairman_less_the_vote_in_one_family_with_all_rivals():
    given = history()
    found = lab_record(given)
    returns = {one.track.key: one.returns for one in given.tracks}
    rivals = {key: returns[key] for key in ("plurality", "pm/acct_1", "flat")}
    assert (
        found.headline == compare_weekly(returns["chairman"], rivals, 60, SEED, RULES)["plurality"]
    )
    assert found.headline.verdict is Verdict.BETTER
    assert line(found, "pm/acct_1").difference is not None
    assert line(found, "chairman").difference is None


def test_all_rivals_at_once_need_a_wider_interval_than_one_alone():
    found = lab_record(history()).headline
    assert found.family_interval.low < found.interval.low
    assert found.family_interval.high > found.interval.high


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (history(), "Yes: the chairman does better"),
        (history(edge=-0.01), "No: a plain vote does better"),
        (history(edge=0.0), "Not shown"),
        (history(weeks=12), "Too early"),
        (history(trades=0), "Too early"),
        (history(weeks=0), "Too early"),
    ],
)
def test_the_answer_is_said_in_plain_words(given, words):
    assert answer(lab_record(given)).short.startswith(words)


def test_what_is_missing_is_counted():
    said = " ".join(answer(lab_record(history(weeks=9))).reasons)
    assert "4 more weeks and 11 more closed trades" in said


@pytest.mark.parametrize(("weeks", "trades"), [(12, 9), (60, 0.25)])
def test_before_the_evidence_nothing_is_ranked_and_no_sharpe_is_told(weeks, trades):
    found = lab_record(history(weeks=weeks, trades=trades))
    assert {one.rank for one in found.lines} == {None}
    assert {one.sharpe for one in found.lines} == {None}


def test_coverage_below_95_per_cent_leaves_the_ranking_but_keeps_its_return():
    gaps = np.random.default_rng(1).normal(0.05, 0.01, 60)
    gaps[:4] = np.nan
    found = lab_record(history(**{"pm/acct_1": gaps}))
    silent = line(found, "pm/acct_1")
    assert silent.standing.evidence.coverage == pytest.approx(56 / 60)
    assert silent.rank is None
    assert silent.total_return == pytest.approx(np.prod(1 + gaps[4:]) - 1)
    assert line(found, "chairman").rank == 1
    assert line(found, "flat").rank is None


def test_a_sharpe_ratio_is_of_weekly_returns_over_a_year_of_52():
    given = history()
    returns = given.tracks[0].returns
    expected = np.mean(returns) / np.std(returns, ddof=1) * np.sqrt(52)
    assert line(lab_record(given), "chairman").sharpe == pytest.approx(expected)


def test_kinds_of_weeks_are_judged_apart():
    given = history(weeks=60)
    split = next(one for one in lab_record(given).kinds if one.kind is WeekKind.SPLIT)
    gap = (given.tracks[0].returns - given.tracks[1].returns)[::2]
    assert (split.weeks, split.difference) == (30, pytest.approx(np.mean(gap)))
    assert split.interval.low < split.difference < split.interval.high
    nobody = next(one for one in lab_record(given).kinds if one.kind is WeekKind.NO_COUNCIL)
    assert (nobody.weeks, nobody.difference, nobody.interval) == (0, None, None)


def test_left_out_weeks_are_gone_from_every_line():
    given = history(weeks=60).only([number >= 20 for number in range(60)])
    found = lab_record(given)
    assert found.weeks == found.headline.weeks == 40
    assert line(found, "chairman").standing.evidence.closed_trades == 40


def test_ten_years_are_judged_within_a_second():
    given = history(weeks=520)
    began = process_time()
    lab_record(given)
    assert process_time() - began < 1


def test_a_model_that_stays_is_one_tenure_and_another_begins_a_new_one():
    seated = [("", "a"), ("2026-01-07", "a"), ("2026-02-04", "b")]
    assert tenures(seated) == (
        Tenure("a", "", "2026-02-04"),
        Tenure("b", "2026-02-04", None),
    )


def test_only_lines_with_a_model_behind_them_are_split():
    held = (Tenure("a", "", "2026-02-04"), Tenure("b", "2026-02-04", None))
    lineages = {AccountId("acct_1"): held, COUNCIL: (Tenure("c", "", None),)}
    weeks = [WeekId("2026-01-07"), WeekId("2026-02-04")]
    found = [
        one.key for one in tracks(["chairman", "plurality", "pm/acct_1"], lineages, COUNCIL, weeks)
    ]
    assert found == ["chairman", "plurality", "pm/acct_1", "pm/acct_1@2026-02-04"]
    later = tracks(["pm/acct_1"], lineages, COUNCIL, weeks[1:])
    assert [one.tenure.model for one in later] == ["b"]


@pytest.mark.parametrize(
    ("cutoff", "asked", "computed", "state"),
    [
        (date(2025, 7, 31), date(2026, 1, 1), False, Knowledge.CLEAN),
        (date(2025, 8, 6), date(2026, 1, 1), False, Knowledge.CONTAMINATED),
        (date(2026, 1, 1), date(2026, 2, 1), False, Knowledge.CONTAMINATED),
        (None, date(2026, 1, 1), False, Knowledge.UNKNOWN),
        (None, date(2025, 8, 12), False, Knowledge.CLEAN),
        (None, date(2025, 8, 13), False, Knowledge.UNKNOWN),
        (None, date(2026, 1, 1), True, Knowledge.CLEAN),
    ],
)
def test_what_a_model_may_have_known_of_a_week(cutoff, asked, computed, state):
    assert knowledge(WeekId("2025-08-06"), cutoff, asked, computed=computed) is state


def test_a_council_knows_what_any_of_its_models_knows():
    assert (
        worst([Knowledge.CLEAN, Knowledge.CONTAMINATED, Knowledge.UNKNOWN])
        is Knowledge.CONTAMINATED
    )
    assert worst([]) is Knowledge.CLEAN


STYLES = {"a": "momentum carries the index higher!", "b": "mean reversion; rates are stretched"}


def read(times):
    known = {name: Author() for name in STYLES}
    for _ in range(times):
        known = {name: known[name].read(text) for name, text in STYLES.items()}
    return known


def test_authors_of_two_styles_are_told_apart_and_of_one_style_not():
    assert guessed(STYLES, read(3)) == {"a": "a", "b": "b"}
    assert len(set(guessed(dict.fromkeys(STYLES, "the same words"), read(3)).values())) == 1


def test_nobody_is_guessed_before_everybody_was_read_a_few_times():
    assert guessed(STYLES, read(2)) == {}
    assert guessed({"a": "alone"}, read(5)) == {}


def test_guesses_are_held_against_chance():
    found = guessing(60, np.full(100, 4.0))
    assert (found.share, found.chance, found.betrayed) == (0.6, 0.25, True)
    assert not guessing(28, np.full(100, 4.0)).betrayed
    assert guessing(0, np.array([])).share is None


def test_an_idea_brings_its_direction_times_the_price_whatever_its_size():
    _, ideas = taken_up((), decided(at(WEDNESDAY)), mark(WEDNESDAY, {"SPY": 100}, SPY=101))
    ideas = followed(ideas, mark(WEDNESDAY, SPY=101))
    assert {one.line for one in ideas} == {"pm/acct_1", "pm/acct_2", "chairman"}
    assert {one.seen_return for one in ideas} == {Decimal("0.01")}
    for number, day in enumerate(SESSIONS[1:6], start=1):
        ideas = followed(ideas, mark(day, SPY=101 + number))
        assert {one.ended for one in ideas} == {number == 5}
    assert {one.seen_return for one in ideas} == {Decimal("0.06")}


def test_the_next_week_ends_an_idea_at_the_prices_it_enters_at():
    _, ideas = taken_up((), decided(at(WEDNESDAY)), mark(WEDNESDAY, {"SPY": 100}, SPY=101))
    ended, new = taken_up(
        followed(ideas, mark(WEDNESDAY, SPY=101)),
        decided(at(SESSIONS[5]), SESSIONS[5], chair=-1.0),
        mark(SESSIONS[5], {"SPY": 104}, SPY=90),
    )
    assert {(one.seen_return, one.ended) for one in ended} == {(Decimal("0.04"), True)}
    (chair,) = [one for one in followed(new, mark(SESSIONS[5], SPY=90)) if one.line == "chairman"]
    assert chair.seen_return is None


def test_calibration_leaves_out_what_said_nothing_or_brought_nothing_known():
    found = calibration(np.array([2.0, -2, 0, 1]), np.array([0.1, -0.1, 0.2, np.nan]))
    assert (found.brier.count, found.brier.right) == (2, 0.5)
    assert sum(one.count for one in found.curve) == 2


def test_a_council_that_is_always_long_and_of_one_mind_sounds_its_alarms():
    found = drift_findings(np.ones((40, 4)), np.zeros(40))
    assert {Alarm.LONG_BIAS, Alarm.HERDING} <= set(found.recent.alarms)
    assert found.recent.weeks == 26
    assert Alarm.HOLD_BIAS in found.chairman.alarms
