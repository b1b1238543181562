"""Cached reads: every answer is kept until the store's log moves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from core.types import AccountId, WeekId
from pages.http.store import open_reader
from pages.ui.keeping import kept
from pages.ui.visitor import may_see, open_weeks
from storage import queries
from storage.queries import (
    AccountLabel,
    DeskFacts,
    StoreReader,
    WeekDetail,
    WeekSummary,
)
from storage.queries.costs import WeekCosts, week_costs

KEPT = 64
"""Answers that `st.cache_data` keeps, where each asker has to get a copy: of a frame, for instance."""


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


@kept
def desk(state: StoreState) -> DeskFacts | None:
    return queries.desk_facts(state.reader)


@kept
def labels(state: StoreState) -> Mapping[AccountId, AccountLabel]:
    found = {account.account_id: account for account in queries.accounts(state.reader)}
    return MappingProxyType(found)


def week_ids(state: StoreState) -> tuple[WeekId, ...]:
    """Every week the visitor may see, newest first: a guest's is the granted one alone."""
    return open_weeks(_week_ids(state))


@kept
def _week_ids(state: StoreState) -> tuple[WeekId, ...]:
    return queries.week_ids(state.reader)


def summary(state: StoreState, week_id: WeekId) -> WeekSummary | None:
    """One week in a line; None for a week nobody has run, and for one the visitor may not see."""
    return _summary(state, week_id) if may_see(week_id) else None


@kept
def _summary(state: StoreState, week_id: WeekId) -> WeekSummary | None:
    return queries.week_summary(state.reader, week_id)


def week(state: StoreState, week_id: WeekId) -> WeekDetail | None:
    """None for a week nobody has run, and for one the visitor may not see."""
    return _week(state, week_id) if may_see(week_id) else None


@kept
def _week(state: StoreState, week_id: WeekId) -> WeekDetail | None:
    return queries.week_detail(state.reader, week_id)


@kept
def costs(state: StoreState, week_id: WeekId) -> WeekCosts:
    return week_costs(state.reader, week_id)
