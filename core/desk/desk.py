"""What every use case works with: the policy, the prompts, and the ports."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol, TypeAlias

from core.clock import Clock
from core.desk.books import AccountBooks
from core.desk.breaker_meter import BreakerMeter
from core.desk.broker_standing import StandingLog
from core.desk.halts import Halts, LiveHalts
from core.desk.marks import Marks
from core.desk.slots import Job
from core.desk.strategy_ports import Strategy
from core.desk.trading_switch import TradingSwitch
from core.errors import BadInput
from core.policy import DeskPolicy
from core.ports import (
    Broker,
    EventStore,
    LanguageModel,
    Lock,
    LogTools,
    MarketData,
    Recall,
    Researcher,
    Statements,
    TradingCalendar,
)
from core.rendering import PromptLibrary
from core.schemas.run import RunSpec
from core.types import StoreKind

Upkeep: TypeAlias = Callable[[datetime], str]
"""Done at an instant; says in a few words what it did."""


@dataclass(frozen=True, slots=True)
class RunPorts:
    """The outside world of one run: what it asks is recorded, what is recorded is not asked again."""

    model: LanguageModel
    researchers: Mapping[str, Researcher]
    market: MarketData
    recall: Recall | None = None
    """None where the council is told of no similar weeks."""


class RunProviders(Protocol):
    def for_run(self, run: RunSpec) -> RunPorts: ...

    async def preflight(self) -> None:
        """Before anything is paid: PreflightFailed when a key, credit or a model id would fail a run."""
        ...

    def under(self, policy: DeskPolicy, prompts: PromptLibrary) -> RunProviders:
        """The same outside world for a run with another policy and other prompts."""
        ...


@dataclass(frozen=True, slots=True)
class Desk:
    """``market`` serves marks and checkpoints, whose prices are events of their own."""

    policy: DeskPolicy
    prompts: PromptLibrary
    kind: StoreKind
    seed: int
    store: EventStore
    books: AccountBooks
    marks: Marks
    clock: Clock
    calendar: TradingCalendar
    market: MarketData
    providers: RunProviders
    broker: Broker
    lock: Lock
    broker_name: str = "simulated"
    """Who executes: ``simulated``, ``alpaca``, ``alpaca_mcp``; a desk keeps it for life."""
    statements: Statements | None = None
    """The broker's own books, where it has any; the simulated broker's are the ledger."""
    upkeep: Mapping[Job, Upkeep] = field(default_factory=dict)
    """What a running scheduler does beside trading (health, nightly backup); empty elsewhere."""
    log: LogTools | None = None
    """The read models a question over the log may look into; None where nobody asks."""
    trading: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by whatever changes accounts, while research and models of another job go on."""
    recorded_halts: Halts | None = None
    """Where a replay or a what-if finds the halts its run saw; None for a desk that trades."""
    strategies: tuple[Strategy, ...] = ()
    """What trades beside the council, on accounts of its own; none where nothing is set up."""
    halts: Halts = field(init=False)
    meter: BreakerMeter = field(init=False)
    """What the breaker has measured so far, folded from this desk's store."""
    standing: StandingLog = field(init=False)
    """Where broker and ledger stand, read on at each look."""
    switch: TradingSwitch = field(init=False)

    def __post_init__(self) -> None:
        live = LiveHalts(self.store, self.policy.profile.flat_account)
        object.__setattr__(self, "halts", self.recorded_halts or live)
        object.__setattr__(self, "meter", BreakerMeter(self.store, self.policy))
        object.__setattr__(self, "standing", StandingLog(self.store))
        object.__setattr__(self, "switch", TradingSwitch(self.store))

    def strategy(self, name: str) -> Strategy:
        """BadInput for one that this desk does not have."""
        for one in self.strategies:
            if one.name == name:
                return one
        known = ", ".join(one.name for one in self.strategies) or "none"
        raise BadInput(f"there is no strategy {name[:40]!r} that runs cycles: use one of {known}")

    def under(self, policy: DeskPolicy, prompts: PromptLibrary) -> Desk:
        """The same desk with another policy and other prompts, for what-if runs."""
        providers = self.providers.under(policy, prompts)
        return replace(self, policy=policy, prompts=prompts, providers=providers)
