"""What the accounts page reads of one record: kept until the log moves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import streamlit as st

from core.market import Floats
from core.rules.benchmark import Benchmark, PricedSessions, benchmark
from core.rules.league import AccountRecord, LeagueLine, league
from core.rules.performance import Performance, TradingRecord, measure
from core.rules.round_trip import ClosedTrade
from core.types import AccountId
from pages.ui.data import KEPT, KEYS, StoreState
from storage import queries
from storage.queries import Holding
from storage.queries.account_history import (
    FillLine,
    HistoryCount,
    Slice,
    account_fills,
    account_orders,
    account_trips,
    history_count,
)
from storage.queries.prices import adjusted_bars, session_prices
from storage.queries.tenures import Tenure, TenureCourse, tenure_course, tenures
from storage.queries.week_orders import OrderLine

STOCKS, BONDS = "SPY", ("AGG", "TLT")
PART = 0.6
PAGE = 20
"""Rows of a table at a time."""


@dataclass(frozen=True, slots=True, eq=False)
class Rival:
    """A benchmark over the record's sessions, from the same money (USD)."""

    name: str
    curve: Floats
    coverage: float
    performance: Performance


@dataclass(frozen=True, slots=True, eq=False)
class RecordView:
    """One model's record at one account, measured; the rivals whose prices were recorded."""

    course: TenureCourse
    line: LeagueLine
    performance: Performance
    rivals: tuple[Rival, ...]

    @property
    def record(self) -> AccountRecord:
        return self.course.record


@st.cache_data(max_entries=KEPT, show_spinner=False, hash_funcs=KEYS)
def seats(state: StoreState, account_id: AccountId) -> tuple[Tenure, ...]:
    """Who sat at the account, oldest first."""
    return tenures(state.reader, account_id)


# A resource: frozen, and its arrays are nobody's to change, so it need not be copied for every look.
@st.cache_resource(max_entries=KEPT, show_spinner=False, hash_funcs=KEYS)
def record_view(state: StoreState, tenure: Tenure) -> RecordView | None:
    """None until a session of the tenure was marked."""
    course = tenure_course(state.reader, tenure)
    if course is None:
        return None
    record = course.record
    prices = session_prices(state.reader, (STOCKS, *BONDS), record.days)
    found = [
        Rival(
            name=name,
            curve=mix.growth * record.begin,
            coverage=mix.coverage,
            performance=measure(mix.growth * record.begin, TradingRecord()),
        )
        for name, mix in _mixes(record, prices).items()
        if mix is not None
    ]
    return RecordView(
        course=course,
        line=league({tenure.account_id: record})[tenure.account_id],
        performance=measure(record.curve, course.trading),
        rivals=tuple(found),
    )


def _mixes(
    record: AccountRecord, prices: Mapping[str, PricedSessions]
) -> dict[str, Benchmark | None]:
    """SPY, and 60/40 with the first bond fund that could be bought."""
    held = {STOCKS: benchmark(record.days, prices, {STOCKS: 1.0})}
    for bond in BONDS:
        mix = benchmark(record.days, prices, {STOCKS: PART, bond: 1 - PART})
        if mix is not None:
            return {**held, f"60/40 {STOCKS}/{bond}": mix}
    return held


@st.cache_data(max_entries=KEPT, show_spinner=False, hash_funcs=KEYS)
def holdings(state: StoreState, account_id: AccountId) -> tuple[Holding, ...]:
    return tuple(one for one in queries.holdings(state.reader) if one.account_id == account_id)


@st.cache_data(max_entries=KEPT, show_spinner=False, hash_funcs=KEYS)
def adjusted(state: StoreState) -> bool | None:
    return adjusted_bars(state.reader)


@st.cache_data(max_entries=KEPT, show_spinner=False, hash_funcs=KEYS)
def counts(state: StoreState, account_id: AccountId) -> HistoryCount:
    return history_count(state.reader, account_id)


@st.cache_data(max_entries=KEPT, show_spinner=False, hash_funcs=KEYS)
def orders(state: StoreState, account_id: AccountId, page: int) -> tuple[OrderLine, ...]:
    return account_orders(state.reader, account_id, Slice.page(page, PAGE))


@st.cache_data(max_entries=KEPT, show_spinner=False, hash_funcs=KEYS)
def fills(state: StoreState, account_id: AccountId, page: int) -> tuple[FillLine, ...]:
    return account_fills(state.reader, account_id, Slice.page(page, PAGE))


@st.cache_data(max_entries=KEPT, show_spinner=False, hash_funcs=KEYS)
def trips(state: StoreState, account_id: AccountId, page: int) -> tuple[ClosedTrade, ...]:
    return account_trips(state.reader, account_id, Slice.page(page, PAGE))


def exposures(course: TenureCourse) -> tuple[Floats, Floats]:
    """Gross and net at each close as fractions of equity; NaN where equity was not positive."""
    equity = np.where(course.record.equity > 0, course.record.equity, np.nan)
    return course.gross / equity, (course.record.equity - course.cash) / equity
