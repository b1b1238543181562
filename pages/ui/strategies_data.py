"""What the strategies page reads: every strategy, one's course and capital, kept until the log moves."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.strategy import StrategySpec
from pages.http.store import desk_settings
from pages.ui.data import KEPT, KEYS, StoreState, desk
from pages.ui.keeping import kept
from pages.ui.key_figures import places
from pages.ui.theme import ACCENT, PEER
from storage.queries.capital import CapitalEntry, capital_entries
from storage.queries.strategies import (
    StrategyLine,
    StrategyWord,
    strategy_lines,
    strategy_words,
)
from storage.queries.strategy_course import Close, course

POINTS = 300
SHOWN = 12


@kept
def specs(state: StoreState) -> tuple[StrategySpec, ...]:
    """As the desk's settings have them."""
    return desk_settings(desk(state)).strategies


@kept
def lines(state: StoreState) -> tuple[StrategyLine, ...]:
    return strategy_lines(state.reader, specs(state))


@kept
def said(state: StoreState, name: str) -> tuple[StrategyWord, ...]:
    """The newest words, newest first."""
    return strategy_words(state.reader, name)


@kept
def entries(state: StoreState, name: str) -> tuple[CapitalEntry, ...]:
    return capital_entries(state.reader, name, SHOWN)


@st.cache_data(max_entries=KEPT, show_spinner=False, hash_funcs=KEYS)
def lines_of_course(state: StoreState, name: str) -> pd.DataFrame:
    """Columns ``session``, ``who``, ``role``, ``returned`` (per cent from the first close shown)."""
    spec = next(one for one in specs(state) if one.name == name)
    closes = course(state.reader, spec)
    shown = [closes[place] for place in places(len(closes), POINTS)] if closes else []
    own = [(one.session, "strategy", ACCENT, one.growth / shown[0].growth) for one in shown]
    frame = pd.DataFrame(
        [*own, *_benchmark(shown, spec.benchmark)], columns=["session", "who", "role", "returned"]
    )
    frame["session"] = pd.to_datetime(frame["session"])
    frame["returned"] = (frame["returned"].astype(float) - 1) * 100
    return frame


def _benchmark(shown: list[Close], name: str) -> list[tuple[str, str, str, float]]:
    """From its first known price; closes without one are left out, never filled."""
    known = [(one.session, one.benchmark) for one in shown if one.benchmark]
    return [(session, name, PEER, price / known[0][1]) for session, price in known]
