"""Tables of strategies with accounts of their own: where each stands, its days, its capital."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Text
from sqlmodel import Field, SQLModel


class StrategyStandingRow(SQLModel, table=True):
    """A strategy as of its newest event; money is USD as decimal text.

    ``equity`` is the newest close's (its capital before the first), ``flow`` what was put in (positive)
    or taken out since, ``growth`` time-weighted since it began, ``best`` the highest it ever was.
    """

    __tablename__ = "strategy_standings"

    strategy: str = Field(sa_column=Column(Text, primary_key=True))
    account_id: str = Field(sa_column=Column(Text, nullable=False, index=True))
    opened_at: str = Field(sa_type=Text)
    capital: str = Field(sa_type=Text)
    equity: str = Field(sa_type=Text)
    flow: str = Field(sa_type=Text)
    growth: float
    best: float
    session: str | None = Field(default=None, sa_type=Text)


class StrategyDayRow(SQLModel, table=True):
    """A strategy at a session's close; ``benchmark`` is that day's price of its benchmark, USD."""

    __tablename__ = "strategy_days"

    strategy: str = Field(sa_column=Column(Text, primary_key=True))
    session: str = Field(sa_column=Column(Text, primary_key=True))
    equity: str = Field(sa_type=Text)
    growth: float
    best: float
    benchmark: float | None = None


class CapitalRow(SQLModel, table=True):
    """Money a person gave (positive) or took, USD as decimal text, and why."""

    __tablename__ = "capital_moves"
    __table_args__ = (Index("ix_capital_moves_strategy_position", "strategy", "position"),)

    position: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    strategy: str = Field(sa_type=Text)
    account_id: str = Field(sa_type=Text)
    amount: str = Field(sa_type=Text)
    at: str = Field(sa_type=Text)
    by: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    event_id: str = Field(sa_type=Text)
