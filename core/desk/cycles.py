"""One trading cycle: begun under the name it was asked for, resumed, executed, completed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from core import keys
from core.clock import in_new_york
from core.context import PipelineContext
from core.desk.aside import aside
from core.desk.breaker import evaluate
from core.desk.cycle_account import AccountView, open_account
from core.desk.cycle_check import check_before
from core.desk.cycle_log import (
    CycleRun,
    begun,
    complete,
    completed,
    cycle_bookings,
    outcome_of,
    start,
)
from core.desk.desk import Desk
from core.desk.journal import RunJournal, no_bookings
from core.desk.order_route import RecordingRoute
from core.desk.reconciled_route import ReconciledRoute
from core.desk.strategy_broker import meet, refuse_execution
from core.desk.strategy_ports import Strategy
from core.desk.strategy_settle import settle_strategy
from core.errors import BadInput
from core.job_kinds import MOST_SYMBOLS
from core.pipeline import Pipeline, Progress, StageState, silent
from core.pipelines import cycle
from core.ports import OrderRoute, TradingCalendar
from core.schemas.cycle import CycleSpec, CycleTrigger
from core.schemas.run import RunSpec
from core.stages.cycle_agent import AgentTable
from core.stages.cycle_market import Senses

LAST_TALK, PLAN = "meta_decision", "cycle_plan"
LATE = "not traded: taken up again after"
"""How the outcome of a cycle begins whose session was over before it had planned."""


@dataclass(frozen=True, slots=True)
class CycleRequest:
    """``asked_as`` names it: a slot's key, a job's request, an instant; asked again it is resumed.

    Without ``symbols`` it looks at the watchlist; what is held is always looked at.
    """

    asked_as: str
    trigger: CycleTrigger
    symbols: tuple[str, ...] = ()
    execute: bool = False


@dataclass(frozen=True, slots=True)
class Ran:
    """A cycle after a call: how it ended, and whether it had ended before."""

    cycle: CycleRun
    outcome: str
    orders: int
    already_done: bool = False


async def run_cycle(
    desk: Desk, strategy: Strategy, asked: CycleRequest, progress: Progress = silent
) -> Ran:
    """Run the cycle, or what is left of it; without ``execute`` no account and no broker is touched.

    Busy while another process works on the strategy. BadInput for too many symbols, and to execute
    where none of its cycles may trade. What it refuses leaves no trace.
    """
    with desk.lock.hold(f"strategy/{strategy.name}"):
        known = begun(desk.store, strategy, asked.asked_as)
        done = None if known is None else completed(desk.store, known)
        if known is not None and done is not None:
            return Ran(known, done.outcome, done.orders, already_done=True)
        if asked.execute if known is None else known.spec.execute:
            refuse_execution(desk, strategy)
            async with desk.trading:
                await aside(desk, meet, desk, strategy, desk.clock.now())
        if known is None:
            spec = _spec(desk, strategy, asked)
            await check_before(desk, strategy, spec)
            known = start(desk, strategy, asked.asked_as, spec)
        return await _advance(desk, strategy, known, progress)


def _spec(desk: Desk, strategy: Strategy, asked: CycleRequest) -> CycleSpec:
    symbols = asked.symbols or tuple(strategy.watched(desk.store, strategy.spec))
    unique = tuple(dict.fromkeys(symbols))
    if len(unique) > MOST_SYMBOLS:
        raise BadInput(f"{len(unique)} symbols are too many: a cycle takes {MOST_SYMBOLS}")
    never = [symbol for symbol in asked.symbols if symbol in strategy.spec.universe.never]
    if never:
        raise BadInput(f"{', '.join(never)}: config/strategies.yaml says never, leave them out")
    return CycleSpec(
        strategy=strategy.name,
        account_id=strategy.account_id,
        trigger=asked.trigger,
        symbols=unique,
        execute=asked.execute,
    )


async def _advance(desk: Desk, strategy: Strategy, known: CycleRun, progress: Progress) -> Ran:
    """What asks models beside other jobs; then, alone with the accounts, what trades."""
    run, execute = known.run, known.spec.execute
    if execute:
        async with desk.trading:
            await aside(desk, _take_up, desk, strategy, run.as_of)
    pipeline = _pipeline(desk, strategy, run, execute=execute)
    bookings = cycle_bookings if execute else no_bookings
    journal = RunJournal(desk.store, run, run.stream, bookings)
    given = PipelineContext().bind(keys.RUN, run).bind(keys.CYCLE, known.spec)
    context = await pipeline.until(LAST_TALK).run(given, journal, progress)
    planned = any(done.stage == PLAN for done in journal.finished())
    late = None if planned or not execute else too_late(desk, run.as_of)
    if late is None:
        async with desk.trading:
            context = await pipeline.run(given, journal, _fresh(progress))
            if execute:
                await aside(desk, settle_strategy, desk, strategy, desk.clock.now())
    outcome = late or outcome_of(context)
    planned_orders = context.get(keys.ORDER_INTENTS)
    orders = len(planned_orders) if planned_orders else 0
    complete(desk, known, outcome, orders)
    return Ran(known, outcome, orders)


def _take_up(desk: Desk, strategy: Strategy, as_of: datetime) -> None:
    """The account as it is now: opened, settled, seen by the breaker."""
    open_account(desk, strategy, as_of)
    settle_strategy(desk, strategy, desk.clock.now())
    evaluate(desk)


def _pipeline(desk: Desk, strategy: Strategy, run: RunSpec, *, execute: bool) -> Pipeline:
    senses = Senses(
        market=strategy.market,
        books=AccountView(desk, strategy),
        sectors=strategy.sectors,
        benchmark=strategy.spec.benchmark,
        news=strategy.news,
        recall=strategy.recall,
    )
    table = AgentTable(strategy.models(run), desk.prompts, strategy.agents)
    route = _route(desk, strategy, run) if execute else None
    return cycle(senses, table, strategy.spec.limits, route)


def _route(desk: Desk, strategy: Strategy, run: RunSpec) -> OrderRoute:
    """To the broker; at the desk's own its books are looked at once more before anything is sent."""
    route = RecordingRoute(desk, run.as_of)
    if strategy.custody is None:
        return route
    return ReconciledRoute(desk, route, [strategy.custody])


def too_late(desk: Desk, as_of: datetime) -> str | None:
    """Why a cycle that broke off is not traded any more: its session is over; None while it is not."""
    session = session_of(desk.calendar, as_of)
    if desk.clock.now() <= desk.calendar.session_close(session):
        return None
    return f"{LATE} {session} had closed"


def session_of(calendar: TradingCalendar, as_of: datetime) -> date:
    """The session a cycle of this instant trades in: the one that is open, or opens next."""
    session = calendar.session_on_or_after(in_new_york(as_of).date())
    return calendar.offset(session, 1) if as_of >= calendar.session_close(session) else session


def _fresh(progress: Progress) -> Progress:
    """Says nothing of stages that ran a moment ago."""

    def report(stage: str, state: StageState) -> None:
        if state is not StageState.RESUMED:
            progress(stage, state)

    return report
