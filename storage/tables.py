"""The log and the projections' positions as SQLModel tables; migrations are compared with these.

To add a table: define its SQLModel class in ``storage/projections/*.py`` (or here), import that
module in ``storage.migrations.metadata``, and run ``make migrate-diff``.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

# SQLite makes a column its gapless rowid only when the type is spelled INTEGER.
POSITION = BigInteger().with_variant(Integer, "sqlite")


class EventRow(SQLModel, table=True):
    """One event. JSON and times are text on every database: what is hashed is what is stored."""

    __tablename__ = "events"
    __table_args__ = (UniqueConstraint("stream_id", "version", name="uq_events_stream_version"),)

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
