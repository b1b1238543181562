"""What the lab reads of reviewers, ideas and guesses: kept until the log moves."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.rules.lab_convictions import Calibration, DriftFindings, calibration, drift_findings
from core.rules.lab_picks import CHAIRMAN
from core.rules.lab_reviewers import ReviewFindings, review_findings
from core.rules.statistics.guessing import Guessing, guessing
from core.types import WeekId
from pages.ui.data import KEPT, KEYS, StoreState
from pages.ui.lab_data import witnesses
from storage.queries.lab_arrays import IdeaArrays, idea_arrays, review_table
from storage.queries.lab_reviews import lab_guesses

ALL_PMS = "all PMs"


@st.cache_data(max_entries=KEPT, show_spinner=False, hash_funcs=KEYS)
def reviewers(state: StoreState, weeks: tuple[WeekId, ...]) -> ReviewFindings:
    return review_findings(*review_table(state.reader, witnesses(state), weeks))


@st.cache_data(max_entries=KEPT, show_spinner=False, hash_funcs=KEYS)
def guesses(state: StoreState, weeks: tuple[WeekId, ...]) -> Guessing:
    """How often a pitch's author was guessed from its anonymised words."""
    found = lab_guesses(state.reader)
    found = found[found["week_id"].isin(list(weeks))]
    hits = int((found["account_id"] == found["guessed_account_id"]).sum())
    return guessing(hits, found["candidates"].to_numpy(dtype=np.float64))


@st.cache_data(max_entries=KEPT, show_spinner=False, hash_funcs=KEYS)
def calibrations(state: StoreState, weeks: tuple[WeekId, ...]) -> dict[str, Calibration]:
    """Of all PMs together, of the chairman and of each PM, by line."""
    found = _ideas(state, weeks)
    pms = [line for line in found.returns if line != CHAIRMAN]
    every = {line: (found.convictions[line], found.returns[line]) for line in found.returns}
    if pms:
        together = [np.concatenate([every[line][part] for line in pms]) for part in (0, 1)]
        every = {ALL_PMS: (together[0], together[1]), **every}
    return {line: calibration(*arrays) for line, arrays in every.items()}


@st.cache_data(max_entries=KEPT, show_spinner=False, hash_funcs=KEYS)
def drifts(state: StoreState, weeks: tuple[WeekId, ...]) -> DriftFindings:
    found = _ideas(state, weeks)
    return drift_findings(found.members, found.chairman)


@st.cache_data(max_entries=KEPT, show_spinner=False, hash_funcs=KEYS)
def _ideas(state: StoreState, weeks: tuple[WeekId, ...]) -> IdeaArrays:
    return idea_arrays(state.reader, weeks)
