"""Tables of what a council saw and said: packs, snapshot, pitches, reviews, decision, risk.

Every row belongs to a run. ``document`` is the whole value as JSON, in the field names of its
schema; the columns beside it are what pages filter and draw.
"""

from __future__ import annotations

from sqlalchemy import Column, Text
from sqlmodel import Field, SQLModel


class ResearchPackRow(SQLModel, table=True):
    """Pack A or B of a run; ``status`` received, empty or missing (then ``missing_because``)."""

    __tablename__ = "research_packs"

    run_id: str = Field(sa_column=Column(Text, primary_key=True))
    pack: str = Field(sa_column=Column(Text, primary_key=True))
    source: str = Field(sa_type=Text)
    status: str = Field(sa_type=Text)
    document: str = Field(sa_type=Text)


class SnapshotRow(SQLModel, table=True):
    """Where a run's prices came from; ``absent`` is JSON: symbol to reason."""

    __tablename__ = "snapshots"

    run_id: str = Field(sa_column=Column(Text, primary_key=True))
    as_of: str = Field(sa_type=Text)
    source: str = Field(sa_type=Text)
    feed: str = Field(sa_type=Text)
    adjusted: bool
    absent: str = Field(sa_type=Text)


class SnapshotAssetRow(SQLModel, table=True):
    """One asset as it was frozen: price in USD as decimal text, indicators and defects as JSON."""

    __tablename__ = "snapshot_assets"

    run_id: str = Field(sa_column=Column(Text, primary_key=True))
    symbol: str = Field(sa_column=Column(Text, primary_key=True))
    place: int
    asset_class: str = Field(sa_type=Text)
    sector: str = Field(sa_type=Text)
    shortable: bool
    price: str = Field(sa_type=Text)
    price_kind: str = Field(sa_type=Text)
    session: str = Field(sa_type=Text)
    indicators: str = Field(sa_type=Text)
    defects: str = Field(sa_type=Text)


class PitchRow(SQLModel, table=True):
    __tablename__ = "pitches"

    run_id: str = Field(sa_column=Column(Text, primary_key=True))
    account_id: str = Field(sa_column=Column(Text, primary_key=True))
    idea_id: str = Field(sa_type=Text)
    model: str = Field(sa_type=Text)
    instrument: str | None = Field(default=None, sa_type=Text)
    direction: str = Field(sa_type=Text)
    horizon: str = Field(sa_type=Text)
    conviction: float
    document: str = Field(sa_type=Text)


class AbstentionRow(SQLModel, table=True):
    """A seat without a usable answer, in stage ``pitch`` or ``peer_review``."""

    __tablename__ = "abstentions"

    run_id: str = Field(sa_column=Column(Text, primary_key=True))
    stage: str = Field(sa_column=Column(Text, primary_key=True))
    account_id: str = Field(sa_column=Column(Text, primary_key=True))
    model: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    attempts: int


class ReviewRow(SQLModel, table=True):
    """One review: seven scores of 1 to 10, and at which place (from 1) the pitch was shown."""

    __tablename__ = "reviews"

    run_id: str = Field(sa_column=Column(Text, primary_key=True))
    reviewer_account_id: str = Field(sa_column=Column(Text, primary_key=True))
    pitch_account_id: str = Field(sa_column=Column(Text, primary_key=True))
    position: int
    clarity: int
    edge_plausibility: int
    timing_catalyst: int
    risk_definition: int
    indicator_integrity: int
    originality: int
    tradeability: int
    document: str = Field(sa_type=Text)


class DecisionRow(SQLModel, table=True):
    __tablename__ = "decisions"

    run_id: str = Field(sa_column=Column(Text, primary_key=True))
    decision_id: str = Field(sa_type=Text)
    chairman_model: str = Field(sa_type=Text)
    origin: str = Field(sa_type=Text)
    instrument: str | None = Field(default=None, sa_type=Text)
    direction: str = Field(sa_type=Text)
    horizon: str = Field(sa_type=Text)
    conviction: float
    dissents: int
    document: str = Field(sa_type=Text)


class RiskRow(SQLModel, table=True):
    """An account's wish and what the limits left of it: signed fractions of equity, decimal text."""

    __tablename__ = "risk_accounts"

    run_id: str = Field(sa_column=Column(Text, primary_key=True))
    account_id: str = Field(sa_column=Column(Text, primary_key=True))
    instrument: str | None = Field(default=None, sa_type=Text)
    direction: str = Field(sa_type=Text)
    conviction: float
    asked_weight: str = Field(sa_type=Text)
    weight: str = Field(sa_type=Text)
    hits: str = Field(sa_type=Text)
