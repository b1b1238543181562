"""Tables of what accounts own, ordered and were worth; money, prices and shares as decimal text."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Text
from sqlmodel import Field, SQLModel


class AccountRow(SQLModel, table=True):
    """An account as of its last fill or charge. ``positions`` is JSON: symbol to ledger position.

    ``peak`` is the highest equity marked so far, the starting cash included.
    """

    __tablename__ = "accounts"

    account_id: str = Field(sa_column=Column(Text, primary_key=True))
    name: str = Field(sa_type=Text)
    strategy: str = Field(sa_type=Text)
    model: str = Field(sa_type=Text)
    opened_at: str = Field(sa_type=Text)
    starting_cash: str = Field(sa_type=Text)
    cash: str = Field(sa_type=Text)
    positions: str = Field(sa_type=Text)
    realised_pnl: str = Field(sa_type=Text)
    costs: str = Field(sa_type=Text)
    traded_notional: str = Field(sa_type=Text)
    peak: str = Field(sa_type=Text)


class SeatModelRow(SQLModel, table=True):
    """Who sat at an account from which week on; the opening is week ``""``."""

    __tablename__ = "seat_models"

    account_id: str = Field(sa_column=Column(Text, primary_key=True))
    since_week: str = Field(sa_column=Column(Text, primary_key=True))
    model: str = Field(sa_type=Text)


class EquityRow(SQLModel, table=True):
    """An account at a session's close: equity = cash + signed positions at mark, and its peak."""

    __tablename__ = "account_equity"

    account_id: str = Field(sa_column=Column(Text, primary_key=True))
    session: str = Field(sa_column=Column(Text, primary_key=True))
    equity: str = Field(sa_type=Text)
    cash: str = Field(sa_type=Text)
    gross: str = Field(sa_type=Text)
    peak: str = Field(sa_type=Text)


class MarkRow(SQLModel, table=True):
    """The newest mark of each asset."""

    __tablename__ = "marks"

    symbol: str = Field(sa_column=Column(Text, primary_key=True))
    session: str = Field(sa_type=Text)
    price: str = Field(sa_type=Text)
    source: str = Field(sa_type=Text)
    feed: str = Field(sa_type=Text)


class TradeRow(SQLModel, table=True):
    """A round trip, closed by the fill at ``position``; ``pnl`` is net of every cost."""

    __tablename__ = "trades"

    position: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    account_id: str = Field(sa_column=Column(Text, nullable=False, index=True))
    symbol: str = Field(sa_type=Text)
    direction: str = Field(sa_type=Text)
    quantity: str = Field(sa_type=Text)
    entry_price: str = Field(sa_type=Text)
    exit_price: str = Field(sa_type=Text)
    pnl: str = Field(sa_type=Text)
    opened_at: str = Field(sa_type=Text)
    closed_at: str = Field(sa_type=Text)


class TargetRow(SQLModel, table=True):
    """What an account was to hold in a week; ``document`` is the frozen target as JSON."""

    __tablename__ = "targets"

    account_id: str = Field(sa_column=Column(Text, primary_key=True))
    week_id: str = Field(sa_column=Column(Text, primary_key=True))
    run_id: str = Field(sa_type=Text)
    entry_session: str = Field(sa_type=Text)
    instrument: str | None = Field(default=None, sa_type=Text)
    direction: str = Field(sa_type=Text)
    conviction: float
    quantity: str = Field(sa_type=Text)
    document: str = Field(sa_type=Text)


class OrderRow(SQLModel, table=True):
    """An order from its intent to its end; ``filled`` counts the shares filled so far."""

    __tablename__ = "orders"
    __table_args__ = (Index("ix_orders_account_position", "account_id", "position"),)

    client_order_id: str = Field(sa_column=Column(Text, primary_key=True))
    account_id: str = Field(sa_type=Text)
    week_id: str = Field(sa_column=Column(Text, nullable=False, index=True))
    run_id: str = Field(sa_type=Text)
    symbol: str = Field(sa_type=Text)
    side: str = Field(sa_type=Text)
    quantity: str = Field(sa_type=Text)
    filled: str = Field(sa_type=Text)
    purpose: str = Field(sa_type=Text)
    reference_price: str = Field(sa_type=Text)
    decided_at: str = Field(sa_type=Text)
    after: str | None = Field(default=None, sa_type=Text)
    status: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    position: int = Field(sa_type=BigInteger)


class FillRow(SQLModel, table=True):
    __tablename__ = "fills"
    __table_args__ = (Index("ix_fills_account_position", "account_id", "position"),)

    fill_id: str = Field(sa_column=Column(Text, primary_key=True))
    client_order_id: str = Field(sa_column=Column(Text, nullable=False, index=True))
    account_id: str = Field(sa_type=Text)
    symbol: str = Field(sa_type=Text)
    side: str = Field(sa_type=Text)
    quantity: str = Field(sa_type=Text)
    price: str = Field(sa_type=Text)
    commission: str = Field(sa_type=Text)
    filled_at: str = Field(sa_type=Text)
    session: str = Field(sa_type=Text)
    price_kind: str = Field(sa_type=Text)
    source: str = Field(sa_type=Text)
    position: int = Field(sa_type=BigInteger)
