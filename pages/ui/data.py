"""Cached reads: every answer is kept until the store's log moves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from core.types import AccountId, WeekId
from pages.http.store import open_reader
from storage import queries
from storage.queries import (
    AccountLabel,
    CouncilStanding,
    DeskFacts,
    Holding,
    LastRun,
    Standing,
    StoreReader,
    WeekDetail,
    WeekSummary,
)
from storage.queries.costs import WeekCosts, week_costs

KEPT = 64


@dataclass(frozen=True, slots=True)
class Overview:
    """What the overview shows, read in one go."""

    equity: pd.DataFrame
    standings: tuple[Standing, ...]
    council: CouncilStanding | None
    holdings: tuple[Holding, ...]
    last_run: LastRun | None


@dataclass(frozen=True, slots=True)
class StoreState:
    """A store as it stands at one version of its log."""

    reader: StoreReader
    version: str


KEYS: dict[str | type[Any], Callable[[Any], Any]] = {
    StoreState: lambda state: f"{state.reader.address} at {state.version}"
}


def now() -> StoreState:
    """The store as it is; StoreError when it cannot be read."""
    reader = open_reader()
    return StoreState(reader, reader.version())


@st.cache_data(max_entries=KEPT, show_spinner=False, hash_funcs=KEYS)
def desk(state: StoreState) -> DeskFacts | None:
    return queries.desk_facts(state.reader)


@st.cache_data(max_entries=KEPT, show_spinner=False, hash_funcs=KEYS)
def labels(state: StoreState) -> dict[AccountId, AccountLabel]:
    return {account.account_id: account for account in queries.accounts(state.reader)}


@st.cache_data(max_entries=KEPT, show_spinner=False, hash_funcs=KEYS)
def week_ids(state: StoreState) -> tuple[WeekId, ...]:
    """Every week, newest first."""
    return queries.week_ids(state.reader)


@st.cache_data(max_entries=KEPT, show_spinner=False, hash_funcs=KEYS)
def summary(state: StoreState, week_id: WeekId) -> WeekSummary | None:
    """One week in a line; None for a week nobody has run."""
    return queries.week_summary(state.reader, week_id)


@st.cache_data(max_entries=KEPT, show_spinner=False, hash_funcs=KEYS)
def week(state: StoreState, week_id: WeekId) -> WeekDetail | None:
    return queries.week_detail(state.reader, week_id)


@st.cache_data(max_entries=KEPT, show_spinner=False, hash_funcs=KEYS)
def costs(state: StoreState, week_id: WeekId) -> WeekCosts:
    return week_costs(state.reader, week_id)


@st.cache_data(max_entries=KEPT, show_spinner=False, hash_funcs=KEYS)
def overview(state: StoreState) -> Overview:
    return Overview(
        equity=queries.equity_frame(state.reader),
        standings=queries.standings(state.reader),
        council=queries.council_standing(state.reader),
        holdings=queries.holdings(state.reader),
        last_run=queries.last_run(state.reader),
    )
