"""Tables of the council lab: each line's equity, each week's picks and ideas, and the lines as they stand."""

from __future__ import annotations

from sqlalchemy import Column, Text
from sqlmodel import Field, SQLModel


class LabEquityRow(SQLModel, table=True):
    """A line at a session's close: USD, and the share of its sessions so far with prices, 0 to 1.

    ``priced_sessions`` and ``closed_trades``: sessions with prices, and positions that came to an
    end, so far.
    """

    __tablename__ = "lab_equity"

    line: str = Field(sa_column=Column(Text, primary_key=True))
    session: str = Field(sa_column=Column(Text, primary_key=True, index=True))
    week_id: str = Field(sa_type=Text)
    equity: str = Field(sa_type=Text)
    coverage: str = Field(sa_type=Text)
    priced_sessions: int
    closed_trades: int


class LabWeekRow(SQLModel, table=True):
    """A week as the lines entered it.

    ``picks`` and ``starts`` are JSON by line: instruments with signed weights, and USD as it began.
    """

    __tablename__ = "lab_weeks"

    week_id: str = Field(sa_column=Column(Text, primary_key=True))
    kind: str = Field(sa_type=Text)
    picks: str = Field(sa_type=Text)
    starts: str = Field(sa_type=Text)


class LabIdeaRow(SQLModel, table=True):
    """What a pitch or the chairman wanted in a week, at full size and without costs.

    ``line`` is the lab's of who wanted it. ``seen_return`` is a fraction as decimal text, seen from
    the idea (a short gains when prices fall), up to its newest close; None for FLAT and without a
    price. ``ended``: by its horizon or the next week.
    """

    __tablename__ = "lab_ideas"

    week_id: str = Field(sa_column=Column(Text, primary_key=True))
    line: str = Field(sa_column=Column(Text, primary_key=True))
    instrument: str | None = Field(default=None, sa_type=Text)
    direction: str = Field(sa_type=Text)
    horizon: str = Field(sa_type=Text)
    conviction: float
    seen_return: str | None = Field(default=None, sa_type=Text)
    ended: bool


class LabStateRow(SQLModel, table=True):
    """What the next event needs: limits by fingerprint, runs under way, the newest claim, all books."""

    __tablename__ = "lab_state"

    key: str = Field(sa_column=Column(Text, primary_key=True))
    document: str = Field(sa_type=Text)
