"""The council as a vote: winners, ties, kinds of weeks and what each line of the lab picks."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.policy import RiskLimits
from core.rules import lab_picks as lab
from core.rules.lab_picks import Board, Pick, Tradable, exposure, lab_picks
from core.rules.votes import (
    Choice,
    Council,
    Voice,
    WeekKind,
    best_reviewed,
    conviction_vote,
    kind_of,
    plurality,
    random_pick,
    without,
)
from core.schemas.decision import DecisionOrigin
from core.types import AccountId, Direction, Horizon, WeekId

WEEK = WeekId("2026-11-18")
FLAT = Choice(None, Direction.FLAT, Horizon.WEEK, 0.0)
NO_SHORTS = "USO"
SYMBOLS = ("SPY", "TLT", "IEF", NO_SHORTS, "GLD")
BOARD = Board(
    {symbol: Tradable(Decimal(100), symbol != NO_SHORTS) for symbol in SYMBOLS}, RiskLimits()
)


def choice(instrument, conviction, horizon=Horizon.WEEK):
    direction = Direction.LONG if conviction > 0 else Direction.SHORT
    return Choice(instrument, direction, horizon, conviction)


def voices(*choices, points=(), reviews=2):
    given_points = points or [70] * len(choices)
    return tuple(
        Voice(AccountId(f"acct_{place}"), one, f"idea-{place}", got, reviews)
        for place, (one, got) in enumerate(zip(choices, given_points, strict=True), 1)
    )


def council(*choices, chair=FLAT, origin=DecisionOrigin.CHAIRMAN, **more):
    return Council(WEEK, voices(*choices, **more), chair, origin)


def weights(mix):
    return {(pick.instrument, pick.sessions): pick.weight for pick in BOARD.picks(mix)}


LONG_SPY, SHORT_TLT = choice("SPY", 1.0), choice("TLT", -2.0)


def test_most_votes_win_at_the_mean_conviction_of_those_who_cast_them():
    mix = plurality(voices(LONG_SPY, SHORT_TLT, choice("SPY", 0.5, Horizon.DAY), FLAT))
    assert weights(mix) == {("SPY", 5): Decimal("0.375")}


def test_the_horizon_is_the_one_most_backers_named_and_the_longer_of_equals():
    days = [choice("SPY", 1.0, one) for one in (Horizon.DAY, Horizon.DAY, Horizon.WEEK)]
    assert plurality(voices(*days))[0][0].horizon is Horizon.DAY
    assert plurality(voices(*days[1:]))[0][0].horizon is Horizon.WEEK


def test_tied_picks_are_traded_in_equal_parts_and_a_tied_flat_is_money_kept():
    assert weights(plurality(voices(LONG_SPY, SHORT_TLT))) == {
        ("SPY", 5): Decimal("0.25"),
        ("TLT", 5): Decimal("-0.5"),
    }
    assert weights(plurality(voices(LONG_SPY, FLAT))) == {("SPY", 5): Decimal("0.25")}
    assert weights(plurality(voices(FLAT, FLAT, LONG_SPY))) == {}


def test_one_strong_conviction_outvotes_two_weak_ones_where_convictions_count():
    cast = voices(choice("SPY", 0.5), choice("SPY", 0.9), SHORT_TLT, FLAT)
    assert weights(plurality(cast)) == {("SPY", 5): Decimal("0.35")}
    assert weights(conviction_vote(cast)) == {("TLT", 5): Decimal(-1)}


def test_tenths_of_conviction_tie_exactly():
    three = [choice("SPY", one) for one in (0.1, 0.2, 0.4)]
    mix = conviction_vote(voices(*three, choice("TLT", 0.7)))
    assert {one.instrument: part for one, part in mix} == {
        "SPY": Decimal("0.5"),
        "TLT": Decimal("0.5"),
    }


def test_the_best_review_wins_by_its_mean_and_a_pitch_without_reviews_never():
    cast = voices(LONG_SPY, SHORT_TLT, points=(98, 97))
    assert weights(best_reviewed(cast)) == {("SPY", 5): Decimal("0.5")}
    fewer = (*cast, Voice(AccountId("acct_3"), choice("GLD", 2.0), "idea-3", 70, 1))
    assert weights(best_reviewed(fewer)) == {("GLD", 5): Decimal(1)}
    assert best_reviewed(voices(LONG_SPY, points=(0,), reviews=0)) == ()


@pytest.mark.parametrize(
    ("picks", "chair", "origin", "kind"),
    [
        ([LONG_SPY, choice("SPY", 2.0)], LONG_SPY, "chairman", WeekKind.UNANIMOUS),
        ([LONG_SPY, LONG_SPY], SHORT_TLT, "chairman", WeekKind.OVERRULED),
        ([LONG_SPY, LONG_SPY, SHORT_TLT], FLAT, "fallback", WeekKind.OVERRULED),
        ([LONG_SPY, LONG_SPY, SHORT_TLT], LONG_SPY, "chairman", WeekKind.SPLIT),
        ([LONG_SPY, LONG_SPY, SHORT_TLT, FLAT], SHORT_TLT, "chairman", WeekKind.SPLIT),
        ([FLAT, FLAT], FLAT, "chairman", WeekKind.UNANIMOUS),
        ([LONG_SPY, LONG_SPY, LONG_SPY], FLAT, "chairman_failed", WeekKind.NO_COUNCIL),
        ([LONG_SPY], FLAT, "no_quorum", WeekKind.NO_COUNCIL),
        ([], FLAT, "chairman", WeekKind.NO_COUNCIL),
    ],
)
def test_weeks_are_told_apart(picks, chair, origin, kind):
    assert kind_of(council(*picks, chair=chair, origin=DecisionOrigin(origin))) is kind


def test_every_line_of_a_split_week():
    """The chairman goes with the lone short TLT at 2 of 2; two of four want SPY at 1 and 0.5."""
    found = lab_picks(
        council(
            LONG_SPY,
            choice("SPY", 0.5),
            SHORT_TLT,
            choice(NO_SHORTS, -1.0),
            chair=SHORT_TLT,
            points=(60, 60, 60, 80),
        ),
        BOARD,
        Decimal("0.4"),
    )
    short, spy = (Pick("TLT", Decimal(-1), 5),), (Pick("SPY", Decimal("0.375"), 5),)
    assert found[lab.CHAIRMAN] == short
    assert found[lab.HALVED] == (Pick("TLT", Decimal("-0.5"), 5),)
    assert found[lab.FIXED] == (Pick("TLT", Decimal("-0.5"), 5),)
    assert found[lab.PLURALITY] == spy
    assert found[lab.CONVICTION] == short
    assert found[lab.BEST] == found["pm/acct_4"] == ()  # that short would be refused
    assert found["pm/acct_1"] == (Pick("SPY", Decimal("0.5"), 5),)
    assert found["without/acct_3"] == spy
    assert {pick.instrument: pick.weight for pick in found["without/acct_1"]} == {
        "SPY": Decimal("0.25") * Decimal("0.33333333"),
        "TLT": Decimal("-0.33333333"),
    }
    assert found[lab.SPY_FULL] == (Pick("SPY", Decimal(1), None),)
    assert found[lab.SPY_AVERAGE] == (Pick("SPY", Decimal("0.4"), None),)
    assert found[lab.SIXTY_FORTY] == (
        Pick("SPY", Decimal("0.6"), None),
        Pick("IEF", Decimal("0.4"), None),
    )
    assert found[lab.FLAT] == ()


def test_without_a_quorum_only_members_and_benchmarks_go_on():
    found = lab_picks(
        council(LONG_SPY, LONG_SPY, origin=DecisionOrigin.NO_QUORUM), BOARD, Decimal(0)
    )
    assert {line for line, picks in found.items() if picks} == {
        "pm/acct_1",
        "pm/acct_2",
        lab.SPY_FULL,
        lab.SIXTY_FORTY,
    }


def test_a_universe_without_the_benchmarks_has_no_such_line():
    only = Board({"GLD": Tradable(Decimal(1), shortable=True)}, RiskLimits())
    found = lab_picks(council(LONG_SPY), only, Decimal(1))
    assert not {lab.SPY_FULL, lab.SPY_AVERAGE, lab.SIXTY_FORTY} & set(found)
    treasuries = {one: BOARD.assets[one] for one in ("SPY", "TLT")}
    found = lab_picks(council(LONG_SPY), Board(treasuries, RiskLimits()), Decimal(1))
    assert [pick.instrument for pick in found[lab.SIXTY_FORTY]] == ["SPY", "TLT"]


def test_a_position_of_a_day_is_a_fifth_of_a_weeks_exposure():
    assert exposure((Pick("SPY", Decimal("-0.5"), 1), Pick("TLT", Decimal("0.2"), 5))) == Decimal(
        "0.3"
    )


def test_the_lot_falls_on_every_pitch_sooner_or_later():
    cast = voices(LONG_SPY, SHORT_TLT, choice("GLD", 1.0), FLAT)
    drawn = {random_pick(WeekId(f"week {number}"), cast)[0][0].vote for number in range(60)}
    assert len(drawn) == 4


CONVICTIONS = st.sampled_from([-2.0, -1.3, -0.7, -0.2, 0.1, 0.2, 0.3, 0.7, 1.1, 2.0])
CHOICES = st.one_of(
    st.just(FLAT),
    st.builds(choice, st.sampled_from(SYMBOLS), CONVICTIONS, st.sampled_from(list(Horizon))),
)
CAST = st.lists(st.tuples(CHOICES, st.integers(14, 140)), max_size=6)


@given(cast=CAST, chair=CHOICES, average=st.decimals(0, 1, places=4))
def test_no_line_ever_weighs_more_than_its_equity(cast, chair, average):
    points = [got for _, got in cast]
    found = lab_picks(
        council(*(one for one, _ in cast), chair=chair, points=points), BOARD, average
    )
    for picks in found.values():
        assert sum(abs(pick.weight) for pick in picks) <= 1
        assert all(pick.weight for pick in picks)


@given(cast=CAST, data=st.data())
def test_votes_are_anonymous(cast, data):
    """Whoever pitches what, and in which order: only the lines named after members change names."""
    seats = [AccountId(f"acct_{place}") for place in range(len(cast))]
    moved = data.draw(st.permutations(seats))
    before = [Voice(seat, one, "", got, 2) for seat, (one, got) in zip(seats, cast, strict=True)]
    after = [Voice(seat, one, "", got, 2) for seat, (one, got) in zip(moved, cast, strict=True)]
    after = data.draw(st.permutations(after))
    ours, theirs = (
        lab_picks(Council(WEEK, tuple(one), LONG_SPY, DecisionOrigin.CHAIRMAN), BOARD, Decimal(1))
        for one in (before, after)
    )
    names = dict(zip(seats, moved, strict=True))
    for line, picks in ours.items():
        prefix, _, seat = line.rpartition("/")
        renamed = f"{prefix}/{names[seat]}" if prefix else line
        assert theirs[renamed] == picks


def test_one_left_out_is_left_out():
    cast = voices(LONG_SPY, SHORT_TLT)
    assert weights(plurality(without(cast, AccountId("acct_1")))) == {("TLT", 5): Decimal(-1)}
