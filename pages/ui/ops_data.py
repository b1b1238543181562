"""What the operations page reads: kept until the log moves, but for what grows older by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import streamlit as st

from core.clock import SystemClock
from core.desk.alert_listing import ListedAlert
from core.policy import DeskPolicy
from pages.http.store import desk_settings
from pages.ui import data
from pages.ui.data import StoreState
from pages.ui.keeping import kept
from storage.leases import Leader
from storage.queries import JobLine, StoreReader, open_jobs, recent_jobs
from storage.queries.alerts import listed_alerts
from storage.queries.approvals import WeekProposal, week_proposals
from storage.queries.breaker import BreakerBoard, ScopeLine
from storage.queries.schedule import ComingSlot, EndedSlot, Pause, coming_slots, ended_slots, pause
from storage.queries.trading import Stop, trading_stop

COMING, ENDED, JOBS = 10, 12, 15


@dataclass(frozen=True, slots=True)
class Work:
    """Jobs and slots as the log has them; ``troubles`` are slots that failed or were missed."""

    open: tuple[JobLine, ...]
    recent: tuple[JobLine, ...]
    ended: tuple[EndedSlot, ...]
    troubles: tuple[EndedSlot, ...]
    pause: Pause | None


@dataclass(frozen=True, slots=True)
class Control:
    """What a person may have to act on; ``proposal`` is the newest one, open or decided."""

    proposal: WeekProposal | None
    stop: Stop | None
    scopes: tuple[ScopeLine, ...]
    alerts: tuple[ListedAlert, ...]

    @property
    def halted(self) -> tuple[ScopeLine, ...]:
        return tuple(line for line in self.scopes if line.halts)


@kept
def work(state: StoreState) -> Work:
    return Work(
        open=open_jobs(state.reader),
        recent=tuple(one for one in recent_jobs(state.reader, JOBS) if not one.is_open),
        ended=ended_slots(state.reader, ENDED),
        troubles=ended_slots(state.reader, ENDED, troubles=True),
        pause=pause(state.reader),
    )


@kept
def control(state: StoreState) -> Control:
    return Control(
        proposal=next(iter(week_proposals(state.reader, 1)), None),
        stop=trading_stop(state.reader),
        scopes=_board(state.reader, policy(state)).scopes(),
        alerts=listed_alerts(state.reader),
    )


def now() -> datetime:
    return SystemClock().now()


def leader(state: StoreState) -> Leader | None:
    """Who leads, dead or alive: leases are no part of the log."""
    return state.reader.leader()


def coming(state: StoreState, at: datetime) -> Sequence[ComingSlot]:
    """What is due next; a minute's answer is kept."""
    return _coming(state, at.replace(second=0, microsecond=0))


@kept
def _coming(state: StoreState, at: datetime) -> tuple[ComingSlot, ...]:
    return coming_slots(state.reader, at, COMING)


def policy(state: StoreState) -> DeskPolicy:
    """The policy the desk lives by."""
    return desk_settings(data.desk(state)).policy


@st.cache_resource(
    max_entries=4,
    show_spinner=False,
    hash_funcs={
        StoreReader: lambda reader: reader.address,
        DeskPolicy: lambda chosen: chosen.fingerprint(),
    },
)
def _board(reader: StoreReader, chosen: DeskPolicy) -> BreakerBoard:
    return BreakerBoard(reader, chosen)
