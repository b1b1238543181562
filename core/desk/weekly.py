"""The week's run: claim it, run or resume its stages, book its orders, complete it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from core import keys
from core.clock import in_new_york
from core.context import PipelineContext
from core.desk.books import RunAccounts
from core.desk.breaker import evaluate
from core.desk.desk import Desk
from core.desk.journal import Bookings, RunJournal, finished_stages
from core.desk.opening import model_changes, open_desk
from core.desk.order_route import RecordingRoute
from core.desk.overtaken import drop_unsent, refuse_overtaken
from core.desk.reconcile import ReconciledRoute
from core.desk.runs import claim_week, is_completed
from core.desk.warm_up import warm_up_later
from core.desk.writing import account_stream, append_one, new_event
from core.errors import BadInput
from core.events.account import OrderIntended, TargetSet
from core.events.envelope import Event
from core.events.week import RunCompleted
from core.pipeline import Pipeline, Progress, silent
from core.pipelines import weekly
from core.ports import FinishedStage
from core.schemas.risk import Target
from core.schemas.run import RunSpec
from core.types import StreamId, WeekId, wednesday, week_of

LAST_STAGE = "execution"


@dataclass(frozen=True, slots=True)
class WeekRun:
    """What a weekly command did: ``ran`` lists the stages of this call, ``resumed`` those before it."""

    run: RunSpec
    context: PipelineContext
    ran: tuple[str, ...]
    resumed: tuple[str, ...]
    completed: bool

    @property
    def already_done(self) -> bool:
        return self.completed and not self.ran


async def run_week(
    desk: Desk, week_id: WeekId, progress: Progress = silent, until: str = LAST_STAGE
) -> WeekRun:
    """Run the week up to stage ``until``; what is done already is never done again.

    BadInput for a week in the future, one that a newer week has overtaken, or while another process runs it.
    """
    now = desk.clock.now()
    refuse_future(week_id, now)
    with desk.lock.hold(f"week/{week_id}"):
        open_desk(desk, now)
        refuse_overtaken(desk, week_id)
        run = claim_week(desk, week_id, now)
        drop_unsent(desk, run)
        evaluate(desk)
        return await _advance(desk, run, progress, until)


async def _advance(desk: Desk, run: RunSpec, progress: Progress, until: str) -> WeekRun:
    pipeline = week_pipeline(desk, run).until(until)
    journal = RunJournal(desk.store, run, run.stream, official_bookings(desk, run))
    before = tuple(done.stage for done in journal.finished())
    if len(before) < len(pipeline.stages):
        await desk.providers.preflight()
    started = PipelineContext().bind(keys.RUN, run)
    warming = asyncio.create_task(warm_up_later(desk))
    try:
        context = await pipeline.run(started, journal, progress)
    finally:
        warming.cancel()
    ran = tuple(stage.name for stage in pipeline.stages if stage.name not in before)
    if until == LAST_STAGE and not is_completed(desk.store, run):
        complete(desk, run)
    return WeekRun(run, context, ran, before, until == LAST_STAGE)


def week_pipeline(desk: Desk, run: RunSpec) -> Pipeline:
    """The weekly pipeline with this run's recorded ports and the accounts as they are now."""
    ports = desk.providers.for_run(run)
    return weekly(
        policy=desk.policy,
        prompts=desk.prompts,
        model=ports.model,
        researchers=ports.researchers,
        market=ports.market,
        accounts=RunAccounts(desk.books.book, desk.halts),
        route=ReconciledRoute(desk, RecordingRoute(desk, run.as_of)),
    )


def official_bookings(desk: Desk, run: RunSpec) -> Bookings:
    """What ``order_plan`` means to the accounts, written in the transaction that ends it.

    Changes of model, targets and intents: only with the plan does a week become the account's week.
    """

    def bookings(finished: FinishedStage) -> Iterable[tuple[StreamId, Event, tuple[object, ...]]]:
        intents = finished.values.get(keys.ORDER_INTENTS)
        if intents is None:
            return
        for changed in model_changes(desk, run.week_id):
            yield account_stream(changed.account_id), changed, (run.week_id,)
        entry = entry_session(desk, run.as_of)
        for target in _targets(desk, run):
            stream = account_stream(target.account_id)
            event = TargetSet(
                week_id=run.week_id, run_id=run.run_id, target=target, entry_session=entry
            )
            yield stream, event, (run.week_id,)
        for intent in intents:
            stream = account_stream(intent.account_id)
            yield stream, OrderIntended(intent=intent), (intent.client_order_id,)

    return bookings


def _targets(desk: Desk, run: RunSpec) -> tuple[Target, ...]:
    for done in finished_stages(desk.store, run.stream, run):
        constraints = done.values.get(keys.EXECUTION_CONSTRAINTS)
        if constraints is not None:
            return tuple(constraints.targets)
    return ()


def entry_session(desk: Desk, as_of: datetime) -> date:
    """The session in which an order decided at ``as_of`` fills: today until its close, else the next."""
    day = in_new_york(as_of).date()
    session = desk.calendar.session_on_or_after(day)
    if session == day and as_of >= desk.calendar.session_close(session):
        return desk.calendar.offset(session, 1)
    return session


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
