"""The watchlist: people's words are never overridden, and it never grows past its size."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.discovery.watchlist import CONFIGURED, NEVER, Standing, Watchlist, after_round, fold
from core.events.discovery import (
    SymbolExcluded,
    SymbolIncluded,
    SymbolReleased,
    WatchlistChanged,
)
from core.schemas.suggestion import Pick, Picker, Suggestion
from tests.core.discovery.markets import AS_OF

NAME = "equity_cycle"
NOTHING = Standing()
SYMBOLS = [f"S{letter}" for letter in "ABCDEFGHIJ"]


def suggestions(*symbols: str) -> list[Suggestion]:
    return [
        Suggestion(
            suggestion_id=f"id-{symbol}",
            symbol=symbol,
            as_of=AS_OF,
            rank=rank,
            score=1 / rank,
            price=10,
            picks=(Pick(symbol=symbol, picker=Picker.FUZZY, picked=True, score=0.8),),
        )
        for rank, symbol in enumerate(symbols, start=1)
    ]


def include(symbol: str, size: int = 20) -> SymbolIncluded:
    return SymbolIncluded(
        strategy=NAME, symbol=symbol, by="Ada", reason="I know it", at=AS_OF, max_size=size
    )


def exclude(symbol: str) -> SymbolExcluded:
    return SymbolExcluded(strategy=NAME, symbol=symbol, by="Ada", reason="No tobacco", at=AS_OF)


def release(symbol: str) -> SymbolReleased:
    return SymbolReleased(strategy=NAME, symbol=symbol, by="Ada", reason="Back to you", at=AS_OF)


def changed(
    state: Watchlist,
    *symbols: str,
    size: int = 20,
    standing: Standing = NOTHING,
    number: int = 1,
):
    at = AS_OF + timedelta(hours=4 * number)
    move = after_round(state, suggestions(*symbols), standing, size, at)
    return WatchlistChanged(
        round_id=f"round-{number}",
        strategy=NAME,
        as_of=at,
        max_size=size,
        entries=move.entries,
        added=move.added,
        removed=move.removed,
    )


def test_a_round_fills_the_list_by_rank_and_says_who_put_each_there():
    state = fold([changed(Watchlist(), "SA", "SB", "SC", size=2)])
    assert state.symbols == ("SA", "SB")
    assert state.entries[0].reason == "rank 1 (fuzzy 0.80)"
    assert state.entries[0].source is Picker.FUZZY
    assert state.entries[0].suggestion_id == "id-SA"


def test_what_leaves_says_why_and_what_stays_keeps_its_day():
    first = fold([changed(Watchlist(), "SA", "SB", "SC", size=3)])
    second = changed(first, "SB", "SD", "SE", "SA", size=3, number=2)
    assert {one.symbol: one.reason for one in second.removed} == {
        "SA": "rank 4: others come first",
        "SC": "no longer suggested",
    }
    assert [one.symbol for one in second.added] == ["SD", "SE"]
    assert second.entries[0].added_at == AS_OF


def test_an_included_symbol_is_there_at_once_and_stays_whatever_pickers_say():
    state = fold([changed(Watchlist(), "SA", "SB", size=2), include("SJ", 2)])
    assert state.symbols == ("SJ", "SA")
    state = fold([changed(state, "SB", "SC", size=2, number=2)], state)
    assert state.symbols == ("SJ", "SB")
    assert state.entries[0].reason == "I know it (by Ada)"


def test_an_excluded_symbol_is_gone_at_once_and_never_comes_back_by_itself():
    state = fold([changed(Watchlist(), "SA", "SB"), exclude("SA")])
    assert state.symbols == ("SB",)
    state = fold([changed(state, "SA", "SB", number=2)], state)
    assert state.symbols == ("SB",)


def test_the_newest_word_of_a_person_counts_and_may_be_taken_back():
    state = fold([include("SA"), exclude("SA"), include("SA")])
    assert (state.symbols, list(state.excluded)) == (("SA",), [])
    state = fold([release("SA")], state)
    assert not state.entries[0].pinned
    state = fold([changed(state, "SB")], state)
    assert state.symbols == ("SB",)


def test_the_configurations_words_stand_below_a_persons():
    standing = Standing(watch=("SA", "SB", "SC"), never=("SD", "SE"))
    state = fold([exclude("SB"), include("SE", 3)])
    event = changed(state, "SD", "SF", "SG", size=4, standing=standing)
    assert [entry.symbol for entry in event.entries] == ["SE", "SA", "SC", "SF"]
    assert event.entries[1].reason == CONFIGURED
    after = fold([event], state)
    later = changed(after, "SF", size=4, standing=Standing(never=("SA",)), number=2)
    assert {one.symbol: one.reason for one in later.removed}["SA"] == NEVER


@pytest.mark.parametrize("size", [1, 3])
def test_a_smaller_list_keeps_its_pins(size):
    state = fold([include(symbol) for symbol in SYMBOLS[:5]])
    state = fold([changed(state, "SG", size=size)], state)
    assert set(state.symbols) == set(SYMBOLS[:5])


words = st.one_of(
    st.tuples(st.just("include"), st.sampled_from(SYMBOLS)),
    st.tuples(st.just("exclude"), st.sampled_from(SYMBOLS)),
    st.tuples(st.just("release"), st.sampled_from(SYMBOLS)),
    st.tuples(st.just("round"), st.lists(st.sampled_from(SYMBOLS), unique=True)),
)


@given(st.lists(words, max_size=25), st.integers(5, 20))
def test_whatever_happens_pins_are_in_exclusions_out_and_the_size_holds(told, size):
    state, log = Watchlist(max_size=size), []
    wanted: dict[str, str] = {}
    for number, (kind, about) in enumerate(told, start=1):
        if kind == "round":
            event = changed(state, *about, size=size, number=number)
        elif kind == "include" and about not in state.pins and len(state.pins) >= size:
            continue  # the desk refuses one pin too many
        else:
            event = {
                "include": lambda one: include(one, size),
                "exclude": exclude,
                "release": release,
            }[kind](about)
            wanted[about] = kind
        log.append(event)
        state = fold([event], state)
        assert len(state.entries) <= max(size, len(state.pins)) <= 20
        assert len(set(state.symbols)) == len(state.symbols)
        for symbol, word in wanted.items():
            if word == "include":
                assert symbol in state.symbols
            elif word == "exclude":
                assert symbol not in state.symbols
    assert fold(log, Watchlist(max_size=size)) == state
