"""What the council lab reads and reckons: kept until the log moves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from core.market import Floats
from core.rules.contamination import Knowledge, worst
from core.rules.lab_record import LabHistory, LabRecord, lab_record
from core.rules.lab_tracks import Tenure, Track
from core.types import AccountId, WeekId
from pages.ui.data import KEPT, KEYS, StoreState
from storage.queries.lab import CouncilRecord, council_records
from storage.queries.lab_knowledge import Witness, by_week, week_witnesses

MOST_POINTS = 150
"""Of a line in a chart."""


@dataclass(frozen=True, slots=True)
class RecordHead:
    """A record of the council: its tenure, its weeks, and how many of them some model may have known."""

    tenure: Tenure
    weeks: tuple[WeekId, ...]
    states: tuple[Knowledge, ...]
    changes: tuple[tuple[AccountId, Tenure], ...]

    def kept(self, *, clean: bool) -> tuple[WeekId, ...]:
        """All weeks, or only those no model can have known."""
        pairs = zip(self.weeks, self.states, strict=True)
        return tuple(week for week, state in pairs if not clean or state is Knowledge.CLEAN)


@dataclass(frozen=True, slots=True)
class Counted:
    """Which record of the council, and whether only weeks that no model can have known are counted."""

    place: int
    clean: bool


@dataclass(frozen=True, slots=True, eq=False)
class Growth:
    """What 100,000 dollars became by each week's end, (points, tracks); NaN before and after a track."""

    weeks: tuple[WeekId, ...]
    tracks: tuple[Track, ...]
    worth: Floats


# Resources: what is frozen need not be copied for every look, and nobody changes the arrays.
@st.cache_resource(max_entries=KEPT, show_spinner=False, hash_funcs=KEYS)
def heads(state: StoreState) -> tuple[RecordHead, ...]:
    """Every record of the council, the newest first."""
    states = by_week(witnesses(state))
    return tuple(
        RecordHead(
            one.tenure,
            one.history.weeks,
            tuple(worst(states.get(week, ())) for week in one.history.weeks),
            one.changes,
        )
        for one in _records(state)
    )


@st.cache_resource(max_entries=KEPT, show_spinner=False, hash_funcs=KEYS)
def witnesses(state: StoreState) -> tuple[Witness, ...]:
    return week_witnesses(state.reader)


@st.cache_resource(max_entries=KEPT, show_spinner=False, hash_funcs=KEYS)
def record(state: StoreState, counted: Counted) -> LabRecord:
    """What may be said of the weeks counted."""
    return lab_record(_history(state, counted))


@st.cache_resource(max_entries=KEPT, show_spinner=False, hash_funcs=KEYS)
def growth(state: StoreState, counted: Counted) -> Growth:
    """Thinned to ``MOST_POINTS`` weeks, the first and the last among them."""
    history = _history(state, counted)
    returns = np.array([one.returns for one in history.tracks]).T
    worth = 100_000 * np.cumprod(1 + np.nan_to_num(returns), axis=0)
    worth[np.isnan(returns)] = np.nan
    count = len(history.weeks)
    places = np.unique(np.linspace(0, max(count - 1, 0), min(MOST_POINTS, count)).astype(int))
    return Growth(
        tuple(history.weeks[number] for number in places),
        tuple(one.track for one in history.tracks),
        worth[places],
    )


@st.cache_resource(max_entries=2, show_spinner=False, hash_funcs=KEYS)
def _records(state: StoreState) -> tuple[CouncilRecord, ...]:
    return council_records(state.reader)


def _history(state: StoreState, counted: Counted) -> LabHistory:
    history = _records(state)[counted.place].history
    chosen = set(heads(state)[counted.place].kept(clean=counted.clean))
    return history.only([week in chosen for week in history.weeks])
