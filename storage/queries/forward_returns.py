"""Forward returns for people: the league of pickers, its targets, paper money, the newest returns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from core.rules.paper_tracking import PaperPoint, paper_track
from core.rules.picker_performance import (
    MAIN_HORIZON,
    DayTally,
    PickerRecord,
    Target,
    best_single,
    records,
    targets,
)
from core.schemas.suggestion import Picker
from storage.projections.forward_returns import ForwardDayRow, ForwardReturnRow
from storage.projections.writing import table_of
from storage.queries.reader import StoreReader

RETURNS, DAYS = table_of(ForwardReturnRow), table_of(ForwardDayRow)
MOST_DAYS = 520
"""About two years: what a picker did before says little of it now."""
NEWEST = 60


@dataclass(frozen=True, slots=True)
class League:
    """``days`` of suggestions behind it; ``paper`` by picker over five sessions, after costs."""

    days: int
    first: date | None
    last: date | None
    records: tuple[PickerRecord, ...]
    targets: tuple[Target, ...]
    best: Picker | None
    paper: tuple[tuple[Picker, tuple[PaperPoint, ...]], ...]
    round_trip: float | None
    """What buying and selling once costs, a fraction."""


@dataclass(frozen=True, slots=True)
class MeasuredReturn:
    """One return in a line."""

    symbol: str
    horizon: int
    due: date
    known: date
    status: str
    returned: float | None
    benchmark: float | None
    picked_by: tuple[str, ...]
    traded: bool
    splits: int
    event_id: str


def league(reader: StoreReader, strategy: str) -> League:
    """Over the newest ``MOST_DAYS`` days of suggestions; empty before the first return."""
    every = tallies(reader, strategy)
    dates = sorted({one.day for one in every})
    main = [one for one in every if one.horizon == MAIN_HORIZON]
    found = records(every)
    return League(
        days=len(dates),
        first=dates[0] if dates else None,
        last=dates[-1] if dates else None,
        records=tuple(found[key] for key in sorted(found, key=_in_order)),
        targets=targets(every),
        best=best_single(every),
        paper=tuple(
            (picker, paper_track([one for one in main if one.picker is picker]))
            for picker in Picker
            if any(one.picker is picker for one in main)
        ),
        round_trip=_round_trip(main),
    )


def tallies(reader: StoreReader, strategy: str) -> tuple[DayTally, ...]:
    """Every picker's newest ``MOST_DAYS`` days, oldest first."""
    newest = (
        select(DAYS.c.day)
        .where(DAYS.c.strategy == strategy)
        .distinct()
        .order_by(DAYS.c.day.desc())
        .limit(MOST_DAYS)
    )
    first = min((row["day"] for row in reader.rows(newest)), default=None)
    if first is None:
        return ()
    found = reader.rows(
        select(DAYS)
        .where(DAYS.c.strategy == strategy, DAYS.c.day >= first)
        .order_by(DAYS.c.day, DAYS.c.horizon, DAYS.c.picker)
    )
    return tuple(
        DayTally(
            **{
                **{name: value for name, value in row.items() if name != "strategy"},
                "day": date.fromisoformat(row["day"]),
                "picker": Picker(row["picker"]),
            }
        )
        for row in found
    )


def newest_returns(reader: StoreReader, strategy: str) -> tuple[MeasuredReturn, ...]:
    """The ``NEWEST`` returns decided last."""
    found = reader.rows(
        select(RETURNS)
        .where(RETURNS.c.strategy == strategy)
        .order_by(RETURNS.c.known.desc(), RETURNS.c.due.desc(), RETURNS.c.rank, RETURNS.c.horizon)
        .limit(NEWEST)
    )
    return tuple(
        MeasuredReturn(
            symbol=row["symbol"],
            horizon=row["horizon"],
            due=date.fromisoformat(row["due"]),
            known=date.fromisoformat(row["known"]),
            status=row["status"],
            returned=row["returned"],
            benchmark=row["benchmark"],
            picked_by=tuple(row["picked_by"].split()),
            traded=bool(row["traded"]),
            splits=row["splits"],
            event_id=row["event_id"],
        )
        for row in found
    )


def _in_order(key: tuple[Picker, int]) -> tuple[int, int]:
    picker, horizon = key
    return horizon, list(Picker).index(picker)


def _round_trip(days: list[DayTally]) -> float | None:
    """Net and gross of the same returns tell what a purchase and a sale cost."""
    gross = sum(one.counted + one.returned for one in days)
    return 1 - sum(one.counted + one.net for one in days) / gross if gross > 0 else None
