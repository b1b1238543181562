"""Events of a trading cycle, all under its one id, and of the account that trades on it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from pydantic import JsonValue

from core.events.envelope import Event
from core.events.week import ValueBound
from core.schemas.cycle import CycleMarket, CycleSpec
from core.schemas.market import MarkedPrice
from core.schemas.order import BrokerFill
from core.schemas.signal import AgentScores, CycleSignals, CycleValidation, MetaDecision
from core.types import AccountId, RunId, WeekId


class CycleStarted(Event):
    """``as_of`` is the latest instant the cycle may see; ``asked_as`` names who asked for it.

    That is the key of a slot or of a job's request: asked again under it, the cycle is resumed. The
    settings are those of the strategy and its agents, recorded under their fingerprint.
    """

    cycle_id: RunId
    week_id: WeekId
    as_of: datetime
    asked_as: str
    spec: CycleSpec
    settings_fingerprint: str
    prompts_fingerprint: str


class StrategySettingsRecorded(Event):
    """A strategy and its agents under their fingerprint, so that any cycle can be replayed."""

    fingerprint: str
    strategy: Mapping[str, JsonValue]
    agents: Mapping[str, JsonValue]


class CycleMarketFrozen(ValueBound):
    value: CycleMarket


class SignalGenerated(ValueBound):
    """The data analyst's signals."""

    value: CycleSignals


class ValidationComplete(ValueBound):
    value: CycleValidation


class MetaAgentDecision(ValueBound):
    """EXECUTE or DO_NOT_EXECUTE, with a choice for each symbol."""

    value: MetaDecision


class CycleCompleted(Event):
    """``outcome``: where the cycle ended, in a few words; ``orders`` is how many were planned."""

    cycle_id: RunId
    week_id: WeekId
    outcome: str
    orders: int
    executed: bool


class TradeExecuted(Event):
    """One fill of a cycle's order, with what all four agents gave it."""

    cycle_id: RunId
    strategy: str
    account_id: AccountId
    fill: BrokerFill
    scores: AgentScores


class TradeOutcomeKnown(Event):
    """The round trip that ``cycle_id`` opened is over: ``pnl`` USD net of costs, ``returned`` a fraction.

    ``exit_cycle_id`` is the cycle whose order closed it, None for an order of no cycle.
    """

    cycle_id: RunId
    exit_cycle_id: RunId | None
    strategy: str
    account_id: AccountId
    symbol: str
    quantity: Decimal
    entry_price: Decimal
    exit_price: Decimal
    pnl: Decimal
    returned: float
    opened_at: datetime
    closed_at: datetime
    scores: AgentScores


class StrategyMarked(Event):
    """The strategy's account at a session's close, valued at prices of its own.

    ``equity`` = ``cash`` + signed positions at ``prices`` (USD). A held symbol without a price of
    the session keeps its last one, whose own session says so; ``benchmark`` is the same day's.
    """

    strategy: str
    account_id: AccountId
    session: date
    prices: tuple[MarkedPrice, ...]
    benchmark: MarkedPrice | None
    cash: Decimal
    equity: Decimal


class SymbolMoved(Event):
    """A held or watched symbol moved beyond the threshold: said once a session and direction.

    ``change_pct`` is per cent of ``previous_close``.
    """

    strategy: str
    session: date
    symbol: str
    direction: Literal["up", "down"]
    change_pct: float
    threshold_pct: float
    price: Decimal
    previous_close: Decimal
    at: datetime
