"""Trading cycles: what the newest did, one with its symbols, and asking for one."""

from __future__ import annotations

from pydantic import Field

from core.commands import run_job
from core.events.jobs import JobRequested
from core.job_kinds import MOST_SYMBOLS, JobKind
from core.schemas.base import Schema, Symbol
from pages.http.api.endpoint import Call, Endpoint, found, get, post
from pages.http.api.fields import Newest
from pages.http.store import commands_store
from storage import jobs as commands
from storage.queries.cycles import CycleDetail, CycleLine, cycle_detail, cycles


class RunCycle(Schema):
    """Without ``symbols`` its watchlist; without ``execute`` a dry run."""

    symbols: tuple[Symbol, ...] = Field(default=(), max_length=MOST_SYMBOLS)
    execute: bool = False


def endpoints() -> list[Endpoint]:
    return [
        post(
            "/cycles/run",
            "Ask for a trading cycle, a dry run by default",
            JobRequested,
            _ask,
            RunCycle,
        ),
        get("/api/cycles", "The newest trading cycles", tuple[CycleLine, ...], _newest, Newest),
        get("/api/cycles/{id}", "One cycle, symbol by symbol", CycleDetail, _one),
    ]


def _ask(call: Call) -> JobRequested:
    asked: RunCycle = call.body
    command = run_job(JobKind.CYCLE, symbols=asked.symbols, execute=asked.execute)
    with commands_store() as store:
        return commands.enqueue(store, command, call.visitor.name, call.clock)


def _newest(call: Call) -> tuple[CycleLine, ...]:
    return cycles(call.reader, limit=call.query.limit)


def _one(call: Call) -> CycleDetail:
    detail: CycleDetail = found(
        cycle_detail(call.reader, call.path["id"]), "cycle", call.path["id"]
    )
    return detail
