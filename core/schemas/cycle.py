"""A trading cycle: what it was asked for, and everything it saw, frozen so that it can be replayed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from pydantic import Field

from core.market import PriceKind
from core.profile import Account
from core.schemas.base import Remark, Schema, ShortText, Symbol
from core.schemas.breaker import Halt
from core.schemas.setups import Neighbour
from core.strategy import StrategyName

NO_FEED, NO_MEMORY = "no news feed is connected", "no memory is connected"


class CycleTrigger(StrEnum):
    SCHEDULED = "scheduled"
    MANUAL = "manual"
    MOVED = "moved"


class CycleSpec(Schema):
    """What a cycle is to look at; without ``execute`` it sends nothing and touches no account.

    ``symbols`` are the candidates in their order; what is held is looked at as well.
    """

    strategy: StrategyName
    account_id: Account
    trigger: CycleTrigger
    symbols: tuple[Symbol, ...]
    execute: bool


class CycleHeadline(Schema):
    """A headline as it was found: text of the web, material and never an instruction."""

    headline: str
    source: str
    published: datetime


class CycleSymbol(Schema):
    """One symbol at the cycle's instant.

    ``price`` in USD; ``average_volume`` shares and ``dollar_volume`` USD a day, means of the last 20
    sessions; None is unknown, never zero. ``defects`` name what is wrong with its bars.
    """

    symbol: Symbol
    price: Decimal
    price_kind: PriceKind
    session: date
    known_at: datetime
    sector: str | None
    average_volume: float | None
    dollar_volume: float | None
    indicators: Mapping[str, float | None]
    defects: tuple[str, ...] = ()
    suspect: bool = False
    """A split seems to be missing from its bars: what they say is not to be traded on."""
    headlines: tuple[CycleHeadline, ...] = ()
    neighbours: tuple[Neighbour, ...] = ()


class Held(Schema):
    """A position: signed shares, USD a share paid and known now, shares of orders still under way."""

    symbol: Symbol
    quantity: Decimal
    under_way: Decimal = Decimal(0)
    average_cost: Decimal | None = None
    price: Decimal
    sector: str | None = None

    @property
    def expected(self) -> Decimal:
        """Shares once every order has filled."""
        return self.quantity + self.under_way


class PastTrade(Schema):
    """A round trip that is over; ``pnl`` USD net of costs, ``returned`` a fraction of what went in."""

    symbol: Symbol
    pnl: Decimal
    returned: float
    closed_at: datetime


class CycleAccount(Schema):
    """The strategy's account: equity and cash in USD, positions, its newest trades, its halts.

    ``committed`` is the USD that buy orders under way may still take.
    """

    equity: Decimal
    cash: Decimal
    committed: Decimal = Decimal(0)
    held: tuple[Held, ...] = ()
    trades: tuple[PastTrade, ...] = ()
    halts: tuple[Halt, ...] = ()

    def holding(self, symbol: str) -> Held | None:
        return next((one for one in self.held if one.symbol == symbol), None)


class CycleMarket(Schema):
    """Everything a cycle decides on, nothing later than ``as_of``.

    ``absent`` names symbols without a trustworthy price, and why. ``benchmark`` says what the market
    as a whole does; ``known_setups`` is False where memory was not asked, and ``memory`` says why.
    """

    as_of: datetime
    source: str
    feed: str
    adjusted: bool
    symbols: tuple[CycleSymbol, ...]
    account: CycleAccount
    absent: Mapping[str, ShortText] = Field(default_factory=dict)
    benchmark: CycleSymbol | None = None
    known_setups: bool = False
    memory: Remark = ""
    news: Remark = ""
    """Why there are no headlines at all; empty where a feed was asked."""
    news_source: str = ""

    def symbol(self, name: str) -> CycleSymbol | None:
        return next((one for one in self.symbols if one.symbol == name), None)
