"""What came of a cycle's orders: each fill with its four scores, each round trip with its outcome."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from core.agents import AgentName
from core.desk.writing import account_stream, append_one, new_event
from core.events.account import AccountOpened, OrderFilled
from core.events.cycle import (
    MetaAgentDecision,
    SignalGenerated,
    TradeExecuted,
    TradeOutcomeKnown,
    ValidationComplete,
)
from core.events.envelope import Event, StoredEvent, event_id
from core.events.week import RiskAssessed
from core.ports import EventStore
from core.rules.ledger import AccountState, apply_fill
from core.rules.round_trip import ClosedTrade
from core.schemas.order import BrokerFill
from core.schemas.signal import AgentScores, CycleRisk
from core.types import AccountId, RunId, StreamId, week_of

EVERY = "*"
"""The meta decision has one score for all of a cycle."""
SCORED = (SignalGenerated, RiskAssessed, ValidationComplete, MetaAgentDecision)


@dataclass(frozen=True, slots=True)
class Told:
    """An event due in a cycle's stream; ``what`` names it there."""

    cycle_id: RunId
    event: Event
    what: tuple[object, ...]
    at: datetime


class CycleTrades:
    """Folded from the account's stream; nothing is kept that a restart would miss.

    A process that died between a fill and its telling says it when it looks the next time.
    """

    def __init__(self, store: EventStore, strategy: str, account_id: AccountId) -> None:
        self._store = store
        self._strategy = strategy
        self._account_id = account_id
        self._version = 0
        self._state: AccountState | None = None
        self._entries: dict[str, RunId] = {}

    def tell(self) -> int:
        """Write what the newest fills mean to their cycles; returns how many events were new."""
        told = 0
        for due in list(self._due()):
            stream = run_stream(due.cycle_id)
            known = event_id(stream, type(due.event).__name__, *due.what)
            if self._store.find(str(known)) is not None:
                continue
            week = week_of(due.at.date())
            new = new_event(stream, due.event, due.what, due.at, week_id=week, run_id=due.cycle_id)
            append_one(self._store, stream, new)
            told += 1
        return told

    def _due(self) -> Iterator[Told]:
        for row in self._store.read(account_stream(self._account_id), self._version):
            self._version = row.version
            event = self._store.decode(row)
            if isinstance(event, AccountOpened):
                self._state = AccountState(event.account_id, event.starting_cash)
            elif isinstance(event, OrderFilled) and self._state is not None:
                yield from self._filled(row, event.fill, self._state)

    def _filled(self, row: StoredEvent, fill: BrokerFill, before: AccountState) -> Iterator[Told]:
        after = self._state = apply_fill(before, fill)
        cycle_id = self._cycle_of(row)
        if cycle_id is not None:
            if not before.quantity(fill.symbol):
                self._entries[fill.symbol] = cycle_id
            yield self._executed(cycle_id, fill)
        closed = after.closed_trades[len(before.closed_trades) :]
        entered = self._entries.pop(fill.symbol, None) if closed else None
        for trade in closed:
            if entered is not None:
                yield self._outcome(entered, cycle_id, trade)

    def _cycle_of(self, row: StoredEvent) -> RunId | None:
        """The cycle whose order was filled; None for an order of no cycle."""
        if row.run_id is None or not self._store.head(run_stream(RunId(row.run_id))).version:
            return None
        return RunId(row.run_id)

    def _executed(self, cycle_id: RunId, fill: BrokerFill) -> Told:
        event = TradeExecuted(
            cycle_id=cycle_id,
            strategy=self._strategy,
            account_id=self._account_id,
            fill=fill,
            scores=scores_of(self._store, cycle_id, fill.symbol),
        )
        return Told(cycle_id, event, (fill.fill_id,), fill.filled_at)

    def _outcome(self, entered: RunId, left: RunId | None, trade: ClosedTrade) -> Told:
        event = TradeOutcomeKnown(
            cycle_id=entered,
            exit_cycle_id=left,
            strategy=self._strategy,
            account_id=self._account_id,
            symbol=trade.symbol,
            quantity=trade.quantity,
            entry_price=trade.entry_price,
            exit_price=trade.exit_price,
            pnl=trade.pnl,
            returned=returned(trade),
            opened_at=trade.opened_at,
            closed_at=trade.closed_at,
            scores=scores_of(self._store, entered, trade.symbol),
        )
        what = (trade.symbol, trade.opened_at.isoformat(), trade.closed_at.isoformat())
        return Told(entered, event, what, trade.closed_at)


def run_stream(cycle_id: RunId) -> StreamId:
    return StreamId(f"run/{cycle_id}")


def returned(trade: ClosedTrade) -> float:
    """What a round trip brought net of costs, as a fraction of what went in."""
    return round(trade.earned, 8)


def scores_of(store: EventStore, cycle_id: RunId, symbol: str) -> AgentScores:
    """What each of the four gave the symbol; 0 where one of them never spoke of it."""
    found: dict[str, float] = {}
    names = {kind.__name__ for kind in SCORED}
    for row in store.read(run_stream(cycle_id)):
        if row.type in names:
            agent, scores = _scores(store.decode(row))
            found[agent] = scores.get(symbol, scores.get(EVERY, 0.0))
    return AgentScores(**{name.value: found.get(name, 0.0) for name in AgentName})


def _scores(event: Event) -> tuple[AgentName, Mapping[str, float]]:
    """Who spoke, and its score of each symbol."""
    match event:
        case SignalGenerated(value=said):
            return AgentName.DATA_ANALYST, {one.symbol: one.confidence for one in said.signals}
        case RiskAssessed(value=CycleRisk() as risk):
            return AgentName.RISK_MANAGER, {one.symbol: one.score for one in risk.signals}
        case ValidationComplete(value=checked):
            return AgentName.VALIDATOR, {one.symbol: one.score for one in checked.signals}
        case MetaAgentDecision(value=decision):
            return AgentName.META_DECISION, {EVERY: decision.score}
        case _:
            raise TypeError(f"{type(event).__name__} holds no agent's score")
