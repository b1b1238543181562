"""Runs in the log: which one is a week's official run, and how to find and start one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from core.desk.desk import Desk
from core.desk.opening import record_settings
from core.desk.writing import new_event, week_stream
from core.errors import BadInput
from core.events.envelope import Append, NewEvent
from core.events.week import RunCompleted, RunStarted, WeekClaimed
from core.ports import EventStore
from core.schemas.run import RunKind, RunSpec
from core.types import RunId, StreamId, WeekId, deterministic_id


def official_run(store: EventStore, week_id: WeekId) -> RunSpec | None:
    """The run that claimed the week; None when nobody has."""
    claimed: RunId | None = None
    started: dict[RunId, RunStarted] = {}
    for row in store.read(week_stream(week_id)):
        if row.type == WeekClaimed.__name__:
            claimed = RunId(str(row.payload["run_id"]))
        elif row.type == RunStarted.__name__:
            event = store.decode(row)
            assert isinstance(event, RunStarted)  # by its type name
            started[event.run_id] = event
    return spec_of(started[claimed], RunKind.OFFICIAL) if claimed else None


def the_official_run(store: EventStore, week_id: WeekId) -> RunSpec:
    run = official_run(store, week_id)
    if run is None:
        raise BadInput(f"week {week_id} has no run: start it with `run_weekly --week {week_id}`")
    return run


def started_event(store: EventStore, run: RunSpec) -> RunStarted:
    """The ``RunStarted`` of a run, with the fingerprints of its settings and prompts."""
    for row in store.read(run.stream):
        if row.type == RunStarted.__name__ and row.run_id == run.run_id:
            event = store.decode(row)
            assert isinstance(event, RunStarted)  # by its type name
            return event
    raise BadInput(f"run {run.run_id} never started: check --week")


def is_completed(store: EventStore, run: RunSpec) -> bool:
    return any(
        row.type == RunCompleted.__name__ and row.run_id == run.run_id
        for row in store.read(run.stream)
    )


def spec_of(event: RunStarted, kind: RunKind) -> RunSpec:
    return RunSpec(
        run_id=event.run_id,
        week_id=event.week_id,
        kind=kind,
        as_of=event.as_of,
        seed=event.seed,
        parent_run_id=event.parent_run_id,
        from_stage=event.from_stage,
    )


def claim_week(desk: Desk, week_id: WeekId, as_of: datetime) -> RunSpec:
    """Claim the week for a new run (expected version 0), or take up the run that has it."""
    known = official_run(desk.store, week_id)
    if known is not None:
        return known
    run = RunSpec(
        run_id=RunId(str(deterministic_id("run", week_id, desk.policy.fingerprint()))),
        week_id=week_id,
        kind=RunKind.OFFICIAL,
        as_of=as_of,
        seed=f"{desk.seed}:{week_id}",
    )
    stream = week_stream(week_id)
    claim = WeekClaimed(week_id=week_id, run_id=run.run_id)
    events = [
        new_event(stream, claim, [run.run_id], as_of, week_id=week_id, run_id=run.run_id),
        start_event(desk, run, stream),
    ]
    record_settings(desk, as_of)
    desk.store.commit([Append(stream, events, 0)])
    return run


def start_event(
    desk: Desk, run: RunSpec, stream: StreamId, overrides: Mapping[str, str] | None = None
) -> NewEvent:
    """``RunStarted``: everything a replay needs to do the run again."""
    event = RunStarted(
        run_id=run.run_id,
        week_id=run.week_id,
        as_of=run.as_of,
        seed=run.seed,
        settings_fingerprint=desk.policy.fingerprint(),
        prompts_fingerprint=desk.prompts.fingerprint,
        parent_run_id=run.parent_run_id,
        from_stage=run.from_stage,
        overrides=dict(overrides or {}),
    )
    return new_event(stream, event, [run.run_id], run.as_of, week_id=run.week_id, run_id=run.run_id)
