"""What suggestions brought: each return, and each picker's day as sums a league is made of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Boolean, Column, Float, Index, Integer, Text
from sqlmodel import Field, SQLModel

from core.events.envelope import StoredEvent
from core.events.forward import ForwardReturnMeasured
from core.rules.paper_tracking import kept_after_costs
from core.schemas.forward import ForwardReturn, ForwardStatus
from core.schemas.suggestion import Picker
from storage.projections.writing import Rows, TableProjection


class ForwardReturnRow(SQLModel, table=True):
    """One suggestion over one horizon; returns are fractions, None where there is none."""

    __tablename__ = "forward_returns"
    __table_args__ = (
        Index("ix_forward_returns_strategy_horizon_due", "strategy", "horizon", "due"),
        Index("ix_forward_returns_strategy_known", "strategy", "known"),
    )

    suggestion_id: str = Field(sa_column=Column(Text, primary_key=True))
    horizon: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    strategy: str = Field(sa_type=Text)
    round_id: str = Field(sa_type=Text)
    symbol: str = Field(sa_type=Text)
    rank: int = Field(sa_column=Column(Integer, nullable=False))
    picked_by: str = Field(sa_type=Text)
    due: str = Field(sa_type=Text)
    known: str = Field(sa_type=Text)
    status: str = Field(sa_type=Text)
    returned: float | None = Field(default=None, sa_column=Column(Float(53)))
    benchmark: float | None = Field(default=None, sa_column=Column(Float(53)))
    traded: bool = Field(sa_column=Column(Boolean, nullable=False))
    splits: int = Field(sa_column=Column(Integer, nullable=False))
    event_id: str = Field(sa_type=Text)


class ForwardDayRow(SQLModel, table=True):
    """A picker's suggestions of one day over one horizon, summed: see `DayTally`."""

    __tablename__ = "forward_days"

    strategy: str = Field(sa_column=Column(Text, primary_key=True))
    day: str = Field(sa_column=Column(Text, primary_key=True))
    horizon: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    picker: str = Field(sa_column=Column(Text, primary_key=True))
    suggested: int = Field(sa_column=Column(Integer, nullable=False))
    counted: int = Field(sa_column=Column(Integer, nullable=False))
    wins: int = Field(sa_column=Column(Integer, nullable=False))
    returned: float = Field(sa_column=Column(Float(53), nullable=False))
    net: float = Field(sa_column=Column(Float(53), nullable=False))
    against: int = Field(sa_column=Column(Integer, nullable=False))
    excess: float = Field(sa_column=Column(Float(53), nullable=False))
    traded: int = Field(sa_column=Column(Integer, nullable=False))
    delisted: int = Field(sa_column=Column(Integer, nullable=False))
    holes: int = Field(sa_column=Column(Integer, nullable=False))
    no_entry: int = Field(sa_column=Column(Integer, nullable=False))
    splits: int = Field(sa_column=Column(Integer, nullable=False))


SUMS = tuple(ForwardDayRow.model_fields)[4:]


def _measured(rows: Rows, event: StoredEvent) -> None:
    """A symbol that several rounds of a day suggest is one purchase: it counts once a picker."""
    said = ForwardReturnMeasured.model_validate(event.payload)
    kept = kept_after_costs(said.slippage_bps, said.commission_bps)
    for day in sorted({one.due.isoformat() for one in said.returns}):
        place = {"strategy": said.strategy, "horizon": said.horizon, "due": day}
        seen = {
            (row["symbol"], picker)
            for row in rows.read(ForwardReturnRow, place)
            for picker in (*row["picked_by"].split(), Picker.ENSEMBLE.value)
        }
        more: dict[Picker, dict[str, float]] = {}
        for one in said.returns:
            if one.due.isoformat() != day:
                continue
            for picker in (*one.picked_by, Picker.ENSEMBLE):
                if (one.symbol, picker.value) not in seen:
                    seen.add((one.symbol, picker.value))
                    held = more.setdefault(picker, dict.fromkeys(SUMS, 0))
                    for name, value in _sums(one, kept):
                        held[name] += value
        for picker, sums in more.items():
            _add(rows, said, picker, sums, day)
    rows.put(ForwardReturnRow, *(_row(said, one, event.event_id) for one in said.returns))


def _add(
    rows: Rows, said: ForwardReturnMeasured, picker: Picker, more: dict[str, float], day: str
) -> None:
    place = {
        "strategy": said.strategy,
        "day": day,
        "horizon": said.horizon,
        "picker": picker.value,
    }
    held = rows.read(ForwardDayRow, place)
    before = held[0] if held else dict.fromkeys(SUMS, 0)
    rows.put(ForwardDayRow, {**place, **{name: before[name] + more[name] for name in SUMS}})


def _sums(one: ForwardReturn, kept: float) -> Iterator[tuple[str, float]]:
    """What one return adds to its day."""
    counts = one.counts
    returned = one.returned if counts and one.returned is not None else 0.0
    excess = one.excess if counts else None
    yield "suggested", 1
    yield "counted", int(counts)
    yield "wins", int(counts and returned > 0)
    yield "returned", returned
    yield "net", (1 + returned) * kept - 1 if counts else 0.0
    yield "against", int(excess is not None)
    yield "excess", excess or 0.0
    yield "traded", int(one.traded)
    yield "delisted", int(one.status is ForwardStatus.DELISTED)
    yield "holes", int(one.status is ForwardStatus.HOLE)
    yield "no_entry", int(one.status is ForwardStatus.NO_ENTRY)
    yield "splits", int(bool(one.splits))


def _row(said: ForwardReturnMeasured, one: ForwardReturn, event_id: str) -> dict[str, Any]:
    return {
        "suggestion_id": one.suggestion_id,
        "horizon": said.horizon,
        "strategy": said.strategy,
        "round_id": said.round_id,
        "symbol": one.symbol,
        "rank": one.rank,
        "picked_by": " ".join(picker.value for picker in one.picked_by),
        "due": one.due.isoformat(),
        "known": one.known.isoformat(),
        "status": one.status.value,
        "returned": one.returned,
        "benchmark": one.benchmark,
        "traded": one.traded,
        "splits": len(one.splits),
        "event_id": event_id,
    }


FORWARD_RETURNS = TableProjection(
    "forward_returns",
    (ForwardReturnRow, ForwardDayRow),
    {ForwardReturnMeasured.__name__: _measured},
)
