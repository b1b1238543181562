"""Cycles in the log: how one is begun, found again, booked and completed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core import keys
from core.clock import in_new_york
from core.context import PipelineContext
from core.desk.cycle_trades import run_stream
from core.desk.desk import Desk
from core.desk.strategy_ports import Strategy
from core.desk.writing import SETTINGS_STREAM, account_stream, append_one, new_event
from core.events.account import OrderIntended
from core.events.cycle import CycleCompleted, CycleStarted, StrategySettingsRecorded
from core.events.envelope import Append, Event, event_id
from core.events.system import PromptsRecorded
from core.ports import EventStore, FinishedStage
from core.schemas.cycle import CycleSpec
from core.schemas.run import RunKind, RunSpec
from core.schemas.signal import MetaVerdict
from core.types import RunId, StreamId, deterministic_id, week_of


@dataclass(frozen=True, slots=True)
class CycleRun:
    """A cycle's run and what it is for."""

    run: RunSpec
    spec: CycleSpec


def cycle_id(strategy: str, asked_as: str) -> RunId:
    """The same for everybody who asks under the same name."""
    return RunId(str(deterministic_id("cycle", strategy, asked_as)))


def begun(store: EventStore, strategy: Strategy, asked_as: str) -> CycleRun | None:
    """The cycle that was begun under this name; None when there is none."""
    return started_cycle(store, cycle_id(strategy.name, asked_as))


def started_cycle(store: EventStore, run_id: RunId) -> CycleRun | None:
    first = next(iter(store.read(run_stream(run_id))), None)
    event = None if first is None else store.decode(first)
    return cycle_of(event) if isinstance(event, CycleStarted) else None


def cycle_of(event: CycleStarted) -> CycleRun:
    run = RunSpec(
        run_id=event.cycle_id,
        week_id=event.week_id,
        kind=RunKind.CYCLE,
        as_of=event.as_of,
        seed=f"cycle:{event.cycle_id}",
    )
    return CycleRun(run, event.spec)


def start(desk: Desk, strategy: Strategy, asked_as: str, spec: CycleSpec) -> CycleRun:
    """Begin it as of now; its settings and prompts are on record before it."""
    now, identity = desk.clock.now(), cycle_id(strategy.name, asked_as)
    event = CycleStarted(
        cycle_id=identity,
        week_id=week_of(in_new_york(now).date()),
        as_of=now,
        asked_as=asked_as,
        spec=spec,
        settings_fingerprint=strategy.fingerprint,
        prompts_fingerprint=desk.prompts.fingerprint,
    )
    record_strategy(desk, strategy)
    _record_prompts(desk, strategy)
    known = cycle_of(event)
    run = known.run
    new = new_event(run.stream, event, [identity], now, week_id=run.week_id, run_id=identity)
    desk.store.commit([Append(run.stream, [new], 0)])
    return known


def record_strategy(desk: Desk, strategy: Strategy) -> None:
    """The strategy and its agents under their fingerprint, once."""
    stream = strategy.stream("settings")
    event = StrategySettingsRecorded(
        fingerprint=strategy.fingerprint,
        strategy=strategy.spec.model_dump(mode="json"),
        agents=strategy.agents.model_dump(mode="json"),
    )
    new = new_event(stream, event, [event.fingerprint], desk.clock.now())
    if desk.store.find(str(new.event_id)) is None:
        append_one(desk.store, stream, new)


def _record_prompts(desk: Desk, strategy: Strategy) -> None:
    """In the strategy's own stream, where no desk was opened under these prompts: none is lost."""
    event = PromptsRecorded(fingerprint=desk.prompts.fingerprint, templates=desk.prompts.templates)
    streams = (SETTINGS_STREAM, strategy.stream("settings"))
    known = (event_id(stream, PromptsRecorded.__name__, event.fingerprint) for stream in streams)
    if all(desk.store.find(str(one)) is None for one in known):
        new = new_event(streams[1], event, [event.fingerprint], desk.clock.now())
        append_one(desk.store, streams[1], new)


def completed(store: EventStore, known: CycleRun) -> CycleCompleted | None:
    """How it ended; None while it has not."""
    stream = known.run.stream
    row = store.find(str(event_id(stream, CycleCompleted.__name__, known.run.run_id)))
    event = None if row is None else store.decode(row)
    return event if isinstance(event, CycleCompleted) else None


def complete(desk: Desk, known: CycleRun, outcome: str, orders: int) -> None:
    run = known.run
    event = CycleCompleted(
        cycle_id=run.run_id,
        week_id=run.week_id,
        outcome=outcome,
        orders=orders,
        executed=known.spec.execute,
    )
    new = new_event(
        run.stream, event, [run.run_id], run.as_of, week_id=run.week_id, run_id=run.run_id
    )
    append_one(desk.store, run.stream, new)


def cycle_bookings(
    finished: FinishedStage,
) -> Iterable[tuple[StreamId, Event, tuple[object, ...]]]:
    """What the plan means to the strategy's account: its intents, in the transaction that ends it."""
    for intent in finished.values.get(keys.ORDER_INTENTS, ()):
        stream = account_stream(intent.account_id)
        yield stream, OrderIntended(intent=intent), (intent.client_order_id,)


def outcome_of(context: PipelineContext) -> str:
    """Where the cycle ended, in a few words."""
    signals, risk = context.get(keys.TRADE_SIGNALS), context.get(keys.SIGNAL_RISKS)
    checked, decision = context.get(keys.SIGNAL_VALIDATIONS), context.get(keys.META_DECISION)
    spoken = (signals, risk, checked, decision)
    silent = next((one for one in spoken if one is not None and one.silent_because), None)
    if silent is not None:
        return f"nothing traded: {silent.model} gave no usable answer"
    reached: tuple[tuple[bool, str], ...] = (
        (signals is not None, "no symbol has a price"),
        (signals is not None and bool(signals.trading), "no signal to trade"),
        (risk is not None and bool(risk.approved), "nothing approved by risk"),
        (checked is not None and bool(checked.approved), "nothing validated"),
        (decision is not None and bool(decision.chosen), MetaVerdict.DO_NOT_EXECUTE.value),
    )
    stopped = next((told for went_on, told in reached if not went_on), None)
    planned = context.get(keys.ORDER_INTENTS)
    return stopped or f"{MetaVerdict.EXECUTE}: {len(planned or ())} orders"
