"""Jobs: what was asked for, and asking."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from core.commands import CancelJob, JobKind, RunJob, run_job
from core.errors import BadInput
from core.events.jobs import JobRequested
from core.schemas.base import Schema
from core.types import WeekId
from pages.http.api.endpoint import Call, Endpoint, found, get, post
from pages.http.api.fields import Jobs
from pages.http.store import commands_store, desk_settings
from storage import jobs as commands
from storage.queries import JobLine, desk_facts, one_job, recent_jobs

PARTS: dict[JobKind, tuple[str, ...]] = {
    JobKind.WEEKLY: ("week_id",),
    JobKind.STAGE: ("week_id", "stage"),
    JobKind.CHECKPOINT: ("session", "time"),
    JobKind.POSTMORTEM: ("week_id",),
    JobKind.REPLAY: ("week_id",),
    JobKind.SIMULATE: ("start", "end", "seed"),
    JobKind.EXPORT: ("week_id",),
}
"""The fields a key spells after its kind."""


PLAIN = {run_job(kind).key: kind for kind in (JobKind.REBUILD, JobKind.DISCOVERY, JobKind.MEASURE)}
"""The keys of kinds that take nothing."""


class OneJob(Schema):
    """A job's natural key, e.g. ``weekly/2026-11-18``."""

    key: Annotated[str, Field(max_length=200)]


def endpoints() -> list[Endpoint]:
    lines = tuple[JobLine, ...]
    return [
        get("/api/jobs", "Jobs asked for, the newest first", lines, _recent, Jobs),
        get("/api/jobs/{key:path}", "The newest request of one job", JobLine, _one),
        post("/api/jobs", "Ask for a job; asking twice is harmless", JobRequested, _ask, RunJob),
        post("/api/jobs/cancel", "Cancel a job", JobLine, _cancel, OneJob),
        get("/api/scheduler/jobs", "As /api/jobs", lines, _recent, Jobs),
        post(
            "/api/scheduler/jobs/{id:path}/trigger",
            "Ask for the job of this natural key",
            JobRequested,
            _trigger,
        ),
    ]


def _recent(call: Call) -> tuple[JobLine, ...]:
    week = call.query.week
    return recent_jobs(call.reader, call.query.limit, WeekId(week) if week else None)


def _one(call: Call) -> JobLine:
    key = call.path["key"]
    line: JobLine = found(one_job(call.reader, key), "job", key)
    return line


def _ask(call: Call) -> JobRequested:
    return _enqueue(call, call.body)


def _cancel(call: Call) -> JobLine:
    with commands_store() as store:
        commands.cancel_job(store, CancelJob(key=call.body.key), call.visitor.name, call.clock)
    line: JobLine = found(one_job(call.reader, call.body.key), "job", call.body.key)
    return line


def _trigger(call: Call) -> JobRequested:
    return _enqueue(call, command_of(call, call.path["id"]))


def command_of(call: Call, key: str) -> RunJob:
    """What a key asks for: spelled by itself, or as it was asked for before; BadInput for neither."""
    kind, *rest = key.split("/")
    if key in PLAIN:
        return run_job(PLAIN[key])
    names = PARTS.get(JobKind(kind), ()) if kind in set(JobKind) else ()
    if names and len(names) == len(rest):
        fields: dict[str, object] = dict(zip(names, rest, strict=True))
        if "seed" in fields and rest[-1].isdigit():
            fields["seed"] = int(rest[-1])
        return run_job(kind, **fields)
    known = one_job(call.reader, key)
    if known is None:
        raise BadInput(f"{key[:80]!r} is no job's key: give e.g. weekly/2026-11-18")
    return run_job(known.kind, **{name: v for name, v in known.command.items() if name != "kind"})


def _enqueue(call: Call, command: RunJob) -> JobRequested:
    policy = desk_settings(desk_facts(call.reader)).policy
    with commands_store() as store:
        return commands.enqueue(store, command, call.visitor.name, call.clock, policy)
