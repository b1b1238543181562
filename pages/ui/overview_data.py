"""What the overview reads: kept until the log moves, but for what grows older by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import streamlit as st

from core.desk.job_state import JobStatus
from core.rules.league import LeagueLine, league
from core.schemas.breaker import Halt
from core.types import AccountId, WeekId
from pages.ui import ops_data
from pages.ui.data import KEPT, KEYS, StoreState
from storage import queries
from storage.queries import AccountRole, Holding, JobLine, LastRun
from storage.queries.approvals import WeekProposal, pending_proposal
from storage.queries.costs import WeekCosts, week_costs
from storage.queries.halts import standing_halts
from storage.queries.records import AccountCourse, account_courses
from storage.queries.schedule import EndedSlot, Pause
from storage.queries.trading import Stop, trading_stop
from storage.queries.vital_signs import VitalSigns, vital_signs

MOST_POINTS = 300
LATELY = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Overview:
    """``courses`` in order of the accounts; ``lines`` in the order of the league."""

    courses: tuple[AccountCourse, ...]
    lines: Mapping[AccountId, LeagueLine]
    holdings: tuple[Holding, ...]
    last_run: LastRun | None
    costs: WeekCosts | None

    def course(self, account_id: AccountId) -> AccountCourse:
        return next(one for one in self.courses if one.account.account_id == account_id)

    @property
    def span(self) -> tuple[date, date]:
        """First and newest session of any account; there must be one."""
        first = min(one.days[0] for one in self.courses)
        last = max(one.days[-1] for one in self.courses)
        return first.astype(object), last.astype(object)

    @property
    def council(self) -> AccountCourse | None:
        found = (one for one in self.courses if one.account.role is AccountRole.COUNCIL)
        return next(found, None)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What may stand in the way; slots and jobs of the last seven days the desk lived."""

    halts: tuple[Halt, ...]
    stop: Stop | None
    pause: Pause | None
    proposal: WeekProposal | None
    slots: tuple[EndedSlot, ...]
    jobs: tuple[JobLine, ...]


# A resource: frozen, and nobody changes its arrays, so it need not be copied for every look.
@st.cache_resource(max_entries=KEPT, show_spinner=False, hash_funcs=KEYS)
def overview(state: StoreState, newest: WeekId | None) -> Overview:
    """``newest`` is the week whose spending is counted."""
    courses = account_courses(state.reader)
    return Overview(
        courses=courses,
        lines=league({one.account.account_id: one.record for one in courses}),
        holdings=queries.holdings(state.reader),
        last_run=queries.last_run(state.reader),
        costs=None if newest is None else week_costs(state.reader, newest),
    )


@st.cache_data(max_entries=KEPT, show_spinner=False, hash_funcs=KEYS)
def trouble(state: StoreState) -> Trouble:
    work = ops_data.work(state)
    newest = max((slot.at for slot in work.ended), default=None)
    since = None if newest is None else newest - LATELY
    failed = [job for job in work.recent if job.status is JobStatus.FAILED]
    return Trouble(
        halts=standing_halts(state.reader),
        stop=trading_stop(state.reader),
        pause=work.pause,
        proposal=pending_proposal(state.reader),
        slots=tuple(slot for slot in work.troubles if since is None or slot.at >= since),
        jobs=tuple(job for job in failed if since is None or job.requested_at >= since),
    )


def signs(state: StoreState, at: datetime) -> VitalSigns:
    """Who leads, how old prices are, whether the broker agreed; a minute's answer is kept."""
    return _signs(state, at.replace(second=0, microsecond=0))


@st.cache_data(max_entries=KEPT, show_spinner=False, hash_funcs=KEYS)
def _signs(state: StoreState, at: datetime) -> VitalSigns:
    return vital_signs(state.reader, at)


@st.cache_resource(max_entries=KEPT, show_spinner=False, hash_funcs=KEYS)
def equity_points(state: StoreState, newest: WeekId | None, sessions: int | None) -> pd.DataFrame:
    """Columns ``account_id, session, equity`` (USD), ``drawdown`` (fraction ≤ 0), thinned a line.

    ``sessions`` are the newest ones to be shown, None is all of them.
    """
    return pd.concat(
        [_points(course, sessions) for course in overview(state, newest).courses],
        ignore_index=True,
    )


def _points(course: AccountCourse, sessions: int | None) -> pd.DataFrame:
    falls = course.equity / np.maximum.accumulate(course.equity) - 1
    start = 0 if sessions is None else max(len(course.days) - sessions, 0)
    count = len(course.days) - start
    chosen = start + np.linspace(0, count - 1, min(MOST_POINTS, count)).round().astype(int)
    return pd.DataFrame(
        {
            "account_id": course.account.account_id,
            "session": course.days[chosen].astype("datetime64[ns]"),
            "equity": course.equity[chosen],
            "drawdown": falls[chosen],
        }
    )
