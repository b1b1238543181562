"""What the provider and broker sections read: aggregates of a window, kept until the log moves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from core.types import WeekId
from pages.ui import data
from pages.ui.data import KEPT, KEYS, StoreState
from pages.ui.keeping import kept
from storage.queries.providers import ModelLine, cost_frame, model_lines
from storage.queries.reconciliation import CustodyLine, custody_lines
from storage.queries.step_downs import StepDown, step_downs

WINDOWS: Mapping[str, int | None] = {
    "4 weeks": 4,
    "13 weeks": 13,
    "52 weeks": 52,
    "All": None,
}
MOST_BARS = 130
"""Weeks drawn one by one; a longer window is summed into months."""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """Of one window; ``cost`` has columns ``week_id, model, usd``, ``monthly`` when weeks are summed."""

    models: tuple[ModelLine, ...]
    steps: tuple[StepDown, ...]
    cost: pd.DataFrame
    monthly: bool


def behaviour(state: StoreState, window: str) -> Behaviour:
    """Of the newest weeks that were run, as many as the window has."""
    weeks, size = data.week_ids(state), WINDOWS[window]
    since = weeks[min(size, len(weeks)) - 1] if size is not None and weeks else None
    return _behaviour(state, since)


@st.cache_data(max_entries=KEPT, show_spinner=False, hash_funcs=KEYS)
def _behaviour(state: StoreState, since: WeekId | None) -> Behaviour:
    cost = cost_frame(state.reader, since)
    monthly = cost["week_id"].nunique() > MOST_BARS
    if monthly:
        cost = _by_month(cost)
    models = model_lines(state.reader, since)
    return Behaviour(models, step_downs(state.reader, since), cost, monthly)


def _by_month(cost: pd.DataFrame) -> pd.DataFrame:
    months = cost.assign(week_id=cost["week_id"].str.slice(0, 7) + "-01")
    return months.groupby(["week_id", "model"], as_index=False).agg(usd=("usd", "sum"))


@kept
def custodies(state: StoreState) -> tuple[CustodyLine, ...]:
    return custody_lines(state.reader)
