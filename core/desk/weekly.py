"""The week's run: claim it, run or resume its stages, book its orders, complete it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime

from core import keys
from core.clock import in_new_york
from core.context import PipelineContext
from core.desk import approval_gate as gate
from core.desk.approval import supersede
from core.desk.booking import official_bookings
from core.desk.books import RunAccounts
from core.desk.breaker import evaluate
from core.desk.desk import Desk
from core.desk.journal import RunJournal
from core.desk.opening import open_desk
from core.desk.order_route import RecordingRoute
from core.desk.overtaken import drop_unsent, refuse_overtaken
from core.desk.reconciled_route import ReconciledRoute
from core.desk.runs import claim_week, is_completed
from core.desk.warm_up import warm_up_later
from core.desk.writing import append_one, new_event
from core.errors import BadInput
from core.events.week import RunCompleted
from core.pipeline import Pipeline, Progress, StageState, silent
from core.pipelines import weekly
from core.schemas.run import RunSpec
from core.types import WeekId, wednesday, week_of

LAST_TALK, LAST_STAGE = "chairman", "execution"
UNPAID = ("risk", gate.STAGE, "order_plan", LAST_STAGE)
"""Stages that ask no model: no key is looked at before them."""


@dataclass(frozen=True, slots=True)
class WeekRun:
    """What a weekly command did: ``ran`` lists the stages of this call, ``resumed`` those before it.

    ``waiting`` says what a run that stopped at the approval gate waits for.
    """

    run: RunSpec
    context: PipelineContext
    ran: tuple[str, ...]
    resumed: tuple[str, ...]
    completed: bool
    waiting: str | None = None

    @property
    def already_done(self) -> bool:
        return self.completed and not self.ran


async def run_week(
    desk: Desk, week_id: WeekId, progress: Progress = silent, until: str = LAST_STAGE
) -> WeekRun:
    """Run the week up to stage ``until``; what is done already is never done again.

    At the approval gate it stops with a proposal; called again it goes on once that is decided.
    BadInput for a week in the future, one that a newer week has overtaken, or while another process runs it.
    """
    now = desk.clock.now()
    refuse_future(week_id, now)
    with desk.lock.hold(f"week/{week_id}"):
        open_desk(desk, now)
        refuse_overtaken(desk, week_id)
        run = claim_week(desk, week_id, now)
        async with desk.trading:  # a slot's fills may be on their way into the same books
            drop_unsent(desk, run)
            evaluate(desk)
            supersede(desk.store, run)
        return await _advance(desk, run, progress, until)


async def _advance(desk: Desk, run: RunSpec, progress: Progress, until: str) -> WeekRun:
    """What asks models first, beside other jobs; then, alone with the accounts, what trades."""
    pipeline = week_pipeline(desk, run).until(until)
    names = [stage.name for stage in pipeline.stages]
    if LAST_TALK not in names[:-1]:
        return await _run(desk, run, pipeline, progress)
    talked = await _run(desk, run, pipeline.until(LAST_TALK), progress)
    async with desk.trading:
        if gate.STAGE not in names:
            return _after(talked, await _run(desk, run, pipeline, _fresh(progress)))
        limited = await _run(desk, run, pipeline.until(gate.BEFORE), _fresh(progress))
        limited = _after(talked, limited)
        waiting = gate.waits_for(desk, run, limited.context)
        if waiting is not None:
            return replace(limited, waiting=waiting)
        return _after(limited, await _run(desk, run, pipeline, _fresh(progress)))


def _after(first: WeekRun, then: WeekRun) -> WeekRun:
    """Both parts of one call as one."""
    earlier = tuple(stage for stage in then.resumed if stage not in first.ran)
    return replace(then, ran=first.ran + then.ran, resumed=earlier)


def _fresh(progress: Progress) -> Progress:
    """Says nothing of stages that a part before resumed or ran."""

    def report(stage: str, state: StageState) -> None:
        if state is not StageState.RESUMED:
            progress(stage, state)

    return report


async def _run(desk: Desk, run: RunSpec, pipeline: Pipeline, progress: Progress) -> WeekRun:
    journal = RunJournal(desk.store, run, run.stream, official_bookings(desk, run))
    before = tuple(done.stage for done in journal.finished())
    names = [stage.name for stage in pipeline.stages]
    if not set(names) <= {*before, *UNPAID}:
        await desk.providers.preflight()
    started = PipelineContext().bind(keys.RUN, run)
    warming = asyncio.create_task(warm_up_later(desk))
    try:
        context = await pipeline.run(started, journal, progress)
    finally:
        warming.cancel()
    completed = names[-1] == LAST_STAGE
    if completed and not is_completed(desk.store, run):
        complete(desk, run)
    ran = tuple(name for name in names if name not in before)
    return WeekRun(run, context, ran, before, completed)


def week_pipeline(desk: Desk, run: RunSpec) -> Pipeline:
    """The weekly pipeline with this run's recorded ports and the accounts as they are now."""
    ports = desk.providers.for_run(run)
    return weekly(
        policy=desk.policy,
        prompts=desk.prompts,
        model=ports.model,
        researchers=ports.researchers,
        market=ports.market,
        recall=ports.recall,
        accounts=RunAccounts(desk.books.book, desk.halts),
        route=ReconciledRoute(desk, RecordingRoute(desk, run.as_of)),
        approvals=gate.RecordedApprovals(desk.store, run) if gate.stands(desk, run) else None,
    )


def complete(desk: Desk, run: RunSpec) -> None:
    event = RunCompleted(run_id=run.run_id, week_id=run.week_id)
    new = new_event(
        run.stream, event, [run.run_id], run.as_of, week_id=run.week_id, run_id=run.run_id
    )
    append_one(desk.store, run.stream, new)


def refuse_future(week_id: WeekId, now: datetime) -> None:
    """BadInput for a week whose Wednesday has not come yet in New York."""
    today = in_new_york(now).date()
    if wednesday(week_id) > today:
        raise BadInput(
            f"week {week_id} is in the future (today is {today}): the newest week is {week_of(today)}"
        )
