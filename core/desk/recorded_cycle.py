"""A cycle as the log holds it: what it was asked, whose settings, what it saw, what its broker did."""

from __future__ import annotations

from dataclasses import dataclass

from core.agents import AgentCast
from core.desk.cycle_log import CycleRun, cycle_of
from core.desk.cycle_trades import run_stream
from core.desk.cycles import CycleRequest
from core.desk.recorded_week import RecordedOrders, note_order, recorded_templates
from core.desk.writing import SETTINGS_STREAM, account_stream
from core.errors import BadInput
from core.events.account import OrderAccepted, OrderFilled, OrderIntended, OrderRejected
from core.events.cycle import (
    CycleCompleted,
    CycleMarketFrozen,
    CycleStarted,
    StrategySettingsRecorded,
)
from core.events.envelope import StoredEvent
from core.events.week import StageCompleted
from core.ports import EventStore
from core.schemas.cycle import CycleMarket
from core.strategy import StrategySpec
from core.types import RunId, StreamId

OF_ORDERS = tuple(
    kind.__name__ for kind in (OrderIntended, OrderAccepted, OrderRejected, OrderFilled)
)


@dataclass(frozen=True, slots=True)
class RecordedCycle:
    """``frozen`` is the event that ended the look at the market, ``end`` the one that ended the cycle.

    What came before ``frozen`` is what a replay is given: the request, the market as it was seen.
    """

    cycle: CycleRun
    request: CycleRequest
    strategy: StrategySpec
    agents: AgentCast
    templates: dict[str, str]
    market: CycleMarket
    frozen: StoredEvent
    end: StoredEvent
    outcome: str
    orders: RecordedOrders


def recorded_cycle(store: EventStore, cycle_id: str) -> RecordedCycle:
    """Everything a replay needs; BadInput for a cycle that is not there or has not ended."""
    rows = list(store.read(run_stream(RunId(cycle_id))))
    started = store.decode(rows[0]) if rows else None
    if not isinstance(started, CycleStarted):
        raise BadInput(f"there is no cycle {cycle_id[:60]!r}: `cycle show` shows the newest")
    end = next((row for row in rows if row.type == CycleCompleted.__name__), None)
    if end is None:
        raise BadInput(f"cycle {cycle_id} has not ended: it can be replayed once it has")
    frozen, market = _seen(store, rows)
    spec, agents = _settings(store, started)
    asked = started.spec
    return RecordedCycle(
        cycle=cycle_of(started),
        request=CycleRequest(started.asked_as, asked.trigger, asked.symbols, execute=asked.execute),
        strategy=spec,
        agents=agents,
        templates=_templates(store, started),
        market=market,
        frozen=frozen,
        end=end,
        outcome=str(end.payload["outcome"]),
        orders=_orders(store, started, end),
    )


def _seen(store: EventStore, rows: list[StoredEvent]) -> tuple[StoredEvent, CycleMarket]:
    """The market as the cycle froze it, and the event that ended that stage."""
    bound = next(row for row in rows if row.type == CycleMarketFrozen.__name__)
    event = store.decode(bound)
    assert isinstance(event, CycleMarketFrozen)  # by its type name
    ended = next(
        row
        for row in rows
        if row.type == StageCompleted.__name__ and row.payload["stage"] == event.stage
    )
    return ended, event.value


def settings_stream(strategy: str) -> StreamId:
    return StreamId(f"strategy/{strategy}/settings")


def _settings(store: EventStore, started: CycleStarted) -> tuple[StrategySpec, AgentCast]:
    for row in store.read(settings_stream(started.spec.strategy)):
        event = store.decode(row)
        if (
            isinstance(event, StrategySettingsRecorded)
            and event.fingerprint == started.settings_fingerprint
        ):
            return (
                StrategySpec.model_validate(event.strategy),
                AgentCast.model_validate(event.agents),
            )
    short = started.settings_fingerprint[:12]
    raise BadInput(f"the strategy's settings {short} are not in the store: `verify` it")


def _templates(store: EventStore, started: CycleStarted) -> dict[str, str]:
    """The desk's own, or those a cycle kept because no desk had been opened under them."""
    streams = (SETTINGS_STREAM, settings_stream(started.spec.strategy))
    return dict(recorded_templates(store, started.prompts_fingerprint, streams))


def _orders(store: EventStore, started: CycleStarted, end: StoredEvent) -> RecordedOrders:
    """What became of the cycle's own orders; another cycle's are no answers to this one."""
    orders = RecordedOrders()
    for row in store.read(account_stream(started.spec.account_id)):
        if (
            row.position <= end.position
            and row.type in OF_ORDERS
            and row.run_id == started.cycle_id
        ):
            note_order(orders, row, store.decode(row))
    return orders
