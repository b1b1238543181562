"""Proposals on record: read from the log, the same in every process."""

from __future__ import annotations

from datetime import datetime

from core.desk.writing import approval_stream, week_stream
from core.events.approval import OrdersProposed
from core.events.week import StageCompleted, WeekClaimed
from core.ports import EventStore
from core.rules.ballot import Ballot, fold
from core.schemas.run import RunSpec
from core.types import RunId, WeekId


def ballot(store: EventStore, run_id: RunId) -> Ballot | None:
    """The run's proposal with every word on it; None while nothing was proposed."""
    rows = store.read(approval_stream(run_id))
    return fold((datetime.fromisoformat(row.occurred_at), store.decode(row)) for row in rows)


def newest_ballot(store: EventStore) -> Ballot | None:
    """The proposal of the newest week that has one."""
    rows = store.read_all(types=[OrdersProposed.__name__])
    newest = max(rows, key=lambda row: str(row.week_id), default=None)
    return None if newest is None else ballot(store, RunId(str(newest.run_id)))


def pending(store: EventStore) -> Ballot | None:
    """The proposal on which somebody may still decide; only the newest week's can be one."""
    found = newest_ballot(store)
    return found if found is not None and found.pending else None


def newest_claim(store: EventStore) -> WeekId:
    """The newest week with an official run, "" when there is none."""
    claims = store.read_all(types=[WeekClaimed.__name__])
    return max((WeekId(str(row.week_id)) for row in claims), default=WeekId(""))


def has_finished(store: EventStore, run: RunSpec, stage: str) -> bool:
    """Whether this official run completed the stage."""
    return any(
        row.type == StageCompleted.__name__
        and row.run_id == run.run_id
        and row.payload["stage"] == stage
        for row in store.read(week_stream(run.week_id))
    )
