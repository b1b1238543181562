"""The weeks of the desk, one line each."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from orjson import loads
from sqlalchemy import RowMapping, Select, Table, func, select

from core.clock import from_iso
from core.schemas.decision import DecisionOrigin
from core.types import Direction, RunId, WeekId
from storage.projections.council_tables import AbstentionRow, DecisionRow, PitchRow
from storage.projections.desk import SettingsRow
from storage.projections.runs import RunRow, StageRow, StageStatus, WeekRow
from storage.projections.writing import table_of
from storage.queries.reader import StoreReader

WEEKS, RUNS, STAGES = table_of(WeekRow), table_of(RunRow), table_of(StageRow)
PITCHES, ABSTENTIONS = table_of(PitchRow), table_of(AbstentionRow)
DECISIONS, SETTINGS = table_of(DecisionRow), table_of(SettingsRow)


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """The council's trade in a few words; conviction −2 … 2, ``dissents`` counts who disagreed."""

    instrument: str | None
    direction: Direction
    horizon: str
    conviction: float
    origin: DecisionOrigin
    chairman: str
    dissents: int


@dataclass(frozen=True, slots=True)
class StageLine:
    """A stage of the official run; ``seconds`` is wall time since the run started, for display only."""

    stage: str
    status: StageStatus
    message: str
    seconds: float


@dataclass(frozen=True, slots=True)
class WeekSummary:
    """``pitches`` of ``seats`` were received; both are 0 until the pitch stage is done."""

    week_id: WeekId
    run_id: RunId
    status: str
    closed: bool
    as_of: datetime
    profile: str | None
    stages: tuple[StageLine, ...]
    seats: int
    pitches: int
    abstained: int
    decision: DecisionLine | None

    @property
    def received(self) -> str:
        """``4 of 4``, ``3 of 4``: shown wherever the week is."""
        return f"{self.pitches} of {self.pitches + self.abstained}"

    def stages_in(self, status: StageStatus) -> tuple[str, ...]:
        return tuple(line.stage for line in self.stages if line.status is status)


def week_ids(reader: StoreReader) -> tuple[WeekId, ...]:
    """Every week that was claimed, newest first."""
    rows = reader.rows(select(WEEKS.c.week_id).order_by(WEEKS.c.week_id.desc()))
    return tuple(WeekId(row["week_id"]) for row in rows)


def week_summary(reader: StoreReader, week_id: WeekId) -> WeekSummary | None:
    """One week, however many there are; None for a week nobody has run."""
    rows = reader.rows(_claimed().where(WEEKS.c.week_id == week_id))
    return next(iter(_told(reader, rows, RunId(rows[0]["run_id"]))), None) if rows else None


def week_summaries(reader: StoreReader) -> tuple[WeekSummary, ...]:
    """Every week that was claimed, newest first, as its official run stands."""
    return _told(reader, reader.rows(_claimed().order_by(WEEKS.c.week_id.desc())))


def _claimed() -> Select[Any]:
    return (
        select(WEEKS.c.week_id, WEEKS.c.closed, RUNS, SETTINGS.c.profile, SETTINGS.c.policy)
        .join(RUNS, RUNS.c.run_id == WEEKS.c.run_id)
        .outerjoin(SETTINGS, SETTINGS.c.fingerprint == RUNS.c.settings_fingerprint)
    )


def _told(
    reader: StoreReader, rows: Sequence[RowMapping], only: RunId | None = None
) -> tuple[WeekSummary, ...]:
    """Each week with what its run came to; ``only`` spares reading every other run's."""
    pitches = _count_by_run(reader, PITCHES, only)
    abstained = _count_by_run(reader, ABSTENTIONS, only)
    stages = _stages_by_run(reader, only)
    decided = reader.rows(_of_run(select(DECISIONS), DECISIONS, only))
    decisions = {row["run_id"]: row for row in decided}
    return tuple(
        WeekSummary(
            week_id=WeekId(row["week_id"]),
            run_id=RunId(row["run_id"]),
            status=row["status"],
            closed=row["closed"],
            as_of=from_iso(row["as_of"]),
            profile=row["profile"],
            stages=_stage_lines(row, stages[row["run_id"]]),
            seats=_seats(row),
            pitches=pitches[row["run_id"]],
            abstained=abstained[row["run_id"]],
            decision=_decision(decisions.get(row["run_id"])),
        )
        for row in rows
    )


def _of_run(asked: Select[Any], table: Table, only: RunId | None) -> Select[Any]:
    return asked if only is None else asked.where(table.c.run_id == only)


def _count_by_run(reader: StoreReader, table: Table, only: RunId | None) -> Counter[str]:
    """Pitches (or abstentions from pitching) of each run."""
    counted = select(table.c.run_id, func.count().label("n")).group_by(table.c.run_id)
    if "stage" in table.c:
        counted = counted.where(table.c.stage == "pitch")
    return Counter({row["run_id"]: row["n"] for row in reader.rows(_of_run(counted, table, only))})


def _stages_by_run(reader: StoreReader, only: RunId | None) -> Mapping[str, list[RowMapping]]:
    found: dict[str, list[RowMapping]] = defaultdict(list)
    for row in reader.rows(_of_run(select(STAGES).order_by(STAGES.c.position), STAGES, only)):
        found[row["run_id"]].append(row)
    return found


def _stage_lines(run: RowMapping, stages: Sequence[RowMapping]) -> tuple[StageLine, ...]:
    started = from_iso(run["started_at"])
    return tuple(
        StageLine(
            stage=row["stage"],
            status=StageStatus(row["status"]),
            message=row["message"],
            seconds=(from_iso(row["recorded_at"]) - started).total_seconds(),
        )
        for row in stages
    )


def _seats(row: RowMapping) -> int:
    return len(loads(row["policy"])["profile"]["seats"]) if row["policy"] else 0


def _decision(row: RowMapping | None) -> DecisionLine | None:
    if row is None:
        return None
    return DecisionLine(
        instrument=row["instrument"],
        direction=Direction(row["direction"]),
        horizon=row["horizon"],
        conviction=row["conviction"],
        origin=DecisionOrigin(row["origin"]),
        chairman=row["chairman_model"],
        dissents=row["dissents"],
    )
