"""Tables of the council lab: each line's equity, each week's picks, and the lines as they stand."""

from __future__ import annotations

from sqlalchemy import Column, Text
from sqlmodel import Field, SQLModel


class LabEquityRow(SQLModel, table=True):
    """A line at a session's close: USD, and the share of its sessions so far with prices, 0 to 1."""

    __tablename__ = "lab_equity"

    line: str = Field(sa_column=Column(Text, primary_key=True))
    session: str = Field(sa_column=Column(Text, primary_key=True))
    week_id: str = Field(sa_type=Text)
    equity: str = Field(sa_type=Text)
    coverage: str = Field(sa_type=Text)


class LabWeekRow(SQLModel, table=True):
    """A week as the lines entered it.

    ``picks`` and ``starts`` are JSON by line: instruments with signed weights, and USD as it began.
    """

    __tablename__ = "lab_weeks"

    week_id: str = Field(sa_column=Column(Text, primary_key=True))
    kind: str = Field(sa_type=Text)
    picks: str = Field(sa_type=Text)
    starts: str = Field(sa_type=Text)


class LabStateRow(SQLModel, table=True):
    """What the next event needs: limits by fingerprint, runs under way, the newest claim, all books."""

    __tablename__ = "lab_state"

    key: str = Field(sa_column=Column(Text, primary_key=True))
    document: str = Field(sa_type=Text)
