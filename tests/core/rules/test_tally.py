"""The chairman beside the votes: each way's pick, how much stands behind it, whether it is the same."""

from __future__ import annotations

import pytest

from core.rules.tally import Agreement, Way, tallies
from core.rules.votes import Choice, Council, Voice
from core.schemas.decision import DecisionOrigin
from core.types import AccountId, Direction, Horizon, WeekId


def choice(symbol, conviction):
    if not conviction:
        return Choice(None, Direction.FLAT, Horizon.WEEK, 0.0)
    side = Direction.LONG if conviction > 0 else Direction.SHORT
    return Choice(symbol, side, Horizon.WEEK, conviction)


def voice(number, symbol, conviction, points=0, reviews=0):
    return Voice(AccountId(f"acct_{number}"), choice(symbol, conviction), "", points, reviews)


def council(chair, *voices):
    return Council(WeekId("2026-11-18"), voices, chair, DecisionOrigin.CHAIRMAN)


def by_way(found):
    return {one.way: one for one in found}


def test_every_way_says_what_it_picks_and_what_stands_behind_it():
    voices = (
        voice(1, "SPY", 0.5, points=140, reviews=2),
        voice(2, "SPY", 0.5, points=70, reviews=2),
        voice(3, "TLT", -1.5, points=84, reviews=2),
    )
    ranks = {AccountId("acct_1"): 1.5, AccountId("acct_2"): 2.0, AccountId("acct_3"): 1.0}
    found = by_way(tallies(council(choice("TLT", -1.0), *voices), ranks))
    picks = {way: [one.instrument for one, _ in tally.mix] for way, tally in found.items()}
    assert picks == {
        Way.PLURALITY: ["SPY"],
        Way.CONVICTION: ["TLT"],
        Way.SCORE: ["SPY"],
        Way.RANK: ["TLT"],
    }
    assert (found[Way.PLURALITY].support, found[Way.PLURALITY].whole) == (2, 3)
    assert (found[Way.CONVICTION].support, found[Way.CONVICTION].whole) == (1.5, 2.5)
    assert (found[Way.SCORE].support, found[Way.RANK].support) == (10.0, 1.0)
    assert {way: one.agreement for way, one in found.items()} == {
        Way.PLURALITY: Agreement.OTHER,
        Way.CONVICTION: Agreement.SAME,
        Way.SCORE: Agreement.OTHER,
        Way.RANK: Agreement.SAME,
    }


def test_a_tie_that_holds_the_chairmans_pick_is_neither_the_same_nor_another():
    voices = (voice(1, "SPY", 1.0), voice(2, "TLT", 1.0))
    found = by_way(tallies(council(choice("SPY", 1.0), *voices), {}))
    assert found[Way.PLURALITY].agreement is Agreement.TIED
    assert [part for _, part in found[Way.PLURALITY].mix] == [pytest.approx(0.5)] * 2


def test_direction_and_instrument_make_a_vote_whatever_the_conviction():
    voices = (voice(1, "SPY", 0.3), voice(2, "SPY", 1.9), voice(3, "SPY", -1.0))
    found = by_way(tallies(council(choice("SPY", 2.0), *voices), {}))
    assert found[Way.PLURALITY].agreement is Agreement.SAME
    assert found[Way.PLURALITY].support == 2


def test_flat_is_a_pick_like_any_other():
    voices = (voice(1, "", 0), voice(2, "", 0), voice(3, "SPY", 1.0))
    found = by_way(tallies(council(choice("", 0), *voices), {}))
    assert found[Way.PLURALITY].agreement is Agreement.SAME
    assert found[Way.CONVICTION].agreement is Agreement.OTHER


def test_ways_that_need_reviews_are_not_told_without_any():
    found = tallies(council(choice("SPY", 1.0), voice(1, "SPY", 1.0)), {})
    assert [one.way for one in found] == [Way.PLURALITY, Way.CONVICTION]


def test_equal_ranks_tie_and_without_a_pitch_there_is_nothing_to_tally():
    voices = (voice(1, "SPY", 1.0, 70, 1), voice(2, "TLT", 1.0, 70, 1))
    ranks = {AccountId("acct_1"): 1.5, AccountId("acct_2"): 1.5}
    found = by_way(tallies(council(choice("GLD", 1.0), *voices), ranks))
    assert sorted(one.instrument for one, _ in found[Way.RANK].mix) == ["SPY", "TLT"]
    assert found[Way.RANK].agreement is Agreement.OTHER
    assert tallies(council(choice("", 0)), {}) == ()
