"""The log, the projections' positions and the leases as SQLModel tables; migrations follow these.

To add a table: define its SQLModel class in ``storage/projections/*.py`` (or here), import that
module in ``storage.migrations.metadata``, and run ``make migrate-diff``.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Double, Index, Integer, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

# SQLite makes a column its gapless rowid only when the type is spelled INTEGER.
POSITION = BigInteger().with_variant(Integer, "sqlite")


class EventRow(SQLModel, table=True):
    """One event. JSON and times are text on every database: what is hashed is what is stored."""

    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("stream_id", "version", name="uq_events_stream_version"),
        Index("ix_events_week_id_position", "week_id", "position"),
        Index("ix_events_run_id_position", "run_id", "position"),
        Index("ix_events_type_position", "type", "position"),
    )

    position: int = Field(sa_column=Column(POSITION, primary_key=True, autoincrement=False))
    stream_id: str = Field(sa_type=Text)
    version: int = Field(sa_type=Integer)
    event_id: str = Field(sa_column=Column(Text, nullable=False, unique=True))
    type: str = Field(sa_type=Text)
    schema_version: int = Field(sa_type=Integer)
    week_id: str | None = Field(default=None, sa_type=Text)
    run_id: str | None = Field(default=None, sa_type=Text)
    payload: str = Field(sa_type=Text)
    metadata_: str = Field(sa_column=Column("metadata", Text, nullable=False))
    telemetry: str = Field(sa_type=Text)
    occurred_at: str = Field(sa_type=Text)
    recorded_at: str = Field(sa_type=Text)
    previous_hash: str = Field(sa_type=Text)
    hash: str = Field(sa_type=Text)


class ProjectionPosition(SQLModel, table=True):
    """How far a read model has applied the log; moves in the transaction that moves its rows."""

    __tablename__ = "projection_positions"

    name: str = Field(sa_column=Column(Text, primary_key=True))
    position: int = Field(sa_type=BigInteger)


class LeaseRow(SQLModel, table=True):
    """Who leads under a name, and under which token; operational: never rebuilt, never history.

    ``holder`` is None when nobody does. ``token`` counts the leaders there were and never goes
    down. Times are seconds since 1970 by the database's clock (SQLite: the machine's).
    """

    __tablename__ = "leases"

    name: str = Field(sa_column=Column(Text, primary_key=True))
    holder: str | None = Field(default=None, sa_type=Text)
    token: int = Field(sa_type=BigInteger)
    expires_at: float = Field(sa_type=Double)
    heartbeat_at: float = Field(sa_type=Double)
    acquired_at: float = Field(sa_type=Double)
