"""Paid research jobs whose id nobody recorded: found, then adopted or abandoned by an operator."""

from __future__ import annotations

from dataclasses import dataclass

from core.desk.desk import Desk
from core.desk.runs import the_official_run
from core.desk.writing import new_event
from core.errors import BadInput
from core.events.calls import ResearchJobEnded, ResearchJobRequested, ResearchJobStarted
from core.events.envelope import Append
from core.ports import EventStore
from core.profile import PACKS
from core.schemas.run import RunSpec
from core.types import StreamId, WeekId

ABANDONED = "abandoned"
MAX_ID = 400


@dataclass(frozen=True, slots=True)
class UncertainJob:
    """A job that was asked for; whether its vendor took it is not on record."""

    week_id: WeekId
    pack: str
    researcher: str
    request_hash: str
    stream: StreamId


def adopt_job(desk: Desk, week_id: WeekId, pack: str, job_id: str) -> UncertainJob:
    """Take the vendor's job ``job_id`` for the pack's; the next run polls it. BadInput when none waits."""
    name = job_id.strip()
    if not name or len(name) > MAX_ID or not name.isprintable():
        raise BadInput(f"{name[:40]!r} is no job id: give it as the vendor's console shows it")
    with desk.lock.hold(f"week/{week_id}"):
        run, job = _the_uncertain(desk.store, week_id, pack)
        started = ResearchJobStarted(
            request_hash=job.request_hash, researcher=job.researcher, job_id=name, adopted=True
        )
        _append(desk.store, run, job, started)
    return job


def abandon_job(desk: Desk, week_id: WeekId, pack: str) -> UncertainJob:
    """Give the pack's job up; nothing is created again, the chain steps down. BadInput when none waits."""
    with desk.lock.hold(f"week/{week_id}"):
        run, job = _the_uncertain(desk.store, week_id, pack)
        ended = ResearchJobEnded(
            request_hash=job.request_hash,
            researcher=job.researcher,
            job_id="",
            status=ABANDONED,
            detail="given up by the operator; its id was never recorded",
        )
        _append(desk.store, run, job, ended)
    return job


def _the_uncertain(store: EventStore, week_id: WeekId, pack: str) -> tuple[RunSpec, UncertainJob]:
    if pack not in PACKS:
        raise BadInput(f"there is no pack {pack!r}: the packs are {', '.join(PACKS)}")
    run = the_official_run(store, week_id)
    job = _uncertain(store, run, pack)
    if job is None:
        raise BadInput(f"pack {pack} of week {week_id} has no research job to decide about")
    return run, job


def _uncertain(store: EventStore, run: RunSpec, pack: str) -> UncertainJob | None:
    """The newest request that was neither started nor refused."""
    stream = run.call_stream(f"research/{pack}/job")
    waiting: dict[str, str] = {}
    for row in store.read(stream):
        event = store.decode(row)
        if isinstance(event, ResearchJobRequested):
            waiting[event.request_hash] = event.researcher
        elif isinstance(event, ResearchJobStarted | ResearchJobEnded):
            waiting.pop(event.request_hash, None)
    if not waiting:
        return None
    mark, researcher = list(waiting.items())[-1]
    return UncertainJob(run.week_id, pack, researcher, mark, stream)


def _append(
    store: EventStore, run: RunSpec, job: UncertainJob, event: ResearchJobStarted | ResearchJobEnded
) -> None:
    version = store.head(job.stream).version
    new = new_event(
        job.stream,
        event,
        [job.request_hash, version],
        run.as_of,
        week_id=run.week_id,
        run_id=run.run_id,
    )
    store.commit([Append(job.stream, [new], version)])
