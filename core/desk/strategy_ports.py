"""A strategy at work beside the council: what it is, who is asked, and what it looks through."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, TypeAlias

from core.agents import AgentCast
from core.canonical import fingerprint
from core.desk.cycle_trades import CycleTrades
from core.desk.watching import watched
from core.errors import BadInput
from core.ports import EventStore, LanguageModel, MarketData, NewsFeed, Recall, Sectors
from core.schemas.run import RunSpec
from core.strategy import StrategySpec
from core.types import AccountId, StreamId, WeekId

if TYPE_CHECKING:  # a desk has strategies
    from core.desk.desk import Desk

ModelOfRun: TypeAlias = Callable[[RunSpec], LanguageModel]
"""The models a cycle may ask: recorded under its run, within the strategy's own budget."""
Watched: TypeAlias = Callable[[EventStore, StrategySpec], Sequence[str]]
"""The symbols on the strategy's watchlist now, in order."""


class AgentCheck(Protocol):
    """Whether agents can be asked at all: keys, models, credit, what is left of the week's budget."""

    async def __call__(self, week: WeekId, agents: Sequence[str], /) -> None:
        """PreflightFailed names everything that is missing for these agents, and the way out."""
        ...


class Look(Protocol):
    """A round of the strategy's discovery as of an instant."""

    async def __call__(self, desk: Desk, at: datetime, asked_as: str) -> str:
        """Done once, whoever asks how often; says in a few words what was found."""
        ...


class Measure(Protocol):
    """What its suggestions brought and what the market was like, recorded as far as it is known."""

    def __call__(self, desk: Desk, at: datetime) -> str:
        """Each thing once, whoever asks how often; says in a few words what was new."""
        ...


@dataclass(frozen=True, slots=True)
class Strategy:
    """One strategy with its ports; ``market`` is what it sees.

    ``custody`` is the account at the desk's broker where its own stands: one of its own under the
    same name, or the one that all share. None where its orders fill at bars of its market. ``fault``
    is why none of its cycles may trade, with the way out.
    """

    spec: StrategySpec
    agents: AgentCast
    market: MarketData
    models: ModelOfRun
    sectors: Sectors
    trades: CycleTrades
    watched: Watched = watched
    news: NewsFeed | None = None
    recall: Recall | None = None
    look: Look | None = None
    measure: Measure | None = None
    check: AgentCheck | None = None
    """None where every agent is a rule."""
    custody: AccountId | None = None
    fault: str | None = None

    @property
    def name(self) -> str:
        return self.spec.name

    @property
    def account_id(self) -> AccountId:
        """BadInput for a strategy that trades through others' accounts."""
        if self.spec.account is None:
            raise BadInput(f"strategy {self.name} has no account of its own: it runs no cycles")
        return self.spec.account

    @property
    def shares_a_key(self) -> bool:
        """Whether its orders are netted with those of the council."""
        return self.custody not in (None, self.spec.account)

    @property
    def fingerprint(self) -> str:
        """Over the strategy and its agents; no part of the council's settings."""
        return fingerprint({"strategy": self.spec, "agents": self.agents})

    def stream(self, part: str) -> StreamId:
        """``strategy/equity_cycle/marks``: each part of a strategy keeps a stream of its own."""
        return StreamId(f"strategy/{self.name}/{part}")
