"""The week's run: claim it, run or resume its stages, book its orders, complete it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from core import keys
from core.clock import in_new_york
from core.context import ContextKey, PipelineContext
from core.desk import approval_gate as gate
from core.desk.approval import supersede
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
        drop_unsent(desk, run)
        evaluate(desk)
        supersede(desk.store, run)
        return await _advance(desk, run, progress, until)


async def _advance(desk: Desk, run: RunSpec, progress: Progress, until: str) -> WeekRun:
    pipeline = week_pipeline(desk, run).until(until)
    if gate.STAGE not in (stage.name for stage in pipeline.stages):
        return await _run(desk, run, pipeline, progress)
    before = await _run(desk, run, pipeline.until(gate.BEFORE), progress)
    waiting = gate.waits_for(desk, run, before.context)
    if waiting is not None:
        return replace(before, waiting=waiting)
    behind = await _run(desk, run, pipeline, progress)
    earlier = tuple(stage for stage in behind.resumed if stage not in before.ran)
    return replace(behind, ran=before.ran + behind.ran, resumed=earlier)


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
    ran = tuple(name for name in names if name not in before)
    completed = names[-1] == LAST_STAGE
    if completed and not is_completed(desk.store, run):
        complete(desk, run)
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
        accounts=RunAccounts(desk.books.book, desk.halts),
        route=ReconciledRoute(desk, RecordingRoute(desk, run.as_of)),
        approvals=gate.RecordedApprovals(desk.store, run) if gate.stands(desk, run) else None,
    )


def official_bookings(desk: Desk, run: RunSpec) -> Bookings:
    """What ``order_plan`` means to the accounts, written in the transaction that ends it.

    Changes of model, targets and intents: only with the plan does a week become the account's week.
    """

    def bookings(finished: FinishedStage) -> Iterable[tuple[StreamId, Event, tuple[object, ...]]]:
        intents = finished.values.get(keys.ORDER_INTENTS)
        if intents is None:
            return
        targets, at = _approved(desk, run)
        taking_part = {target.account_id for target in targets}
        for changed in model_changes(desk, run.week_id):
            if changed.account_id in taking_part:
                yield account_stream(changed.account_id), changed, (run.week_id,)
        entry = entry_session(desk, at)
        for target in targets:
            stream = account_stream(target.account_id)
            event = TargetSet(
                week_id=run.week_id, run_id=run.run_id, target=target, entry_session=entry
            )
            yield stream, event, (run.week_id,)
        for intent in intents:
            stream = account_stream(intent.account_id)
            yield stream, OrderIntended(intent=intent), (intent.client_order_id,)

    return bookings


def _approved(desk: Desk, run: RunSpec) -> tuple[tuple[Target, ...], datetime]:
    """The targets the accounts take up, and when that was decided: by the run, or by people later."""
    values: dict[ContextKey[Any], Any] = {}
    for done in finished_stages(desk.store, run.stream, run):
        values |= done.values
    targets: tuple[Target, ...] = values[keys.EXECUTION_CONSTRAINTS].targets
    word = values.get(keys.ORDER_APPROVALS)
    if word is None:
        return targets, run.as_of
    approved = tuple(target for target in targets if target.account_id in word.approved)
    return approved, max(run.as_of, word.decided_at)


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
