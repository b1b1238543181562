"""Tables of trading cycles: one row a cycle, one a symbol it looked at; and a strategy's newest marks."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Text
from sqlmodel import Field, SQLModel


class CycleRow(SQLModel, table=True):
    """A cycle; ``models`` and ``symbols`` are JSON, ``score`` and ``synthesis`` the meta decision's.

    ``equity`` and ``cash`` are the account's as the cycle found it, USD as decimal text.
    """

    __tablename__ = "cycles"
    __table_args__ = (Index("ix_cycles_strategy_position", "strategy", "position"),)

    cycle_id: str = Field(sa_column=Column(Text, primary_key=True))
    strategy: str = Field(sa_type=Text)
    account_id: str = Field(sa_type=Text)
    trigger: str = Field(sa_type=Text)
    asked_as: str = Field(sa_type=Text)
    execute: bool
    as_of: str = Field(sa_type=Text)
    week_id: str = Field(sa_type=Text)
    status: str = Field(sa_type=Text)
    outcome: str = Field(sa_type=Text)
    orders: int
    symbols: str = Field(sa_type=Text)
    absent: str = Field(sa_type=Text)
    source: str = Field(sa_type=Text)
    news: str = Field(sa_type=Text)
    known_setups: bool
    equity: str | None = Field(default=None, sa_type=Text)
    cash: str | None = Field(default=None, sa_type=Text)
    models: str = Field(sa_type=Text)
    silent: str = Field(sa_type=Text)
    verdict: str | None = Field(default=None, sa_type=Text)
    score: float | None = None
    synthesis: str = Field(sa_type=Text)
    position: int = Field(sa_type=BigInteger)


class CycleSymbolRow(SQLModel, table=True):
    """A symbol on its way: each step's words as JSON, None where it never came to that step.

    ``neighbours`` are the similar setups it was shown with, ``filled`` shares, ``fill_price`` USD.
    """

    __tablename__ = "cycle_symbols"

    cycle_id: str = Field(sa_column=Column(Text, primary_key=True))
    symbol: str = Field(sa_column=Column(Text, primary_key=True))
    place: int
    price: str | None = Field(default=None, sa_type=Text)
    sector: str | None = Field(default=None, sa_type=Text)
    held: str = Field(sa_type=Text)
    neighbours: str = Field(sa_type=Text)
    action: str | None = Field(default=None, sa_type=Text)
    signal: str | None = Field(default=None, sa_type=Text)
    risk: str | None = Field(default=None, sa_type=Text)
    validation: str | None = Field(default=None, sa_type=Text)
    choice: str | None = Field(default=None, sa_type=Text)
    planned: str | None = Field(default=None, sa_type=Text)
    filled: str | None = Field(default=None, sa_type=Text)
    fill_price: str | None = Field(default=None, sa_type=Text)
    pnl: str | None = Field(default=None, sa_type=Text)
    returned: float | None = None


class StrategyMarkRow(SQLModel, table=True):
    """The newest mark of a symbol a strategy holds, USD as decimal text."""

    __tablename__ = "strategy_marks"

    strategy: str = Field(sa_column=Column(Text, primary_key=True))
    symbol: str = Field(sa_column=Column(Text, primary_key=True))
    session: str = Field(sa_type=Text)
    price: str = Field(sa_type=Text)
    source: str = Field(sa_type=Text)
    feed: str = Field(sa_type=Text)
